"""Reads which roles in service projects count.

A role rests while its account is suspended in the organization of the site, and when
it is no user of that organization any more: nobody works there who has left. Nor does
anybody on a site that was removed, or has lost Jira Service Management.
"""

from uuid import UUID

from django.db.models import F, QuerySet

from directories.models import Member
from portals.models import ProjectRole
from provisioning.models import App
from provisioning.queries.sites_and_apps.sites import sites_with


def roles_in(organization: UUID) -> QuerySet[ProjectRole]:
    """Return the roles of active users of an organization."""
    return ProjectRole.objects.filter(
        account__memberships__organization=organization,
        account__memberships__status=Member.Status.ACTIVE,
    )


def roles_everywhere() -> QuerySet[ProjectRole]:
    """Return the roles of active users of the organization of each project."""
    served = sites_with(App.Kind.SERVICE_MANAGEMENT)
    return ProjectRole.objects.filter(
        project__site__in=served,
        account__memberships__organization=F("project__site__organization"),
        account__memberships__status=Member.Status.ACTIVE,
    )
