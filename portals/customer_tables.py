"""What the list of customers can be asked for, by address or by form."""

import uuid
from collections.abc import Collection

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from directories.paging import Cut, given_key
from portals.models import Customer
from portals.queries import customers
from portals.queries.customers import Choice, CustomerFilter
from provisioning.tables import LONGEST_SEARCH, directory_of, text_of

COLUMNS = (
    _("Name"),
    _("Email"),
    _("Status"),
    _("Source"),
    _("Directory"),
    _("Organizations"),
    _("Last active"),
    _("Added"),
    _("Password"),
    _("Customer ID"),
)
MARKS: list[tuple[str, StrOrPromise]] = [
    (customers.EMPLOYEES, _("Employees")),
    (customers.NEVER_ACTIVE, _("Never active")),
    (customers.NO_PASSWORD, _("No password")),
]
STATUSES = Customer.Status.choices
SOURCES = Customer.Source.choices
# What a list can be sorted by, and the column of an index for it.
SORTS = {
    "name": "name_key",
    "email": "email_key",
    "added": "created_at",
    "active": "last_active_at",
}
BY_VISIT = "last_active_at"
# As many as one page shows, and then some.
MOST_TICKED = 200


def customer_filter(query: QueryDict) -> CustomerFilter:
    """Return which customers the list is asked for."""
    organization = query.get("organization", "").replace("\x00", "").strip()
    return CustomerFilter(
        text=text_of(query),
        status=_one_of(query.get("status", ""), Customer.Status.values),
        source=_one_of(query.get("source", ""), Customer.Source.values),
        directory=directory_of(query, or_local=True),
        organization=organization[:LONGEST_SEARCH],
        mark=_one_of(query.get("mark", ""), [mark for mark, _label in MARKS]),
    )


def cut_of(query: QueryDict) -> Cut:
    """Return which page of what order is asked for; by name unless another is."""
    asked = query.get("sort", "")
    name = asked.removeprefix("-")
    before = query.get("before") or None
    return Cut(
        field=SORTS.get(name, SORTS["name"]),
        descending=name in SORTS and asked.startswith("-"),
        after=None if before else query.get("after") or None,
        before=before,
    )


def heads_of(query: QueryDict, cut: Cut) -> dict[str, tuple[str, str]]:
    """Return for each order the address that asks for it, and how it runs now.

    What a column is sorted by already turns round; dates begin with the newest.
    """
    heads = {}
    for name, column in SORTS.items():
        now = column == cut.field
        down = not cut.descending if now else name in {"added", "active"}
        turned = query.copy()
        for other in ("after", "before"):
            turned.pop(other, None)
        turned["sort"] = f"-{name}" if down else name
        direction = "descending" if cut.descending else "ascending"
        heads[name] = (f"?{turned.urlencode()}", direction if now else "")
    return heads


def choice_of(query: QueryDict) -> Choice:
    """Return which customers were chosen: the ticked ones, or all that match."""
    ticked = query.getlist("customer")[:MOST_TICKED]
    return Choice(
        ids=[each for each in ticked if _is_uuid(each)],
        wanted=customer_filter(query),
        all=bool(query.get("all")),
        until=given_key(query.get("until", "")),
    )


def _one_of(asked: str, known: Collection[str]) -> str:
    return asked if asked in known else ""


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
