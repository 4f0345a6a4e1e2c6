"""No page leads to one that its viewer may not open."""

import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from directories.models import RoleAssignment, Site
from portals.models import CustomerOrganization, ProjectRole
from provisioning.models import App
from tests.factories.portals import (
    ProjectOrganizationFactory,
    ProjectRoleFactory,
    ServiceProjectFactory,
    ServiceSiteFactory,
)
from tests.portals.projects import worker
from tests.portals.pushing import change, push
from tests.scim.client import ScimClient

LINK = re.compile(r'(?:href|hx-get)="([^"#]+)')
ROLE = RoleAssignment.Role
SERVICE = (ROLE.APP_ADMIN, App.Kind.SERVICE_MANAGEMENT)
# These lists of the organization name directories of its sites; what refuses the next
# step says who gives the right to it.
NAME_ALL = {"/security/audit-log/", "/security/identity-providers/"}
# Pages of a kind look alike: some of them stand for all.
OF_A_KIND = 2


@pytest.fixture
def project(site: Site, idp: ScimClient):
    """Return a project of a site where a group, a customer and a revoked one are."""
    anna, ben = push(idp), push(idp, "ben@client.example")
    idp.group("Globex", anna["id"], ben["id"])
    change(idp, ben, active=False)
    project = ServiceProjectFactory.create(site=site, key="HELP", name="Help desk")
    globex = CustomerOrganization.objects.get(name="Globex")
    ProjectOrganizationFactory.create(project=project, organization=globex)
    site.apps.create(kind=App.Kind.CONFLUENCE)
    return project


def refused(client: Client, *starts: str) -> list[str]:
    """Follow every link from these pages; return those that are not answered."""
    waiting, seen, bad = list(starts), set(starts), []
    opened: Counter[str] = Counter()
    came = dict.fromkeys(starts)
    while waiting:
        address = waiting.pop(0)
        kind = resolve(urlsplit(address).path).view_name
        opened[kind] += 1
        if opened[kind] > OF_A_KIND:
            continue
        answer = client.get(address, follow=True)
        if answer.status_code >= 400 and came[address] not in NAME_ALL:
            bad.append(f"{kind}: {address} on {came[address]}")
        if not answer["Content-Type"].startswith("text/html"):
            continue
        place = answer.request["PATH_INFO"]
        found = {urljoin(place, unescape(link)) for link in LINK.findall(answer.text)}
        new = {link for link in found - seen if link[:1] == "/" and link[:2] != "//"}
        seen |= new
        came |= dict.fromkeys(new, place)
        waiting += sorted(link for link in new if not link.startswith("/static/"))
    return bad


@pytest.mark.slow
@pytest.mark.parametrize(
    "rights",
    [
        [ROLE.ORGANIZATION_ADMIN, SERVICE],
        [ROLE.ORGANIZATION_ADMIN],
        [ROLE.SITE_ADMIN],
        [SERVICE],
    ],
    ids=["both", "organization admin", "site admin", "Jira admin"],
)
def test_every_link_of_an_admin_opens(
    rights: list[str], project, sign_in: Callable[..., Client]
) -> None:
    assert refused(sign_in(*rights), "/", "/projects/") == []


@pytest.mark.parametrize("role", ProjectRole.Role)
def test_every_link_of_somebody_in_a_project_opens(role: str, project) -> None:
    assert refused(worker(project, role), "/projects/") == []


@pytest.mark.slow
def test_an_admin_of_one_site_who_works_on_another(
    project, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(SERVICE)
    elsewhere = ServiceSiteFactory.create(organization=project.site.organization)
    other = ServiceProjectFactory.create(site=elsewhere, key="ELSE")
    account = client.get("/projects/").wsgi_request.user
    ProjectRoleFactory.create(project=other, account=account)
    assert refused(client, "/", "/projects/") == []
