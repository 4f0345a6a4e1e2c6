"""Groups that a provider pushes again after it had let them go.

A provider makes a group first and fills it bit by bit, perhaps for hours. Until it
has had its time nobody leaves such a group but whom it takes out by name, so that
connecting again takes nothing from anybody.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from directories.models import Directory, GroupRecord, Job
from directories.services import jobs
from directories.services.directories import RECONCILE
from provisioning.models import Group

GRACE = timedelta(hours=24)
# Groups that one transaction settles.
SETTLED = 5_000


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
    """Queue comparisons where the time of groups is over; wake what it returns."""
    found: dict[UUID, Job] = {}
    while True:
        step = _settle_next(now)
        if not step:
            return list(found.values())
        found |= step


@transaction.atomic
def _settle_next(now: datetime) -> dict[UUID, Job]:
    """Settle some groups whose time is over; return the jobs by their directories."""
    due = Group.objects.filter(
        kind=Group.Kind.SYNCED, record__created_at__lte=now - GRACE
    ).exclude(released_at=None)
    batch = dict(due.order_by("pk").values_list("pk", "record__directory")[:SETTLED])
    Group.objects.filter(pk__in=list(batch), kind=Group.Kind.SYNCED).update(
        released_at=None
    )
    directories = Directory.objects.filter(pk__in=set(batch.values())).order_by("pk")
    return {
        each.pk: jobs.enqueue_job(
            kind=RECONCILE,
            target=str(each.pk),
            label=each.name,
            directory=each,
            now=now,
        )
        for each in directories
    }
