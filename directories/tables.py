"""Filters and pages of the app's lists, as their addresses carry them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise, StrPromise

from directories.events import Event
from directories.job_kinds import KINDS as JOB_KINDS
from directories.models import Directory, Domain, Job, TroubleshootingEntry
from directories.paging import Cut, Page
from directories.queries.domains import STATES, UNLINKED, DomainFilters
from directories.queries.job_list import JobFilters
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
DOMAIN_STATES = [
    ("verified", _("Verified")),
    ("missing", _("Proof missing")),
    ("unverified", _("Not verified")),
]
DESCENDING = "-name"
DOMAIN_COLUMNS = (
    _("Domain"),
    _("Status"),
    _("Method"),
    _("Verified on"),
    _("Directory"),
    _("Managed accounts"),
    _("Accounts to claim"),
)
CLAIM_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Status"),
    _("Created"),
    _("Account ID"),
)
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


def job_filters(params: QueryDict) -> JobFilters:
    """Read the filters of background work; what makes no sense is dropped."""
    directory = _directory(params)
    return JobFilters(
        text=_text(params),
        state=_choice(params, "state", Job.State.values),
        kind=_choice(params, "kind", JOB_KINDS),
        directory="" if directory == UNLINKED else directory,
    )


def domain_filters(params: QueryDict) -> DomainFilters:
    """Read the filters of the list of domains; what makes no sense is dropped."""
    return DomainFilters(
        text=_text(params),
        state=_choice(params, "status", STATES),
        method=_choice(params, "method", Domain.Method.values),
        directory=_directory(params),
    )


def by_name(params: QueryDict, field: str) -> Cut:
    """Read which page is asked for of a list in the order of names."""
    cut = newest_first(params, field)
    return replace(cut, descending=params.get("sort") == DESCENDING)


def turned_round(params: QueryDict, *, descending: bool) -> str:
    """Return the address of a list's first page in the other order."""
    turned = params.copy()
    for name in ("after", "before", "sort"):
        turned.pop(name, None)
    if not descending:
        turned["sort"] = DESCENDING
    return f"?{turned.urlencode()}"


def domain_directories(
    directories: Iterable[Directory],
) -> list[tuple[str, StrOrPromise]]:
    """Return the choices of the filter by directory."""
    return [(UNLINKED, _("Not linked")), *((str(d.pk), d.name) for d in directories)]


def state_of(domain: Domain) -> StrPromise:
    """Return the word for the state of a domain."""
    state = "unverified"
    if domain.verified_at:
        state = "missing" if domain.missing_since else "verified"
    return dict(DOMAIN_STATES)[state]


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


def _directory(params: QueryDict) -> str:
    given = params.get("directory", "")
    if given == UNLINKED:
        return given
    try:
        return str(UUID(given))
    except ValueError:
        return ""


def _choice(params: QueryDict, name: str, values: Iterable[str]) -> str:
    given = params.get(name, "")
    return given if given in values else ""


def _day(params: QueryDict, name: str) -> date | None:
    try:
        day = parse_date(params.get(name, ""))
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None
