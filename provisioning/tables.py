"""What list pages can be asked for by their address: filters, order, page.

Words that mean nothing are taken as not asked for, so an old link still shows
a list; a broken cursor is refused by the paging.
"""

import uuid
from collections.abc import Collection
from contextlib import suppress

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from directories.models import Member, RoleAssignment
from directories.paging import Cut
from provisioning.models import Group
from provisioning.queries.access.access_filters import NO_ACCESS
from provisioning.queries.accounts.administrators import (
    BY_GROUP,
    DIRECT,
    AdministratorFilter,
)
from provisioning.queries.accounts.people import INVITED, LOCAL, Choice, MemberFilter
from provisioning.queries.name_conflicts.conflicts import ConflictFilter
from provisioning.queries.name_conflicts.differences import Change, DifferenceFilter
from provisioning.queries.organization_groups.groups import GroupFilter
from provisioning.queries.reports import LOOSE, OF_RECORDS, Report, ReportFilter
from provisioning.reasons import Reason

LONGEST_SEARCH = 200
# More people than a page holds cannot be ticked.
MOST_CHOSEN = 200
# As many digits as every key of the database may have.
KEY_DIGITS = 18
ADMINS = "admin"
DESCENDING = "-name"

USER_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Status"),
    _("Account type"),
    _("Source"),
    _("Public name"),
    _("Job title"),
    _("Department"),
    _("Organization"),
    _("Joined"),
    _("App access"),
    _("Account ID"),
    _("Free Trello account of"),
)
GROUP_COLUMNS = (
    _("Name"),
    _("Type"),
    _("Directory"),
    _("Members"),
    _("Description"),
    _("Created"),
    _("Group ID"),
)
GROUP_MEMBER_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Status"),
    _("Source"),
    _("Account ID"),
)
ADMINISTRATOR_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Status"),
    _("Role"),
    _("Site"),
    _("App"),
    _("Group"),
    _("Since"),
    _("Account ID"),
)
RIGHT_SOURCES: list[tuple[str, StrOrPromise]] = [
    (DIRECT, _("Given directly")),
    (BY_GROUP, _("By a group")),
]
DIFFERENCE_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Change"),
    _("Account ID"),
)
RESULT_COLUMNS = (
    _("Group"),
    _("Directory"),
    _("Result"),
    _("Reason"),
    _("Added"),
    _("Removed"),
)
REFUSED_COLUMNS = (
    _("Person"),
    _("Directory"),
    _("Reason"),
    _("What to do"),
    _("Record ID"),
)
DELETED_GROUP_COLUMNS = (
    _("Name"),
    _("Directory"),
    _("Members"),
    _("Admin rights"),
    _("Deleted"),
    _("Deleted by"),
    _("Can be restored until"),
)
DAYS = [
    ("30", _("For 30 days")),
    ("60", _("For 60 days")),
    ("90", _("For 90 days")),
]
RECORD_COLUMNS = (
    _("User name"),
    _("Email address"),
    _("State"),
    _("Reason"),
    _("What to do"),
    _("Directory"),
    _("Last seen"),
    _("First pushed"),
    _("Account ID"),
    _("SCIM ID"),
)
REPORTED_MEMBER_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Source"),
    _("Former directory"),
    _("No longer pushed since"),
    _("Joined"),
    _("Account ID"),
)
ROLES: list[tuple[str, StrOrPromise]] = [(ADMINS, _("Administrators"))]
STATUSES: list[tuple[str, StrOrPromise]] = [
    (Member.Status.ACTIVE.value, Member.Status.ACTIVE.label),
    (INVITED, _("Invited")),
    (Member.Status.SUSPENDED.value, Member.Status.SUSPENDED.label),
    (Member.Status.DEACTIVATED.value, Member.Status.DEACTIVATED.label),
]
GROUP_KINDS = Group.Kind.choices


def text_of(query: QueryDict) -> str:
    """Return what was typed into the search field, fit for the database."""
    return query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]


