"""Every rule of pushed groups, row by row: names, deletion, renames, order."""

from datetime import UTC, datetime

import pytest

from directories.models import Directory, GroupRecord, Job, LinkState, RoleAssignment
from directories.services import directories
from directories.services.audit import SYSTEM
from directories.tasks import run_job
from provisioning.models import DeletedGroup, Group, GroupRole
from provisioning.services.organization_groups import letting_go
from provisioning.services.organization_groups.group_names import BUILT_IN_NAMES
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.scim.client import refusal
from tests.scim.invariants import check_invariants

ALL_MEMBERS = "All members for directory - 0f7e"


def held_by(scim, kind, name="Crew", **fields):
    organization = scim.directory.organization
    return GroupFactory.create(
        organization=organization, name=name, kind=kind, **fields
    )


def people_of(name):
    return set(Group.objects.get(name=name).members.values_list("email", flat=True))


@pytest.mark.parametrize("name", [*sorted(BUILT_IN_NAMES), "Org-Admins"])
def test_a_built_in_name_is_refused_and_logged(scim, nothing_written, name):
    with nothing_written():
        answer = scim.post("/Groups", {"displayName": name})

    assert name in refusal(answer, 409, "uniqueness")
    entry = scim.log().get()
    assert (entry.kind, entry.subject_name) == ("built_in_group", name)
    assert "Rename the group" in entry.advice


@pytest.mark.parametrize(
    "name",
    [
        ALL_MEMBERS,
        ALL_MEMBERS.upper(),
        "All users from Google Workspace",
        "all users for google workspace",
    ],
)
def test_a_name_of_the_system_is_refused_and_logged(scim, nothing_written, name):
    with nothing_written():
        answer = scim.post("/Groups", {"displayName": name})

    refusal(answer, 409, "uniqueness")
    assert scim.log().get().kind == "system_group"


# What holds the name, how the directory is set: what becomes of the push.
NAMES = [
    ("nobody", {}, "synced", ""),
    (Group.Kind.DEFAULT, {}, "refused", "default_group"),
    (Group.Kind.BUILT_IN, {}, "refused", "built_in_group"),
    (Group.Kind.ALL_MEMBERS, {}, "refused", "system_group"),
    (Group.Kind.SYNCED, {}, "refused", "group_of_other_directory"),
    (Group.Kind.LOCAL, {}, "held", "local_group_same_name"),
    (
        Group.Kind.LOCAL,
        {"group_conflicts": "refuse"},
        "refused",
        "local_group_same_name",
    ),
    (Group.Kind.LOCAL, {"mode": "strict"}, "refused", "local_group_same_name"),
]


@pytest.mark.parametrize(("holder", "setting", "becomes", "logged"), NAMES)
def test_what_becomes_of_a_pushed_name(scim, second, holder, setting, becomes, logged):
    if holder == Group.Kind.SYNCED:
        second.group("Crew")
    elif holder != "nobody":
        held_by(scim, holder)
    Directory.objects.filter(pk=scim.directory.pk).update(**setting)

    answer = scim.post("/Groups", {"displayName": "CREW"})

    record = GroupRecord.objects.filter(directory=scim.directory).first()
    if becomes == "refused":
        refusal(answer, 409, "uniqueness")
        assert record is None
    else:
        assert answer.status_code == 201
        assert record is not None
        assert record.link_state == (
            LinkState.HELD if becomes == "held" else LinkState.LINKED
        )
    assert [entry.kind for entry in scim.log()] == ([logged] if logged else [])
    check_invariants()


def test_a_group_that_was_let_go_is_taken_up_again_with_its_rights(scim):
    user = scim.user("ada@example.com")
    let_go = held_by(
        scim,
        Group.Kind.LOCAL,
        **letting_go.values(scim.directory, datetime(2026, 11, 1, tzinfo=UTC)),
    )
    GroupMemberFactory.create(group=let_go)
    GroupRole.objects.create(
        group=let_go,
        role=RoleAssignment.Role.SITE_ADMIN,
        created_at=let_go.created_at,
    )

    scim.group("Crew", user["id"])

    let_go.refresh_from_db()
    assert let_go.kind == Group.Kind.SYNCED
    # Who was in it stays for a day.
    assert "ada@example.com" in people_of("Crew")
    assert RoleAssignment.objects.get().group_id == let_go.pk
    assert RoleAssignment.objects.get().account.email == "ada@example.com"
    assert not scim.log().exists()
    check_invariants()


def test_reconnecting_takes_up_every_group_again_with_its_id(scim):
    user = scim.user("ada@example.com")
    scim.group("Crew", user["id"])
    before = Group.objects.get()
    job = directories.delete_configuration(
        directory=scim.directory, by=SYSTEM, now=datetime.now(UTC)
    )
    run_job(job_id=str(job.pk))
    assert people_of("Crew") == {"ada@example.com"}
    _key, scim.key = directories.set_up_provisioning(
        directory=scim.directory, by=SYSTEM, now=datetime.now(UTC)
    )

    user = scim.user("ada@example.com")
    scim.group("Crew", user["id"])

    after = Group.objects.get()
    assert (after.pk, after.public_id) == (before.pk, before.public_id)
    assert after.kind == Group.Kind.SYNCED
    assert people_of("Crew") == {"ada@example.com"}
    check_invariants()


