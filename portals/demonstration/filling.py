"""Lays what the help desks of the demonstration begin with."""

from datetime import datetime

from directories.folding import domain_of, fold, index_key
from directories.models import Account, Site
from directories.services.audit import SYSTEM
from portals.demonstration.content import SAMPLED, WAITING, Desk, Place
from portals.models import (
    AttachRule,
    Customer,
    CustomerOrganization,
    OrganizationDomain,
    OrganizationMember,
    ProjectCustomer,
    ProjectOrganization,
    ProjectRole,
    RequestType,
    ServiceProject,
)


def fill(*, named: Site, other: Site, agents: list[Account], now: datetime) -> None:
    """Give both sites projects, and a few customers and organizations.

    `agents` look after the projects: the first as project admin, the others as
    agents.
    """
    for site, place in ((named, WAITING), (other, SAMPLED)):
        customers = _customers(site, place, now)
        organizations = _organizations(site, place, customers, now)
        for desk in place.desks:
            project = _project(site, desk, now)
            _let_in(project, desk, customers, organizations, now)
            _staff(project, agents, now)


def _customers(site: Site, place: Place, now: datetime) -> dict[str, Customer]:
    return {
        email: Customer.objects.create(
            site=site,
            source=Customer.Source.INVITED,
            name=name,
            name_key=index_key(name),
            email=email,
            email_key=fold(email),
            email_domain=domain_of(email),
            search_text=fold(f"{name} {email}"),
            created_at=now,
        )
        for email, name in place.customers.items()
    }


def _organizations(
    site: Site, place: Place, customers: dict[str, Customer], now: datetime
) -> dict[str, CustomerOrganization]:
    made = {}
    for name, emails in place.organizations.items():
        organization = made[name] = CustomerOrganization.objects.create(
            site=site,
            source=CustomerOrganization.Source.MANUAL,
            name=name,
            name_key=fold(name),
            member_count=len(emails),
            created_at=now,
        )
        OrganizationMember.objects.bulk_create(
            OrganizationMember(
                organization=organization, customer=customers[email], manual=True
            )
            for email in emails
        )
        for domain in place.domains.get(name, ()):
            OrganizationDomain.objects.create(
                site=site, organization=organization, name=domain, created_at=now
            )
    return made


def _project(site: Site, desk: Desk, now: datetime) -> ServiceProject:
    access = ServiceProject.Access
    project = ServiceProject.objects.create(
        site=site,
        key=desk.key,
        name=desk.name,
        name_key=fold(desk.name),
        description=desk.description,
        announcement=desk.announcement,
        customer_service_management=desk.customer_service_management,
        access=access.OPEN if desk.is_open else access.RESTRICTED,
        created_at=now,
    )
    RequestType.objects.bulk_create(
        RequestType(project=project, name=name, description=text, position=position)
        for position, (name, text) in enumerate(desk.requests)
    )
    return project


def _let_in(
    project: ServiceProject,
    desk: Desk,
    customers: dict[str, Customer],
    organizations: dict[str, CustomerOrganization],
    now: datetime,
) -> None:
    for name in desk.organizations:
        ProjectOrganization.objects.create(
            project=project,
            organization=organizations[name],
            added_at=now,
            added_by=SYSTEM.name,
        )
    for email in desk.customers:
        ProjectCustomer.objects.create(
            project=project,
            customer=customers[email],
            added_at=now,
            added_by=SYSTEM.name,
        )
    if desk.rule is not None:
        match, text = desk.rule
        AttachRule.objects.create(
            site=project.site,
            project=project,
            match=match,
            text=fold(text),
            created_at=now,
            created_by=SYSTEM.name,
        )


def _staff(project: ServiceProject, agents: list[Account], now: datetime) -> None:
    roles = ProjectRole.Role
    for place, account in enumerate(agents):
        ProjectRole.objects.create(
            project=project,
            account=account,
            role=roles.AGENT if place else roles.ADMIN,
            created_at=now,
        )
