"""Reads about the comparisons of stored access with groups, members and grants."""

from directories.models import Job, Organization
from provisioning.models import AccessCheck

CHECK = "access-check"


def latest_check(organization: Organization) -> AccessCheck | None:
    """Return the last comparison that was finished, None before the first."""
    done = AccessCheck.objects.filter(
        organization=organization, finished_at__isnull=False
    )
    return done.order_by("-at").first()


def check_under_way(organization: Organization) -> Job | None:
    """Return the comparison that goes on, waits or is paused, if there is one."""
    going_on = Job.objects.filter(
        kind=CHECK,
        target=str(organization.pk),
        state__in=Job.State.going_on(),
    )
    return going_on.order_by("created_at").first()
