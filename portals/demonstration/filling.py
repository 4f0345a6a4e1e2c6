"""Makes what the help desks of the demonstration begin with."""

from dataclasses import dataclass
from datetime import datetime

from directories.models import Account, Site
from directories.services.audit import SYSTEM
from portals.demonstration.content import SAMPLED, WAITING, Desk, Place
from portals.models import (
    Customer,
    CustomerOrganization,
    ProjectCustomer,
    ProjectRole,
    RequestType,
    ServiceProject,
)
from portals.services.customer_accounts import customers
from portals.services.customer_organizations import organization_domains, organizations
from portals.services.service_projects import (
    attach_rules,
    attaching,
    project_roles,
    projects,
)


@dataclass(frozen=True)
class Made:
    """What a site has by now, by address and by name."""

    customers: dict[str, Customer]
    organizations: dict[str, CustomerOrganization]


def fill(*, named: Site, other: Site, agents: list[Account], now: datetime) -> None:
    """Give both sites projects, and a few customers and organizations.

    `agents` look after the projects: the first as project admin, the others as
    agents.
    """
    for site, place in ((named, WAITING), (other, SAMPLED)):
        made = _people(site, place, now)
        for desk in place.desks:
            project = _project(site, desk, now)
            _let_in(project, desk, made, now)
            _staff(project, agents, now)


def _people(site: Site, place: Place, now: datetime) -> Made:
    made = Made({}, {})
    for email, name in place.customers.items():
        made.customers[email] = customers.create_customer(
            site,
            email=email,
            name=name,
            source=Customer.Source.INVITED,
            by=SYSTEM,
            now=now,
        )
    for email in place.revoked:
        customers.revoke(made.customers[email], by=SYSTEM, now=now)
    for name, emails in place.organizations.items():
        organization = made.organizations[name] = organizations.create_organization(
            site, name=name, by=SYSTEM, now=now
        )
        inside = [made.customers[email].pk for email in emails]
        organizations.add_people(organization, inside, by=SYSTEM, now=now)
        for domain in place.domains.get(name, ()):
            organization_domains.add_domain(
                organization, name=domain, by=SYSTEM, now=now
            )
    return made


def _project(site: Site, desk: Desk, now: datetime) -> ServiceProject:
    details = projects.Details(
        name=desk.name,
        description=desk.description,
        announcement=desk.announcement,
        customer_service_management=desk.customer_service_management,
    )
    project = projects.create_project(site, desk.key, details, by=SYSTEM, now=now)
    if desk.is_open:
        projects.change_permissions(
            project,
            ServiceProject.Access.OPEN,
            ServiceProject.Sharing.ORGANIZATIONS,
            by=SYSTEM,
            now=now,
        )
    project.request_types.all().delete()
    RequestType.objects.bulk_create(
        RequestType(project=project, name=name, description=text, position=position)
        for position, (name, text) in enumerate(desk.requests)
    )
    return project


def _let_in(project: ServiceProject, desk: Desk, made: Made, now: datetime) -> None:
    inside = [made.organizations[name].pk for name in desk.organizations]
    attaching.attach(project, inside, by=SYSTEM, now=now)
    ProjectCustomer.objects.bulk_create(
        ProjectCustomer(
            project=project,
            customer=made.customers[email],
            added_at=now,
            added_by=SYSTEM.name,
        )
        for email in desk.customers
    )
    if desk.rule is not None:
        match, text = desk.rule
        attach_rules.add_rule(project, match, text, by=SYSTEM, now=now)


def _staff(project: ServiceProject, agents: list[Account], now: datetime) -> None:
    for place, account in enumerate(agents):
        role = ProjectRole.Role.AGENT if place else ProjectRole.Role.ADMIN
        project_roles.give_role(project, account, role, by=SYSTEM, now=now)
