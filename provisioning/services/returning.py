"""Groups that a provider pushes again after it had let them go.

A provider makes a group first and fills it bit by bit, perhaps for hours. Until it
has had its time nobody leaves such a group but whom it takes out by name, so that
connecting again takes nothing from anybody.
"""

from datetime import datetime, timedelta

from django.db import transaction

from directories.models import GroupRecord, Job
from provisioning.models import Group
from provisioning.services.group_members import queue_sync

GRACE = timedelta(hours=24)


def is_returning(group: Group, record: GroupRecord, now: datetime) -> bool:
    """Say whether people may still be missing whom the provider will push."""
    return grace_ends_at(group, record) > now


def grace_ends_at(group: Group, record: GroupRecord) -> datetime:
    """Return when the group becomes equal to its record; long ago for all others."""
    came_back = group.kind == Group.Kind.SYNCED and group.released_at is not None
    return record.created_at + GRACE if came_back else record.created_at


def settle_group(group: Group) -> None:
    """Let the group be what its record says from now on; a job makes it so."""
    returned = Group.objects.filter(pk=group.pk, kind=Group.Kind.SYNCED)
    returned.exclude(released_at=None).update(released_at=None)


def settle_due(now: datetime) -> list[Job]:
    """Queue the work on groups whose time is over; wake what it returns."""
    due = (
        Group.objects.filter(
            kind=Group.Kind.SYNCED, record__created_at__lte=now - GRACE
        )
        .exclude(released_at=None)
        .select_related("record__directory")
        .order_by("pk")
    )
    return [job for group in due if (job := _settle(group, now))]


@transaction.atomic
def _settle(group: Group, now: datetime) -> Job | None:
    if group.record is None:
        return None
    settle_group(group)
    return queue_sync(group.record, now)
