"""What becomes of groups whose name an organization has, and of synced ones later."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directories.models import Directory, GroupRecord, Site
from directories.services.audit import SYSTEM
from directories.services.directories import delete_configuration, request_sync
from portals.models import (
    Customer,
    CustomerDirectory,
    CustomerOrganization,
)
from portals.services.customer_directories import group_choices
from portals.services.customer_organizations import organizations
from portals.tasks import settle_organizations
from tests.factories.directories import LONG_AGO
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
)
from tests.portals.invariants import check_customers
from tests.portals.pushing import (
    kinds_of,
    members,
    organization,
    people,
    policy,
    push,
    record_of_group,
    rename,
    work,
)
from tests.scim.client import ScimClient, customer_client, refusal

SYNC, DONT_SYNC = CustomerDirectory.GroupPolicy.values


@pytest.fixture
def local(site: Site) -> CustomerOrganization:
    """Return an organization "Client" with two customers."""
    made = CustomerOrganizationFactory.create(
        site=site, name="Client", name_key="client"
    )
    two = [
        CustomerFactory.create(site=site, email=f"{name}@client.example").pk
        for name in ("anna", "old")
    ]
    organizations.add_people(made, two, by=SYSTEM, now=LONG_AGO)
    made.refresh_from_db()
    return made


def test_a_used_name_is_left_alone_by_default(
    idp: ScimClient, local: CustomerOrganization
) -> None:
    """With "Don't sync the group" the provider is told nothing; the log says why."""
    anna = push(idp)
    group = idp.group("client", anna["id"])

    assert record_of_group("client").link_reason == "organization_same_name"
    assert kinds_of(idp) == ["organization_same_name"]
    local.refresh_from_db()
    assert (local.source, local.name) == ("manual", "Client")
    assert people() == {"anna@client.example", "old@client.example"}

    # Changed later, the setting counts for groups that arrive afterwards only.
    policy(idp, SYNC)
    ben = push(idp, "ben@client.example")
    members(idp, group, "add", ben)
    assert record_of_group("client").link_reason == "organization_same_name"
    check_customers()


def test_strict_directories_refuse_a_used_name(
    idp: ScimClient, local: CustomerOrganization
) -> None:
    """The provider is told with 409."""
    Directory.objects.filter(pk=idp.directory.pk).update(mode="strict")
    refusal(idp.post("/Groups", {"displayName": local.name}), 409, "uniqueness")


def test_a_used_name_is_taken_over_where_that_is_chosen(
    idp: ScimClient, local: CustomerOrganization
) -> None:
    """With "Sync the group" nobody leaves at once; in a day it is the group's."""
    policy(idp, SYNC)
    anna, ben = push(idp), push(idp, "ben@client.example")
    group = idp.group("client", anna["id"])
    taken = organization("client")
    assert taken.pk == local.pk
    assert taken.source == "synced"
    assert people("client") == {"anna@client.example", "old@client.example"}
    members(idp, group, "add", ben)
    # Whom the provider takes out by name leaves.
    members(idp, group, "remove", anna)
    assert people("client") == {"ben@client.example", "old@client.example"}
    check_customers()

    settle_organizations()
    assert len(people("client")) == 2
    CustomerOrganization.objects.update(settles_at=timezone.now() - timedelta(hours=1))
    settle_organizations()
    assert people("client") == {"ben@client.example"}
    taken.refresh_from_db()
    assert (taken.settles_at, taken.member_count) == (None, 1)
    check_customers()


def test_settled_at_once_and_undone(
    idp: ScimClient, local: CustomerOrganization
) -> None:
    """An admin need not wait, and can take everything back."""
    policy(idp, SYNC)
    ben = push(idp, "ben@client.example")
    group = idp.group("Client", ben["id"])
    work(group_choices.settle_now(local, by=SYSTEM, now=timezone.now()))
    assert people() == {"ben@client.example"}

    group_choices.unlink_group(local, by=SYSTEM, now=timezone.now())
    assert people() == {
        "anna@client.example",
        "ben@client.example",
        "old@client.example",
    }
    assert organization().source == "manual"
    assert record_of_group().link_reason == "group_unlinked"
    # The record is stored on and leads to nothing.
    members(idp, group, "remove", ben)
    assert len(people()) == 3
    check_customers()
    work(group_choices.sync_group(record_of_group(), by=SYSTEM, now=timezone.now()))
    assert organization().source == "synced"
    check_customers()


def test_a_conflict_is_synced_one_by_one(
    idp: ScimClient, local: CustomerOrganization
) -> None:
    """What was kept apart follows its group when an admin says so."""
    anna, ben = push(idp), push(idp, "ben@client.example")
    idp.group("Client", anna["id"], ben["id"])
    work(group_choices.sync_group(record_of_group(), by=SYSTEM, now=timezone.now()))

    local.refresh_from_db()
    assert local.record == record_of_group()
    assert len(people()) == 3
    with pytest.raises(group_choices.NotWaitingError):
        group_choices.sync_group(record_of_group(), by=SYSTEM, now=timezone.now())
    check_customers()


def test_a_name_that_has_become_free_is_taken_at_the_next_sync(
    idp: ScimClient, local: CustomerOrganization
) -> None:
    """Nobody has to push the group again."""
    anna = push(idp)
    idp.group("Client", anna["id"])
    organizations.archive(local, by=SYSTEM, now=LONG_AGO)
    work(request_sync(directory=idp.directory, by=SYSTEM, now=timezone.now()))
    assert people() == {"anna@client.example"}
    assert organization().pk != local.pk
    check_customers()


def test_a_name_of_another_directorys_organization_is_refused(
    idp: ScimClient, second_idp: ScimClient
) -> None:
    """Whatever is chosen for conflicts."""
    policy(second_idp, SYNC)
    idp.group("Client")
    refusal(second_idp.post("/Groups", {"displayName": "CLIENT"}), 409, "uniqueness")
    entry = second_idp.log().get()
    assert entry.kind == "organization_of_other_directory"
    assert "Okta" in entry.advice


def test_a_rename_goes_by_id(idp: ScimClient, local: CustomerOrganization) -> None:
    """A free name is taken, a used one refused, letter case is no other name."""
    group = idp.group("Buyers")
    made = organization("Buyers")
    assert rename(idp, group, "BUYERS").status_code == 200
    assert rename(idp, group, "Shoppers").status_code == 200
    made.refresh_from_db()
    assert (made.name, made.name_key) == ("Shoppers", "shoppers")
    refusal(rename(idp, group, local.name), 409, "uniqueness")
    made.refresh_from_db()
    assert made.name == "Shoppers"
    assert record_of_group("Shoppers").link_state == "linked"


def test_a_deleted_configuration_leaves_everything_local(idp: ScimClient) -> None:
    """Nobody loses access; connecting again takes it up again."""
    anna = push(idp)
    idp.group("Client", anna["id"])
    made = organization()
    work(delete_configuration(directory=idp.directory, by=SYSTEM, now=timezone.now()))

    made.refresh_from_db()
    one = Customer.objects.get()
    assert (made.source, made.former_directory, made.member_count) == (
        "manual",
        "Okta",
        1,
    )
    assert (one.directory, one.former_directory, one.status) == (
        None,
        "Okta",
        "active",
    )
    assert not GroupRecord.objects.exists()
    check_customers()

    Directory.objects.update(state="active")
    again = customer_client(Directory.objects.get(pk=idp.directory.pk))
    again.group("Client")
    made.refresh_from_db()
    assert made.record == record_of_group()
    # Until the provider has filled the group nobody leaves.
    assert made.member_count == 1
    assert made.settles_at is not None
