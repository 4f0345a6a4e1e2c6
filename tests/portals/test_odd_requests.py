"""What no page of ours sends is answered all the same, never with a failure."""

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import Site
from portals.models import Customer, CustomerOrganization, ServiceProject
from portals.services.customer_accounts import inviting
from tests.factories.portals import (
    OrganizationMemberFactory,
    ProjectOrganizationFactory,
    ServiceProjectFactory,
)
from tests.portals.desk import HOME, customer, signed_in
from tests.portals.projects import page

HUGE = "9" * 5_000


@pytest.fixture
def project(site: Site) -> ServiceProject:
    """Return a project that lets one organization in."""
    made = ServiceProjectFactory.create(site=site)
    ProjectOrganizationFactory.create(project=made)
    return made


@pytest.mark.parametrize("newest", [HUGE, "9" * 30, "-1", "\u0663", "x"])
def test_a_choice_of_all_takes_any_number(
    organization_admin: Client,
    jira_admin: Client,
    site: Site,
    project: ServiceProject,
    newest: str,
) -> None:
    chosen = {"all": "1", "until": newest, "action": "revoke"}
    customers = reverse("portals:customers-change", args=[site.pk])
    organizations = reverse("portals:organizations-delete", args=[site.pk])

    answers = [
        organization_admin.post(customers, chosen),
        jira_admin.post(organizations, chosen),
        jira_admin.post(page(project, "project-organization-choose"), chosen),
        jira_admin.post(page(project, "project-organization-remove"), chosen),
    ]

    assert all(answer.status_code < 400 for answer in answers)
    assert not Customer.objects.filter(status="revoked").exists()


def test_what_a_database_cannot_hold_is_searched_for(
    site: Site, jira_admin: Client, project: ServiceProject
) -> None:
    anna = customer(site, email="anna@client.example")
    place: CustomerOrganization = project.project_organizations.get().organization
    OrganizationMemberFactory.create(organization=place, customer=anna)
    mine = signed_in(anna)
    colleagues = reverse("portals:own-colleagues", args=[place.public_id])

    for text in ("a%00b", "%ED%A0%80", "%00"):
        for client, url in (
            (mine, HOME),
            (mine, colleagues),
            (jira_admin, page(project, "project-visitors")),
        ):
            assert client.get(f"{url}?q={text}").status_code == 200, url


@pytest.mark.timeout(20)
def test_a_list_of_blanks_is_read_at_once() -> None:
    """Nobody stops a worker with the addresses that they paste."""
    blanks = " " * 100_000
    assert inviting.read(f"Ann < ann@x.example >\n<{blanks}x") == [
        ("ann@x.example", "Ann"),
        ("< x", ""),
    ]
    assert inviting.read("<a <b@x.example>")[0][0] == "b@x.example"
