"""Reads about sites: which have an app, how many people and apps they have."""

from django.db.models import Q, QuerySet

from directories.models import Site
from provisioning.models import App


def sites_with(kind: str) -> QuerySet[Site]:
    """Return the sites that have an app; neither may have been removed."""
    return Site.objects.filter(apps__kind=kind, apps__removed_at__isnull=True)


def closed_sites() -> QuerySet[Site]:
    """Return the sites that were removed, or whose Jira Service Management was."""
    gone = Q(apps__kind=App.Kind.SERVICE_MANAGEMENT, apps__removed_at__isnull=False)
    return Site.with_removed.filter(Q(removed_at__isnull=False) | gone).distinct()
