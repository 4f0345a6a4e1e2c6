"""Local groups: made, changed, filled, emptied and deleted in the console."""

import pytest
from django.test import Client
from django.urls import reverse

from directories.events import Event
from directories.models import AuditEvent, LinkState, RoleAssignment
from provisioning.models import DeletedGroup, Group
from provisioning.services import consequences
from tests.factories.directories import (
    LONG_AGO,
    AccountFactory,
    GroupRecordFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.factories.provisioning import (
    GroupFactory,
    GroupMemberFactory,
    GroupRoleFactory,
)
from tests.pages.provisioning.reading import is_part_of_page, main_of, text_of

ADD = "/directory/groups/add/"


def url_of(group, more=""):
    return f"/directory/groups/{group.public_id}/{more}"


@pytest.fixture
def local(organization):
    return GroupFactory.create(organization=organization, name="Crew")


@pytest.fixture
def people(organization):
    members = MemberFactory.create_batch(3, organization=organization)
    return [member.account for member in members]


@pytest.fixture
def access_admin(organization):
    """Return a client signed in as user access admin."""
    assignment = RoleAssignmentFactory.create(
        organization=organization, role=RoleAssignment.Role.USER_ACCESS_ADMIN
    )
    client = Client()
    client.force_login(assignment.account)
    return client


def post_people(console, group, accounts, more="add", **given):
    body = {"account": [str(account.public_id) for account in accounts], **given}
    return console.post(url_of(group, f"people/{more}/"), body, follow=True)


def test_a_group_is_made(console, admin, organization):
    assert "Create group" in main_of(console.get("/directory/groups/"))
    assert "A local group" in main_of(console.get(ADD))

    answer = console.post(
        ADD, {"name": "Crew", "description": "Who sails"}, follow=True
    )

    group = Group.objects.get()
    assert (group.kind, group.name, group.name_key) == ("local", "Crew", "crew")
    assert group.description == "Who sails"
    assert "Group created" in text_of(answer)
    event = AuditEvent.objects.get(action=Event.GROUP_CREATED)
    assert (event.actor_id, event.target_name) == (str(admin.public_id), "Crew")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Enter a name"),
        ("CREW", "Another group of your organization has this name."),
        ("org-admins", "kept for a group that Rollcall makes"),
        ("All users from Google Workspace", "kept for a group that Rollcall makes"),
        ("All members for directory - 7", "kept for a group that Rollcall makes"),
    ],
)
def test_a_name_that_a_group_cannot_have(console, local, name, words):
    for url in (ADD, url_of(GroupFactory.create(organization=local.organization))):
        where = url if url == ADD else f"{url}edit/"
        answer = console.post(where, {"name": name})

        assert answer.status_code == 422
        assert words in main_of(answer)
    assert Group.objects.count() == 2


def test_a_group_is_changed(console, local):
    Group.objects.filter(pk=local.pk).update(released_at=LONG_AGO)
    assert "taken up again" in main_of(console.get(url_of(local, "edit/")))

    console.post(url_of(local, "edit/"), {"name": "Team", "description": "x"})

    local.refresh_from_db()
    assert (local.name, local.name_key, local.description) == ("Team", "team", "x")
    assert local.released_at is None
    change = AuditEvent.objects.get(action=Event.GROUP_UPDATED).details["change"]
    assert change == {"name": ["Crew", "Team"], "description": ["", "x"]}


def test_a_name_that_becomes_free_is_taken_by_what_waits(console, okta, local):
    record = GroupRecordFactory.create(
        directory=okta,
        display_name="Crew",
        link_state=LinkState.HELD,
        link_reason="local_group_same_name",
    )

    console.post(url_of(local, "edit/"), {"name": "Team"})

    record.refresh_from_db()
    assert record.link_state == LinkState.LINKED
    assert Group.objects.get(record=record).name == "Crew"


def test_people_are_searched_and_added_together(console, local, people):
    GroupMemberFactory.create(group=local, account=people[0])
    page = main_of(console.get(url_of(local, "people/add/")))
    assert all(account.email in page for account in people)
    assert page.count("In the group") == 1
    found = main_of(console.get(url_of(local, f"people/add/?q={people[1].email}")))
    assert people[1].email in found
    assert people[2].email not in found

    answer = post_people(console, local, people)

    assert set(local.members.all()) == set(people)
    assert "2 people joined Crew." in text_of(answer)
    joined = AuditEvent.objects.filter(action=Event.USER_ADDED_TO_GROUP)
    assert {event.target_name for event in joined} == {a.email for a in people[1:]}
    assert AuditEvent.objects.get(action=Event.GROUP_UPDATED).details == {"joined": 2}


def test_the_people_to_add_are_a_part_of_the_page(console, local, people):
    assert is_part_of_page(console, url_of(local, "people/add/"))


def test_nobody_from_outside_joins(console, local):
    post_people(console, local, [AccountFactory.create()], account=["nonsense"])

    assert not local.members.exists()


