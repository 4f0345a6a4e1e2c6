"""Reads about the comparisons of stored access with groups, members and grants."""

from directories.models import Organization
from provisioning.models import AccessCheck


def latest_check(organization: Organization) -> AccessCheck | None:
    """Return the last comparison that was finished, None before the first."""
    done = AccessCheck.objects.filter(
        organization=organization, finished_at__isnull=False
    )
    return done.order_by("-at").first()
