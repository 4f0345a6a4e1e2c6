"""Customers of a project: who is listed and why, adding people, taking them out."""

import pytest
from django.core import mail
from django.test import Client

from directories.models import AuditEvent, Site
from portals.models import Customer, ProjectRole, ServiceProject, ServiceSettings
from tests.factories.directories import AccountFactory, MemberFactory
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ProjectOrganizationFactory,
    ServiceProjectFactory,
)
from tests.portals.projects import page, worker

REFUSED = "The following customers could not be added:"


@pytest.fixture
def project(site: Site) -> ServiceProject:
    return ServiceProjectFactory.create(site=site, key="HELP", name="Help desk")


@pytest.fixture
def agent(project: ServiceProject) -> Client:
    return worker(project)


def listed(client: Client, project: ServiceProject, query: str = "") -> list[str]:
    """Return the names in the list of customers."""
    rows = client.get(page(project, "project-customers") + query).context["rows"]
    return [customer.name for customer, _way in rows]


def add(client: Client, project: ServiceProject, text: str, **more: str) -> str:
    """Add customers and return the page that comes of it as one line."""
    answer = client.post(
        page(project, "project-customer-add"), {"addresses": text, **more}, follow=True
    )
    return " ".join(answer.content.decode().split())


@pytest.fixture
def people(project: ServiceProject) -> dict[str, Customer]:
    """Return customers by how they get in."""
    site = project.site
    made = {
        name: CustomerFactory.create(site=site, name=name)
        for name in ("added", "member", "both", "stranger")
    }
    acme = CustomerOrganizationFactory.create(site=site, name="Acme")
    ProjectOrganizationFactory.create(project=project, organization=acme)
    for name in ("added", "both"):
        ProjectCustomerFactory.create(project=project, customer=made[name])
    for name in ("member", "both"):
        OrganizationMemberFactory.create(organization=acme, customer=made[name])
    CustomerFactory.create(name="elsewhere")
    return made


def test_a_restricted_project_lists_who_was_added(
    agent: Client, project: ServiceProject, people: dict[str, Customer]
) -> None:
    assert listed(agent, project) == ["added", "both"]
    assert listed(agent, project, "?who=members") == ["both", "member"]
    assert listed(agent, project, "?who=everybody") == ["added", "both", "member"]
    assert listed(agent, project, "?who=everybody&q=memb") == ["member"]
    assert listed(agent, project, "?sort=-name") == ["both", "added"]
    assert listed(agent, project, "?source=synced") == []
    assert listed(agent, project, "?kind=account") == []
    text = agent.get(page(project, "project-customers")).content.decode()
    assert "Member of Acme" in " ".join(text.split())


def test_an_open_project_lists_everybody_with_the_reason(
    agent: Client, project: ServiceProject, people: dict[str, Customer]
) -> None:
    ServiceProject.objects.update(access="open")
    people["added"].status, people["added"].revoked_by = "revoked", "admin"
    people["added"].save()
    names = ["added", "both", "member", "stranger"]
    assert listed(agent, project) == names
    assert listed(agent, project, "?status=revoked") == ["added"]
    assert listed(agent, project, "?who=added") == ["added", "both"]
    text = agent.get(page(project, "project-customers")).content.decode()
    assert text.count("The project is open, and this is a customer of the site") == 3
    assert "Access revoked" in text


