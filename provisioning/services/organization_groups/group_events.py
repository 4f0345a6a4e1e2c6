"""Audit events of groups that follow a record."""

from datetime import datetime

from directories.events import Event
from directories.models import GroupRecord
from directories.services.audit import Actor, Target, record_event
from provisioning.models import Group


def record_group(
    event: Event,
    group: Group,
    by: Actor,
    record: GroupRecord,
    now: datetime,
    **details: object,
) -> None:
    """Write what happened to the synced group of a record."""
    record_event(
        event,
        organization=record.organization,
        by=by,
        target=Target(
            "group",
            str(group.public_id),
            record.display_name,
            {"record": str(record.scim_id), **details},
        ),
        at=now,
    )
