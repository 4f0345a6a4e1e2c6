"""Admins are told who can see which portal, and why: in both directions."""

import pytest
from django.test import Client
from django.urls import reverse

from portals.models import ServiceSettings
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ProjectOrganizationFactory,
    ProjectRoleFactory,
    ServiceProjectFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ServiceProjectFactory.create(name="Printers")


@pytest.fixture
def site(project):
    return project.site


@pytest.fixture
def admin(site):
    right = RoleAssignmentFactory.create(
        organization=site.organization, site=site, role="site_admin"
    )
    MemberFactory.create(organization=site.organization, account=right.account)
    client = Client()
    client.force_login(right.account)
    return client


def of_customer(customer):
    return reverse(
        "portals:customer-portals", args=[customer.site_id, customer.public_id]
    )


def of_portal(project, query=""):
    args = [project.site_id, project.key]
    return f"{reverse('portals:project-visitors', args=args)}?{query}"


@pytest.fixture
def member(site, project):
    """Somebody in an organization that a project lets in."""
    organization = CustomerOrganizationFactory.create(site=site, name="Client Ltd")
    row = OrganizationMemberFactory.create(organization=organization)
    ProjectOrganizationFactory.create(project=project, organization=organization)
    return row.customer


def test_of_a_customer_each_portal_is_told_with_its_reasons(admin, project, member):
    ProjectCustomerFactory.create(project=project, customer=member, added_by="Zoe")
    closed = ServiceProjectFactory.create(site=project.site)

    page = admin.get(of_customer(member))

    assert [each for each, _ in page.context["opened"]] == [project]
    assert [each for each, _ in page.context["closed"]] == [closed]
    text = page.content.decode()
    assert "Added to the project by Zoe" in text
    assert "Member of Client Ltd (added by hand), which Ada Admin added" in text
    assert "The project is restricted" in text


def test_the_fragment_is_the_part_of_the_page(admin, project, member):
    part = admin.get(of_customer(member), headers={"HX-Request": "true"})
    page = admin.get(of_customer(member))

    assert " ".join(part.content.decode().split()) in " ".join(
        page.content.decode().split()
    )


def test_the_number_of_queries_does_not_grow(
    admin, site, project, member, django_assert_max_num_queries
):
    for _ in range(20):
        other = ServiceProjectFactory.create(site=site)
        ProjectCustomerFactory.create(project=other, customer=member)
        ServiceProjectFactory.create(site=site)

    with django_assert_max_num_queries(22):
        page = admin.get(of_customer(member))

    assert len(page.context["opened"]) == len(page.context["closed"]) + 1 == 21


def test_of_a_portal_one_person_is_answered_with_yes_or_no(
    admin, site, project, member
):
    stranger = CustomerFactory.create(site=site, name="Nina Nobody")
    agent = ProjectRoleFactory.create(project=project).account
    revoked = CustomerFactory.create(site=site, status="revoked", revoked_by="provider")
    wanted = {
        member.email: (True, "Member of Client Ltd"),
        stranger.name: (False, "restricted"),
        agent.email: (True, "Agent of the project"),
        revoked.email: (False, "identity provider deactivated"),
    }
    for text, (opens, words) in wanted.items():
        page = admin.get(of_portal(project), {"q": text})
        [answer] = page.context["answers"]
        assert answer.opens is opens
        assert words in answer.reasons[0].text


def test_people_without_a_row_are_found_by_their_account(admin, site, project):
    member = MemberFactory.create(
        organization=site.organization, account=AccountFactory.create(name="Max Q")
    )

    page = admin.get(of_portal(project), {"q": member.account.email})

    assert [each.account for each in page.context["answers"]] == [member.account]
    assert not page.context["answers"][0].opens


def test_of_a_portal_everybody_is_listed_by_reason(admin, site, project, member):
    added = ProjectCustomerFactory.create(project=project).customer
    agent = ProjectRoleFactory.create(project=project).account

    lists = {
        reason: list(
            admin.get(of_portal(project), {"reason": reason}).context["listing"].rows
        )
        for reason in ("added", "organization", "project_role", "open", "nonsense")
    }

    assert lists["added"] == lists["nonsense"] == [added]
    assert [each.name for each in lists["organization"]] == ["Client Ltd"]
    assert lists["project_role"] == [agent]
    assert lists["open"] == []
    project.access = "open"
    project.save()
    page = admin.get(of_portal(project), {"reason": "open"})
    assert set(page.context["listing"].rows) == {added, member}


def test_the_export_has_everybody_once_with_the_reasons(admin, project, member):
    ProjectCustomerFactory.create(project=project, customer=member)
    agent = ProjectRoleFactory.create(project=project).account
    CustomerFactory.create(site=project.site)
    ServiceSettings.objects.create(site=project.site)
    path = reverse(
        "portals:project-visitor-export", args=[project.site_id, project.key]
    )

    answer = admin.post(path)

    lines = b"".join(answer).decode().splitlines()
    assert sum(agent.email in line for line in lines) == 1
    assert sum(member.email in line for line in lines) == 1
    assert any(
        member.email in line and "Added" in line and "Client Ltd" in line
        for line in lines
    )
    assert len(lines) == 4


def test_nobody_learns_whose_accounts_other_organizations_have(admin, project):
    other = MemberFactory.create(account=AccountFactory.create(name="Olga Other"))

    page = admin.get(of_portal(project), {"q": other.account.email})

    assert page.context["answers"] == []
    assert "Olga" not in page.content.decode()
