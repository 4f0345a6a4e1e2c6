"""Turns a group's record into a synced group, by the rules of names."""

from datetime import datetime

from directories.consumers import Outcome
from directories.events import Event
from directories.models import GroupRecord, LinkState
from directories.services.audit import provider
from directories.services.troubleshooting import log_finding
from provisioning.models import Group
from provisioning.services import explanations, rights, scope
from provisioning.services.explanations import Reason
from provisioning.services.group_events import record_group
from provisioning.services.group_names import holder_of, refuse_reserved


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
    refuse_reserved(record, holder)
    if holder is not None:
        return _hold(record, group, now)
    if group is None:
        _create(record, now)
    else:
        _rename(group, record, now)
    return Outcome(LinkState.LINKED)


def _hold(record: GroupRecord, group: Group | None, now: datetime) -> Outcome:
    state = LinkState.LINKED if group else LinkState.HELD
    reason = Reason.RENAME_WAITS if group else Reason.LOCAL_NAME
    if reason != record.link_reason:
        finding = explanations.of_group(record, reason)
        log_finding(record.directory, finding, now=now)
    return Outcome(state, reason=reason)


def _create(record: GroupRecord, now: datetime) -> None:
    group = Group.objects.create(
        organization_id=record.organization_id,
        record=record,
        kind=Group.Kind.SYNCED,
        name=record.display_name,
        name_key=record.display_name_key,
        created_at=now,
    )
    record_group(Event.GROUP_CREATED, group, provider(record.directory), record, now)


def _rename(group: Group, record: GroupRecord, now: datetime) -> None:
    group.name, group.name_key = record.display_name, record.display_name_key
    group.save(update_fields=["name", "name_key"])
    record_group(Event.GROUP_UPDATED, group, provider(record.directory), record, now)


def let_go(record: GroupRecord, *, now: datetime) -> None:
    """Delete the synced group of a record that is about to be deleted."""
    group = Group.objects.filter(record=record).first()
    if group is not None:
        record_group(
            Event.GROUP_DELETED, group, provider(record.directory), record, now
        )
        rights.end_group(group, by=provider(record.directory), now=now)
        group.delete()
