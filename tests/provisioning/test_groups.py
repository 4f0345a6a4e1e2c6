"""What becomes of a group that an identity provider pushes."""

import pytest

from directories.models import GroupRecord, Job, TroubleshootingEntry
from provisioning.models import Group
from tests.factories.provisioning import GroupFactory
from tests.provisioning.conftest import people_in, provider_of

pytestmark = pytest.mark.django_db


def test_a_pushed_group_appears_with_its_linked_members(idp):
    ada, bo = idp.push("ada@example.com"), idp.push("bo@partner.example")

    idp.group("Engines", ada, bo)

    group = Group.objects.get()
    assert (group.kind, group.name) == (Group.Kind.SYNCED, "Engines")
    assert people_in("Engines") == {"ada@example.com", "bo@partner.example"}


def test_members_come_and_go(idp):
    ada, bo = idp.push("ada@example.com"), idp.push("bo@example.com")
    group = idp.group("Engines", ada)

    idp.members(group, "add", bo)
    idp.members(group, "remove", ada)

    assert people_in("Engines") == {"bo@example.com"}
    assert GroupRecord.objects.get().member_count == 1


def test_people_without_an_account_join_the_group_when_they_get_one(idp):
    ada = idp.push("ada@example.com", active=False)
    idp.group("Engines", ada)
    assert people_in("Engines") == set()

    idp.change(ada, active=True)

    assert people_in("Engines") == {"ada@example.com"}


def test_a_renamed_group_keeps_its_members(idp):
    group = idp.group("Engines", idp.push("ada@example.com"))

    idp.send(
        "PATCH",
        f"/Groups/{group['id']}",
        {"Operations": [{"op": "replace", "value": {"displayName": "Machines"}}]},
    )

    assert people_in("Machines") == {"ada@example.com"}
    assert Group.objects.count() == 1


def test_a_deleted_group_is_gone(idp):
    group = idp.group("Engines", idp.push("ada@example.com"))

    assert idp.send("DELETE", f"/Groups/{group['id']}").status_code == 204

    assert not Group.objects.exists()


@pytest.mark.parametrize("name", ["org-admins", "Site-Admins", "atlassian-addons"])
def test_a_built_in_name_is_refused_and_logged(idp, name):
    answer = idp.send("POST", "/Groups", {"displayName": name})

    assert answer.status_code == 409
    assert not GroupRecord.objects.exists()
    assert TroubleshootingEntry.objects.get(kind="built_in_group")


def test_a_default_groups_name_is_refused_and_logged(idp, organization):
    GroupFactory.create(
        organization=organization, name="jira-users", kind=Group.Kind.DEFAULT
    )

    answer = idp.send("POST", "/Groups", {"displayName": "JIRA-users"})

    assert answer.status_code == 409
    assert TroubleshootingEntry.objects.get(kind="default_group")


def test_another_directorys_group_name_is_refused(idp, organization):
    idp.group("Engines")
    other = provider_of(organization, "Entra")

    answer = other.send("POST", "/Groups", {"displayName": "engines"})

    assert answer.status_code == 409
    assert TroubleshootingEntry.objects.get(kind="group_of_other_directory")


def test_a_local_groups_name_is_held_and_nobody_joins_it(idp, organization):
    GroupFactory.create(organization=organization, name="Engines")

    group = idp.group("engines", idp.push("ada@example.com"))

    assert len(group["members"]) == 1
    assert GroupRecord.objects.get().link_state == "held"
    assert people_in("Engines") == set()
    assert TroubleshootingEntry.objects.get(kind="local_group_same_name")


def test_strict_mode_refuses_a_local_groups_name(idp, organization):
    GroupFactory.create(organization=organization, name="Engines")
    idp.directory.mode = "strict"
    idp.directory.save()

    assert idp.send("POST", "/Groups", {"displayName": "Engines"}).status_code == 409


def test_strict_mode_refuses_a_new_name_but_not_the_same_one(idp):
    group = idp.group("Engines")
    idp.directory.mode = "strict"
    idp.directory.save()

    def rename(name):
        operations = [{"op": "replace", "path": "displayName", "value": name}]
        path = f"/Groups/{group['id']}"
        return idp.send("PATCH", path, {"Operations": operations}).status_code

    assert rename("Engines") == 200
    assert rename("Machines") == 400


def test_a_held_group_is_taken_up_once_its_name_is_free(idp, organization):
    local = GroupFactory.create(organization=organization, name="Engines")
    ada = idp.push("ada@example.com")
    group = idp.group("Engines", ada)
    local.delete()

    idp.members(group, "add", idp.push("bo@example.com"))

    assert GroupRecord.objects.get().link_state == "linked"
    assert Job.objects.filter(kind="group-sync", label="Engines").exists()


def test_a_new_name_that_a_local_group_has_leaves_the_former_one(idp, organization):
    GroupFactory.create(organization=organization, name="Machines")
    group = idp.group("Engines", idp.push("ada@example.com"))

    answer = idp.send(
        "PATCH",
        f"/Groups/{group['id']}",
        {"Operations": [{"op": "replace", "value": {"displayName": "Machines"}}]},
    )

    assert answer.json()["displayName"] == "Machines"
    assert people_in("Engines") == {"ada@example.com"}
    assert TroubleshootingEntry.objects.get(kind="rename_waits")
