"""Makes what a closed directory owned local, in batches, and says so of each."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from directories import dialect
from directories.events import Event
from directories.models import Directory, Member
from directories.services.audit import SYSTEM, Target, record_events
from provisioning.models import Group
from provisioning.services import pace
from provisioning.services.held_removals.group_deletions import waiting_groups
from provisioning.services.organization_groups import letting_go

# Events that one statement writes.
TOLD = 500


def release(
    directory: Directory, progress: Callable[[int], None], now: datetime
) -> None:
    """Make the groups and people of a closed directory local.

    Nobody loses access: groups keep members and rights, accounts their state. They
    remember where they came from, so that a later push takes them up again.
    """
    done = 0
    for step in (_release_groups, _release_people):
        while count := dialect.retrying(lambda step=step: step(directory, now)):  # type: ignore[misc]
            done += count
            progress(done)
            pace.breathe()


@transaction.atomic
def _release_groups(directory: Directory, now: datetime) -> int:
    waiting = waiting_groups(directory).values("pk")
    owned = Q(record__directory=directory) | Q(directory=directory) | Q(pk__in=waiting)
    found = Group.objects.filter(owned).order_by("pk")[: pace.batch_size()]
    batch = list(found.only("pk", "public_id", "name"))
    chosen = Group.objects.filter(pk__in=[each.pk for each in batch])
    letting_go.release(chosen, directory, now=now)
    targets = (
        Target("group", str(g.public_id), g.name, _why(directory)) for g in batch
    )
    _tell(Event.GROUP_UPDATED, targets, directory, now)
    return len(batch)


@transaction.atomic
def _release_people(directory: Directory, now: datetime) -> int:
    found = Member.objects.filter(directory=directory).order_by("pk")
    batch = list(found.select_related("account")[: pace.batch_size()])
    Member.objects.filter(pk__in=[each.pk for each in batch]).update(
        directory=None, former_directory=directory.name, released_at=now
    )
    targets = (
        Target("account", str(m.account.public_id), m.account.email, _why(directory))
        for m in batch
    )
    _tell(Event.SCIM_USER_UNLINKED, targets, directory, now)
    return len(batch)


def _why(directory: Directory) -> dict[str, str]:
    return {"released_from": directory.name}


def _tell(
    event: Event, targets: Iterator[Target], directory: Directory, now: datetime
) -> None:
    events = [(event, target) for target in targets]
    for start in range(0, len(events), TOLD):
        record_events(
            events[start : start + TOLD],
            organization=directory.organization,
            by=SYSTEM,
            at=now,
        )
