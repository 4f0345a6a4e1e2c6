"""What a provider's requests about groups do to the organizations of a site."""

from typing import Any

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Directory, Job, Site
from directories.services.audit import SYSTEM
from directories.services.directories import request_sync
from portals.models import (
    AttachRule,
    Customer,
    CustomerDirectory,
    CustomerOrganization,
    OrganizationMember,
    ProjectOrganization,
)
from portals.services.customer_accounts import customers
from portals.services.customer_organizations import organizations
from provisioning.tasks import reconcile
from tests.factories.directories import LONG_AGO
from tests.factories.portals import (
    ServiceProjectFactory,
)
from tests.portals.invariants import check_customers
from tests.portals.pushing import (
    emails,
    members,
    organization,
    people,
    push,
    record_of_group,
    rename,
    work,
)
from tests.scim.client import ScimClient

SYNC, DONT_SYNC = CustomerDirectory.GroupPolicy.values


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
    idp.delete(f"/Groups/{record_of_group().scim_id}")
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
    everybody = [Customer.objects.get().pk]
    assert organizations.remove_people(made, everybody, by=SYSTEM, now=now) == []
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
