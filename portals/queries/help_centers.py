"""Reads about help centers: each site with Jira Service Management has one."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from directories.folding import domain_of, fold
from directories.models import Domain, Member, Site
from portals.models import (
    ApprovedDomain,
    Customer,
    CustomerOrganization,
    ProjectOrganization,
    ServiceProject,
)
from portals.queries.access import Visitor
from provisioning.models import App
from provisioning.queries.sites_and_apps.sites import sites_with


def help_centers() -> QuerySet[Site]:
    """Return the sites that have a help center, by name."""
    sites = sites_with(App.Kind.SERVICE_MANAGEMENT)
    return sites.select_related("organization").order_by("name", "pk")


def help_center(site_id: object) -> Site | None:
    """Return the site of an id, None where there is no help center."""
    try:
        number = UUID(str(site_id))
    except ValueError:
        return None
    return help_centers().filter(pk=number).first()


def listed_help_centers() -> list[Site]:
    """Return the help centers that a stranger may choose from, with their settings.

    None where several organizations have some: nobody learns who else is here.
    """
    found = list(help_centers().select_related("service_settings"))
    owners = {site.organization_id for site in found}
    return found if len(owners) == 1 else []


def only_help_center() -> Site | None:
    """Return the site with a help center if there is but one."""
    found = list(help_centers()[:2])
    return found[0] if len(found) == 1 else None


def is_known(site: Site, email: str) -> bool:
    """Say whether an address is a customer's of a site."""
    return Customer.objects.filter(site=site, email_key=fold(email)).exists()


def has_accounts(site: Site, email: str) -> bool:
    """Say whether people of an address's domain sign in with an account.

    That is told by the domain alone, so that the answer says nothing about a person.
    """
    domain = domain_of(email)
    verified = Domain.objects.verified().filter(
        organization=site.organization_id, name=domain
    )
    internal = ApprovedDomain.objects.filter(
        site=site, audience=ApprovedDomain.Audience.INTERNAL, name=domain
    )
    return verified.exists() or internal.exists()


@dataclass(frozen=True)
class OwnOrganization:
    """An organization of the visitor, and the portals that it opens."""

    organization: CustomerOrganization
    portals: list[ServiceProject]


def organizations_of(visitor: Visitor, site: Site) -> list[OwnOrganization]:
    """Return the live organizations of a visitor, each with the portals it opens."""
    customer = customer_of(visitor, site)
    if customer is None or not customer.is_active or is_suspended(visitor, site):
        return []
    mine = CustomerOrganization.objects.filter(
        site=site,
        archived_at__isnull=True,
        organization_members__customer=customer,
    )
    found = {
        each.pk: OwnOrganization(each, []) for each in mine.order_by("name_key", "pk")
    }
    attached = ProjectOrganization.objects.filter(organization__in=[*found])
    for place in attached.select_related("project").order_by("project__name_key"):
        found[place.organization_id].portals.append(place.project)
    return [*found.values()]


def is_suspended(visitor: Visitor, site: Site) -> bool:
    """Say whether the visitor's account is suspended in the organization of a site."""
    suspended = Member.objects.filter(
        organization=site.organization_id, status=Member.Status.SUSPENDED
    )
    return (
        visitor.account is not None
        and suspended.filter(account=visitor.account).exists()
    )


def customer_of(visitor: Visitor, site: Site) -> Customer | None:
    """Return the visitor's row among the customers of a site, if there is one."""
    if visitor.account is not None:
        return Customer.objects.filter(site=site, account=visitor.account).first()
    return visitor.customer


def colleagues_of(organization: CustomerOrganization) -> QuerySet[Customer]:
    """Return the active customers of an organization, for one another to see."""
    return Customer.objects.filter(
        organization_members__organization=organization,
        site=organization.site_id,
        status=Customer.Status.ACTIVE,
    )
