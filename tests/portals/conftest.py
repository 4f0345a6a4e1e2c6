"""A site with Jira Service Management, and those who look after it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import Organization, RoleAssignment, Site
from provisioning.models import App
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
    UserRecordFactory,
)
from tests.factories.portals import (
    CustomerDirectoryFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    CustomerRulesFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ServiceProjectFactory,
    ServiceSiteFactory,
)
from tests.portals.two_organizations import World
from tests.scim.client import ScimClient, customer_client

Role = RoleAssignment.Role


@pytest.fixture
def organization(db: None) -> Organization:
    return OrganizationFactory.create(name="Acme")


@pytest.fixture
def site(organization: Organization) -> Site:
    return ServiceSiteFactory.create(organization=organization, name="acme")


@pytest.fixture
def sign_in(site: Site) -> Callable[..., Client]:
    """Return what signs somebody with these rights on the site in.

    A right is a role, or a pair of a role and an app.
    """

    def signed_in(*rights: str | tuple[str, str], name: str = "Ada Admin") -> Client:
        account = AccountFactory.create(name=name)
        MemberFactory.create(organization=site.organization, account=account)
        for right in rights:
            role, app = (right, "") if isinstance(right, str) else right
            RoleAssignmentFactory.create(
                organization=site.organization,
                account=account,
                role=role,
                app=app,
                site=None if role == Role.ORGANIZATION_ADMIN else site,
            )
        client = Client()
        client.force_login(account)
        return client

    return signed_in


@pytest.fixture
def organization_admin(sign_in: Callable[..., Client]) -> Client:
    """Return a client of somebody who may look after customers, and no more."""
    return sign_in(Role.ORGANIZATION_ADMIN)


@pytest.fixture
def jira_admin(sign_in: Callable[..., Client]) -> Client:
    """Return a client of an admin of Jira Service Management on the site."""
    return sign_in((Role.APP_ADMIN, App.Kind.SERVICE_MANAGEMENT))


@pytest.fixture
def both_admin(sign_in: Callable[..., Client]) -> Client:
    """Return a client of an organization admin who is Jira admin as well."""
    return sign_in(
        Role.ORGANIZATION_ADMIN, (Role.APP_ADMIN, App.Kind.SERVICE_MANAGEMENT)
    )


@pytest.fixture
def idp(site: Site) -> ScimClient:
    """Return the client of the site's first customer directory."""
    return customer_client(CustomerDirectoryFactory.create(site=site, name="Okta"))


@pytest.fixture
def second_idp(idp: ScimClient, site: Site) -> ScimClient:
    """Return the client of another customer directory of the site."""
    directory = CustomerDirectoryFactory.create(site=site, name="Entra", more=None)
    CustomerRulesFactory.create(directory=directory, is_default=False)
    return customer_client(directory)


@pytest.fixture
def anna(site):
    """Return a customer with a password, in an organization and in a project."""
    anna = CustomerFactory.create(
        site=site, name="Anna Nowak", email="anna@client.example", password="a hash"
    )
    globex = CustomerOrganizationFactory.create(
        site=site, name="Globex", member_count=1
    )
    OrganizationMemberFactory.create(organization=globex, customer=anna)
    project = ServiceProjectFactory.create(site=site, name="Support")
    ProjectCustomerFactory.create(project=project, customer=anna)
    return anna


@pytest.fixture
def synced(site):
    """Return a customer who follows a record of a directory."""
    directory = CustomerDirectoryFactory.create(site=site, name="Okta clients")
    record = UserRecordFactory.create(
        directory=directory, user_name="ben@client.example", link_state="linked"
    )
    return CustomerFactory.create(
        site=site,
        name="Ben",
        email="ben@client.example",
        directory=directory,
        record=record,
        source="synced",
        password="a hash",
    )


@pytest.fixture
def act(organization_admin):
    """Return what opens or posts to an action on a customer."""

    def acted(action, customer, data=None, *, ask=False):
        address = reverse(
            f"portals:customer-{action}", args=[customer.site_id, customer.public_id]
        )
        if ask:
            return organization_admin.get(address)
        return organization_admin.post(address, data or {})

    return acted


@pytest.fixture
def world(db: None) -> World:
    """Return two organizations with two sites each."""
    return World()
