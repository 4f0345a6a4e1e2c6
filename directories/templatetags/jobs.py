"""Words for background work, for templates."""

from django import template

from directories.job_kinds import kind_of
from directories.models import Job

register = template.Library()


@register.filter
def kind_name(job: Job) -> str:
    """Return the name of the kind of a job."""
    return str(kind_of(job.kind).name)


@register.filter
def can_be_cancelled(job: Job) -> bool:
    """Say whether a job goes on and may be stopped for good."""
    return job.state in Job.State.going_on() and kind_of(job.kind).can_be_cancelled
