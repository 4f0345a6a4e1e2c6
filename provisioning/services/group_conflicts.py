"""Decisions about pushed groups whose name a local group holds."""

from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.models import GroupRecord, Job, LinkState
from directories.services.audit import Actor
from directories.services.opening import hold_open
from provisioning.models import Group
from provisioning.services.explanations import Reason
from provisioning.services.group_events import record_group
from provisioning.services.group_members import end_rights_at_once, queue_sync
from provisioning.services.group_names import BUILT_IN_NAMES


class NotWaitingError(Exception):
    """The record does not wait for a local group of its name (any more)."""


@transaction.atomic
def sync_held_group(record: GroupRecord, *, by: Actor, now: datetime) -> Job:
    """Hand the local group that a record waits for over to the record.

    Returns the job that makes their members equal; wake it when the transaction
    has ended. Raises NotWaitingError or opening.ClosedError.
    """
    hold_open(record.directory)
    held = (
        GroupRecord.objects.select_for_update(of=("self",))
        .select_related("organization", "directory")
        .filter(pk=record.pk, link_state=LinkState.HELD, link_reason=Reason.LOCAL_NAME)
        .first()
    )
    if held is None or held.display_name_key in BUILT_IN_NAMES:
        raise NotWaitingError(record.pk)
    same_name = Group.objects.filter(
        organization_id=held.organization_id,
        name_key=held.display_name_key,
        kind=Group.Kind.LOCAL,
    )
    group = next(iter(same_name.select_for_update(of=("self",))), None)
    if group is None:
        raise NotWaitingError(record.pk)
    group.kind, group.record, group.name = Group.Kind.SYNCED, held, held.display_name
    group.save(update_fields=["kind", "record", "name"])
    held.link_state, held.link_reason = LinkState.LINKED, ""
    held.save(update_fields=["link_state", "link_reason"])
    record_group(Event.GROUP_HANDED_OVER, group, by, held, now)
    end_rights_at_once([held])
    return queue_sync(held, now)
