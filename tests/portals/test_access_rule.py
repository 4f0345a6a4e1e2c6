"""The query that lists portals says what the rule says, person by person."""

import random
from typing import Any

import pytest

from directories.models import Account, Member, RoleAssignment, Site
from directories.permissions import rights_of
from portals.models import (
    ApprovedDomain,
    Customer,
    CustomerOrganization,
    OrganizationMember,
    ProjectCustomer,
    ProjectOrganization,
    ProjectRole,
    ServiceProject,
    ServiceSettings,
)
from portals.permissions import SiteRight, site_rights
from portals.queries.access import ANYBODY, Visitor, may_open, portals_of, visitor_of
from portals.queries.access_reasons import portals_with_reasons, why
from tests.factories.directories import (
    LONG_AGO,
    AccountFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
)
from tests.factories.portals import (
    AppFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ProjectOrganizationFactory,
    ProjectRoleFactory,
    ServiceProjectFactory,
    ServiceSiteFactory,
)

pytestmark = pytest.mark.django_db

DOMAINS = ["in.example", "out.example", "far.example"]
OPEN, RESTRICTED = ServiceProject.Access.OPEN, ServiceProject.Access.RESTRICTED


class World:
    """Two sites of one organization and one of another, filled at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - data of a test
        organization, other = OrganizationFactory.create(), OrganizationFactory.create()
        self.sites = [
            ServiceSiteFactory.create(organization=organization),
            ServiceSiteFactory.create(organization=organization),
            ServiceSiteFactory.create(organization=other),
        ]
        self.accounts = [self._account() for _ in range(8)]
        self.customers: list[Customer] = []
        self.projects: list[ServiceProject] = []
        for site in self.sites:
            self._fill(site)

    def chance(self, share: float = 0.5) -> bool:
        """Say yes to a share of the questions."""
        return self.random.random() < share

    def _account(self) -> Account:
        status = "active" if self.chance(0.85) else "deactivated"
        account = AccountFactory.create(status=status)
        domain = self.random.choice(DOMAINS)
        account.email = f"{account.public_id}@{domain}"
        account.email_key, account.email_domain = account.email, domain
        account.save()
        return account

    def _fill(self, site: Site) -> None:
        if self.chance(0.8):
            self._settle(site)
        for account in self.random.sample(self.accounts, 4):
            status = "suspended" if self.chance(0.2) else "active"
            Member.objects.get_or_create(
                organization=site.organization,
                account=account,
                defaults={"status": status, "joined_at": LONG_AGO},
            )
        self._add_rights(site)
        customers = [self._customer(site, None) for _ in range(5)]
        customers += [
            self._customer(site, account)
            for account in self.random.sample(self.accounts, 3)
        ]
        organizations = [
            CustomerOrganizationFactory.create(
                site=site, archived_at=LONG_AGO if self.chance(0.2) else None
            )
            for _ in range(4)
        ]
        for organization in organizations:
            for customer in self.random.sample(customers, 3):
                OrganizationMemberFactory.create(
                    organization=organization, customer=customer
                )
        for _ in range(5):
            self._project(site, customers, organizations)
        self.customers += customers

    def _settle(self, site: Site) -> None:
        ServiceSettings.objects.create(
            site=site,
            internal_domains=self.chance(),
            external_accounts=self.chance(),
            external_domains_only=self.chance(),
            sign_up=self.chance(),
            anonymous=self.chance(0.3),
        )
        for audience in ("internal", "external"):
            for name in self.random.sample(DOMAINS, 1):
                ApprovedDomain.objects.create(site=site, audience=audience, name=name)

    def _add_rights(self, site: Site) -> None:
        roles = [
            ("organization_admin", False, ""),
            ("site_admin", True, ""),
            ("app_admin", True, "jira"),
            ("app_admin", True, "trello"),
            ("app_admin", False, ""),
        ]
        role, here, app = self.random.choice(roles)
        RoleAssignmentFactory.create(
            organization=site.organization,
            site=site if here else None,
            account=self.random.choice(self.accounts),
            role=role,
            app=app,
        )

    def _customer(self, site: Site, account: Account | None) -> Customer:
        revoked = self.chance(0.25)
        more: dict[str, Any] = {"account": account, "kind": "account"}
        return CustomerFactory.create(
            site=site,
            status="revoked" if revoked else "active",
            revoked_by=self.random.choice(["admin", "provider"]) if revoked else "",
            **(more if account else {}),
        )

    def _project(
        self,
        site: Site,
        customers: list[Customer],
        organizations: list[CustomerOrganization],
    ) -> None:
        access = OPEN if self.chance(0.3) else RESTRICTED
        project = ServiceProjectFactory.create(site=site, access=access)
        for customer in self.random.sample(customers, self.random.randint(0, 3)):
            ProjectCustomerFactory.create(project=project, customer=customer)
        for one in self.random.sample(organizations, self.random.randint(0, 2)):
            ProjectOrganizationFactory.create(project=project, organization=one)
        if self.chance():
            ProjectRoleFactory.create(
                project=project, account=self.random.choice(self.accounts)
            )
        self.projects.append(project)


def naive(visitor: Visitor, project: ServiceProject) -> bool:
    """Say the rule as it is told, row by row."""
    site = project.site
    settings = ServiceSettings.objects.filter(site=site).first()
    anonymous = bool(settings and settings.anonymous)
    is_open = project.access == OPEN
    if visitor.account is not None:
        account = visitor.account
        if not account.is_active or is_suspended(account, site):
            return False
        customer = Customer.objects.filter(site=site, account=account).first()
        admitted = anonymous or is_welcome(account, site, settings)
        entered = customer is None and is_open and admitted
        return works(account, project) or entered or is_guest(customer, project)
    if visitor.customer is not None:
        return is_guest(visitor.customer, project)
    return is_open and anonymous


def is_guest(customer: Customer | None, project: ServiceProject) -> bool:
    """Say whether a project is open to a customer of its site."""
    if customer is None or customer.status != "active":
        return False
    is_open = project.access == OPEN
    here = customer.site_id == project.site_id
    return here and (is_open or is_invited(customer, project))


def is_suspended(account: Account, site: Site) -> bool:
    """Say whether the site's organization suspended an account."""
    member = Member.objects.filter(account=account, organization=site.organization)
    return any(each.status == "suspended" for each in member)


