"""What a provider's requests about groups do to the organizations of a site."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Directory, GroupRecord, Job, Site
from directories.services.audit import SYSTEM
from directories.services.directories import delete_configuration, request_sync
from directories.tasks import run_job
from portals.models import (
    AttachRule,
    Customer,
    CustomerDirectory,
    CustomerOrganization,
    OrganizationMember,
    ProjectOrganization,
)
from portals.services import customers, group_choices, organizations
from portals.tasks import settle_organizations
from provisioning.tasks import reconcile
from tests.factories.directories import LONG_AGO
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    ServiceProjectFactory,
)
from tests.portals.invariants import check_customers
from tests.portals.test_customer_provisioning import emails, push
from tests.scim.client import ScimClient, customer_client, refusal, values

SYNC, DONT_SYNC = CustomerDirectory.GroupPolicy.values


def policy(idp: ScimClient, wanted: str) -> None:
    """Choose what becomes of a group whose name an organization has."""
    CustomerDirectory.objects.filter(directory=idp.directory).update(
        group_policy=wanted
    )


def organization(name: str = "Client") -> CustomerOrganization:
    """Return the live organization of a name."""
    return CustomerOrganization.objects.get(name=name, archived_at=None)


def people(name: str = "Client") -> set[str]:
    """Return the addresses of an organization's customers."""
    found = Customer.objects.filter(organizations=organization(name))
    return set(found.values_list("email", flat=True))


def record(name: str = "Client") -> GroupRecord:
    """Return the record of a group."""
    return GroupRecord.objects.get(display_name=name)


def rename(idp: ScimClient, group: Any, name: str) -> Any:
    """Give a group another name and return the answer."""
    operations = [{"op": "replace", "path": "displayName", "value": name}]
    return idp.patch(f"/Groups/{group['id']}", operations)


def members(idp: ScimClient, group: Any, op: str, *users: Any) -> None:
    """Add people to a group, or remove them."""
    ids = values(*(user["id"] for user in users))
    body = [{"op": op, "path": "members", "value": ids}]
    assert idp.patch(f"/Groups/{group['id']}", body).status_code in {200, 204}


def kinds(idp: ScimClient) -> list[str]:
    """Return the kinds of what the log holds."""
    return list(idp.log().values_list("kind", flat=True))


def work(job: Job) -> None:
    """Do a job."""
    run_job(job_id=str(job.pk))


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


def test_a_free_name_makes_an_organization(idp: ScimClient, site: Site) -> None:
    """Its source is "Synced", its customers are the group's."""
    anna, ben = push(idp), push(idp, "ben@client.example")
    idp.group("Client", anna["id"], ben["id"])

    made = organization()
    assert (made.source, made.site, made.member_count) == ("synced", site, 2)
    assert people() == {"anna@client.example", "ben@client.example"}
    told = AuditEvent.objects.filter(target_id=str(made.public_id))
    assert set(told.values_list("action", flat=True)) == {
        Event.CUSTOMER_ORGANIZATION_CREATED,
        Event.CUSTOMER_ORGANIZATION_MEMBERS,
    }
    check_customers()


def test_attach_rules_count_for_new_and_renamed_ones(
    idp: ScimClient, site: Site
) -> None:
    """Provisioning alone gives a portal where a rule says so."""
    project = ServiceProjectFactory.create(site=site)
    AttachRule.objects.create(
        site=site, project=project, match="begins", text="vip", created_at=LONG_AGO
    )
    group = idp.group("Client")
    assert not ProjectOrganization.objects.exists()
    assert rename(idp, group, "VIP Client").status_code == 200
    assert ProjectOrganization.objects.get().organization.name == "VIP Client"
    idp.group("VIP two")
    assert ProjectOrganization.objects.count() == 2


def test_members_follow(idp: ScimClient) -> None:
    """Who joins and leaves the group joins and leaves the organization."""
    anna, ben = push(idp), push(idp, "ben@client.example")
    group = idp.group("Client", anna["id"])
    members(idp, group, "add", ben)
    assert people() == {"anna@client.example", "ben@client.example"}
    members(idp, group, "remove", anna)
    assert people() == {"ben@client.example"}
    assert organization().member_count == 1
    check_customers()


