"""Reads of what came of changes of many customers."""

import uuid
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from directories.models import Job, Organization, Site
from portals.models import ChangeResult

CHANGE = "customers-change"
Outcome = ChangeResult.Outcome


def run_of(organization: Organization, site: Site, job_id: uuid.UUID) -> Job | None:
    """Return a job that changed customers of a site, with its input."""
    jobs = organization.jobs.select_related("input")
    job = jobs.filter(pk=job_id, kind=CHANGE).first()
    here = job is not None and job.input.content.get("site") == str(site.pk)
    return job if here else None


def numbers_of(job: Job) -> dict[str, int]:
    """Count what was done and what was not."""
    results = ChangeResult.objects.filter(job=job)
    return results.aggregate(
        done=Count("pk", filter=Q(outcome=Outcome.DONE)),
        refused=Count("pk", filter=Q(outcome=Outcome.REFUSED)),
    )


def results_of(job: Job, outcome: str = "") -> QuerySet[ChangeResult]:
    """Return what came of each customer, of one outcome if asked."""
    results = ChangeResult.objects.filter(job=job)
    return results.filter(outcome=outcome) if outcome else results


def reasons_of(job: Job) -> Iterable[str]:
    """Return the words for what was not done, each once."""
    refused = results_of(job, Outcome.REFUSED).order_by("reason")
    return list(refused.values_list("reason", flat=True).distinct())