def test_many_are_listed_through_the_list_by_name(
    agent: Client,
    project: ServiceProject,
    people: dict[str, Customer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("portals.queries.project_people.FEW", 1)
    assert listed(agent, project) == ["added", "both"]
    assert listed(agent, project, "?who=members") == ["both", "member"]
    assert listed(agent, project, "?who=everybody") == ["added", "both", "member"]


def test_the_fragment_is_a_part_of_the_page(
    agent: Client, project: ServiceProject, people: dict[str, Customer]
) -> None:
    url = page(project, "project-customers")
    part = agent.get(url, headers={"hx-request": "true"}).content.decode()
    whole = agent.get(url).content.decode()
    assert "<html" not in part
    assert "added" in part
    assert part.split("<form")[0].strip() in whole


@pytest.mark.parametrize(
    "text",
    [
        "ann@x.example, bo@x.example",
        "ann@x.example;bo@x.example",
        "ann@x.example\nbo@x.example",
        "Name,Email,Company\nAnn Lee,ann@x.example,X Ltd\nBo,bo@x.example,X Ltd",
        '"Ann Lee" <ann@x.example>, bo@x.example',
    ],
)
def test_pasted_addresses_become_customers(
    text: str, agent: Client, project: ServiceProject
) -> None:
    answer = add(agent, project, text, invite="on")
    assert REFUSED not in answer
    assert "2 customers added. 2 of them are new on the site." in answer
    made = Customer.objects.order_by("email_key")
    assert [each.email for each in made] == ["ann@x.example", "bo@x.example"]
    if "Ann" in text:
        assert made[0].name == "Ann Lee"
    assert project.project_customers.count() == 2
    assert AuditEvent.objects.filter(action="service_project_customer_added").exists()


@pytest.mark.django_db(transaction=True)
def test_new_customers_are_invited_if_that_is_asked(
    agent: Client, project: ServiceProject
) -> None:
    add(agent, project, "ann@x.example", invite="on")
    assert [each.to for each in mail.outbox] == [["ann@x.example"]]
    add(agent, project, "bo@x.example")
    assert len(mail.outbox) == 1


def test_customers_of_the_site_are_added_as_they_are(
    agent: Client, project: ServiceProject
) -> None:
    one = CustomerFactory.create(site=project.site, email="ann@x.example")
    assert "1 customer added." in add(agent, project, "ANN@x.example")
    assert project.project_customers.get().customer == one
    again = add(agent, project, "ann@x.example")
    assert "1 was in the project already." in again


def test_an_employee_becomes_a_customer_with_their_account(
    agent: Client, project: ServiceProject
) -> None:
    account = AccountFactory.create(email="eve@acme.example", name="Eve")
    MemberFactory.create(organization=project.site.organization, account=account)
    add(agent, project, "eve@acme.example", invite="on")
    customer = Customer.objects.get()
    assert (customer.kind, customer.account, customer.name) == (
        "account",
        account,
        "Eve",
    )
    assert listed(agent, project, "?kind=account") == ["Eve"]


def test_what_cannot_be_added_is_named_with_the_reason(
    agent: Client, project: ServiceProject
) -> None:
    site = project.site
    CustomerFactory.create(
        site=site, email="gone@x.example", status="revoked", revoked_by="admin"
    )
    left = AccountFactory.create(email="left@acme.example")
    MemberFactory.create(
        organization=site.organization, account=left, status="suspended"
    )
    text = "ann@x.example, nonsense@, gone@x.example, left@acme.example"
    answer = add(agent, project, text)
    assert (
        f"{REFUSED} nonsense@, gone@x.example, left@acme.example. "
        "Please check the email addresses and try again."
    ) in answer
    for words in (
        "This is not an email address.",
        "Access of this customer is revoked.",
        "is deactivated or suspended",
        "1 customer added. 1 of them is new on the site.",
    ):
        assert words in answer
    assert [each.email for each in Customer.objects.filter(status="active")] == [
        "ann@x.example"
    ]


def test_customer_access_of_the_site_decides_who_is_made(
    agent: Client, project: ServiceProject
) -> None:
    ServiceSettings.objects.create(site=project.site, external_accounts=False)
    known = CustomerFactory.create(site=project.site, email="known@x.example")
    answer = add(agent, project, "known@x.example, new@x.example")
    assert f"{REFUSED} new@x.example." in answer
    assert "switched off for this site" in answer
    assert project.project_customers.get().customer == known


def test_too_many_at_once_are_refused(agent: Client, project: ServiceProject) -> None:
    text = "\n".join(f"c{number}@x.example" for number in range(1_001))
    answer = agent.post(page(project, "project-customer-add"), {"addresses": text})
    assert answer.status_code == 422
    assert "1000 can be added at once" in answer.content.decode()
    assert agent.post(page(project, "project-customer-add"), {}).status_code == 422
    assert not Customer.objects.exists()


def test_a_removal_says_who_keeps_the_portal(
    agent: Client, project: ServiceProject, people: dict[str, Customer]
) -> None:
    url = page(project, "project-customer-remove")
    chosen = {"customer": [str(each.public_id) for each in people.values()]}
    text = " ".join(agent.post(url, chosen).content.decode().split())
    assert "Remove 2 customers from Help desk?" in text
    assert "1 of them loses the portal." in text
    assert "Keeps the portal as a member of Acme" in text
    assert project.project_customers.count() == 2
    assert agent.post(url, chosen | {"confirmed": "1"}).status_code == 302
    assert not project.project_customers.exists()
    assert Customer.objects.filter(site=project.site).count() == 4
    assert agent.post(url, {"customer": "nonsense"}).status_code == 302


def test_customers_are_exported(
    agent: Client, project: ServiceProject, people: dict[str, Customer]
) -> None:
    url = page(project, "project-customer-export")
    lines = b"".join(agent.post(url, {"who": "everybody"})).decode().splitlines()
    assert len(lines) == 4
    assert lines[2].startswith("both,")
    assert ",Acme," in lines[2]


def test_a_project_admin_may_do_the_same(project: ServiceProject) -> None:
    admin = worker(project, ProjectRole.Role.ADMIN)
    assert "1 customer added." in add(admin, project, "ann@x.example")
