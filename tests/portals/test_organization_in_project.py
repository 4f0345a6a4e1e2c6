"""An organization as a project shows it: its customers, adding, taking them out."""

import pytest
from django.test import Client

from directories.models import Site
from portals.models import CustomerOrganization, ProjectRole, ServiceProject
from tests.factories.directories import GroupRecordFactory
from tests.factories.portals import (
    CustomerDirectoryFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectOrganizationFactory,
    ServiceProjectFactory,
)
from tests.portals.projects import allow_agents, page, worker

DETAIL = "project-organization-detail"
ADD, REMOVE = "project-organization-people-add", "project-organization-people-remove"


@pytest.fixture
def project(site: Site) -> ServiceProject:
    return ServiceProjectFactory.create(site=site, key="HELP", name="Help desk")


@pytest.fixture
def acme(project: ServiceProject) -> CustomerOrganization:
    """Return an organization of the project with two customers."""
    made = CustomerOrganizationFactory.create(
        site=project.site, name="Acme", member_count=2
    )
    ProjectOrganizationFactory.create(project=project, organization=made)
    for name in ("ann", "bo"):
        customer = CustomerFactory.create(
            site=project.site, name=name, email=f"{name}@x.example"
        )
        OrganizationMemberFactory.create(organization=made, customer=customer)
    return made


def text_of(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def names(
    client: Client, project: ServiceProject, acme: object, query: str = ""
) -> list[str]:
    url = page(project, DETAIL, acme.public_id)  # type: ignore[attr-defined]
    return [each.customer.name for each in client.get(url + query).context["people"]]


def test_who_may_change_the_people_of_an_organization(
    project: ServiceProject,
    acme: CustomerOrganization,
    jira_admin: Client,
    organization_admin: Client,
) -> None:
    """Whoever works in one project changes what counts for others by the switch."""
    agent = worker(project)
    admin = worker(project, ProjectRole.Role.ADMIN)
    url = page(project, ADD, acme.public_id)
    for client in (agent, admin):
        assert names(client, project, acme) == ["ann", "bo"]
        refused = client.post(url, {"emails": "new@x.example"})
        assert refused.status_code == 403
        assert "“Organization management”" in text_of(refused)
    assert jira_admin.get(url).status_code == 200
    assert organization_admin.get(url).status_code == 403
    allow_agents(project)
    for client in (agent, admin):
        assert client.get(url).status_code == 200


def test_customers_are_added_and_taken_out(
    project: ServiceProject, acme: CustomerOrganization
) -> None:
    allow_agents(project)
    agent = worker(project)
    url = page(project, ADD, acme.public_id)
    answer = agent.post(url, {"emails": "ann@x.example, cy@x.example"}, follow=True)
    assert "1 customer joined Acme." in text_of(answer)
    assert names(agent, project, acme, "?q=cy") == [""]
    wrong = agent.post(url, {"emails": "nonsense@"})
    assert wrong.status_code == 422
    assert "could not be added: nonsense@." in text_of(wrong)
    bo = acme.members.get(name="bo")
    remove = page(project, REMOVE, acme.public_id)
    chosen = {"customer": str(bo.public_id)}
    assert "1 customer loses the portal of Help desk." in text_of(
        agent.post(remove, chosen)
    )
    answer = agent.post(remove, chosen | {"confirmed": "1"}, follow=True)
    assert "1 customer left Acme." in text_of(answer)
    assert "bo" not in names(agent, project, acme)


def test_the_people_of_a_synced_one_are_the_providers(
    project: ServiceProject, acme: CustomerOrganization, jira_admin: Client
) -> None:
    directory = CustomerDirectoryFactory.create(site=project.site, name="Okta")
    acme.directory, acme.source = directory, CustomerOrganization.Source.SYNCED
    acme.record = GroupRecordFactory.create(directory=directory)
    acme.save()
    text = text_of(jira_admin.get(page(project, DETAIL, acme.public_id)))
    assert "Managed by Okta." in text
    assert "Add customers" not in text
    url = page(project, ADD, acme.public_id)
    answer = jira_admin.post(url, {"emails": "new@x.example"}, follow=True)
    assert "follows its group in the identity provider" in text_of(answer)
    assert acme.members.count() == 2


def test_whom_no_group_says_is_taken_out_of_a_synced_one(
    project: ServiceProject, acme: CustomerOrganization, jira_admin: Client
) -> None:
    directory = CustomerDirectoryFactory.create(site=project.site, name="Okta")
    acme.directory, acme.source = directory, CustomerOrganization.Source.SYNCED
    acme.record = GroupRecordFactory.create(directory=directory)
    acme.save()
    acme.organization_members.filter(customer__name="ann").update(
        manual=False, synced=True
    )
    chosen = {"customer": [str(each.public_id) for each in acme.members.all()]}
    url = page(project, REMOVE, acme.public_id)
    jira_admin.post(url, {**chosen, "confirmed": "1"})
    assert [each.name for each in acme.members.all()] == ["ann"]
    refused = jira_admin.post(url, {**chosen, "confirmed": "1"}, follow=True)
    assert "follows its group in the identity provider" in text_of(refused)
    assert [each.name for each in acme.members.all()] == ["ann"]


def test_only_organizations_of_the_project_are_shown(
    project: ServiceProject, jira_admin: Client
) -> None:
    outside = CustomerOrganizationFactory.create(site=project.site)
    strange = ProjectOrganizationFactory.create().organization
    for one in (outside, strange):
        assert jira_admin.get(page(project, DETAIL, one.public_id)).status_code == 404
        assert jira_admin.post(page(project, REMOVE, one.public_id)).status_code == 404