def works(account: Account, project: ServiceProject) -> bool:
    """Say whether an account runs the project, or the site it is on."""
    organization = project.site.organization_id
    here = Member.objects.filter(account=account, organization=organization)
    role = ProjectRole.objects.filter(project=project, account=account)
    if role.exists() and any(each.status == "active" for each in here):
        return True
    rights: list[RoleAssignment] = [
        each for each in rights_of(account) if each.organization_id == organization
    ]
    return SiteRight.SERVICE in site_rights(rights, project.site)


def is_welcome(account: Account, site: Site, settings: ServiceSettings | None) -> bool:
    """Say whether an account may become a customer of a site by itself."""
    if settings is None:
        return False
    listed = {
        each.audience
        for each in ApprovedDomain.objects.filter(site=site)
        if each.name == account.email_domain
    }
    if settings.internal_domains and "internal" in listed:
        return True
    if not settings.sign_up or not settings.external_accounts:
        return False
    return not settings.external_domains_only or "external" in listed


def is_invited(customer: Customer, project: ServiceProject) -> bool:
    """Say whether a project lets in a customer, or an organization of theirs."""
    if ProjectCustomer.objects.filter(project=project, customer=customer).exists():
        return True
    for row in OrganizationMember.objects.filter(customer=customer):
        attached = ProjectOrganization.objects.filter(
            project=project, organization=row.organization
        )
        if row.organization.archived_at is None and attached.exists():
            return True
    return False


def check(visitor: Visitor, world: World) -> int:
    """Compare the query with the rule for one visitor; return how much is open."""
    opened = 0
    for site in world.sites:
        listed = set(portals_of(visitor, site))
        mine = [each for each in world.projects if each.site_id == site.pk]
        assert listed == {each for each in mine if naive(visitor, each)}
        for project in mine:
            reasons = why(visitor, project)
            assert reasons
            assert {each.opens for each in reasons} == {project in listed}
            assert may_open(visitor, project) is (project in listed)
        assert {project for project, _ in portals_with_reasons(visitor, site)} == listed
        opened += len(listed)
    return opened


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_the_query_lists_what_the_rule_says(seed):
    world = World(seed)
    visitors = [ANYBODY, *(Visitor(account=each) for each in world.accounts)]
    visitors += [visitor_of(each) for each in world.customers]
    assert sum(check(each, world) for each in visitors) > 0


def test_a_list_of_portals_is_one_query(django_assert_num_queries):
    site = ServiceSiteFactory.create()
    AppFactory.create(site=site, kind="jira")
    customer = CustomerFactory.create(site=site)
    account = AccountFactory.create()
    for visitor in (ANYBODY, visitor_of(customer), Visitor(account=account)):
        with django_assert_num_queries(1):
            assert list(portals_of(visitor, site)) == []
