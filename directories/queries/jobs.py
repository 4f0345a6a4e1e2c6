"""Reads about background work."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from directories.models import Directory, Job

SHOWN = 5
EXPLAINED_FOR = timedelta(days=7)
ACTIVE = Job.State.going_on()


@dataclass(frozen=True)
class Work:
    """The jobs of a directory that its page shows; `more` wait unseen."""

    jobs: list[Job]
    more: int

    @property
    def active(self) -> bool:
        """Say whether one of the jobs is not over."""
        return any(job.state in ACTIVE for job in self.jobs)


def work_of(directory: Directory, now: datetime, *, mended_by: str) -> Work:
    """Return the jobs that go on, then the failures nothing has made good.

    A later job of the same kind and target makes a failure good, and so does a
    later one of the kind `mended_by`.
    """
    # By name the states sort backwards: running, queued, paused, failed.
    jobs = _worth_showing(directory, now, mended_by).order_by(
        "-state", "created_at", "pk"
    )
    rows = list(jobs[: SHOWN + 1])
    more = jobs.count() - SHOWN if len(rows) > SHOWN else 0
    return Work(rows[:SHOWN], more)


def last_done_at(directory: Directory, *, kind: str) -> datetime | None:
    """Return when work of a kind on the directory was last finished."""
    done = Job.objects.filter(directory=directory, kind=kind, state=Job.State.DONE)
    return done.order_by("-finished_at").values_list("finished_at", flat=True).first()


def _worth_showing(
    directory: Directory, now: datetime, mended_by: str
) -> QuerySet[Job]:
    # Asked one by one, for an index answers either and none answers both.
    later = Job.objects.filter(
        directory=directory,
        kind=OuterRef("kind"),
        target=OuterRef("target"),
        created_at__gt=OuterRef("created_at"),
    )
    mended = Job.objects.filter(directory=directory, kind=mended_by)
    last = mended.aggregate(at=Max("created_at"))["at"]
    failed = Q(state=Job.State.FAILED, finished_at__gt=now - EXPLAINED_FOR)
    if last is not None:
        failed &= Q(created_at__gte=last)
    return Job.objects.filter(
        Q(state__in=ACTIVE) | (failed & ~Q(Exists(later))), directory=directory
    )
