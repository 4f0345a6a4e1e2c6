"""Reads about what another channel access would change, in numbers."""

from dataclasses import dataclass

from directories import dialect
from portals.models import (
    Customer,
    CustomerOrganization,
    OrganizationMember,
    ProjectCustomer,
    ProjectOrganization,
    ServiceProject,
)

ADDED = ProjectCustomer._meta.db_table
ATTACHED = ProjectOrganization._meta.db_table
CUSTOMER = Customer._meta.db_table
MEMBER = OrganizationMember._meta.db_table
ORGANIZATION = CustomerOrganization._meta.db_table


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
    # Set against set: asked for each of very many people, it would take seconds.
    [(invited,)] = dialect.rows(
        f"SELECT count(*) FROM {CUSTOMER} c JOIN (SELECT a.customer_id"  # noqa: S608
        f" FROM {ADDED} a WHERE a.project_id = %s UNION SELECT m.customer_id"
        f" FROM {ATTACHED} p JOIN {MEMBER} m ON m.organization_id = p.organization_id"
        f" JOIN {ORGANIZATION} o ON o.id = p.organization_id"
        " WHERE p.project_id = %s AND o.archived_at IS NULL) x"
        " ON x.customer_id = c.id WHERE c.status = 'active'",
        [project.pk, project.pk],
    )
    return Reach(everybody=active.count(), invited=invited)
