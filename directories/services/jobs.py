"""Writes to jobs: queue, claim, report, finish, rescue."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from directories.models import Directory, Job, JobInput, Organization

STALE = timedelta(seconds=15)
TRIES = 5


class LostRunError(Exception):
    """Another worker took the job over, or it is gone; stop at once."""


@dataclass(frozen=True)
class Run:
    """One worker's hold on a job; every report renews it."""

    job: Job
    number: int

    def report(self, *, done: int, cursor: int = 0, total: int | None = None) -> None:
        """Save how far the work is, inside or outside of a transaction.

        Raises LostRunError when another run has taken over.
        """
        values = {"done": done, "cursor": cursor, "beat_at": timezone.now()}
        if cursor > self.job.cursor:
            values["failures"] = 0
        if total is not None:
            values["total"] = total
        if _held(self).update(**values) != 1:
            raise LostRunError(self.job.pk)


@transaction.atomic
def enqueue_job(
    *,
    kind: str,
    target: str,
    label: str,
    directory: Directory,
    now: datetime,
    total: int = 0,
) -> Job:
    """Return a queued job for `target`, the waiting one if there is one.

    Call it in the transaction of the change that the job carries on. The
    waiting row is locked: its worker starts after that transaction has ended
    and sees the change. It starts at the beginning, whatever it did before.
    """
    owner = {"organization_id": directory.organization_id, "directory": directory}
    work = {"kind": kind, "target": target}
    return _enqueue(work, {"label": label[:255], "total": total}, owner, now)


@transaction.atomic
def enqueue_organization_job(
    *, kind: str, target: str, label: str, organization: Organization, now: datetime
) -> Job:
    """Return a queued job that is about no directory alone; see enqueue_job."""
    owner = {"organization_id": organization.pk, "directory": None}
    work = {"kind": kind, "target": target}
    return _enqueue(work, {"label": label[:255], "total": 0}, owner, now)


def _enqueue(
    work: dict[str, Any], shown: dict[str, Any], owner: dict[str, Any], now: datetime
) -> Job:
    fresh = {**shown, "done": 0, "cursor": 0}
    waiting = Job.objects.filter(**work, state=Job.State.QUEUED)
    while True:
        job = waiting.select_for_update(of=("self",)).order_by("pk").first()
        if job is not None:
            waiting.filter(pk=job.pk).update(**fresh)
            return job
        try:
            with transaction.atomic():
                return Job.objects.create(
                    **owner, **work, **fresh, created_at=now, beat_at=now
                )
        except IntegrityError:
            # Another request queued it at the same moment: take that one, or
            # make one if a worker has taken it already.
            continue


@transaction.atomic
def enqueue_choice(
    *,
    organization: Organization,
    kind: str,
    label: str,
    content: dict[str, Any],
    now: datetime,
    total: int = 0,
) -> Job:
    """Return a queued job about what an admin chose, which `content` tells it.

    Each choice is a job of its own; see Job.input.
    """
    job = Job.objects.create(
        organization=organization,
        kind=kind,
        target=uuid.uuid4().hex,
        label=label[:255],
        total=total,
        created_at=now,
        beat_at=now,
    )
    JobInput.objects.create(job=job, content=content)
    return job


def claim_job(job_id: uuid.UUID) -> Run | None:
    """Take a queued or abandoned job; None when there is nothing to take.

    One worker wins, whatever the broker loses or sends twice. Most kinds are not
    taken while their organization has no subscription.
    """
    now = timezone.now()
    free = Q(state=Job.State.QUEUED) | Q(
        state=Job.State.RUNNING, beat_at__lt=now - STALE
    )
    taken = Job.objects.filter(free, _allowed(), pk=job_id).update(
        state=Job.State.RUNNING, beat_at=now, run=F("run") + 1
    )
    if taken != 1:
        return None
    job = Job.objects.select_related("directory__organization").get(pk=job_id)
    return Run(job=job, number=job.run)


def _allowed() -> Q:
    """Return the condition of jobs that a subscription allows, or need none."""
    paying = Organization.objects.filter(
        subscription=Organization.Subscription.ACTIVE
    ).values("pk")
    return Q(kind__in=settings.JOBS_THAT_GO_ON) | Q(organization__in=paying)


def _held(run: Run) -> "models.QuerySet[Job]":
    return Job.objects.filter(pk=run.job.pk, run=run.number, state=Job.State.RUNNING)


def finish_job(run: Run) -> None:
    """Mark the job of a run as done."""
    now = timezone.now()
    _held(run).update(
        state=Job.State.DONE, done=F("total"), finished_at=now, beat_at=now
    )


def fail_job(run: Run, *, error: str) -> None:
    """Queue the job again, or give up after the fifth failure in a row."""
    now = timezone.now()
    values = {"error": error, "beat_at": now, "failures": F("failures") + 1}
    if run.job.failures + 1 >= TRIES:
        _held(run).update(state=Job.State.FAILED, finished_at=now, **values)
        return
    try:
        with transaction.atomic():
            _held(run).update(state=Job.State.QUEUED, **values)
    except IntegrityError:
        # The same work is queued already and will be done by that job.
        _held(run).update(state=Job.State.DONE, finished_at=now, **values)


def lost_jobs(now: datetime) -> Sequence[uuid.UUID]:
    """Return the jobs whose message or worker seems lost, each once per STALE."""
    stale = Job.objects.filter(_allowed(), beat_at__lt=now - STALE)
    queued = [
        pk
        for pk in stale.filter(state=Job.State.QUEUED).values_list("pk", flat=True)
        if Job.objects.filter(pk=pk, state=Job.State.QUEUED).update(beat_at=now)
    ]
    running = stale.filter(state=Job.State.RUNNING).values_list("pk", flat=True)
    return [*queued, *running]