def user_filter(query: QueryDict) -> MemberFilter:
    """Return which people the Users list is asked for."""
    return MemberFilter(
        text=text_of(query),
        status=_one_of(query.get("status", ""), [key for key, _label in STATUSES]),
        directory=directory_of(query, or_local=True),
        admins=query.get("role") == ADMINS,
        access=_app_of(query.get("access", "")),
    )


def _app_of(asked: str) -> str:
    """Return the key of an app that is asked for, NO_ACCESS, or ""."""
    known = asked.isascii() and asked.isdecimal() and len(asked) <= KEY_DIGITS
    return asked if known or asked == NO_ACCESS else ""


def people_choice(query: QueryDict) -> Choice:
    """Return which people were chosen: the ticked ones, or all that match."""
    ids = [str(each) for each in chosen_ids(query, "account")]
    return Choice(ids=ids, wanted=user_filter(query), all=bool(query.get("all")))


def group_filter(query: QueryDict) -> GroupFilter:
    """Return which groups the Groups list is asked for."""
    return GroupFilter(
        text=text_of(query),
        kind=_one_of(query.get("kind", ""), Group.Kind.values),
        directory=directory_of(query),
    )


def chosen_ids(query: QueryDict, name: str) -> list[uuid.UUID]:
    """Return the public ids of the rows that were ticked, of a page at the most."""
    found = []
    for asked in query.getlist(name)[:MOST_CHOSEN]:
        with suppress(ValueError):
            found.append(uuid.UUID(asked))
    return found


def conflict_filter(query: QueryDict) -> ConflictFilter:
    """Return which groups that wait are asked for."""
    return ConflictFilter(directory=directory_of(query), text=text_of(query))


def difference_filter(query: QueryDict) -> DifferenceFilter:
    """Return which people of a difference are asked for."""
    return DifferenceFilter(
        text=text_of(query), change=_one_of(query.get("change", ""), Change.values)
    )


def report_of(query: QueryDict) -> Report:
    """Return which report is asked for, the first one when none is."""
    asked = _one_of(query.get("tab", ""), Report.values)
    return Report(asked or Report.NOT_LINKED)


def report_filter(query: QueryDict, report: Report) -> ReportFilter:
    """Return what of a report is asked for."""
    of_records = report in OF_RECORDS
    not_linked = report == Report.NOT_LINKED
    states = LOOSE if not_linked else ()
    days = _one_of(query.get("days", ""), [value for value, _label in DAYS])
    return ReportFilter(
        text=text_of(query),
        directory=directory_of(query, or_local=not of_records),
        state=_one_of(query.get("state", ""), states),
        reason=_one_of(query.get("reason", ""), Reason.values if not_linked else ()),
        days=int(days or DAYS[0][0]),
    )


def job_of(query: QueryDict) -> uuid.UUID | None:
    """Return the id of the job that a list was asked to show."""
    try:
        return uuid.UUID(query.get("job", ""))
    except ValueError:
        return None


def directory_of(query: QueryDict, *, or_local: bool = False) -> str:
    """Return the id of the directory asked for, or LOCAL, or ""."""
    asked = query.get("directory", "")
    if or_local and asked == LOCAL:
        return LOCAL
    try:
        return str(uuid.UUID(asked))
    except ValueError:
        return ""


def cut_of(query: QueryDict, field: str) -> Cut:
    """Return which page is asked for, of the rows in the order of `field`."""
    before = query.get("before") or None
    return Cut(
        field=field,
        descending=query.get("sort") == DESCENDING,
        after=None if before else query.get("after") or None,
        before=before,
    )


def _one_of(asked: str, known: Collection[str]) -> str:
    return asked if asked in known else ""


def administrator_filter(query: QueryDict) -> AdministratorFilter:
    """Return which people the list of administrators is asked for."""
    return AdministratorFilter(
        text=text_of(query),
        role=_one_of(query.get("role", ""), RoleAssignment.Role.values),
        source=_one_of(query.get("source", ""), (DIRECT, BY_GROUP)),
    )
