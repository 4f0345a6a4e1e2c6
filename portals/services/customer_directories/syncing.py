"""Carries changes of members on to synced organizations, large ones by a job."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from directories import dialect, rows
from directories.consumers import MembersChange
from directories.events import Event
from directories.models import GroupRecord, Job
from directories.queries import nesting
from directories.services import jobs
from directories.services.audit import SYSTEM, provider
from directories.services.opening import ClosedError, hold_open
from portals.models import CustomerOrganization, OrganizationMember
from portals.services.customer_directories import synced_members
from portals.services.customer_directories.synced_organizations import organization_of
from portals.services.customer_organizations import members, organizations
from portals.services.customer_organizations.members import Origin
from provisioning.services.pace import batch_size, breathe
from provisioning.services.syncing.memberships import next_users

SYNC = "customer-organization-sync"
Report = Callable[[int, int], None]


def carry_members(
    record: GroupRecord, change: MembersChange, *, now: datetime
) -> list[Job]:
    """Carry a change of members on to the synced organizations where it counts.

    Small ones at once; for large ones the jobs that will do it are returned.
    """
    counts = nesting.counts(record.directory)
    most = settings.MEMBERS_IN_REQUEST
    joined = _people(change.joined, change.nested if counts else (), most)
    left = _people(change.left, change.removed if counts else (), most)
    records = [record.pk, *(change.above if counts else ())]
    size = most + 1 if joined is None or left is None else len(joined) + len(left)
    if joined is None or left is None or size * len(records) > most:
        return [queue_sync(each, now) for each in _leading(record, records)]
    found = CustomerOrganization.objects.filter(record__in=records).order_by("pk")
    keys = list(found.values_list("pk", flat=True))
    shared = record.nested_count or change.above or change.removed
    gone = synced_members.remove_people(keys, left, shared=counts and bool(shared))
    come = synced_members.add_people(keys, joined)
    by = provider(record.directory)
    for pairs, is_joined in ((gone, False), (come, True)):
        members.record_members(
            pairs, joined=is_joined, organization=record.organization, by=by, now=now
        )
    return []


def _people(
    users: Sequence[int], groups: Sequence[int], most: int
) -> Sequence[int] | None:
    """Return these users and all in these groups, None when they are too many."""
    if len(users) > most:
        return None
    if not groups:
        return users
    inside = nesting.users_in(groups, most=most)
    return None if inside is None else list({*users, *inside})


def _leading(record: GroupRecord, keys: Sequence[int]) -> list[GroupRecord]:
    """Return the records that led to an organization."""
    found = GroupRecord.objects.filter(pk__in=keys, customer_organization__isnull=False)
    waiting = list(found.order_by("pk"))
    for each in waiting:
        each.directory, each.organization = record.directory, record.organization
    return waiting


def queue_sync(record: GroupRecord, now: datetime) -> Job:
    """Queue the job that makes the organization of a record equal to it."""
    return jobs.enqueue_job(
        kind=SYNC,
        target=str(record.pk),
        label=record.display_name,
        directory=record.directory,
        total=record.member_count,
        now=now,
    )


def queue_settled(now: datetime) -> list[Job]:
    """Queue the jobs of the organizations whose time to settle has come."""
    due = GroupRecord.objects.select_related("directory").filter(
        customer_organization__settles_at__lte=now, directory__state="active"
    )
    return [queue_sync(each, now) for each in due.order_by("pk").iterator()]


def sync_organization(run: jobs.Run) -> None:
    """Make one synced organization equal to its record; the task of SYNC jobs."""
    record = record_of(int(run.job.target))
    if record is None:
        return
    sources = nesting.counted_groups(record)
    total = nesting.count_users(sources) if sources[1:] else record.member_count
    run.report(done=run.job.done, cursor=run.job.cursor, total=total)
    done = run.job.done

    def report(count: int, cursor: int) -> None:
        nonlocal done
        done += count
        run.report(done=min(done, total), cursor=cursor)

    fill(record, report, after=run.job.cursor)


def record_of(key: int) -> GroupRecord | None:
    """Return a group record with its directory, None when it is deleted."""
    found = GroupRecord.objects.select_related("directory__organization")
    return found.filter(pk=key).first()


def fill(record: GroupRecord, report: Report, *, after: int = 0) -> None:
    """Make the organization of a record equal to it, in short steps.

    `report` is told how many people a step went through and who the last one was.
    """
    # Access ends first: who must leave leaves before anybody joins.
    while dialect.retrying(partial(_settle_next, record)):
        breathe()
    dialect.retrying(partial(_remove_strangers, record))
    while users := dialect.retrying(partial(_join_next, record, after)):
        after = users[-1]
        report(len(users), after)
        breathe()


@dataclass(frozen=True)
class _Locked:
    """A synced organization, and the records whose people belong into it."""

    record: GroupRecord
    organization: CustomerOrganization
    sources: list[int]


def _locked(record: GroupRecord) -> _Locked | None:
    """Lock the record as every change of who counts in it does.

    None in a closed directory, and where no organization follows the record any more.
    """
    try:
        hold_open(record.directory)
    except ClosedError:
        return None
    locked = GroupRecord.objects.select_for_update(of=("self",)).filter(pk=record.pk)
    # By queries of their own: what is joined to a lock is read before the wait.
    current = record_of(record.pk) if locked.exists() else None
    organization = organization_of(current) if current else None
    if current is None or organization is None:
        return None
    return _Locked(current, organization, nesting.counted_groups(current))


@transaction.atomic
def _settle_next(record: GroupRecord) -> bool:
    """Let the next ones go who were there before the group; False at the end."""
    locked, now = _locked(record), timezone.now()
    if locked is None:
        return False
    held = organizations.hold(locked.organization)
    if held.settles_at is None or held.settles_at > now:
        return False
    before = OrganizationMember.objects.filter(organization=held, manual=True)
    batch = list(before.order_by("pk").values_list("pk", flat=True)[: batch_size()])
    gone = members.remove_rows(batch, Origin.MANUAL)
    if gone:
        organizations.record(
            Event.CUSTOMER_ORGANIZATION_MEMBERS,
            held,
            by=SYSTEM,
            now=now,
            left=len(gone),
            settled=[customer for _organization, customer in gone],
        )
    if len(batch) < batch_size():
        held.settles_at = None
        rows.update(held, "settles_at")
        return False
    return True


@transaction.atomic
def _remove_strangers(record: GroupRecord) -> None:
    locked = _locked(record)
    if locked is not None:
        gone = synced_members.remove_strangers(locked.organization.pk, locked.sources)
        _tell(locked, gone, joined=False)


@transaction.atomic
def _join_next(record: GroupRecord, after: int) -> list[int]:
    locked = _locked(record)
    if locked is None:
        return []
    users = next_users(locked.sources, after=after, size=batch_size())
    come = synced_members.add_people([locked.organization.pk], users)
    _tell(locked, come, joined=True)
    return users


def _tell(locked: _Locked, pairs: Sequence[members.Pair], *, joined: bool) -> None:
    members.record_members(
        pairs,
        joined=joined,
        organization=locked.record.directory.organization,
        by=provider(locked.record.directory),
        now=timezone.now(),
    )
