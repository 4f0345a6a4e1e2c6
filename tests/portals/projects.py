"""People of a service project, and the addresses of its pages."""

from django.test import Client
from django.urls import reverse

from directories.models import Account
from portals.models import ProjectRole, ServiceProject, ServiceSettings
from tests.factories.directories import AccountFactory, MemberFactory
from tests.factories.portals import ProjectRoleFactory


def client_of(account: Account) -> Client:
    """Return a client that somebody is signed in with."""
    client = Client()
    client.force_login(account)
    return client


def worker(project: ServiceProject, role: str = ProjectRole.Role.AGENT) -> Client:
    """Return a client of somebody with a role in a project, and no admin right."""
    account: Account = AccountFactory.create()
    MemberFactory.create(organization=project.site.organization, account=account)
    ProjectRoleFactory.create(project=project, account=account, role=role)
    return client_of(account)


def page(project: ServiceProject, name: str, *more: object) -> str:
    """Return the address of a page of a project."""
    return reverse(f"portals:{name}", args=[project.site_id, project.key, *more])


def allow_agents(project: ServiceProject) -> None:
    """Let agents of a site add and remove organizations."""
    ServiceSettings.objects.update_or_create(
        site=project.site, defaults={"agents_manage_organizations": True}
    )
