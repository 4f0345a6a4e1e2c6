"""Reads of the start page of a site's service: its numbers."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from directories.models import Directory, Site
from directories.paging import capped_count
from portals.models import (
    ApprovedDomain,
    Customer,
    CustomerOrganization,
    ProjectOrganization,
    ProjectRole,
    ServiceProject,
)
from portals.queries.organizations import count_attached
from portals.queries.roles import roles_in
from provisioning.models import App
from provisioning.queries.sites_and_apps.sites import sites_with

CAP = 10_000


@dataclass(frozen=True)
class Number:
    """How many there are, and whether there are more than were counted."""

    count: int
    more: bool = False


def service_sites() -> QuerySet[Site]:
    """Return the sites that have Jira Service Management, by name."""
    return sites_with(App.Kind.SERVICE_MANAGEMENT).order_by("name", "pk")


def customer_numbers(site: Site) -> dict[str, Number]:
    """Count the customers of a site, and those whose access is revoked."""
    rows = Customer.objects.filter(site=site)
    revoked = rows.filter(status=Customer.Status.REVOKED)
    return {"all": _number(rows), "revoked": _number(revoked)}


def organization_numbers(site: Site) -> dict[str, Number]:
    """Count the organizations of a site: all, synced ones, and those in no project."""
    rows = CustomerOrganization.objects.filter(site=site, archived_at=None)
    synced = rows.filter(source=CustomerOrganization.Source.SYNCED)
    attached = ProjectOrganization.objects.filter(organization=OuterRef("pk"))
    return {
        "all": _number(rows),
        "synced": _number(synced),
        "unattached": Number(*count_attached(rows.filter(~Exists(attached)), CAP)),
    }


def project_numbers(site: Site) -> dict[str, int]:
    """Count the service projects of a site, and those that are open."""
    rows = ServiceProject.objects.filter(site=site)
    is_open = Q(access=ServiceProject.Access.OPEN)
    return rows.aggregate(all=Count("pk"), open=Count("pk", filter=is_open))


def provider_numbers(site: Site) -> dict[str, int]:
    """Count the identity providers of a site's customers, and those that are set up."""
    rows = Directory.objects.filter(customer_directory__site=site)
    is_active = Q(state=Directory.State.ACTIVE)
    return rows.aggregate(all=Count("pk"), active=Count("pk", filter=is_active))


def approved_count(site: Site) -> int:
    """Count the domains that a site approves."""
    return ApprovedDomain.objects.filter(site=site).count()


def agent_count(site: Site) -> int:
    """Count the people who are agents in service projects of a site."""
    roles = roles_in(site.organization_id).filter(
        project__site=site, role=ProjectRole.Role.AGENT
    )
    return roles.order_by("account").values("account").distinct().count()


def _number(rows: QuerySet[Customer] | QuerySet[CustomerOrganization]) -> Number:
    return Number(*capped_count(rows, CAP))
