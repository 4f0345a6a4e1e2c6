"""Reads of the page of background work: what goes on, and what is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from directories.models import Domain, GroupRecord, Job, Organization
from directories.paging import Cut, Page, capped_count, cut_sparse
from directories.queries import job_order

SHOWN = 25
OVER = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
TURNS = (Job.State.RUNNING, Job.State.QUEUED, Job.State.PAUSED)


@dataclass(frozen=True)
class JobFilters:
    """Which work to list; "" for all. `directory` is the id of one."""

    text: str = ""
    state: str = ""
    kind: str = ""
    directory: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.state or self.kind or self.directory)


@dataclass(frozen=True)
class GoingOn:
    """The first of the work that is not over; `more` wait unseen, perhaps `many`."""

    jobs: Sequence[Job]
    more: int
    many: bool


def going_on(organization: Organization, filters: JobFilters) -> GoingOn:
    """Return what runs, waits or is paused, in the order in which it will be done."""
    found = Job.objects.filter(
        _passes(filters), organization=organization, state__in=TURNS
    )
    turn = Case(
        *[When(state=state, then=Value(place)) for place, state in enumerate(TURNS)],
        output_field=IntegerField(),
    )
    ranked = job_order.ranked(found, job_order.loads()).annotate(turn=turn)
    ordered = ranked.select_related("directory").order_by("turn", *job_order.ORDER)
    rows = list(ordered[: SHOWN + 1])
    if len(rows) <= SHOWN:
        return GoingOn(rows, 0, many=False)
    count, many = capped_count(found)
    return GoingOn(rows[:SHOWN], max(count - SHOWN, 1), many)


def history(organization: Organization, filters: JobFilters, cut: Cut) -> Page[Job]:
    """Return a page of the work that is over, the newest first.

    At most so many rows are looked at, so that a page may be short.
    """
    jobs = Job.objects.filter(organization=organization).select_related("directory")
    return cut_sparse(jobs, _passes(filters) & Q(state__in=OVER), cut)


def all_over(organization: Organization, filters: JobFilters) -> QuerySet[Job]:
    """Return all the work that is over and passes the filters, unordered."""
    jobs = Job.objects.filter(_passes(filters), organization=organization)
    return jobs.filter(state__in=OVER).select_related("directory")


def _passes(filters: JobFilters) -> Q:
    passes = Q()
    if filters.text:
        passes &= Q(label__icontains=filters.text)
    for name in ("state", "kind", "directory"):
        if wanted := getattr(filters, name):
            passes &= Q(**{name: wanted})
    return passes


def record_of(job: Job) -> GroupRecord | None:
    """Return the group record that a job is about."""
    if not job.target.isdecimal():
        return None
    records = GroupRecord.objects.filter(organization=job.organization_id)
    return records.filter(pk=int(job.target)).first()


def domain_of(job: Job) -> Domain | None:
    """Return the domain that a job is about."""
    domains = Domain.objects.filter(organization=job.organization_id)
    return domains.filter(name=job.label).first()


def asked_by(job: Job) -> str:
    """Return who asked for a job, "" if that is not known."""
    given = getattr(job, "input", None)
    by = given.content.get("by") if given else None
    return str(by.get("name", "")) if isinstance(by, dict) else ""
