"""Syncs every group that waits for a local one of its name, by one job."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directories import dialect
from directories.events import Event
from directories.models import GroupRecord, Job, Organization
from directories.services import jobs
from directories.services.audit import Actor, Target, record_event
from directories.services.opening import ClosedError
from provisioning.models import ConflictResult
from provisioning.queries.name_conflicts.conflicts import ConflictFilter, conflicts_in
from provisioning.queries.name_conflicts.differences import (
    Difference,
    difference,
    local_groups_of,
)
from provisioning.services import pace
from provisioning.services.admin_rights.rights import LastAdminError
from provisioning.services.name_conflicts import group_conflicts
from provisioning.services.name_conflicts.group_conflicts import (
    Decision,
    NotWaitingError,
)
from provisioning.services.name_conflicts.staying_local import StaysLocalError
from provisioning.services.syncing import sync

SYNC_ALL = "groups-sync-all"
Outcome = ConflictResult.Outcome
NOTHING = Difference(0, 0, 0)


class NothingWaitsError(Exception):
    """No group that matches waits for a local one of its name."""


@transaction.atomic
def sync_all(
    organization: Organization, wanted: ConflictFilter, *, by: Actor, now: datetime
) -> Job:
    """Queue the job that syncs every group that waits and matches.

    Wake it when the transaction has ended. Raises NothingWaitsError.
    """
    total = conflicts_in(organization, wanted).count()
    if not total:
        raise NothingWaitsError(organization.pk)
    record_event(
        Event.GROUP_CONFLICTS_SYNCED,
        organization=organization,
        by=by,
        target=Target(
            "organization",
            str(organization.pk),
            organization.name,
            {"groups": total, **asdict(wanted)},
        ),
        at=now,
    )
    return jobs.enqueue_choice(
        organization=organization,
        kind=SYNC_ALL,
        label=_("Syncing all groups that wait"),
        content={
            **asdict(wanted),
            "by": {"kind": by.kind, "id": by.id, "name": by.name},
        },
        total=total,
        now=now,
    )


def carry_out(run: jobs.Run) -> None:
    """Sync each group that waits; the task of SYNC_ALL jobs.

    Run again, it goes on after the last group that it finished.
    """
    content = run.job.input.content
    by = Actor(**content.pop("by"))
    waiting = conflicts_in(run.job.organization, ConflictFilter(**content))
    cursor, done = run.job.cursor, run.job.done
    for started in _started(run.job, after=cursor):
        _fill(started, run, done=done, cursor=cursor)
        cursor, done = started.pk, done + 1
        run.report(done=min(done, run.job.total), cursor=cursor)
    while record := waiting.filter(pk__gt=cursor).order_by("pk").first():
        if _sync(record, run.job, by):
            _fill(record, run, done=done, cursor=cursor)
        cursor, done = record.pk, done + 1
        run.report(done=min(done, run.job.total), cursor=cursor)
        pace.breathe()


def _started(job: Job, *, after: int) -> list[GroupRecord]:
    """Return what a run that was cut off has decided and perhaps not filled."""
    decided = ConflictResult.objects.filter(job=job, record_key__gt=after)
    keys = decided.filter(outcome=Outcome.SYNCED).values("record_key")
    found = GroupRecord.objects.select_related("directory").filter(pk__in=keys)
    return list(found.order_by("pk"))


def _sync(record: GroupRecord, job: Job, by: Actor) -> bool:
    """Decide about one group and note what came of it; say whether it is synced."""
    group = local_groups_of([record]).get(record.pk)
    numbers = difference(record, group) if group else NOTHING
    try:
        dialect.retrying(lambda: _decide(record, job, by, numbers))
    except NotWaitingError:
        _note(record, job, reason="name_not_local")
        return False
    except StaysLocalError as error:
        _note(record, job, reason=error.reason)
        return False
    except ClosedError:
        _note(record, job, reason="directory_closed")
        return False
    except LastAdminError:
        _note(record, job, reason="last_admin")
        return False
    return True


@transaction.atomic
def _decide(record: GroupRecord, job: Job, by: Actor, numbers: Difference) -> None:
    decided = group_conflicts.carry_out(
        record, Decision.SYNC, by=by, now=timezone.now()
    )
    ConflictResult.objects.create(
        job=job,
        record_key=record.pk,
        outcome=Outcome.SYNCED,
        name=record.display_name,
        directory_name=record.directory.name,
        group=decided.group.public_id,
        joined=numbers.joining,
        left=numbers.leaving,
    )


def _note(record: GroupRecord, job: Job, *, reason: str) -> None:
    ConflictResult.objects.update_or_create(
        job=job,
        record_key=record.pk,
        defaults={
            "outcome": Outcome.REFUSED,
            "reason": reason,
            "name": record.display_name,
            "directory_name": record.directory.name,
        },
    )


def _fill(record: GroupRecord, run: jobs.Run, *, done: int, cursor: int) -> None:
    """Make the members of a group that is synced now those of its record."""
    sync.fill(record, lambda: run.report(done=done, cursor=cursor))
