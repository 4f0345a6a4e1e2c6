"""What each operation on a group does.

A row for each row of the documented tables: pushed through SCIM, then looked at where
an admin would look: the group's page with its history, the list of groups, the people,
the troubleshooting log and the audit log.
"""

import pytest

from directories.models import Directory
from provisioning.models import DeletedGroup, Group
from tests.factories.provisioning import GroupFactory
from tests.provisioning.promises import (
    account_of,
    act,
    audit_page,
    change_members,
    give_right,
    group_page,
    log_page,
    page,
    person_page,
    push,
    replace,
)
from tests.scim.client import refusal, values

ADA, BO = "ada@example.com", "bo@example.com"
ALL_GROUPS = "provisioning:group-list"


@pytest.fixture
def organization(scim):
    return scim.directory.organization


@pytest.fixture
def ada(scim):
    return push(scim, ADA, displayName="Ada Love")


def test_create_makes_a_read_only_group(scim, console, ada):
    scim.group("Crew", ada["id"])

    for tab in ("members", "details", "history"):
        shown = group_page(console, "Crew", tab)
        assert "Synced Managed by Okta of Acme" in shown
        assert "Edit group" not in shown
    assert ADA in group_page(console, "Crew")
    assert "Created provisioned group" in group_page(console, "Crew", "history")
    assert "Created provisioned group" in audit_page(console)
    assert "Crew Synced Okta of Acme 1" in page(console, ALL_GROUPS)


@pytest.mark.parametrize(
    ("view", "form"),
    [
        ("group-edit", {"name": "Mine", "description": "By hand"}),
        ("group-delete", {"confirmation": "Crew"}),
        ("group-people-add", {}),
        ("group-people-remove", {}),
    ],
)
def test_a_synced_group_takes_no_edit_of_the_console(scim, console, ada, view, form):
    scim.group("Crew", ada["id"])
    bo = push(scim, BO)
    group = Group.objects.get(name="Crew")
    chosen = ADA if view == "group-people-remove" else BO
    form |= {"account": str(account_of(chosen).public_id)}

    said = act(console, f"provisioning:{view}", group.public_id, **form)

    assert "Okta of Acme" in said
    shown = group_page(console, "Crew")
    assert ADA in shown
    assert BO not in shown
    assert scim.members(group.record and str(group.record.scim_id)) == {ada["id"]}
    assert bo["id"]


def test_create_with_the_name_of_a_pushed_group_is_refused(scim, console):
    scim.group("Crew")

    detail = refusal(scim.post("/Groups", {"displayName": "CREW"}), 409, "uniqueness")

    assert detail == "Resource [GROUP]: with displayName[CREW] already exists."
    assert detail in log_page(console, scim.directory)


def deleted(scim, group):
    assert scim.delete(f"/Groups/{group['id']}").status_code == 204


def emptied_and_deleted(scim, group):
    """Send what providers send that unassign a group: the people first."""
    assert scim.patch(
        f"/Groups/{group['id']}", [{"op": "remove", "path": "members"}]
    ).status_code in {200, 204}
    deleted(scim, group)


@pytest.mark.parametrize(
    "step", [deleted, emptied_and_deleted], ids=["delete", "unassign"]
)
def test_delete_takes_the_group_and_its_rights_away(scim, console, ada, step):
    group = scim.group("Crew", ada["id"])
    give_right(console, "Crew")
    assert "Site admin" in person_page(console, ADA)

    step(scim, group)

    assert "Crew" not in page(console, ALL_GROUPS)
    assert "Admin roles None" in person_page(console, ADA)
    assert "In no group" in person_page(console, ADA)
    assert "Crew" in audit_page(console, "scim_group_delete")
    kept = page(console, "provisioning:deleted-group-list")
    assert "Crew Okta of Acme" in kept
    assert "Site admin" in kept
    told = page(console, "provisioning:group-record", group["id"])
    assert "Deleted provisioned group" in told


def test_a_deleted_name_pushed_again_has_no_right_until_it_is_restored(
    scim, console, ada
):
    deleted_group = scim.group("Crew", ada["id"])
    give_right(console, "Crew")
    deleted(scim, deleted_group)

    scim.group("Crew", ada["id"])
    assert ADA in group_page(console, "Crew")
    assert "gives no admin right" in group_page(console, "Crew", "details")
    assert "Admin roles None" in person_page(console, ADA)
    kept = DeletedGroup.objects.get()
    act(console, "provisioning:group-restore", kept.public_id)

    assert "Site admin" in group_page(console, "Crew", "details")
    assert "Admin roles None" not in person_page(console, ADA)
    assert "Crew" in audit_page(console, "group_restored")


def test_a_deleted_group_is_restored_as_a_local_one(scim, console, ada):
    deleted(scim, scim.group("Crew", ada["id"]))

    kept = DeletedGroup.objects.get()
    assert "Crew" in page(console, "provisioning:group-restore", kept.public_id)
    act(console, "provisioning:group-restore", kept.public_id)

    shown = group_page(console, "Crew")
    assert "Local" in shown
    assert ADA in shown
    assert "Restored deleted group" in group_page(console, "Crew", "history")


def test_update_of_members_gives_and_ends_rights(scim, console, ada):
    group = scim.group("Crew")
    give_right(console, "Crew")

    change_members(scim, group, "add", ada)
    assert ADA in group_page(console, "Crew")
    assert "Site admin" in person_page(console, ADA).partition("What happened")[0]
    change_members(scim, group, "remove", ada)

    assert ADA not in group_page(console, "Crew")
    assert "Admin roles None" in person_page(console, ADA)
    history = group_page(console, "Crew", "history")
    assert "1 person joined" in history
    assert "1 person left" in history
    assert "Removed from group" in person_page(console, ADA)


def test_rename_keeps_the_group_and_what_it_gives(scim, console, ada):
    group = scim.group("Crew", ada["id"])
    give_right(console, "Crew")
    before = Group.objects.get(name="Crew").public_id

    scim.patch(f"/Groups/{group['id']}", replace("displayName", "Sailors"))

    assert Group.objects.get(name="Sailors").public_id == before
    assert ADA in group_page(console, "Sailors")
    assert "Site admin" in group_page(console, "Sailors", "details")
    assert "Crew → Sailors" in group_page(console, "Sailors", "history")


def test_rename_is_refused_and_logged_in_strict_mode(scim, console, ada):
    group = scim.group("Crew", ada["id"])
    Directory.objects.update(mode=Directory.Mode.STRICT)

    answer = scim.patch(f"/Groups/{group['id']}", replace("displayName", "Sailors"))

    detail = refusal(answer, 400, "mutability")
    assert detail in log_page(console, scim.directory)
    assert detail in group_page(console, "Crew", "history")


@pytest.mark.parametrize("kind", ["default", "built_in", "local"])
def test_only_groups_of_the_provider_can_be_managed(
    scim, console, organization, ada, kind
):
    group = GroupFactory.create(organization=organization, name="jira-users", kind=kind)
    body = [{"op": "add", "path": "members", "value": values(ada["id"])}]

    refusal(scim.patch(f"/Groups/{group.public_id}", body), 404)
    refusal(scim.delete(f"/Groups/{group.public_id}"), 404)

    assert ADA not in group_page(console, "jira-users")
    found = scim.get('/Groups?filter=displayName eq "jira-users"').json()
    assert found["totalResults"] == 0


def test_nested_groups_are_flattened(scim, console, ada):
    inner = scim.group("Inner", ada["id"])
    scim.group("Outer", inner["id"])

    assert ADA in group_page(console, "Outer")
    details = group_page(console, "Outer", "details")
    assert "Inner" in details
