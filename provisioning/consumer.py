"""Consumer of organization directories; see directories.consumers."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction

from directories.consumers import MembersChange, Outcome
from directories.models import Directory, GroupRecord, Job, UserRecord
from directories.tasks import wake
from provisioning.services import group_members, groups, people, sync


def user_changed(record: UserRecord, now: datetime) -> Outcome:
    """Link the record to its account and keep that in step."""
    return people.take_up(record, now=now)


def user_removed(record: UserRecord, now: datetime) -> None:
    """Unlink the record's account; deactivate it if it is managed."""
    people.let_go(record, now=now)
    _wake_later(*sync.queue_where_waiting(record, now))


def group_changed(record: GroupRecord, now: datetime) -> Outcome:
    """Make or rename the record's synced group."""
    outcome = groups.take_up(record, now=now)
    filled = record.member_count or record.nested_count
    if filled and outcome.state != record.link_state:
        # A group that waited has its members already.
        _wake_later(group_members.queue_sync(record, now))
    return outcome


def members_changed(record: GroupRecord, change: MembersChange, now: datetime) -> None:
    """Carry the change on to the synced groups, large ones by jobs."""
    _wake_later(*group_members.carry_members(record, change, now=now))


def group_removed(record: GroupRecord, now: datetime) -> None:
    """Delete the record's synced group."""
    groups.let_go(record, now=now)


def directory_released(
    directory: Directory, progress: Callable[[int], None], now: datetime
) -> None:
    """Make the groups and people of a closed directory local."""
    sync.release(directory, progress, now)
    _wake_later(*sync.queue_others(directory, now))


def _wake_later(*jobs: Job) -> None:
    for job in jobs:
        transaction.on_commit(partial(wake, job.pk))
