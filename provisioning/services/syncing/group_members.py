"""Carries changes of members on to the synced groups where they count."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from directories.consumers import MembersChange
from directories.models import GroupRecord, Job
from directories.queries import nesting
from directories.services import guard, jobs
from provisioning.models import Group
from provisioning.services import consequences
from provisioning.services.held_removals import losses
from provisioning.services.syncing import memberships

SYNC = "group-sync"


def carry_members(
    record: GroupRecord, change: MembersChange, *, now: datetime
) -> list[Job]:
    """Carry a change of members on to the synced groups where they count.

    Small ones at once; for large ones the jobs that will do it are returned.
    """
    counts = nesting.counts(record.directory)
    whole = change if counts else _direct(change)
    held = losses.hold_members(record, whole, now=now)
    most = settings.MEMBERS_IN_REQUEST
    joined = _people(whole.joined, whole.nested, most)
    left = _people(whole.left, whole.removed, most)
    size = most + 1 if joined is None or left is None else len(joined) + len(left)
    records = [record.pk, *whole.above]
    at_once = _as_many(records, size, most)
    groups = _synced(records[:at_once])
    if groups and joined is not None and left is not None:
        shared = record.nested_count or whole.above or whole.removed
        if not held:
            memberships.remove_members(groups, left, shared=counts and bool(shared))
        memberships.add_members(groups, joined)
    if held and not whole.joined and not whole.nested:
        return []
    later = _later(record, records[at_once:])
    if whole.left or whole.removed:
        end_rights_at_once(later)
    return [queue_sync(each, now) for each in later]


def _direct(change: MembersChange) -> MembersChange:
    return MembersChange(joined=change.joined, left=change.left)


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


def _as_many(records: Sequence[int], size: int, most: int) -> int:
    """Return for how many of the records a change can be carried on at once."""
    if size * len(records) <= most:
        return len(records)
    return 1 if size <= most else 0


def _synced(records: Sequence[int]) -> list[int]:
    groups = Group.objects.filter(record__in=records).order_by("pk")
    return list(groups.values_list("pk", flat=True)) if records else []


def _later(record: GroupRecord, records: Sequence[int]) -> list[GroupRecord]:
    """Return the records that wait for a job, those that led to a group."""
    if not records:
        return []
    found = GroupRecord.objects.filter(pk__in=records, group__isnull=False)
    waiting = list(found.order_by("pk"))
    for each in waiting:
        each.directory, each.organization = record.directory, record.organization
    return waiting


def end_rights_at_once(records: Sequence[GroupRecord]) -> None:
    """Take out of groups that give rights whoever their records do not name.

    What a job is to do may wait, an admin right may not.
    """
    groups = Group.objects.filter(record__in=[each.pk for each in records])
    keys = dict(groups.order_by("pk").values_list("pk", "record_id"))
    giving = consequences.giving_rights(list(keys))
    if giving and guard.is_waiting(records[0].directory_id):
        return
    by_key = {each.pk: each for each in records}
    for group in giving:
        sources = nesting.counted_groups(by_key[keys[group]])
        memberships.remove_strangers(group, sources)


def queue_sync(record: GroupRecord, now: datetime) -> Job:
    """Queue the job that makes the synced group equal to its record."""
    return jobs.enqueue_job(
        kind=SYNC,
        target=str(record.pk),
        label=record.display_name,
        directory=record.directory,
        total=record.member_count,
        now=now,
    )