def test_an_edit_ends_the_taking_up_without_review(scim):
    held_by(scim, Group.Kind.LOCAL)

    scim.group("Crew")

    assert GroupRecord.objects.get().link_state == LinkState.HELD


def test_a_deleted_group_is_kept_with_people_and_rights(scim):
    user = scim.user("ada@example.com")
    group = scim.group("Crew", user["id"])
    synced = Group.objects.get()
    GroupRole.objects.create(
        group=synced, role=RoleAssignment.Role.SITE_ADMIN, created_at=synced.created_at
    )

    assert scim.delete(f"/Groups/{group['id']}").status_code == 204

    kept = DeletedGroup.objects.get()
    assert not Group.objects.exists()
    assert not RoleAssignment.objects.exists()
    assert (kept.name, kept.member_count) == ("Crew", 1)
    assert kept.directory_name == kept.deleted_by == scim.directory.name
    assert kept.public_id == synced.public_id
    assert kept.roles.get().role == RoleAssignment.Role.SITE_ADMIN
    assert (kept.expires_at - kept.deleted_at).days == 30


def test_a_deleted_name_is_free_and_gets_nothing(scim):
    group = scim.group("Crew")
    GroupRole.objects.create(
        group=Group.objects.get(),
        role=RoleAssignment.Role.SITE_ADMIN,
        created_at=scim.directory.created_at,
    )
    scim.delete(f"/Groups/{group['id']}")

    scim.group("Crew", scim.user()["id"])

    assert not GroupRole.objects.exists()
    assert not RoleAssignment.objects.exists()


def test_without_days_of_grace_nothing_is_kept(scim):
    scim.directory.organization.grace_days = 0
    scim.directory.organization.save()
    group = scim.group("Crew")

    scim.delete(f"/Groups/{group['id']}")

    assert not DeletedGroup.objects.exists()


@pytest.mark.parametrize(("mode", "status"), [("compatible", 200), ("strict", 400)])
def test_a_rename_is_by_id_or_refused(scim, mode, status):
    user = scim.user("ada@example.com")
    group = scim.group("Crew", user["id"])
    before = Group.objects.get()
    Directory.objects.filter(pk=scim.directory.pk).update(mode=mode)

    answer = scim.patch(
        f"/Groups/{group['id']}",
        [{"op": "replace", "path": "displayName", "value": "Team"}],
    )

    assert answer.status_code == status
    if status == 400:
        refusal(answer, 400, "mutability")
    after = Group.objects.get()
    assert (after.pk, after.public_id) == (before.pk, before.public_id)
    assert after.name == ("Team" if status == 200 else "Crew")
    assert people_of(after.name) == {"ada@example.com"}


@pytest.mark.parametrize("value", ["hold", "refuse"])
def test_a_rename_to_a_local_name_waits_or_is_refused(scim, value):
    held_by(scim, Group.Kind.LOCAL, name="Team")
    group = scim.group("Crew")
    Directory.objects.filter(pk=scim.directory.pk).update(group_conflicts=value)

    answer = scim.patch(
        f"/Groups/{group['id']}",
        [{"op": "replace", "path": "displayName", "value": "Team"}],
    )

    record = GroupRecord.objects.get()
    if value == "refuse":
        refusal(answer, 409, "uniqueness")
        assert record.link_reason == ""
    else:
        assert (record.link_state, record.link_reason) == ("linked", "rename_waits")
    assert Group.objects.get(kind="synced").name == "Crew"


def test_members_may_come_before_and_after_their_group(scim):
    """More than 500 groups, in whatever order: nobody is lost (behaviour 20)."""
    early = scim.user("ada@example.com", active=False)
    scim.group("Crew", early["id"])
    assert people_of("Crew") == set()

    scim.patch(
        f"/Users/{early['id']}", [{"op": "replace", "path": "active", "value": True}]
    )

    assert people_of("Crew") == {"ada@example.com"}
    check_invariants()


@pytest.mark.parametrize("known", [0, 1])
def test_members_who_do_not_exist_yet_are_refused_clearly(scim, known):
    ids = [scim.user()["id"]] * known
    stranger = "5f9b2f0e-6a1d-4f4e-9df0-9a3f1d6a7c11"

    answer = scim.post(
        "/Groups",
        {
            "displayName": "Crew",
            "members": [{"value": each} for each in [*ids, stranger]],
        },
    )

    assert answer.status_code == 400
    assert stranger in answer.json()["detail"]
    assert not GroupRecord.objects.exists()


def test_many_groups_are_synced_by_jobs_that_show_progress(scim, settings):
    settings.MEMBERS_IN_REQUEST = 1
    users = [scim.user(f"p{n}@example.com")["id"] for n in range(3)]

    scim.group("Crew", *users)

    job = Job.objects.get(kind="group-sync")
    assert (job.state, job.done, job.total) == ("done", 3, 3)
    assert len(people_of("Crew")) == 3