def test_a_used_name_is_left_alone_by_default(
    idp: ScimClient, local: CustomerOrganization
) -> None:
    """With "Don't sync the group" the provider is told nothing; the log says why."""
    anna = push(idp)
    group = idp.group("client", anna["id"])

    assert record("client").link_reason == "organization_same_name"
    assert kinds(idp) == ["organization_same_name"]
    local.refresh_from_db()
    assert (local.source, local.name) == ("manual", "Client")
    assert people() == {"anna@client.example", "old@client.example"}

    # Changed later, the setting counts for groups that arrive afterwards only.
    policy(idp, SYNC)
    ben = push(idp, "ben@client.example")
    members(idp, group, "add", ben)
    assert record("client").link_reason == "organization_same_name"
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
    assert record().link_reason == "group_unlinked"
    # The record is stored on and leads to nothing.
    members(idp, group, "remove", ben)
    assert len(people()) == 3
    check_customers()
    work(group_choices.sync_group(record(), by=SYSTEM, now=timezone.now()))
    assert organization().source == "synced"
    check_customers()


def test_a_conflict_is_synced_one_by_one(
    idp: ScimClient, local: CustomerOrganization
) -> None:
    """What was kept apart follows its group when an admin says so."""
    anna, ben = push(idp), push(idp, "ben@client.example")
    idp.group("Client", anna["id"], ben["id"])
    work(group_choices.sync_group(record(), by=SYSTEM, now=timezone.now()))

    local.refresh_from_db()
    assert local.record == record()
    assert len(people()) == 3
    with pytest.raises(group_choices.NotWaitingError):
        group_choices.sync_group(record(), by=SYSTEM, now=timezone.now())
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
    assert record("Shoppers").link_state == "linked"


def test_a_deleted_group_leaves_an_archived_organization(
    idp: ScimClient, site: Site
) -> None:
    """Its portals close; it can be restored with everybody in it."""
    anna = push(idp)
    group = idp.group("Client", anna["id"])
    made = organization()
    project = ServiceProjectFactory.create(site=site)
    ProjectOrganization.objects.create(
        project=project, organization=made, added_at=LONG_AGO
    )
    assert idp.delete(f"/Groups/{group['id']}").status_code == 204

    made.refresh_from_db()
    assert made.archived_at is not None
    assert made.archived_projects == [project.key]
    assert not ProjectOrganization.objects.exists()
    assert OrganizationMember.objects.get().manual
    # The name is free.
    idp.group("Client")
    check_customers()
    with pytest.raises(organizations.NameTakenError):
        organizations.restore(made, by=SYSTEM, now=LONG_AGO)
    idp.delete(f"/Groups/{record().scim_id}")
    organizations.restore(made, by=SYSTEM, now=LONG_AGO)
    assert (organization().source, organization().member_count) == ("manual", 1)
    assert ProjectOrganization.objects.get().organization == made
    check_customers()


def test_what_is_synced_is_read_only_here(idp: ScimClient) -> None:
    """Name and people are the provider's; the description is not."""
    group = idp.group("Client", push(idp)["id"])
    made = organization()
    now = timezone.now()
    with pytest.raises(organizations.OwnedError):
        organizations.edit_organization(
            made, name="Mine", description="", by=SYSTEM, now=now
        )
    with pytest.raises(organizations.OwnedError):
        organizations.remove_people(made, [], by=SYSTEM, now=now)
    with pytest.raises(organizations.OwnedError):
        organizations.archive(made, by=SYSTEM, now=now)
    organizations.edit_organization(
        made, name="Client", description="Since 1999", by=SYSTEM, now=now
    )
    with pytest.raises(customers.OwnedError):
        customers.rename(Customer.objects.get(), name="X", by=SYSTEM, now=now)
    with pytest.raises(customers.OwnedError):
        customers.change_email(
            Customer.objects.get(), email="x@y.example", by=SYSTEM, now=now
        )
    assert idp.get(f"/Groups/{group['id']}").status_code == 200


