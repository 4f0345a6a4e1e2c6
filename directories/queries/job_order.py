"""In which order waiting jobs are done.

Lower priorities first; among equals the directory with least going on, then who has
waited longest. What has waited long moves up, so that nothing waits for ever. All
times are those of the database: the clocks of machines need not agree.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from directories import dialect
from directories.models import Job, Organization

# Whose worker says nothing for so long has lost it.
STALE = timedelta(seconds=15)
# Nothing is put off for longer: a later time is that of a clock that was wrong.
PUT_OFF = timedelta(minutes=1)
# What has waited for so long is as good as normal work, then as urgent work.
NORMAL_AFTER = timedelta(minutes=5)
URGENT_AFTER = timedelta(minutes=15)
# A free worker takes what is new sooner than this.
NOTICED_AFTER = timedelta(seconds=0.3)
ORDER = (F("level").asc(), F("load").asc(), F("since").asc(), F("pk").asc())

Owner = tuple[UUID | None, UUID]
Loads = Mapping[Owner, int]


@dataclass(frozen=True)
class Candidate:
    """A waiting job, its level now, and how much its directory has going on."""

    pk: UUID
    level: int
    load: int


def priority_of(kind: str, total: int) -> int:
    """Return how urgent work of a kind on so many is, as settings say."""
    normal = (int(Job.Priority.NORMAL),) * 2
    few, many = settings.JOB_PRIORITIES.get(kind, normal)
    return int(few if total <= settings.JOB_FEW else many)


def owner_of(job: Job) -> Owner:
    """Return whose share of the workers a job takes: a directory's, if it has one."""
    return (job.directory_id, job.organization_id)


def silent() -> Q:
    """Return the condition of a job that has not been heard of for STALE.

    A beat in the future is that of a clock that has been put back since.
    """
    now = dialect.clock()
    return Q(beat_at__lt=now - STALE) | Q(beat_at__gt=now + STALE)


def allowed() -> Q:
    """Return the condition of jobs that a subscription allows, or need none."""
    paying = Organization.objects.filter(
        subscription=Organization.Subscription.ACTIVE
    ).values("pk")
    return Q(kind__in=settings.JOBS_THAT_GO_ON) | Q(organization__in=paying)


def waiting() -> QuerySet[Job]:
    """Return what a worker may take: queued and due, or left by its worker."""
    now = dialect.clock()
    put_off = Q(waiting_since__gt=now, waiting_since__lte=now + PUT_OFF)
    queued = Q(state=Job.State.QUEUED) & ~(Q(waiting_since__isnull=False) & put_off)
    return Job.objects.filter(
        queued | (Q(state=Job.State.RUNNING) & silent()), allowed()
    )


def loads() -> Counter[Owner]:
    """Count the jobs that run, by whose they are."""
    running = Job.objects.filter(~silent(), state=Job.State.RUNNING)
    counts = running.order_by().values_list("directory", "organization")
    found = counts.annotate(jobs=Count("pk"))
    return Counter({(place, owner): jobs for place, owner, jobs in found})


def ranked(jobs: QuerySet[Job], running: Loads) -> QuerySet[Job]:
    """Return jobs with their `level`, `load` and `since`, ordered by them."""
    now = dialect.clock()
    jobs = jobs.annotate(since=Coalesce("waiting_since", "created_at"))
    level = Case(
        When(since__lt=now - URGENT_AFTER, then=Value(int(Job.Priority.URGENT))),
        When(
            priority=Job.Priority.BULK,
            since__lt=now - NORMAL_AFTER,
            then=Value(int(Job.Priority.NORMAL)),
        ),
        default=F("priority"),
        output_field=IntegerField(),
    )
    shares = [
        When(directory=place, organization=owner, then=Value(count))
        if place
        else When(directory__isnull=True, organization=owner, then=Value(count))
        for (place, owner), count in running.items()
    ]
    load = Case(*shares, default=Value(0), output_field=IntegerField())
    return jobs.annotate(level=level, load=load).order_by(*ORDER)


def first_noticed(running: Loads) -> Candidate | None:
    """Return the first of what waits longer than it would for a free worker."""
    now = dialect.clock()
    long_ago = Q(since__lt=now - NOTICED_AFTER) | Q(since__gt=now)
    ranked: QuerySet[Any] = ranked_by(running).filter(
        Q(state=Job.State.RUNNING) | long_ago
    )
    found = ranked.values_list("pk", "level", "load").first()
    return Candidate(*found) if found else None


def ranked_by(running: Loads) -> QuerySet[Job]:
    """Return what a worker may take, the best first."""
    return ranked(waiting(), running)


def comes_before(found: Candidate, job: Job, running: Loads) -> bool:
    """Say whether a running job should let a waiting one go first.

    It is more urgent, or as urgent and of a directory that has nothing going on, or
    two less than the running one's: with one less they would only change places.
    """
    if found.level != job.priority:
        return found.level < job.priority
    own = running[owner_of(job)]
    return found.load == 0 or found.load < own - 1
