"""What each way of ending user provisioning does, and coming back after it.

Pushed through SCIM, ended in the console, then looked at in the console and at what
the identity provider is answered.
"""

import pytest
from django.urls import reverse

from directories.models import Directory, Domain
from provisioning.models import Group
from tests.provisioning.promises import (
    account_of,
    act,
    audit_page,
    change,
    give_right,
    group_page,
    local_group,
    log_page,
    page,
    person_page,
    push,
)
from tests.scim.client import ScimClient, add_client, refusal

ADA, BO, CY = "ada@example.com", "bo@partner.example", "cy@example.com"
DETAIL = "directories:directory-detail"
LIST = "directories:directory-list"


@pytest.fixture
def pushed(scim, console):
    """Push three people, one of them deactivated, and a group that gives a right."""
    ada, bo, cy = (push(scim, address) for address in (ADA, BO, CY))
    change(scim, cy, active=False)
    crew = scim.group("Crew", ada["id"], bo["id"])
    give_right(console, "Crew")
    return crew


def delete_configuration(console, directory):
    view = "directories:configuration-delete"
    return act(console, view, directory.pk, confirmation=directory.name)


def disconnect(console, directory):
    view = "directories:directory-disconnect"
    return act(console, view, directory.pk, confirmation=directory.name)


def nobody_lost_anything(console):
    """Check that people are as active and as powerful as they were."""
    crew = group_page(console, "Crew")
    for address in (ADA, BO):
        person = person_page(console, address)
        assert "This account is deactivated" not in person
        assert "Site admin" in person
        assert address in crew
    assert "This account is deactivated" in person_page(console, CY)
    return True


def test_delete_configuration_says_its_numbers_before(scim, console, pushed):
    said = page(console, "directories:configuration-delete", scim.directory.pk)

    assert "3 users become local" in said
    assert "1 group becomes local" in said
    assert "2 memberships stay" in said
    assert "1 API key stops at once" in said
    assert "nobody is deactivated" in said


def test_delete_configuration_makes_everything_local(scim, console, pushed):
    delete_configuration(console, scim.directory)

    assert nobody_lost_anything(console)
    assert "Not set up" in page(console, DETAIL, scim.directory.pk)
    refusal(scim.get("/Users"), 401)
    for address in (ADA, BO, CY):
        person = person_page(console, address)
        assert "Local again" in person
        assert "User provisioning of Okta of Acme was deleted" in person
    assert "Crew Local None 2" in page(console, "provisioning:group-list")
    assert "Okta of Acme" in audit_page(console, "scim_directory_deleted")
    assert "Okta of Acme was deleted" in group_page(console, "Crew", "history")


def test_delete_configuration_makes_groups_and_people_editable(scim, console, pushed):
    delete_configuration(console, scim.directory)

    group = Group.objects.get(name="Crew")
    form = {"name": "Sailors", "description": ""}
    act(console, "provisioning:group-edit", group.public_id, **form)
    cy = account_of(CY)
    act(console, "provisioning:account-reactivate", cy.public_id)
    form = {"account": str(cy.public_id)}
    act(console, "provisioning:group-people-add", group.public_id, **form)

    assert CY in group_page(console, "Sailors")
    assert "This account is deactivated" not in person_page(console, CY)


def test_disconnect_is_refused_while_provisioning_remains(scim, console, pushed):
    said = disconnect(console, scim.directory)

    assert "Delete the configuration of user provisioning first" in said
    assert "Okta of Acme" in page(console, LIST)
    assert scim.get("/Users").json()["totalResults"] == 3