@pytest.mark.parametrize("counts", [True, False])
def test_groups_in_groups_count_as_the_directory_says(
    idp: ScimClient, *, counts: bool
) -> None:
    """As in directories of the organization."""
    if not counts:
        Directory.objects.update(nested_groups="ignore")
    anna, ben = push(idp), push(idp, "ben@client.example")
    inner = idp.group("Inner", anna["id"])
    outer = idp.group("Outer", inner["id"], ben["id"])
    both = {"anna@client.example", "ben@client.example"}
    assert people("Outer") == (both if counts else {"ben@client.example"})
    check_customers()
    members(idp, inner, "add", ben)
    members(idp, outer, "remove", ben)
    # Still there by the inner group, where that counts.
    assert people("Outer") == (both if counts else set())
    members(idp, outer, "remove", inner)
    assert people("Outer") == set()
    check_customers()


def test_a_person_who_comes_back_is_in_their_organizations(idp: ScimClient) -> None:
    """Memberships wait while somebody has no address."""
    anna = idp.user("anna", emails=emails("anna@client.example"))
    idp.group("Outer", idp.group("Inner", anna["id"])["id"])
    path = f"/Users/{anna['id']}"
    remove = [{"op": "remove", "path": "emails"}]
    assert idp.patch(path, remove).status_code == 200
    assert people("Outer") == people("Inner") == set()
    check_customers()
    body = {"userName": "anna", "emails": anna["emails"]}
    assert idp.put(path, body).status_code == 200
    assert people("Outer") == people("Inner") == {"anna@client.example"}
    check_customers()


@pytest.mark.parametrize("more", [0, 1])
def test_a_large_change_is_a_job(idp: ScimClient, settings: Any, more: int) -> None:
    """More than a request does at once is done by a worker."""
    settings.MEMBERS_IN_REQUEST = 3
    users = [push(idp, f"p{n}@client.example") for n in range(3 + more)]
    idp.group("Client", *(user["id"] for user in users))
    assert organization().member_count == 3 + more
    jobs = Job.objects.filter(kind="customer-organization-sync")
    assert jobs.count() == more
    check_customers()


def test_groups_are_chosen_while_only_tests_are_synced(idp: ScimClient) -> None:
    """What leaves the scope stays as a manual organization and comes back."""
    Directory.objects.update(scope="test")
    anna = push(idp)
    group = idp.group("Client", anna["id"])
    assert not CustomerOrganization.objects.exists()
    idp.directory.sync_choices.create(subject="group", name="Client", name_key="client")
    work(request_sync(directory=idp.directory, by=SYSTEM, now=timezone.now()))
    assert people() == {"anna@client.example"}
    made = organization()
    check_customers()

    idp.directory.sync_choices.all().delete()
    work(request_sync(directory=idp.directory, by=SYSTEM, now=timezone.now()))
    made.refresh_from_db()
    assert (made.source, made.member_count) == ("manual", 1)
    check_customers()

    Directory.objects.update(scope="all")
    work(request_sync(directory=idp.directory, by=SYSTEM, now=timezone.now()))
    made.refresh_from_db()
    assert made.record is not None
    assert idp.members(group["id"]) == {anna["id"]}
    check_customers()


def test_the_nightly_comparison_mends_what_differs(idp: ScimClient) -> None:
    """Also in directories of customers."""
    anna = push(idp)
    idp.group("Client", anna["id"])
    OrganizationMember.objects.all().delete()
    CustomerOrganization.objects.update(member_count=0)
    Customer.objects.update(status="revoked", revoked_by="provider")
    reconcile()
    assert people() == {"anna@client.example"}
    assert Customer.objects.get().is_active
    check_customers()


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
    assert made.record == record()
    # Until the provider has filled the group nobody leaves.
    assert made.member_count == 1
    assert made.settles_at is not None
