"""Decides about pushed groups whose name an organization has: one, all, undone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directories.consumers import RefusedError
from directories.models import AuditEvent, Directory, GroupRecord, Job
from directories.services import jobs
from directories.services.audit import Actor
from directories.services.opening import ClosedError
from portals.models import CustomerOrganization
from portals.queries import group_conflicts as queries
from portals.services.customer_directories import group_choices
from portals.services.customer_directories.providers import note
from provisioning.services import pace

SYNC_ALL = "customer-groups-sync-all"


class NothingWaitsError(Exception):
    """No group of the directory waits for an admin."""


def sync_one(conflict: queries.Conflict, *, by: Actor, now: datetime) -> Job:
    """Let the organization of a group's name follow it; return the job that fills it.

    Raises group_choices.NotWaitingError, ClosedError or RefusedError.
    """
    record = conflict.record
    job = group_choices.sync_group(record, by=by, now=now)
    found = CustomerOrganization.objects.filter(record=record.pk)
    synced = found.values_list("public_id", flat=True).first()
    numbers = conflict.difference or queries.Difference()
    note(
        record.directory,
        by,
        now,
        synced_group=record.display_name,
        organization_id=str(synced or ""),
        joining=numbers.joining,
        leaving=numbers.leaving,
    )
    return job


@transaction.atomic
def queue_all(directory: Directory, *, by: Actor, now: datetime) -> Job:
    """Queue the job that syncs every group that waits; raises NothingWaitsError."""
    waiting = queries.waiting_groups(directory)
    total = waiting.count()
    newest = waiting.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        raise NothingWaitsError(directory.pk)
    note(directory, by, now, synced_all=total)
    job = jobs.enqueue_choice(
        organization=directory.organization,
        kind=SYNC_ALL,
        label=_("Syncing all groups that wait"),
        content={
            "directory": str(directory.pk),
            "until": newest,
            "by": {"kind": by.kind, "id": by.id, "name": by.name},
        },
        total=total,
        now=now,
    )
    # So that the directory's page shows how far it is.
    Job.objects.filter(pk=job.pk).update(directory=directory)
    job.directory = directory
    return job


def carry_out(run: jobs.Run) -> Iterator[Job]:
    """Sync each group that waited, and yield the jobs that fill them, to wake.

    Groups that wait for other reasons by then are passed over. Run again, it goes on
    after the last one that it finished.
    """
    content: dict[str, Any] = run.job.input.content
    directory = run.job.directory
    if directory is None:
        return
    by = Actor(
        kind=AuditEvent.ActorKind(content["by"]["kind"]),
        id=content["by"]["id"],
        name=content["by"]["name"],
    )
    cursor, done = run.job.cursor, run.job.done
    while record := _next(directory, cursor, content["until"]):
        job = _sync(directory, record, by)
        cursor, done = record.pk, done + 1
        run.report(done=min(done, run.job.total), cursor=cursor)
        if job is not None:
            yield job
        pace.breathe()


def _next(directory: Directory, after: int, until: int) -> GroupRecord | None:
    waiting = queries.waiting_groups(directory).filter(pk__gt=after, pk__lte=until)
    return waiting.order_by("pk").first()


def _sync(directory: Directory, record: GroupRecord, by: Actor) -> Job | None:
    (conflict,) = queries.conflicts_of(directory, [record])
    try:
        return sync_one(conflict, by=by, now=timezone.now())
    except (group_choices.NotWaitingError, ClosedError, RefusedError):
        # Decided meanwhile, or another directory has the name: it waits on.
        return None


def undo(
    directory: Directory,
    organization: CustomerOrganization,
    *,
    by: Actor,
    now: datetime,
) -> CustomerOrganization:
    """Part an organization from its group, and take back whom it lost by it.

    Raises group_choices.NotSyncedError or organizations.GoneError.
    """
    back = len(group_choices.settled_customers(organization))
    held = group_choices.unlink_group(organization, by=by, now=now)
    note(
        directory,
        by,
        now,
        undone=held.name,
        organization_id=str(held.public_id),
        back=back,
    )
    return held
