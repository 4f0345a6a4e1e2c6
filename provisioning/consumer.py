"""Consumer of organization directories; see directories.consumers."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.urls import reverse

from directories.consumers import MembersChange, Outcome, Work
from directories.models import Account, Directory, GroupRecord, Job, UserRecord
from directories.tasks import wake
from provisioning.models import Group
from provisioning.reasons import EXPLANATIONS, Explanation, Reason
from provisioning.services.accounts import people
from provisioning.services.directory_scope import scope_following
from provisioning.services.organization_groups import groups
from provisioning.services.syncing import group_members, releasing, sync


def user_changed(record: UserRecord, now: datetime) -> Outcome:
    """Link the record to its account and keep that in step."""
    held = record.account.email_key if record.account else ""
    outcome = people.take_up(record, now=now)
    if held and outcome.account and outcome.account.email_key != held:
        # Another directory may wait for the address that is free now.
        _wake_later(*sync.queue_where_waiting(record, now, freed=held))
    return outcome


def user_removed(record: UserRecord, now: datetime) -> None:
    """Unlink the record's account; deactivate it if it is managed."""
    people.let_go(record, now=now)
    # The account's address may be another than the one that was pushed last.
    freed = record.account.email_key if record.account else ""
    _wake_later(*sync.queue_where_waiting(record, now, freed=freed))


def group_changed(record: GroupRecord, now: datetime) -> Outcome:
    """Make or rename the record's synced group."""
    outcome = groups.take_up(record, now=now)
    filled = record.member_count or record.nested_count
    if filled and outcome.state != record.link_state:
        # A group that waited has its members already.
        _wake_later(group_members.queue_sync(record, now))
    left_out = (record.link_reason, outcome.reason).count(Reason.OUT_OF_SCOPE)
    if filled and left_out == 1 and not scope_following.follow_group(record, now):
        _wake_later(sync.queue_reconcile(record.directory, now))
    return outcome


def group_revisited(record: GroupRecord, now: datetime) -> Outcome:
    """Make or rename the record's synced group; who asks looks at its people."""
    return groups.take_up(record, now=now)


def members_changed(record: GroupRecord, change: MembersChange, now: datetime) -> None:
    """Carry the change on to the synced groups, large ones by jobs."""
    _wake_later(*group_members.carry_members(record, change, now=now))
    if not scope_following.follow_members(record, change, now):
        _wake_later(sync.queue_reconcile(record.directory, now))


def group_removed(record: GroupRecord, now: datetime) -> None:
    """Delete the record's synced group."""
    groups.let_go(record, now=now)
    if scope_following.is_chosen_or_inside(record):
        _wake_later(sync.queue_reconcile(record.directory, now))


def page_of(record: UserRecord | GroupRecord) -> str:
    """Return the page of a person or a group, "" while there is none."""
    if isinstance(record, GroupRecord):
        group = Group.objects.filter(record=record).first()
        if group is None:
            return ""
        return reverse("provisioning:group-detail", args=[group.public_id])
    found = Account.objects.filter(
        records=record.pk, memberships__organization=record.organization_id
    )
    account = found.first()
    if account is None:
        return ""
    return reverse("provisioning:user-detail", args=[account.public_id])


def explanation_of(reason: str) -> Explanation | None:
    """Return the words of a link reason."""
    return EXPLANATIONS.get(reason)


def account_deleted(account: Account, now: datetime) -> None:
    """Do nothing: groups lose an account with its row."""


def directory_released(
    directory: Directory, progress: Callable[[int], None], now: datetime
) -> None:
    """Make the groups and people of a closed directory local."""
    releasing.release(directory, progress, now)
    _wake_later(*sync.queue_others(directory, now))


def directory_compared(run: Work) -> None:
    """Look at waiting people again, and make every synced group equal."""
    sync.reconcile_directory(run)


def _wake_later(*jobs: Job) -> None:
    for job in jobs:
        transaction.on_commit(partial(wake, job.pk))
