"""Filters and pages of the app's lists, as their addresses carry them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from directories.events import Event
from directories.models import TroubleshootingEntry
from directories.paging import Cut, Page
from directories.queries.logs import EntryFilters, EventFilters
from directories.queries.requests import CHANGES, WRITING, RequestFilters

TEXT_LENGTH = 200
ID_LENGTH = 64
METHODS = [(CHANGES, _("All changes")), *((m, m) for m in ("GET", *WRITING))]
OUTCOMES = [
    ("answered", _("Answered")),
    ("refused", _("Refused")),
    ("failed", _("Failed")),
]
KINDS = [("User", _("Users")), ("Group", _("Groups")), ("none", _("Other"))]
# Nothing was recorded before, and the day after the last one must exist.
FIRST_YEAR, LAST_YEAR = 2000, 9998


@dataclass(frozen=True)
class Neighbours:
    """The addresses of the pages beside the present one, "" for none."""

    previous: str
    next: str


def entry_filters(params: QueryDict) -> EntryFilters:
    """Read the filters of a troubleshooting log; what makes no sense is dropped."""
    return EntryFilters(
        text=_text(params),
        level=_choice(params, "level", TroubleshootingEntry.Level.values),
        subject=_choice(params, "type", TroubleshootingEntry.Subject.values),
        first_on=_day(params, "from"),
        last_on=_day(params, "to"),
    )


def event_filters(params: QueryDict) -> EventFilters:
    """Read the filters of the audit log; what makes no sense is dropped."""
    return EventFilters(
        text=_text(params),
        action=_choice(params, "action", Event.values),
        first_on=_day(params, "from"),
        last_on=_day(params, "to"),
    )


def request_filters(params: QueryDict) -> RequestFilters:
    """Read the filters of a request log; what makes no sense is dropped."""
    return RequestFilters(
        text=_text(params),
        method=_choice(params, "method", dict(METHODS)),
        outcome=_choice(params, "status", dict(OUTCOMES)),
        resource=_choice(params, "kind", dict(KINDS)),
        about=_text(params, "about")[:ID_LENGTH],
        request=_text(params, "request")[:ID_LENGTH],
    )


def newest_first(params: QueryDict, field: str) -> Cut:
    """Read which page is asked for of a list that is newest first."""
    after, before = params.get("after"), params.get("before")
    return Cut(
        field=field,
        descending=True,
        after=after or None,
        before=None if after else before or None,
    )


def neighbours(page: Page[Any], params: QueryDict) -> Neighbours:
    """Return the addresses beside a page, with the same filters."""
    return Neighbours(
        previous=_turned(params, "before", page.previous),
        next=_turned(params, "after", page.next),
    )


def _turned(params: QueryDict, name: str, cursor: str | None) -> str:
    if cursor is None:
        return ""
    turned = params.copy()
    for other in ("after", "before"):
        turned.pop(other, None)
    turned[name] = cursor
    return f"?{turned.urlencode()}"


def _text(params: QueryDict, name: str = "q") -> str:
    # PostgreSQL takes no null byte in a text.
    return params.get(name, "").replace("\0", "").strip()[:TEXT_LENGTH]


def _choice(params: QueryDict, name: str, values: Iterable[str]) -> str:
    given = params.get(name, "")
    return given if given in values else ""


def _day(params: QueryDict, name: str) -> date | None:
    try:
        day = parse_date(params.get(name, ""))
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None