def test_disconnect_gives_domains_and_people_to_the_local_directory(
    scim, console, pushed
):
    Domain.objects.update(directory=scim.directory)
    delete_configuration(console, scim.directory)
    view = "directories:directory-disconnect"
    said = page(console, view, scim.directory.pk)
    assert "3 people whom it provisioned are local already" in said
    assert "1 linked domain moves to the local directory" in said

    disconnect(console, scim.directory)

    assert nobody_lost_anything(console)
    assert "Okta of Acme" not in page(console, LIST)
    assert console.get(reverse(DETAIL, args=[scim.directory.pk])).status_code == 404
    refusal(scim.get("/Users"), 401)
    local = Directory.objects.get(kind=Directory.Kind.LOCAL)
    assert local.name in page(console, "directories:domain-list")
    assert "Active Local" in person_page(console, ADA)
    assert "Okta of Acme" in audit_page(console, "identity_provider_removed")


def test_a_subscription_that_ends_pauses_and_keeps_everything(scim, console, pushed):
    name = scim.directory.organization.name
    said = page(console, "directories:subscription-end")
    assert "1 directory is paused" in said
    assert "3 users and 1 group" in said

    act(console, "directories:subscription-end", confirmation=name)

    detail = refusal(scim.delete(f"/Groups/{pushed['id']}"), 403)
    assert "subscription has ended" in detail
    assert "all users, groups and their access are kept" in detail
    assert nobody_lost_anything(console)
    banner = "Syncing is paused: the subscription has ended"
    for place in (
        page(console, DETAIL, scim.directory.pk),
        page(console, "provisioning:overview"),
    ):
        assert banner in place
    assert "subscription has ended" in log_page(console, scim.directory)
    assert name in audit_page(console, "scim_sync_disabled")


def test_a_subscription_that_returns_lets_syncing_go_on(scim, console, pushed):
    name = scim.directory.organization.name
    act(console, "directories:subscription-end", confirmation=name)
    act(console, "directories:subscription-renew")

    push(scim, "new@example.com")
    assert scim.get("/Users").json()["totalResults"] == 4
    assert "paused" not in page(console, DETAIL, scim.directory.pk)
    assert name in audit_page(console, "scim_sync_enabled")
    assert "Last compared Never" not in page(console, DETAIL, scim.directory.pk)


def push_again(client: ScimClient):
    ada, bo, cy = (push(client, address) for address in (ADA, BO, CY))
    return client.group("Crew", ada["id"], bo["id"]), cy


def test_coming_back_takes_people_and_groups_up_again(scim, console, pushed):
    before = Group.objects.get(name="Crew").public_id
    delete_configuration(console, scim.directory)
    disconnect(console, scim.directory)

    again = add_client(scim.directory.organization, "Entra of Acme")
    push_again(again)

    assert Group.objects.get(name="Crew").public_id == before
    crew = group_page(console, "Crew")
    assert "Managed by Entra of Acme" in crew
    assert "Synced until" not in crew
    for address in (ADA, BO):
        person = person_page(console, address)
        assert "Synced Entra of Acme" in person
        assert "Site admin" in person
    assert "This account is deactivated" not in person_page(console, CY)
    assert "Nothing waits" in page(console, "provisioning:review-list")


def test_coming_back_a_group_that_was_changed_meanwhile_is_reviewed(scim, console):
    push_again(scim)
    delete_configuration(console, scim.directory)
    group = Group.objects.get(name="Crew")
    organization = scim.directory.organization
    local_group(organization, "Others", "dee@partner.example")
    dee = account_of("dee@partner.example")
    form = {"account": str(dee.public_id)}
    act(console, "provisioning:group-people-add", group.public_id, **form)

    again = add_client(organization, "Entra of Acme")
    crew, _ = push_again(again)

    review = page(console, "provisioning:review-list", query="?tab=groups")
    assert "Crew The group waits for review" in review
    assert nobody_is_missing(console)
    shown = page(console, "provisioning:group-difference", crew["id"])
    assert "Added 0 Removed 1 Staying 2" in shown


def nobody_is_missing(console):
    crew = group_page(console, "Crew")
    assert "A pushed group waits for review" in crew
    return all(each in crew for each in (ADA, BO, "dee@partner.example"))
