"""What the lists about service projects can be asked for by their addresses."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from directories.paging import Cut, given_key
from portals.models import AttachRule, Customer, CustomerOrganization, ServiceProject
from portals.queries.project_organizations import (
    BY_HAND,
    BY_RULE,
    Choice,
    OrganizationFilter,
)
from portals.queries.project_people import ADDED, EVERYBODY, MEMBERS, CustomerFilter
from portals.queries.projects import ProjectFilter

LONGEST = 200
# More than a page holds cannot be ticked.
MOST_CHOSEN = 200
CSM = [("on", _("On")), ("off", _("Off"))]
STATUSES: list[tuple[str, StrOrPromise]] = list(Customer.Status.choices)
CUSTOMER_SOURCES: list[tuple[str, StrOrPromise]] = list(Customer.Source.choices)
SOURCES: list[tuple[str, StrOrPromise]] = list(CustomerOrganization.Source.choices)
MATCHES: list[tuple[str, StrOrPromise]] = list(AttachRule.Match.choices)

PROJECT_COLUMNS = (
    _("Key"),
    _("Name"),
    _("Channel access"),
    _("Customer sharing"),
    _("Customers added"),
    _("Organizations"),
    _("Customer service management"),
    _("Created"),
)
CUSTOMER_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Account type"),
    _("Status"),
    _("Source"),
    _("Added to the project"),
    _("By organizations"),
    _("By open access"),
    _("Customer ID"),
)
ORGANIZATION_COLUMNS = (
    _("Name"),
    _("Source"),
    _("Customers"),
    _("Added"),
    _("Added by"),
    _("Attach rule"),
    _("Organization ID"),
)
KINDS: list[tuple[str, StrOrPromise]] = list(Customer.Kind.choices)
WHOS: list[tuple[str, StrOrPromise]] = [
    (ADDED, _("Added one by one")),
    (MEMBERS, _("In an organization of the project")),
    (EVERYBODY, _("Everybody who gets in")),
]
WAYS: list[tuple[str, StrOrPromise]] = [
    (BY_HAND, _("By hand")),
    (BY_RULE, _("By an attach rule")),
]
CUSTOMER_SORTS = {"name": "name_key", "created": "created_at"}
ORGANIZATION_SORTS = {"name": "name_key", "customers": "member_count"}
PROJECT_SORTS = {"name": "name_key", "key": "key", "created": "created_at"}


@dataclass(frozen=True)
class Head:
    """Where the head of a column leads to, and how the list is sorted by it."""

    href: str
    direction: str


@dataclass(frozen=True)
class Sorted:
    """Which page of which order is asked for, and the heads of the columns."""

    cut: Cut
    heads: Mapping[str, Head]
    sort: str


def sorted_by(params: QueryDict, columns: Mapping[str, str], first: str) -> Sorted:
    """Read order and page of a list; `columns` names the fields to sort by.

    `first` is the order without a word, "-" before it for descending.
    """
    asked = params.get("sort", "")
    sort = asked if asked.removeprefix("-") in columns else first
    name, down = sort.removeprefix("-"), sort.startswith("-")
    after, before = params.get("after"), params.get("before")
    cut = Cut(
        field=columns[name],
        descending=down,
        after=after or None,
        before=None if after else before or None,
    )
    heads = {each: _head(params, each, sort) for each in columns}
    return Sorted(cut, heads, "" if sort == first else sort)


def _head(params: QueryDict, name: str, sort: str) -> Head:
    turned = params.copy()
    for other in ("after", "before", "sort"):
        turned.pop(other, None)
    turned["sort"] = f"-{name}" if sort == name else name
    direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    return Head(f"?{turned.urlencode()}", direction)


def text_of(params: QueryDict, name: str = "q") -> str:
    """Read what is searched for."""
    return params.get(name, "").replace("\0", "").strip()[:LONGEST]


def one_of(params: QueryDict, name: str, values: Collection[str]) -> str:
    """Read a word of a list of words; any other is taken as not asked for."""
    given = params.get(name, "")
    return given if given in values else ""


def project_filter(params: QueryDict) -> ProjectFilter:
    """Read the filters of the list of projects."""
    return ProjectFilter(
        text=text_of(params),
        access=one_of(params, "access", ServiceProject.Access.values),
        csm=one_of(params, "csm", ["on", "off"]),
    )


def customer_filter(params: QueryDict) -> CustomerFilter:
    """Read the filters of the customers of a project."""
    return CustomerFilter(
        text=text_of(params),
        who=one_of(params, "who", [ADDED, MEMBERS, EVERYBODY]),
        status=one_of(params, "status", Customer.Status.values),
        source=one_of(params, "source", Customer.Source.values),
        kind=one_of(params, "kind", Customer.Kind.values),
    )


def organization_filter(params: QueryDict) -> OrganizationFilter:
    """Read the filters of the organizations of a project."""
    way = params.get("way", "")
    if way not in {BY_RULE, BY_HAND}:
        way = _id(way)
    return OrganizationFilter(
        text=text_of(params),
        source=one_of(params, "source", CustomerOrganization.Source.values),
        way=way,
    )


def organization_choice(params: QueryDict) -> Choice:
    """Read which organizations of a list were chosen."""
    wanted = organization_filter(params)
    if params.get("all"):
        until = given_key(params.get("until", ""))
        return Choice(wanted=wanted, all=True, until=until)
    return Choice(ids=chosen_ids(params, "organization"), wanted=wanted)


def chosen_ids(params: QueryDict, name: str) -> list[str]:
    """Read the ids that were ticked."""
    return [each for each in map(_id, params.getlist(name)[:MOST_CHOSEN]) if each]


def _id(given: str) -> str:
    try:
        return str(UUID(given))
    except ValueError:
        return ""
