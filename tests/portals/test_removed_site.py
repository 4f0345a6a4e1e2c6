"""A site that was removed, or has lost Jira Service Management, is served nowhere."""

import pytest
from django.test import Client
from django.utils import timezone

from directories.models import Account, RoleAssignment, TroubleshootingEntry
from directories.services.audit import SYSTEM
from portals.queries.access import Visitor, may_open
from portals.queries.access_people import jira_admins_of
from portals.queries.help_centers import help_centers
from provisioning.services.sites_and_apps import apps, site_removal
from tests.factories.directories import RoleAssignmentFactory
from tests.factories.portals import ProjectRoleFactory, ServiceProjectFactory
from tests.factories.provisioning import AppFactory
from tests.test_urls import console_routes

pytestmark = pytest.mark.django_db


def remove_site(site):
    site_removal.remove_site(site, by=SYSTEM, now=timezone.now())


def remove_app(site):
    app = site.apps.get(kind="jira-service-management")
    apps.remove_app(app, by=SYSTEM, now=timezone.now())


@pytest.fixture(params=[remove_site, remove_app])
def removing(request):
    return request.param


def test_every_page_below_a_removed_site_is_gone(both_admin, site):
    """Whatever stands in the address besides."""
    remove_site(site)
    below = [
        route
        for route in console_routes()
        if "<uuid:site_id>" in route.path and route.name != "provisioning:site-restore"
    ]

    wrong = []
    for route in below:
        path = route.example.replace(example_id(route), str(site.pk), 1)
        answers = {both_admin.get(path).status_code, both_admin.post(path).status_code}
        if not answers <= {404, 405}:
            wrong.append((route.name, answers))

    assert len(below) > 50
    assert wrong == []


def example_id(route):
    """Return what stands in an example where the id of the site does."""
    before = route.path.split("<uuid:site_id>")[0].count("/")
    return route.example.split("/")[before]


def test_its_identity_providers_are_told_in_a_sentence(idp, site, removing):
    assert idp.get("/Users").status_code == 200

    removing(site)
    answer = idp.get("/Users")
    idp.get("/Users")

    assert answer.status_code == 403
    assert "was removed" in answer.json()["detail"]
    assert TroubleshootingEntry.objects.filter(kind="site_removed").count() == 1


def test_its_help_center_and_its_customers_are_closed(site, anna, sign_in, removing):
    agent = sign_in()
    ProjectRoleFactory.create(
        project=anna.project_customers.get().project,
        account_id=int(agent.session["_auth_user_id"]),
    )
    assert agent.get("/projects/").status_code == 200

    removing(site)

    assert agent.get("/projects/").status_code == 403
    assert not help_centers().exists()
    desk = Client().get(f"/servicedesk/customer/portals/?site={site.pk}")
    assert desk.status_code == 404


def test_an_admin_of_a_removed_site_alone_opens_nothing(site, sign_in):
    client = sign_in(RoleAssignment.Role.SITE_ADMIN)
    assert client.get("/").status_code == 200

    remove_site(site)

    assert client.get("/").status_code in {302, 403}
    assert RoleAssignment.objects.filter(site=site).exists()


def test_rights_to_a_removed_app_open_nothing(jira_admin, site):
    assert jira_admin.get("/apps/sites/").status_code == 200

    remove_app(site)

    # It was the only right, so the session ended with it.
    assert jira_admin.get("/apps/sites/").status_code == 302
    jira_admin.force_login(Account.objects.get(name="Ada Admin"))
    assert jira_admin.get("/apps/sites/").status_code == 403


def test_who_administers_a_removed_app_opens_no_portal_by_that(site):
    """The right rests in the console, and here too."""
    jira = AppFactory.create(site=site, kind="jira")
    project = ServiceProjectFactory.create(site=site)
    right = RoleAssignmentFactory.create(
        organization=site.organization,
        site=site,
        role=RoleAssignment.Role.APP_ADMIN,
        app="jira",
    )
    visitor = Visitor(account=right.account)
    assert may_open(visitor, project)
    assert right.account in jira_admins_of(project)

    apps.remove_app(jira, by=SYSTEM, now=timezone.now())

    assert not may_open(visitor, project)
    assert right.account not in jira_admins_of(project)
