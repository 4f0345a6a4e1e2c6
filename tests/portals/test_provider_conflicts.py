"""Group conflicts of a customer directory, through its pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import LinkState, Site
from directories.services.audit import SYSTEM
from portals.models import CustomerOrganization
from portals.services.customer_organizations import organizations
from tests.factories.directories import LONG_AGO
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    ProjectOrganizationFactory,
)
from tests.portals.invariants import check_customers
from tests.portals.pushing import (
    organization,
    people,
    policy,
    push,
    record_of_group,
)
from tests.scim.client import ScimClient


@pytest.fixture
def local(site: Site) -> CustomerOrganization:
    """Return an organization "Client" with two customers, in one project."""
    made = CustomerOrganizationFactory.create(
        site=site, name="Client", name_key="client"
    )
    ProjectOrganizationFactory.create(
        organization=made, project__site=site, project__name="Desk"
    )
    two = [
        CustomerFactory.create(site=site, email=f"{name}@client.example").pk
        for name in ("anna", "old")
    ]
    organizations.add_people(made, two, by=SYSTEM, now=LONG_AGO)
    made.refresh_from_db()
    return made


@pytest.fixture
def at(idp: ScimClient) -> Callable[..., str]:
    """Return what makes addresses of the directory's group conflicts."""

    def address(name: str, *more: Any) -> str:
        here = [idp.directory.site_id, idp.directory.pk, *more]
        return reverse(f"portals:provider-{name}", args=here)

    return address


@pytest.fixture
def group(idp: ScimClient, local: CustomerOrganization) -> Any:
    """Push a group "Client" of Anna, who is in there, and of Ben; return it."""
    anna, ben = push(idp), push(idp, "ben@client.example")
    return idp.group("Client", anna["id"], ben["id"])


def test_a_conflict_is_listed_with_its_numbers(both_admin, at, group):
    answer = both_admin.get(at("conflicts"))

    (row,) = answer.context["rows"]
    numbers = (row.difference.joining, row.difference.leaving, row.difference.staying)
    assert numbers == (1, 1, 1)
    assert row.projects == ["Desk"]
    assert "An organization has its name" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"anna@client.example", "ben@client.example", "old@client.example"}),
        ("change=added", {"ben@client.example"}),
        ("change=removed", {"old@client.example"}),
        ("change=staying", {"anna@client.example"}),
        ("change=nonsense&q=anna", {"anna@client.example"}),
    ],
)
def test_the_people_of_a_difference(both_admin, at, group, query, found):
    answer = both_admin.get(at("conflict", group["id"]) + f"?{query}")

    assert {customer.email for customer, _change in answer.context["rows"]} == found


def test_the_fragment_is_the_part_of_the_page(both_admin, at, group):
    for address in (at("conflicts"), at("conflict", group["id"])):
        page = both_admin.get(address).content.decode()
        part = both_admin.get(address, headers={"HX-Request": "true"}).content.decode()

        lines = [line.strip() for line in part.splitlines() if "csrf" not in line]
        whole = {line.strip() for line in page.splitlines()}
        assert [line for line in lines if line not in whole] == []


def test_the_difference_as_a_file(both_admin, at, group):
    answer = both_admin.post(at("conflict-export", group["id"]))

    text = b"".join(answer.streaming_content).decode()
    assert "ben@client.example,Added" in text
    assert "old@client.example,Removed" in text
    assert "anna@client.example,Staying" in text


def test_one_group_is_synced_and_that_is_undone(both_admin, at, group, local):
    both_admin.post(at("conflict-sync", group["id"]))

    synced = organization()
    assert (synced.pk, synced.source) == (local.pk, "synced")
    assert people() == {f"{n}@client.example" for n in ("anna", "ben", "old")}
    (told,) = both_admin.get(at("decisions")).context["rows"]
    assert "to join: 1" in told.sentence
    assert told.undo == str(local.public_id)
    page = both_admin.get(at("conflict-undo", local.public_id))
    assert page.context["back"] == 0
    both_admin.post(at("conflict-undo", local.public_id))
    assert organization().source == "manual"
    assert [row.undo for row in both_admin.get(at("decisions")).context["rows"]] == [
        "",
        "",
    ]
    check_customers()


def test_all_groups_that_wait_are_synced_by_a_job(both_admin, at, group, idp, site):
    CustomerOrganizationFactory.create(site=site, name="Two", name_key="two")
    idp.group("two")

    sums = both_admin.get(at("conflicts-sync-all")).context["sums"]
    both_admin.post(at("conflicts-sync-all"))

    assert (sums.groups, sums.taken, sums.joining, sums.leaving) == (2, 2, 1, 1)
    assert record_of_group().link_state == LinkState.LINKED
    assert record_of_group("two").link_state == LinkState.LINKED
    assert both_admin.get(at("conflicts")).context["rows"] == []
    check_customers()


def test_nothing_to_sync_says_so(both_admin, at):
    for send in (both_admin.get, both_admin.post):
        page = send(at("conflicts-sync-all"), follow=True)
        assert "No group waits" in page.content.decode()


def test_a_group_whose_name_is_free_by_now_gets_its_own(both_admin, at, group, local):
    CustomerOrganization.objects.filter(pk=local.pk).update(
        name="Other", name_key="other"
    )

    page = both_admin.get(at("conflict", group["id"]))
    both_admin.post(at("conflict-sync", group["id"]))

    assert page.context["conflict"].organization is None
    assert organization().pk != local.pk
    assert people() == {"anna@client.example", "ben@client.example"}


def test_the_policy_counts_for_groups_that_arrive_afterwards(
    both_admin, at, group, idp, site
):
    answer = both_admin.post(at("policy"), {"group_policy": "sync"}, follow=True)

    assert "from now on" in answer.content.decode()
    assert record_of_group().link_state == LinkState.UNLINKED
    CustomerOrganizationFactory.create(site=site, name="Later", name_key="later")
    idp.group("Later")
    assert organization("Later").source == "synced"
    sentences = [
        row.sentence for row in both_admin.get(at("decisions")).context["rows"]
    ]
    assert any("Later follows the pushed group" in each for each in sentences)
    assert any("“Sync the group”" in each for each in sentences)


@pytest.mark.parametrize("sent", [{}, {"group_policy": "perhaps"}])
def test_no_other_policy_is_taken(both_admin, at, idp, sent):
    policy(idp, "sync")

    both_admin.post(at("policy"), sent)

    page = both_admin.get(at("conflicts"))
    assert page.context["rules"].group_policy == "sync"


def test_the_queries_do_not_grow(
    both_admin: Client,
    at: Callable[..., str],
    idp: ScimClient,
    site: Site,
    django_assert_max_num_queries,
) -> None:
    for n in range(6):
        name = f"client {n}"
        CustomerOrganizationFactory.create(site=site, name=name, name_key=name)
        idp.group(name)
    with django_assert_max_num_queries(20):
        assert len(both_admin.get(at("conflicts")).context["rows"]) == 6


def test_a_synced_group_is_no_conflict(both_admin, at, idp):
    linked = idp.group("Free")

    assert both_admin.get(at("conflict", linked["id"])).status_code == 404
