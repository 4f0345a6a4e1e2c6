"""One worker's hold on a job: taken, reported on, given away, ended.

Who holds a job is a number in its row. Messages only wake workers: one that is lost
or comes twice changes nothing.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from directories import dialect
from directories.models import Job
from directories.queries import job_order
from directories.queries.job_order import STALE, Candidate

TRIES = 5
# A run looks no more often whether others should go first.
LOOK_S = 0.5
# It goes on for so long before it lets more urgent work go first, and equally urgent.
SLICE_S = 1.0
FAIR_SLICE_S = 5.0
# Messages that one rescue sends; each makes a worker do one job after the other.
RESCUED = 100


class LostRunError(Exception):
    """Another worker took the job over, or it is paused or gone; stop at once."""


class HopelessError(Exception):
    """The job has done what it could, and would fail again; the text is for admins."""


class GaveWayError(LostRunError):
    """The job waits again, behind `then`, which this worker holds instead."""

    def __init__(self, then: "Run") -> None:
        super().__init__(then.job.pk)
        self.then = then


@dataclass
class _Pace:
    """How a run gets on; `moved` since it last looked at others."""

    began: float = field(default_factory=time.monotonic)
    looked: float = field(default_factory=time.monotonic)
    done: int = 0
    cursor: int = 0
    moved: bool = False


@dataclass(frozen=True)
class Run:
    """One worker's hold on a job; every report renews it."""

    job: Job
    number: int
    _pace: _Pace = field(default_factory=_Pace, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Begin where the job stands."""
        self._pace.done, self._pace.cursor = self.job.done, self.job.cursor

    def report(self, *, done: int, cursor: int = 0, total: int | None = None) -> None:
        """Save how far the work is, inside or outside of a transaction.

        Outside of one, call it where the work may rest: see `give_way`. Raises
        LostRunError when another run has taken over, or somebody stopped it.
        """
        values = {"done": done, "cursor": cursor, "beat_at": dialect.clock()}
        if cursor > self.job.cursor:
            values["failures"] = 0
        if total is not None:
            values["total"] = total
        if _held(self).update(**values) != 1:
            self._leave_place(done, cursor)
            raise LostRunError(self.job.pk)
        self._note(done, cursor)
        self.give_way()

    def beat(self) -> None:
        """Renew the hold in the middle of a step: the work stands where it stood."""
        self.report(done=self._pace.done, cursor=self._pace.cursor)

    def give_way(self) -> None:
        """Let better or fairer work go first, if it waits and no worker is free.

        Only between two steps of kinds that go on where they were. Raises
        GaveWayError.
        """
        pace, now = self._pace, time.monotonic()
        if not pace.moved or connection.in_atomic_block or now < pace.looked + LOOK_S:
            return
        if now < pace.began + SLICE_S:
            return
        pace.looked, pace.moved = now, False
        then = _change_places(self, is_fair=now >= pace.began + FAIR_SLICE_S)
        if then is not None:
            raise GaveWayError(then)

    def _note(self, done: int, cursor: int) -> None:
        pace, kind = self._pace, self.job.kind
        if kind in settings.JOBS_THAT_GO_ON_AT_CURSOR:
            # A report that takes the cursor back would have the next run begin there.
            pace.moved = cursor >= pace.cursor and (pace.moved or cursor > pace.cursor)
        elif kind in settings.JOBS_THAT_USE_UP:
            pace.moved |= done > pace.done
        pace.done, pace.cursor = done, max(cursor, pace.cursor)

    def _leave_place(self, done: int, cursor: int) -> None:
        """Let a job that was paused since go on behind what this run has done."""
        paused = Job.objects.filter(pk=self.job.pk, run=self.number)
        paused.filter(state=Job.State.PAUSED).update(done=done, cursor=cursor)


def claim_job(job_id: uuid.UUID) -> Run | None:
    """Take a queued or abandoned job; None when there is nothing to take.

    One worker wins, whatever the broker loses or sends twice. Most kinds are not
    taken while their organization has no subscription.
    """
    free = Q(state=Job.State.QUEUED) | (Q(state=Job.State.RUNNING) & job_order.silent())
    return _take(Job.objects.filter(free, job_order.allowed(), pk=job_id), job_id)


def claim_next() -> Run | None:
    """Take the best job that waits; None when there is none.

    Workers pass over what others are just taking, so they never wait for each other.
    """
    # Asked first without a transaction: on SQLite each one keeps all others waiting.
    if not job_order.waiting().exists():
        return None
    return _take_first(job_order.ranked_by(job_order.loads()))


@transaction.atomic
def _take_first(ranked: "QuerySet[Job]") -> Run | None:
    free = ranked.select_for_update(of=("self",), skip_locked=True).only("pk")
    found = free.first()
    return _take(Job.objects.all(), found.pk) if found else None


def _take(free: "QuerySet[Job]", job_id: uuid.UUID) -> Run | None:
    now = dialect.clock()
    taken = free.filter(pk=job_id).update(
        state=Job.State.RUNNING, beat_at=now, run=F("run") + 1
    )
    if taken != 1:
        return None
    Job.objects.filter(pk=job_id, started_at=None).update(started_at=now)
    job = Job.objects.select_related("directory__organization").get(pk=job_id)
    return Run(job=job, number=job.run)


def _change_places(run: Run, *, is_fair: bool) -> Run | None:
    """Take the first of what waits and let `run` wait, if that is better."""
    found = _first_waiting(run)
    if found is None or not (is_fair or found.level < run.job.priority):
        return None
    try:
        with transaction.atomic():
            then = _take_first(job_order.ranked_by({}).filter(pk=found.pk))
            if then is not None:
                _wait_again(run)
            return then
    except IntegrityError:
        # Later changes of the same wait already: going on is sooner done than both.
        return None


def _first_waiting(run: Run) -> Candidate | None:
    """Return the first of what waits, if it comes before a running job."""
    running = job_order.loads()
    found = job_order.first_noticed(running)
    if found is None or not job_order.comes_before(found, run.job, running):
        return None
    return found


def _wait_again(run: Run) -> None:
    now = dialect.clock()
    waits = {"state": Job.State.QUEUED, "beat_at": now, "waiting_since": now}
    if _held(run).update(**waits) != 1:
        raise LostRunError(run.job.pk)


def _held(run: Run) -> "QuerySet[Job]":
    return Job.objects.filter(pk=run.job.pk, run=run.number, state=Job.State.RUNNING)


def finish_job(run: Run) -> None:
    """Mark the job of a run as done."""
    _held(run).update(
        state=Job.State.DONE,
        done=F("total"),
        finished_at=timezone.now(),
        beat_at=dialect.clock(),
    )


def fail_job(run: Run, *, error: str, for_good: bool = False) -> None:
    """Queue the job again for a later try, or give up after the fifth in a row."""
    now, clock = timezone.now(), dialect.clock()
    values = {"error": error, "beat_at": clock, "failures": F("failures") + 1}
    if for_good or _failures(run) + 1 >= TRIES:
        _held(run).update(state=Job.State.FAILED, finished_at=now, **values)
        return
    try:
        with transaction.atomic():
            _held(run).update(
                state=Job.State.QUEUED, waiting_since=clock + STALE, **values
            )
    except IntegrityError:
        # The same work is queued already and will be done by that job.
        _held(run).update(state=Job.State.DONE, finished_at=now, **values)


def _failures(run: Run) -> int:
    """Return how often the job failed since it last moved on, this run included."""
    return _held(run).values_list("failures", flat=True).first() or 0


def lost_jobs() -> Sequence[uuid.UUID]:
    """Return the jobs whose message or worker seems lost, most urgent first.

    Each queued one once per STALE, and no more than workers can do meanwhile.
    """
    lost = Job.objects.filter(job_order.allowed(), job_order.silent())
    ordered = lost.order_by("priority", "waiting_since", "pk")
    keys = ordered.values_list("pk", flat=True)
    queued = list(keys.filter(state=Job.State.QUEUED)[:RESCUED])
    Job.objects.filter(pk__in=queued, state=Job.State.QUEUED).update(
        beat_at=dialect.clock()
    )
    return [*queued, *keys.filter(state=Job.State.RUNNING)[:RESCUED]]
