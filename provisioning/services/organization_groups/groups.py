"""Turns a group's record into a synced group, by the rules of names."""

from datetime import datetime
from functools import partial

from django.db import transaction

from directories.consumers import Outcome
from directories.events import Event
from directories.models import GroupRecord, LinkState
from directories.services.audit import provider
from directories.services.troubleshooting import log_finding
from directories.tasks import wake
from provisioning.models import Group
from provisioning.reasons import Reason
from provisioning.services.directory_scope import scope
from provisioning.services.held_removals import losses
from provisioning.services.organization_groups import deleted_groups, letting_go
from provisioning.services.organization_groups.group_events import record_group
from provisioning.services.organization_groups.group_names import (
    holder_of,
    refuse_local,
    refuse_reserved,
)
from provisioning.services.syncing import explanations
from provisioning.services.syncing.group_members import queue_sync


def take_up(record: GroupRecord, *, now: datetime) -> Outcome:
    """Make or rename the synced group of a record.

    Called in the transaction that wrote the record, which is locked. Raises
    RefusedError for a name that may not be pushed.
    """
    if not scope.carries_group(record):
        return scope.leave_out_group(record, now=now)
    group = Group.objects.filter(record=record).first()
    if group is not None and group.name == record.display_name:
        return Outcome(LinkState.LINKED)
    holder = holder_of(record, group)
    if group is None and holder is not None and losses.takes_back(record, holder):
        return _take_back(holder, record)
    refuse_reserved(record, holder)
    if holder is not None and not (group is None and _take_again(record, holder, now)):
        refuse_local(record)
        return _hold(record, group, now)
    if group is not None:
        _rename(group, record, now)
    elif holder is None:
        create(record, now)
    return Outcome(LinkState.LINKED)


def _take_back(group: Group, record: GroupRecord) -> Outcome:
    """Give a group whose deletion waited to the record that is pushed in its place."""
    group.record, group.name = record, record.display_name
    group.save(update_fields=["record", "name"])
    return Outcome(LinkState.LINKED)


def _hold(record: GroupRecord, group: Group | None, now: datetime) -> Outcome:
    state = LinkState.LINKED if group else LinkState.HELD
    reason = Reason.RENAME_WAITS if group else Reason.LOCAL_NAME
    if reason != record.link_reason:
        finding = explanations.of_group(record, reason)
        log_finding(record.directory, finding, now=now)
    return Outcome(state, reason=reason)


def create(record: GroupRecord, now: datetime) -> Group:
    """Make the synced group of a record whose name is free."""
    group = Group.objects.create(
        organization_id=record.organization_id,
        record=record,
        kind=Group.Kind.SYNCED,
        name=record.display_name,
        name_key=record.display_name_key,
        created_at=now,
    )
    by = provider(record.directory)
    record_group(Event.GROUP_CREATED, group, by, record, now)
    return group


def _rename(group: Group, record: GroupRecord, now: datetime) -> None:
    group.name, group.name_key = record.display_name, record.display_name_key
    group.save(update_fields=["name", "name_key"])
    by = provider(record.directory)
    record_group(Event.GROUP_UPDATED, group, by, record, now)


def _take_again(record: GroupRecord, holder: Group, now: datetime) -> bool:
    """Give a group that was let go, and that nobody changed since, to the record.

    Not to the record of just any directory; see services.letting_go. It keeps its id
    and what it gives; a job makes its members those of the record, who is not pushed
    again leaves some time later (services.returning).
    """
    if holder.released_at is None:
        return False
    still = letting_go.groups_of(record.directory).filter(pk=holder.pk)
    if not still.update(
        kind=Group.Kind.SYNCED,
        record=record,
        name=record.display_name,
    ):
        return False
    by = provider(record.directory)
    record_group(Event.GROUP_UPDATED, holder, by, record, now, taken_up_again=True)
    job = queue_sync(record, now)
    transaction.on_commit(partial(wake, job.pk))
    return True


def let_go(record: GroupRecord, *, now: datetime) -> None:
    """Delete the synced group of a record that is about to be deleted.

    It can be restored for a while.
    """
    group = Group.objects.filter(record=record).first()
    if group is not None and not losses.holds_group(record, group, now=now):
        deleted_groups.delete(
            group,
            organization=record.organization,
            by=provider(record.directory),
            now=now,
            record=record,
        )
