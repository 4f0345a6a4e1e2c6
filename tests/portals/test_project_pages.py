"""Pages of service projects: the list, one project, its settings, who may open them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from directories.models import AuditEvent, Site
from directories.services.accounts import Change
from directories.services.audit import SYSTEM
from portals.models import ProjectRole, ServiceProject
from portals.queries.access import Visitor, portals_of
from portals.queries.access_people import workers_of
from portals.queries.projects import roles_of
from provisioning.services.accounts import external_people
from tests.factories.directories import AccountFactory, MemberFactory
from tests.factories.portals import (
    CustomerFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ProjectOrganizationFactory,
    ProjectRoleFactory,
    ServiceProjectFactory,
    ServiceSiteFactory,
)
from tests.portals.projects import client_of, page, worker

Role = ProjectRole.Role
OK, NOT_FOUND = 200, 404
PAGES = (
    "project-detail",
    "project-customers",
    "project-customer-add",
    "project-organizations",
)
SETTINGS = (
    "project-edit",
    "project-delete",
    "project-permissions",
    "project-people",
    "project-person-add",
    "request-type-list",
    "attach-rule-list",
    "attach-rule-add",
)


@pytest.fixture
def project(site: Site) -> ServiceProject:
    return ServiceProjectFactory.create(site=site, key="HELP", name="Help desk")


@pytest.fixture
def list_url(site: Site) -> str:
    return reverse("portals:project-list", args=[site.pk])


def test_a_jira_admin_makes_a_project(
    jira_admin: Client, site: Site, list_url: str
) -> None:
    empty = jira_admin.get(list_url)
    assert "No service projects yet" in empty.content.decode()
    url = reverse("portals:project-create", args=[site.pk])
    assert jira_admin.get(url).status_code == 200
    answer = jira_admin.post(url, {"name": "Help desk", "key": "help"})
    project = ServiceProject.objects.get()
    assert answer["Location"] == page(project, "project-detail")
    assert (project.key, project.access) == ("HELP", "restricted")
    start = jira_admin.get(answer["Location"]).content.decode()
    assert "Nobody can use this portal yet" in start
    assert "Report a problem" in start
    assert AuditEvent.objects.filter(action="service_project_created").exists()


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"name": "Other", "key": "HELP"}, "has this key"),
        ({"name": "HELP DESK", "key": "HD"}, "has this name"),
        ({"name": "Other", "key": "1A"}, "2 to 10 letters"),
        ({"name": "", "key": "AB"}, "required"),
    ],
)
def test_what_a_new_project_may_not_be_called(
    jira_admin: Client, project: ServiceProject, said: dict[str, str], wrong: str
) -> None:
    url = reverse("portals:project-create", args=[project.site_id])
    answer = jira_admin.post(url, said)
    assert answer.status_code == 422
    assert wrong in answer.content.decode()


def test_the_list_is_searched_filtered_sorted_and_exported(
    jira_admin: Client, site: Site, project: ServiceProject, list_url: str
) -> None:
    ServiceProjectFactory.create(site=site, key="ZZ", name="Zoo", access="open")
    ServiceProjectFactory.create(key="OTHER", name="Elsewhere")
    ProjectCustomerFactory.create_batch(2, project=project)
    ProjectOrganizationFactory.create(project=project)

    def names(query: str) -> list[str]:
        rows = jira_admin.get(f"{list_url}{query}").context["projects"]
        return [each.name for each, _numbers in rows]

    assert names("") == ["Help desk", "Zoo"]
    assert names("?sort=-key") == ["Zoo", "Help desk"]
    assert names("?q=zo") == ["Zoo"]
    assert names("?access=open") == ["Zoo"]
    assert names("?csm=on") == []
    numbers = dict(jira_admin.get(list_url).context["projects"])[project]
    assert (numbers.customers, numbers.organizations) == (2, 1)
    export = reverse("portals:project-export", args=[site.pk])
    lines = b"".join(jira_admin.post(export, {"q": "help"})).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("HELP,Help desk,Restricted,")


def test_the_list_asks_as_often_for_many_projects(
    jira_admin: Client, site: Site, list_url: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert jira_admin.get(list_url).status_code == 200
        return len(asked)

    ServiceProjectFactory.create(site=site)
    one = queries()
    ServiceProjectFactory.create_batch(20, site=site)
    assert queries() <= one + 1


@pytest.mark.parametrize("name", [*PAGES, *SETTINGS])
def test_who_may_open_which_page(
    name: str,
    project: ServiceProject,
    jira_admin: Client,
    organization_admin: Client,
) -> None:
    """An org admin without a Jira right sees none; agents no settings."""
    url = page(project, name)
    answers = {
        "jira admin": jira_admin,
        "project admin": worker(project, Role.ADMIN),
        "agent": worker(project),
        "org admin": organization_admin,
        "agent of another": worker(ServiceProjectFactory.create(site=project.site)),
        "agent elsewhere": worker(ServiceProjectFactory.create(key="HELP")),
    }
    expected = {
        "jira admin": 200,
        "project admin": 200,
        "agent": 200 if name in PAGES else 403,
        "org admin": 403,
        "agent of another": 404,
        "agent elsewhere": 404,
    }
    assert {who: c.get(url).status_code for who, c in answers.items()} == expected


def test_an_agent_lands_in_their_projects(project: ServiceProject) -> None:
    agent = worker(project)
    answer = agent.get("/")
    assert answer["Location"] == reverse("portals:own-projects")
    text = agent.get(answer["Location"]).content.decode()
    assert "Help desk" in text
    assert 'id="search"' not in text
    assert "Overview" not in text
    refused = agent.get(reverse("provisioning:user-list"))
    assert refused.status_code == 403
    assert "Go to your service projects" in refused.content.decode()


def test_sign_in_leads_an_agent_to_their_projects(project: ServiceProject) -> None:
    account = AccountFactory.create(email="agent@acme.example")
    account.set_password("correct horse battery")
    account.save()
    ProjectRoleFactory.create(project=project, account=account)
    answer = Client().post(
        reverse("directories:sign-in"),
        {"email": "agent@acme.example", "password": "correct horse battery"},
        follow=True,
    )
    assert answer.redirect_chain[-1][0] == reverse("portals:own-projects")


def test_own_projects_are_for_whoever_works_or_administers(
    jira_admin: Client, site: Site
) -> None:
    stranger = client_of(AccountFactory.create())
    assert stranger.get("/").status_code == 403
    assert stranger.get(reverse("portals:own-projects")).status_code == 403
    text = jira_admin.get(reverse("portals:own-projects")).content.decode()
    assert f"All service projects of {site.name}" in text


def test_a_suspended_agent_has_no_projects(project: ServiceProject) -> None:
    account = AccountFactory.create()
    MemberFactory.create(
        organization=project.site.organization, account=account, status="suspended"
    )
    ProjectRoleFactory.create(project=project, account=account)
    client = client_of(account)
    assert client.get("/").status_code == 403
    assert client.get(page(project, "project-detail")).status_code == 404


def test_details_are_changed(jira_admin: Client, project: ServiceProject) -> None:
    url = page(project, "project-edit")
    said = {"name": "Desk", "customer_service_management": "on"}
    assert jira_admin.post(url, said).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.customer_service_management) == ("Desk", True)
    ServiceProjectFactory.create(site=project.site, name="Taken")
    assert jira_admin.post(url, {"name": "taken"}).status_code == 422


def test_a_project_is_deleted_after_its_key_was_typed(
    project: ServiceProject, site: Site
) -> None:
    place = ProjectOrganizationFactory.create(project=project)
    admin = worker(project, Role.ADMIN)
    url = page(project, "project-delete")
    assert admin.post(url, {"confirmation": "help"}).status_code == 422
    answer = admin.post(url, {"confirmation": "HELP"})
    assert answer["Location"] == reverse("portals:own-projects")
    assert not ServiceProject.objects.exists()
    place.organization.refresh_from_db()


@pytest.fixture
def people(project: ServiceProject) -> None:
    ProjectCustomerFactory.create(project=project)
    place = ProjectOrganizationFactory.create(project=project)
    OrganizationMemberFactory.create(organization=place.organization)
    CustomerFactory.create_batch(3, site=project.site)
    CustomerFactory.create(site=project.site, status="revoked", revoked_by="admin")
    CustomerFactory.create()


def test_opening_says_who_gains_the_portal(
    people: None, project: ServiceProject
) -> None:
    admin, url = worker(project, Role.ADMIN), page(project, "project-permissions")
    assert admin.get(url).status_code == 200
    wanted = {"access": "open", "sharing": "organizations"}
    asked = " ".join(admin.post(url, wanted).content.decode().split())
    assert "3 customers gain the portal" in asked
    project.refresh_from_db()
    assert project.access == "restricted"
    assert admin.post(url, wanted | {"confirmed": "1"}).status_code == 302
    project.refresh_from_db()
    assert project.access == "open"


def test_restricting_says_who_loses_it(
    people: None, project: ServiceProject, jira_admin: Client
) -> None:
    ServiceProject.objects.update(access="open")
    url = page(project, "project-permissions")
    wanted = {"access": "restricted", "sharing": "organizations"}
    asked = " ".join(jira_admin.post(url, wanted).content.decode().split())
    assert "3 customers lose the portal" in asked
    assert "2 customers keep it" in asked


@pytest.mark.parametrize("sharing", ServiceProject.Sharing.values)
def test_sharing_is_saved_at_once(
    sharing: str, jira_admin: Client, project: ServiceProject
) -> None:
    url = page(project, "project-permissions")
    wanted = {"access": "restricted", "sharing": sharing}
    assert jira_admin.post(url, wanted).status_code == 302
    project.refresh_from_db()
    assert project.sharing == sharing


def test_nonsense_is_refused(jira_admin: Client, project: ServiceProject) -> None:
    url = page(project, "project-permissions")
    assert jira_admin.post(url, {"access": "no"}).status_code == 422


def test_roles_are_given_and_taken(project: ServiceProject) -> None:
    admin, url = worker(project, Role.ADMIN), page(project, "project-person-add")
    account = AccountFactory.create(email="bo@acme.example", name="Bo")
    MemberFactory.create(organization=project.site.organization, account=account)
    said = {"email": "BO@acme.example", "role": "agent"}
    assert admin.post(url, said).status_code == 302
    bo = client_of(account)
    assert bo.get(page(project, "project-customers")).status_code == 200
    listed = admin.get(page(project, "project-people") + "?q=bo&role=agent")
    assert [each.account for each in listed.context["people"]] == [account]
    assert admin.post(url, said | {"role": "admin"}).status_code == 302
    assert bo.get(url).status_code == 200
    remove = page(project, "project-person-remove", account.public_id)
    assert "1 other person keeps the same role" in " ".join(
        admin.get(remove).content.decode().split()
    )
    assert admin.post(remove).status_code == 302
    assert bo.get(page(project, "project-customers")).status_code == 404
    actions = list(AuditEvent.objects.order_by("pk").values_list("action"))
    assert actions == [
        ("service_project_role_granted",),
        ("service_project_role_granted",),
        ("service_project_role_revoked",),
    ]


def test_only_active_users_get_a_role(
    project: ServiceProject, jira_admin: Client
) -> None:
    url = page(project, "project-person-add")
    stranger = AccountFactory.create()
    left = AccountFactory.create()
    MemberFactory.create(
        organization=project.site.organization, account=left, status="suspended"
    )
    for account, words in ((stranger, "No user of"), (left, "not active")):
        answer = jira_admin.post(url, {"email": account.email, "role": "agent"})
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_request_types_are_added_renamed_ordered_and_removed(
    project: ServiceProject,
) -> None:
    admin, url = worker(project, Role.ADMIN), page(project, "request-type-list")
    for name in ("One", "Two"):
        assert admin.post(url, {"name": name}).status_code == 302
    assert admin.post(url, {"name": "one"}).status_code == 422
    one, two = project.request_types.order_by("position")
    admin.post(page(project, "request-type-move", two.pk), {"to": "up"})
    assert list(project.request_types.order_by("position")) == [two, one]
    edit = page(project, "request-type-edit", one.pk)
    assert admin.get(edit).status_code == 200
    assert admin.post(edit, {"name": "two"}).status_code == 422
    assert admin.post(edit, {"name": "Uno"}).status_code == 302
    assert admin.post(page(project, "request-type-remove", two.pk)).status_code == 302
    assert [each.name for each in project.request_types.all()] == ["Uno"]
    other = ServiceProjectFactory.create(site=project.site)
    theirs = worker(other, Role.ADMIN)
    strange = page(other, "request-type-remove", one.pk)
    assert theirs.post(strange).status_code == 404


def test_a_site_without_the_service_has_no_projects(jira_admin: Client) -> None:
    other = ServiceSiteFactory.create()
    url = reverse("portals:project-list", args=[other.pk])
    assert jira_admin.get(url).status_code == 404


def test_who_left_the_organization_works_there_no_more(site):
    """Taken out of the users of the organization, a role in a project opens nothing."""
    project = ServiceProjectFactory.create(site=site)
    held = ProjectRoleFactory.create(project=project, role=Role.ADMIN)
    client = client_of(held.account)
    assert client.get(page(project, "project-people")).status_code == OK

    external_people.take_everything(
        held.account, Change(site.organization, SYSTEM, timezone.now())
    )

    for name in ("project-people", "project-customers"):
        assert client.get(page(project, name)).status_code == NOT_FOUND
    assert not portals_of(Visitor(account=held.account), site).exists()
    assert not workers_of(project).exists()
    assert not roles_of(held.account).exists()
