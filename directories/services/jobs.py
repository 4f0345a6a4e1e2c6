"""Writes to jobs: queue them. Runs of them are in job_runs, part of this module."""

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from directories import dialect
from directories.models import Directory, Job, JobInput, Organization
from directories.queries.job_order import STALE, priority_of
from directories.services import job_askers
from directories.services.job_runs import (
    TRIES,
    GaveWayError,
    HopelessError,
    LostRunError,
    Run,
    claim_job,
    claim_next,
    fail_job,
    finish_job,
    lost_jobs,
)

__all__ = [
    "STALE",
    "TRIES",
    "GaveWayError",
    "HopelessError",
    "LostRunError",
    "Run",
    "claim_job",
    "claim_next",
    "enqueue_choice",
    "enqueue_job",
    "enqueue_organization_job",
    "fail_job",
    "finish_job",
    "lost_jobs",
]


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
    and sees the change. It starts at the beginning, whatever it did before, and a
    paused one stays paused.
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
    priority = priority_of(work["kind"], shown["total"])
    fresh = {**shown, "done": 0, "cursor": 0, "priority": priority}
    waiting = Job.objects.filter(**work, state__in=(Job.State.QUEUED, Job.State.PAUSED))
    while True:
        job = waiting.select_for_update(of=("self",)).order_by("pk").first()
        if job is not None:
            if job.state == Job.State.PAUSED:
                # A run that has not noticed yet must not say any more how far it
                # came: what has changed since begins at the beginning.
                fresh["run"] = F("run") + 1
            waiting.filter(pk=job.pk).update(**fresh)
            break
        try:
            with transaction.atomic():
                job = _create(now, **owner, **work, **fresh)
            break
        except IntegrityError:
            # Another request queued it at the same moment: take that one, or
            # make one if a worker has taken it already.
            continue
    job_askers.note(job)
    return job


def _create(now: datetime, **values: Any) -> Job:
    """Queue a job; since when it waits is told by the database's clock."""
    job = Job(created_at=now, beat_at=now, waiting_since=dialect.clock(), **values)
    job.save(force_insert=True)
    job.waiting_since = now
    return job


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
    job = _create(
        now,
        organization=organization,
        kind=kind,
        target=uuid.uuid4().hex,
        label=label[:255],
        total=total,
        priority=priority_of(kind, total),
    )
    JobInput.objects.create(job=job, content=job_askers.known() | content)
    return job
