"""What each operation on a group does, and how conflicts of names are solved.

A row for each row of the documented tables: pushed through SCIM, then looked at where
an admin would look: the group's page with its history, the list of groups, the review,
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
    group_page,
    local_group,
    log_page,
    page,
    person_page,
    push,
    replace,
)
from tests.scim.client import refusal, values

ADA, BO = "ada@example.com", "bo@example.com"
BUILT_IN = [
    "atlassian-addons",
    "atlassian-addons-admin",
    "site-admins",
    "org-admins",
    "administrators",
    "system-administrators",
]
REVIEW = "provisioning:review-list"
ALL_GROUPS = "provisioning:group-list"


@pytest.fixture
def organization(scim):
    return scim.directory.organization


@pytest.fixture
def ada(scim):
    return push(scim, ADA, displayName="Ada Love")


def change_members(scim, group, op, *users):
    ids = values(*(user["id"] for user in users))
    body = [{"op": op, "path": "members", "value": ids}]
    assert scim.patch(f"/Groups/{group['id']}", body).status_code in {200, 204}


def give_right(console, name, role):
    group = Group.objects.get(name=name)
    view = "provisioning:group-right-add"
    act(console, view, group.public_id, role=role, confirmed="1")


# Operations


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
    give_right(console, "Crew", "site_admin")
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
    give_right(console, "Crew", "site_admin")
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
    give_right(console, "Crew", "site_admin")

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
    give_right(console, "Crew", "site_admin")
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


# Names that never sync


def create(scim, name):
    return scim.post("/Groups", {"displayName": name})


def rename(scim, name):
    group = scim.group("Crew")
    return scim.patch(f"/Groups/{group['id']}", replace("displayName", name))


@pytest.mark.parametrize("way", [create, rename])
@pytest.mark.parametrize("name", [*BUILT_IN, "ORG-Admins"])
def test_a_built_in_name_is_refused_and_logged(scim, console, name, way):
    detail = refusal(way(scim, name), 409, "uniqueness")

    log = log_page(console, scim.directory)
    assert detail == f"Resource [GROUP]: with displayName[{name}] already exists."
    assert f"Group {name} {detail}" in log
    assert "A built-in group has this name. Rename the group in the provider." in log
    assert "Answer 409 Request ID" in log
    assert "Nothing waits" in page(console, REVIEW)


@pytest.mark.parametrize("way", [create, rename])
def test_a_default_group_is_barred_until_it_is_none(scim, console, organization, way):
    group = GroupFactory.create(
        organization=organization, name="jira-users", kind="default"
    )

    refusal(way(scim, "Jira-Users"), 409, "uniqueness")
    assert "A default group of an app has this name" in log_page(
        console, scim.directory
    )
    Group.objects.filter(pk=group.pk).update(kind="local")

    assert create(scim, "Jira-Users").status_code == 201
    assert "Jira-Users" in page(console, REVIEW)


# What counts as a conflict


@pytest.mark.parametrize("name", ["Design", "design", "DESIGN"])
def test_a_local_name_is_held_and_told_everywhere(
    scim, console, organization, ada, name
):
    local_group(organization, "Design", "x@partner.example", "y@partner.example")

    pushed = scim.group(name, ada["id"])

    reason = "The group waits for review: a local group of the organization has its"
    advice = "If both are the same group, sync or adopt it under Directory, Review."
    assert f"{name} {reason}" in page(console, REVIEW)
    log = log_page(console, scim.directory)
    assert reason in log
    assert advice in log
    record = page(console, "provisioning:group-record", pushed["id"])
    assert reason in record
    local = group_page(console, "Design")
    assert "A pushed group waits for review" in local
    assert ADA not in local
    assert reason in group_page(console, "Design", "history")
    directory = page(console, "directories:directory-detail", scim.directory.pk)
    assert "1 group could not sync" in directory
    assert "Review groups" in directory


@pytest.mark.parametrize(
    "setting", [{"mode": "strict"}, {"group_conflicts": "refuse"}], ids=str
)
def test_a_local_name_can_be_refused_instead(scim, console, organization, setting):
    local_group(organization, "Design")
    Directory.objects.update(**setting)

    detail = refusal(create(scim, "design"), 409, "uniqueness")

    assert detail == "Resource [GROUP]: with displayName[design] already exists."
    log = log_page(console, scim.directory)
    assert detail in log
    assert "A local group has this name. Rename one of the two groups." in log
    assert "Nothing waits" in page(console, REVIEW)


# The review


@pytest.fixture
def held(scim, organization, ada):
    """Push a group of Ada with the name of a local one that gives a right."""
    local_group(organization, "Design", "x@partner.example", "y@partner.example")
    return scim.group("Design", ada["id"])


def test_the_review_lists_what_would_change(scim, console, held):
    give_right(console, "Design", "site_admin")

    listed = page(console, REVIEW)
    assert "name. Site admin All sites 1 2 Okta of Acme" in listed
    shown = page(console, "provisioning:group-difference", held["id"])
    assert f"{ADA} Added Gets what the group gives" in shown
    for address in ("x@partner.example", "y@partner.example"):
        assert f"{address} Removed Loses what the group gives" in shown


def stay(scim, held):
    change_members(scim, held, "add", push(scim, "x@partner.example"))


def leave_out(scim, held):
    change_members(scim, held, "add", push(scim, "x@partner.example"))
    body = replace("members", values(push(scim, BO)["id"]))
    assert scim.patch(f"/Groups/{held['id']}", body).status_code in {200, 204}


@pytest.mark.parametrize(
    ("step", "numbers"),
    [(stay, "Added 1 Removed 1 Staying 1"), (leave_out, "Added 1 Removed 2 Staying 0")],
    ids=["add people in the provider", "leave people out in the provider"],
)
def test_the_provider_can_change_the_group_first(scim, console, held, step, numbers):
    step(scim, held)

    assert numbers in page(console, "provisioning:group-difference", held["id"])


def test_renamed_in_the_provider_both_survive(scim, console, held):
    scim.patch(f"/Groups/{held['id']}", replace("displayName", "Designers"))

    assert ADA in group_page(console, "Designers")
    local = group_page(console, "Design")
    assert "x@partner.example" in local
    assert "waits for review" not in local
    assert "Nothing waits" in page(console, REVIEW)


def test_sync_group_overwrites_the_local_one(scim, console, held):
    give_right(console, "Design", "site_admin")

    act(console, "provisioning:group-sync", held["id"])

    shown = group_page(console, "Design")
    assert "Synced Managed by Okta of Acme" in shown
    assert ADA in shown
    assert "x@partner.example" not in shown
    assert "Site admin" in person_page(console, ADA)
    assert "Admin roles None" in person_page(console, "x@partner.example")
    assert "Design" in audit_page(console, "site_sync_conflicting_group")
    assert "Synced conflicting group" in group_page(console, "Design", "history")
    assert "Nothing waits" in page(console, REVIEW)


def test_sync_all_groups_does_not_stop_at_twenty(scim, console, organization, ada):
    for n in range(22):
        local_group(organization, f"Team {n:02}")
        scim.group(f"Team {n:02}", ada["id"])
    place = ("directories:directory-detail", scim.directory.pk)
    assert "22 groups could not sync" in page(console, *place)
    assert "Groups synced 0 Groups waiting for review 22" in page(console, *place)

    said = act(console, "provisioning:groups-sync-all")

    assert "Nothing waits" in page(console, REVIEW)
    assert "could not sync" not in page(console, *place)
    assert "Groups 22 Linked 1 Groups synced 22" in page(console, *place)
    assert audit_page(console, "site_sync_all_conflicting_groups")
    for n in (0, 21):
        assert ADA in group_page(console, f"Team {n:02}")
    assert "Syncing has begun" in said
