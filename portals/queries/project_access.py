"""Reads about what another channel access would change, in numbers."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from portals.models import (
    Customer,
    OrganizationMember,
    ProjectCustomer,
    ServiceProject,
)


@dataclass(frozen=True)
class Reach:
    """How many active customers of a site get into a project: open, or restricted."""

    everybody: int
    invited: int

    @property
    def difference(self) -> int:
        """Return how many only an open project lets in."""
        return self.everybody - self.invited


def reach_of(project: ServiceProject) -> Reach:
    """Count the customers whom the project lets in when it is open or restricted.

    People with an account who are no customers yet are not counted.
    """
    active = Customer.objects.filter(
        site=project.site_id, status=Customer.Status.ACTIVE
    )
    added = ProjectCustomer.objects.filter(project=project, customer=OuterRef("pk"))
    members = OrganizationMember.objects.filter(
        customer=OuterRef("pk"),
        organization__archived_at__isnull=True,
        organization__project_organizations__project=project,
    )
    invited = active.filter(Q(Exists(added)) | Q(Exists(members)))
    return Reach(everybody=active.count(), invited=invited.count())
