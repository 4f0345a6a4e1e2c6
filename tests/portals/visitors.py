"""Clients of those who open pages about a site, and what they are sent."""

from typing import Any

from django.db import transaction
from django.test import Client

from directories.models import Account, Organization, RoleAssignment, Site
from portals.models import ProjectRole, ServiceProject
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.factories.portals import ProjectRoleFactory
from tests.pages.portal_access import ANYBODY, CUSTOMER, PORTAL_PAGES
from tests.test_urls import Route, console_routes, customer_routes

REFUSED, ABSENT, NO_SUCH_METHOD = 403, 404, 405
METHODS = ("get", "post")
# A role, the site that it is about (None: all), and the app.
Right = tuple[str, Site | None, str]


def routes(*access: str) -> list[Route]:
    """Return the pages of the portals app, or those with some kinds of access."""
    found = [*console_routes(), *customer_routes()]
    ours = [r for r in found if r.name in PORTAL_PAGES]
    return [r for r in ours if not access or PORTAL_PAGES[r.name] in access]


def console_pages() -> list[Route]:
    """Return the pages that accounts open."""
    return [r for r in routes() if PORTAL_PAGES[r.name] not in {ANYBODY, CUSTOMER}]


def account_with(organization: Organization, *rights: Right) -> Account:
    """Return a member of an organization who holds admin rights."""
    account = AccountFactory.create(name="Ada Admin")
    MemberFactory.create(organization=organization, account=account)
    for role, site, app in rights:
        RoleAssignmentFactory.create(
            organization=organization, account=account, role=role, site=site, app=app
        )
    return account


def client_of(account: Account) -> Client:
    """Return a signed-in client."""
    client = Client(raise_request_exception=False)
    client.force_login(account)
    return client


def admin(organization: Organization, *rights: Right) -> Client:
    """Return the client of a member who holds admin rights."""
    return client_of(account_with(organization, *rights))


def everything_on(*sites: Site) -> Client:
    """Return the client of an organization admin who is Jira admin of sites."""
    role = RoleAssignment.Role
    jira = [(role.APP_ADMIN, site, "jira-service-management") for site in sites]
    organization = sites[0].organization
    return admin(organization, (role.ORGANIZATION_ADMIN, None, ""), *jira)


def worker(
    project: ServiceProject, role: str = ProjectRole.Role.AGENT, status: str = "active"
) -> Client:
    """Return the client of somebody who works in a project."""
    account = AccountFactory.create(name="Ada Agent")
    MemberFactory.create(
        organization=project.site.organization, account=account, status=status
    )
    ProjectRoleFactory.create(project=project, account=account, role=role)
    return client_of(account)


def send(client: Client, method: str, path: str, data: Any = None) -> int:
    """Return the status of an answer; nothing of what it wrote stays."""
    with transaction.atomic():
        status = getattr(client, method)(path, data or {}).status_code
        transaction.set_rollback(True)
    return int(status)
