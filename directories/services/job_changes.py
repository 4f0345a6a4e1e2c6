"""What an admin does to background work: pause, resume, cancel, try again."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from directories import dialect
from directories.events import Event
from directories.job_kinds import kind_of
from directories.models import Job
from directories.services.audit import Actor, Target, record_event

State = Job.State


class NotPossibleError(Exception):
    """The job is in another state by now; it carries that state."""


class NotCancellableError(Exception):
    """Work of this kind is not stopped in the middle; it can be paused."""


@transaction.atomic
def pause_job(*, job: Job, by: Actor, now: datetime) -> Job:
    """Let a job rest where it is; return the one that is paused.

    A worker that is at it stops at its next report, and what it did since the last
    one is done again or taken back. Raises NotPossibleError.
    """
    held = _hold(job, State.QUEUED, State.RUNNING)
    if not _moved(held, State.PAUSED):
        # Later changes of the same wait already: that job rests for both.
        _move(held, State.DONE, finished_at=now)
        twin = _twin(held)
        held = twin if twin.state == State.PAUSED else _move(twin, State.PAUSED)
    _record(Event.JOB_PAUSED, held, by, now)
    return held


@transaction.atomic
def resume_job(*, job: Job, by: Actor, now: datetime) -> Job:
    """Let a paused job go on where it was; wake a worker afterwards.

    Raises NotPossibleError.
    """
    held = _hold(job, State.PAUSED)
    _move(held, State.QUEUED, waiting_since=dialect.clock())
    _record(Event.JOB_RESUMED, held, by, now)
    return held


@transaction.atomic
def cancel_job(*, job: Job, by: Actor, now: datetime) -> None:
    """End a job before it is done; what it did stays done.

    Raises NotPossibleError or NotCancellableError.
    """
    if not kind_of(job.kind).can_be_cancelled:
        raise NotCancellableError(job.kind)
    held = _hold(job, State.QUEUED, State.RUNNING, State.PAUSED)
    _move(held, State.CANCELLED, finished_at=now)
    _record(Event.JOB_CANCELLED, held, by, now)


@transaction.atomic
def retry_job(*, job: Job, by: Actor, now: datetime) -> Job:
    """Queue a failed job again, where it stopped; return the one that is queued.

    Wake a worker afterwards. Raises NotPossibleError.
    """
    held = _hold(job, State.FAILED)
    again: dict[str, Any] = {
        "failures": 0,
        "error": "",
        "finished_at": None,
        "waiting_since": dialect.clock(),
    }
    if not _moved(held, State.QUEUED, **again):
        held = _twin(held)
    _record(Event.JOB_TRIED_AGAIN, held, by, now)
    return held


def _hold(job: Job, *states: Job.State) -> Job:
    """Lock a job, as its worker's reports do; raises NotPossibleError."""
    held = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if held.state not in states:
        raise NotPossibleError(held.state)
    return held


def _twin(job: Job) -> Job:
    """Return the waiting job for the same work."""
    rows = Job.objects.select_for_update(of=("self",)).filter(
        kind=job.kind, target=job.target, state__in=(State.QUEUED, State.PAUSED)
    )
    return rows.exclude(pk=job.pk).get()


def _moved(job: Job, state: Job.State, **values: Any) -> bool:
    """Give a job another state; False when the same work waits already."""
    try:
        with transaction.atomic():
            _move(job, state, **values)
    except IntegrityError:
        return False
    return True


def _move(job: Job, state: Job.State, **values: Any) -> Job:
    Job.objects.filter(pk=job.pk).update(state=state, beat_at=dialect.clock(), **values)
    job.state = state
    return job


def _record(event: Event, job: Job, by: Actor, now: datetime) -> None:
    details = {"kind": job.kind, "done": job.done, "total": job.total}
    if job.directory_id:
        details["directory"] = str(job.directory_id)
    record_event(
        event,
        organization=job.organization,
        by=by,
        target=Target("job", str(job.pk), job.label, details),
        at=now,
    )
