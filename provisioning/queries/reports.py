"""Reads of the reports: who is not linked, no longer pushed, or without access."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from directories import dialect
from directories.folding import fold
from directories.models import (
    Account,
    ApiKey,
    Directory,
    LinkState,
    Member,
    Organization,
    UserRecord,
)
from provisioning.models import App, AppAccess, Group, GroupMember
from provisioning.queries.accounts.people import LOCAL
from provisioning.queries.review import provider_directories

LOOSE = (LinkState.UNLINKED, LinkState.PAUSED, LinkState.HELD)
LAST = chr(0x10FFFF)


class Report(TextChoices):
    """The reports, by the name in their address."""

    NOT_LINKED = "not-linked", _("Not linked")
    NO_LONGER_PUSHED = "no-longer-pushed", _("No longer pushed")
    NOT_SEEN = "not-seen", _("Not seen lately")
    NO_ACCESS = "no-access", _("People without access")


# Reports about what was pushed; the others are about people of the organization.
OF_RECORDS = frozenset({Report.NOT_LINKED, Report.NOT_SEEN})


@dataclass(frozen=True)
class ReportFilter:
    """What of a report to show; what is empty does not matter.

    `directory` is an id, or LOCAL where people are listed. `days` is how long a record
    was not seen.
    """

    text: str = ""
    directory: str = ""
    state: str = ""
    reason: str = ""
    days: int = 30

    def __bool__(self) -> bool:
        return bool(self.text or self.directory or self.state or self.reason)


def records_of(
    report: Report, organization: Organization, wanted: ReportFilter, now: datetime
) -> QuerySet[UserRecord]:
    """Return the records of a report, with directory and account."""
    places = provider_directories(organization)
    if wanted.directory:
        places = places.filter(pk=_uuid(wanted.directory))
    found = UserRecord.objects.filter(_begins(wanted.text))
    if report == Report.NOT_SEEN:
        cut = now - timedelta(days=wanted.days)
        found = found.filter(
            _of(_in_use(places, cut)),
            link_state__in=[LinkState.LINKED, LinkState.PAUSED],
            active=True,
            seen_at__lt=cut,
        )
    else:
        states = [wanted.state] if wanted.state else LOOSE
        found = found.filter(_of(_ids(places)), link_state__in=states)
        if wanted.reason:
            found = found.filter(link_reason=wanted.reason)
    return found.select_related("directory__organization", "account")


def _ids(places: QuerySet[Directory]) -> list[uuid.UUID]:
    return list(places.values_list("pk", flat=True))


def _of(places: list[uuid.UUID]) -> Q:
    """Return the condition that a record is of these directories.

    Of one alone they come out of an index in their order.
    """
    return Q(directory=places[0]) if len(places) == 1 else Q(directory__in=places)


def _in_use(places: QuerySet[Directory], cut: datetime) -> list[uuid.UUID]:
    """Return the directories whose provider has called since then."""
    asked = ApiKey.objects.filter(directory=OuterRef("pk"), last_used_at__gte=cut)
    return _ids(places.filter(Exists(asked), state=Directory.State.ACTIVE))


def _begins(text: str) -> Q:
    """Return the condition that user name or address begins with a text."""
    key = fold(text)
    if not key:
        return Q()
    return Q(user_name_key__gte=key, user_name_key__lt=key + LAST) | Q(
        email_key__gte=key, email_key__lt=key + LAST
    )


def members_of(
    report: Report,
    organization: Organization,
    wanted: ReportFilter,
    *,
    sparsely: bool = False,
) -> QuerySet[Member]:
    """Return the people of a report, with account and directory.

    `sparsely` leaves the condition `without_access` to the caller.
    """
    found = organization.members.filter(status=Member.Status.ACTIVE)
    if report == Report.NO_LONGER_PUSHED:
        found = found.filter(released_at__isnull=False, directory=None)
    else:
        if not sparsely:
            found = found.filter(without_access(organization))
        if wanted.directory == LOCAL:
            found = found.filter(directory=None)
        elif wanted.directory:
            found = found.filter(directory=_uuid(wanted.directory))
    found = found.select_related("account", "directory")
    return dialect.search(found, wanted.text)


def without_access(organization: Organization) -> Q:
    """Return the condition that a member has access to no app.

    Who waits for a license, or was refused one, has none.
    """
    apps = App.objects.filter(site__organization=organization)
    return Q(
        ~Exists(
            AppAccess.objects.filter(
                account=OuterRef("account"),
                app__in=list(apps.values_list("pk", flat=True)),
                state=AppAccess.State.ACTIVE,
            )
        )
    )


def records_by_account(
    organization: Organization, accounts: Iterable[int]
) -> dict[int, UserRecord]:
    """Return the records that own these accounts in an organization."""
    owned = UserRecord.objects.filter(
        organization=organization, account__in=list(accounts)
    ).select_related("directory__organization", "account")
    return {record.account_id: record for record in owned if record.account_id}


@dataclass(frozen=True)
class Effect:
    """What unlinking changes: accounts that become local, and places they lose."""

    accounts: int
    places: int
    groups: int


def effect_of_unlinking(organization: Organization, accounts: Iterable[int]) -> Effect:
    """Count what these accounts lose when they are unlinked; one query."""
    known = list(accounts)
    lost = GroupMember.objects.filter(
        account__in=known,
        group__organization=organization,
        group__kind__in=[Group.Kind.SYNCED, Group.Kind.ALL_MEMBERS],
    )
    groups = list(lost.values_list("group_id", flat=True).order_by("group_id"))
    return Effect(accounts=len(known), places=len(groups), groups=len(set(groups)))


def member_account(organization: Organization, email: str) -> Account | None:
    """Return the account of a member by address, None when nobody has it."""
    return Account.objects.filter(
        email_key=fold(email.strip()), memberships__organization=organization
    ).first()


def keys_of(
    report: Report, organization: Organization, ids: Iterable[str]
) -> list[int]:
    """Return the keys of rows by the ids that pages show; others' rows have none."""
    known = [_uuid(each) for each in ids]
    if report in OF_RECORDS:
        records = UserRecord.objects.filter(
            organization=organization, directory__kind=Directory.Kind.ORGANIZATION
        )
        return list(records.filter(scim_id__in=known).values_list("pk", flat=True))
    members = organization.members.filter(account__public_id__in=known)
    return list(members.values_list("pk", flat=True))


def _uuid(text: str) -> uuid.UUID:
    """Return the id of a directory; for what is none, one that nothing has."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