def test_people_are_removed_after_a_look(console, local, people):
    for account in people:
        GroupMemberFactory.create(group=local, account=account)
    assert "Remove from group" in main_of(console.get(url_of(local)))

    asked = post_people(console, local, people[:2], "remove")
    assert "Remove 2 people from Crew?" in main_of(asked)
    assert local.members.count() == 3

    done = post_people(console, local, people[:2], "remove", confirmed="1")

    assert set(local.members.all()) == {people[2]}
    assert "2 people left Crew." in text_of(done)
    assert AuditEvent.objects.filter(action=Event.USER_REMOVED_FROM_GROUP).count() == 2


def test_nobody_is_removed_when_nobody_is_ticked(console, local):
    assert "Nobody was chosen" in text_of(post_people(console, local, [], "remove"))


def test_a_change_of_members_ends_the_taking_up_without_review(console, local, people):
    Group.objects.filter(pk=local.pk).update(released_at=LONG_AGO)

    post_people(console, local, people)

    local.refresh_from_db()
    assert local.released_at is None


def test_a_group_is_deleted_after_its_numbers(console, local, people):
    for account in people:
        GroupMemberFactory.create(group=local, account=account)
    page = main_of(console.get(url_of(local, "delete/")))
    assert "3 people are in it and lose the access" in page
    assert "for 30 days" in page

    console.post(url_of(local, "delete/"))

    assert not Group.objects.exists()
    assert DeletedGroup.objects.get().member_count == 3


# Which changes a kind of group allows: its members, its name, its end.
KINDS = [
    (Group.Kind.LOCAL, True, True),
    (Group.Kind.BUILT_IN, True, False),
    (Group.Kind.DEFAULT, True, False),
    (Group.Kind.SYNCED, False, False),
    (Group.Kind.ALL_MEMBERS, False, False),
]


@pytest.mark.parametrize(("kind", "members", "rest"), KINDS)
def test_what_can_be_changed_of_which_group(console, okta, people, kind, members, rest):
    owned = kind == Group.Kind.SYNCED
    group = GroupFactory.create(
        organization=okta.organization,
        name="Crew",
        kind=kind,
        record=GroupRecordFactory.create(directory=okta) if owned else None,
        directory=okta if kind == Group.Kind.ALL_MEMBERS else None,
    )
    GroupMemberFactory.create(group=group, account=people[0])
    page = main_of(console.get(url_of(group)))
    assert ("Delete group" in page) == rest
    assert ("Remove from group" in page) == members

    answers = [
        post_people(console, group, people),
        post_people(console, group, people[:1], "remove", confirmed="1"),
        console.post(url_of(group, "edit/"), {"name": "Team"}, follow=True),
        console.post(url_of(group, "delete/"), follow=True),
    ]

    wanted = set(people[1:]) if members else {people[0]}
    if rest:
        kept = DeletedGroup.objects.get()
        assert (kept.name, kept.member_count) == ("Team", 2)
        return
    assert set(group.members.all()) == wanted
    group.refresh_from_db()
    assert group.name == "Crew"
    refused = answers if not members else answers[2:]
    for answer in refused:
        words = text_of(answer)
        assert "Nothing was changed" in words
        if not members:
            assert "Okta prod manages this group" in words


def test_a_group_that_gives_rights_is_for_those_who_may_give_them(
    access_admin, local, people, organization
):
    GroupRoleFactory.create(group=local)
    kept = DeletedGroup.objects.create(
        organization=organization,
        name="Old",
        name_key="old",
        deleted_at=LONG_AGO,
        deleted_by="x",
        expires_at=LONG_AGO.replace(year=2100),
    )
    kept.roles.create(role=RoleAssignment.Role.ORGANIZATION_ADMIN)

    assert post_people(access_admin, local, people).status_code == 403
    for more in ("edit/", "delete/"):
        assert access_admin.post(url_of(local, more)).status_code == 403
    restore = reverse("provisioning:group-restore", args=[kept.public_id])
    assert access_admin.post(restore).status_code == 403
    assert "Add group members" not in main_of(access_admin.get(url_of(local)))
    other = GroupFactory.create(organization=organization)
    post_people(access_admin, other, people)
    assert other.members.count() == 3


def test_who_may_only_look_changes_nothing(site_admin, local, people):
    assert site_admin.get(ADD).status_code == 403
    assert post_people(site_admin, local, people).status_code == 403
    assert "Create group" not in main_of(site_admin.get("/directory/groups/"))
    assert "Add group members" not in main_of(site_admin.get(url_of(local)))


def test_another_organizations_group_is_not_there(console):
    foreign = GroupFactory.create()

    for more in ("edit/", "delete/", "people/add/", "people/remove/"):
        assert console.post(url_of(foreign, more)).status_code == 404


@pytest.mark.parametrize("how", ["remove", "delete"])
def test_the_last_organization_admin_stays(console, organization, admin, how):
    group = GroupFactory.create(organization=organization, name="Crew")
    GroupRoleFactory.create(group=group)
    GroupMemberFactory.create(group=group, account=admin)
    consequences.follow([group.pk])
    RoleAssignment.objects.filter(account=admin, group_id=0).delete()

    if how == "remove":
        answer = post_people(console, group, [admin], "remove", confirmed="1")
    else:
        answer = console.post(url_of(group, "delete/"), follow=True)

    assert "last active organization admin" in text_of(answer)
    assert set(group.members.all()) == {admin}
    assert RoleAssignment.objects.filter(account=admin).exists()
    assert not DeletedGroup.objects.exists()
