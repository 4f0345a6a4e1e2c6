"""What lists of customer organizations can be asked for, by address or by form."""

import uuid
from collections.abc import Sequence

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from directories.paging import Cut, given_key
from portals.models import CustomerOrganization
from portals.queries.organizations import (
    ATTACHED,
    EMPTY,
    LOOSE,
    PEOPLED,
    Choice,
    OrganizationFilter,
)
from provisioning.tables import directory_of, text_of

ORGANIZATION_COLUMNS = (
    _("Name"),
    _("Source"),
    _("Directory"),
    _("Customers"),
    _("Projects"),
    _("Domains"),
    _("Created"),
    _("Description"),
    _("Organization ID"),
)
MEMBER_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Status"),
    _("Synced"),
    _("Added by somebody"),
    _("By domain"),
    _("Customer ID"),
)
SOURCES: list[tuple[str, StrOrPromise]] = list(CustomerOrganization.Source.choices)
ATTACHMENTS: list[tuple[str, StrOrPromise]] = [
    (ATTACHED, _("In a project")),
    (LOOSE, _("In no project")),
]
SIZES: list[tuple[str, StrOrPromise]] = [
    (EMPTY, _("Without customers")),
    (PEOPLED, _("With customers")),
]
ARCHIVED = "archived"
# What an address says to sort by, and the column that has it.
SORTS = {"name": "name_key", "customers": "member_count"}
# As many as one page shows, and then some.
CHOSEN_LIMIT = 200


def organization_filter(query: QueryDict) -> OrganizationFilter:
    """Return which organizations are asked for."""
    return OrganizationFilter(
        text=text_of(query),
        source=_one_of(query.get("source", ""), SOURCES),
        directory=directory_of(query, or_local=True),
        attached=_one_of(query.get("attached", ""), ATTACHMENTS),
        size=_one_of(query.get("size", ""), SIZES),
        archived=query.get("tab") == ARCHIVED,
    )


def choice_of(query: QueryDict) -> Choice:
    """Return which organizations were chosen: the ticked ones, or all that match."""
    ids = [
        each for each in query.getlist("organization")[:CHOSEN_LIMIT] if _is_uuid(each)
    ]
    return Choice(
        ids=ids,
        wanted=organization_filter(query),
        all=bool(query.get("all")),
        until=given_key(query.get("until", "")),
    )


def sort_of(query: QueryDict) -> str:
    """Return what a list is sorted by, with a minus before it when descending."""
    asked = query.get("sort", "")
    return asked if asked.removeprefix("-") in SORTS else "name"


def cut_of(query: QueryDict) -> Cut:
    """Return which page is asked for; archived ones come newest first."""
    before = query.get("before") or None
    after = None if before else query.get("after") or None
    if query.get("tab") == ARCHIVED:
        return Cut("archived_at", descending=True, after=after, before=before)
    sort = sort_of(query)
    return Cut(
        SORTS[sort.removeprefix("-")],
        descending=sort.startswith("-"),
        after=after,
        before=before,
    )


def sort_links(query: QueryDict) -> dict[str, tuple[str, str]]:
    """Return for each sort the address that asks for it, and its present direction."""
    sort = sort_of(query)
    links = {}
    for name in SORTS:
        present = sort.removeprefix("-") == name
        turned = f"-{name}" if sort == name else name
        if name == "customers" and not present:
            turned = "-customers"
        asked = query.copy()
        for gone in ("after", "before"):
            asked.pop(gone, None)
        asked["sort"] = turned
        direction = "descending" if sort.startswith("-") else "ascending"
        links[name] = (f"?{asked.urlencode()}", direction if present else "")
    return links


def _one_of(asked: str, known: Sequence[tuple[str, StrOrPromise]]) -> str:
    return asked if asked in dict(known) else ""


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
