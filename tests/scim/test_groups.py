"""Groups over HTTP: create, read, replace, change, delete."""

import pytest

from directories.models import GroupRecord
from provisioning.models import Group
from tests.scim.client import refusal, values

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def test_create_answers_with_the_group_and_its_members(scim):
    user = scim.user()

    answer = scim.post(
        "/Groups", {"displayName": "Crew", "members": values(user["id"])}
    )

    group = answer.json()
    assert answer.status_code == 201
    assert group["schemas"] == [GROUP]
    assert group["displayName"] == "Crew"
    assert group["members"] == [
        {
            "value": user["id"],
            "type": "User",
            "$ref": user["meta"]["location"],
        }
    ]
    assert answer["Location"] == group["meta"]["location"]
    assert group["meta"]["location"].endswith(f"{scim.base}/Groups/{group['id']}")


def test_members_are_called_by_their_names_and_in_strict_mode_by_their_user_names(scim):
    ada, bob = scim.user("ada", displayName="Ada King"), scim.user("bob")
    cid = scim.user("cid", displayName="007")
    group = scim.group("Crew", ada["id"], bob["id"], cid["id"])
    path = f"/Groups/{group['id']}"

    compatible = scim.get(path).json()["members"]
    scim.directory.mode = "strict"
    scim.directory.save()
    strict = scim.get(path).json()["members"]

    assert [each.get("display") for each in compatible] == ["Ada King", None, "007"]
    assert [each["display"] for each in strict] == ["ada", "bob", "cid"]


def test_created_is_last_modified_on_create_with_members(scim):
    meta = scim.group("Crew", scim.user()["id"])["meta"]

    assert meta["created"] == meta["lastModified"]
    assert meta["resourceType"] == "Group"


def test_get_returns_what_create_answered(scim):
    group = scim.group("Crew", scim.user()["id"], externalId="x-1")

    assert scim.get(f"/Groups/{group['id']}").json() == group


@pytest.mark.parametrize("name", ["Équipe", "開発チーム", "🚀 Rockets", "a/b & c"])
def test_names_come_back_as_they_were_sent(scim, name):
    group = scim.group(name)

    assert scim.get(f"/Groups/{group['id']}").json()["displayName"] == name
    assert Group.objects.get().name == name


def test_a_member_named_twice_is_a_member_once(scim):
    user = scim.user()["id"]

    group = scim.group("Crew", user, user.upper())

    assert [member["value"] for member in group["members"]] == [user]


def test_a_foreign_schema_is_passed_over(scim):
    group = scim.group("Crew", schemas=[GROUP, "urn:example:Group"])

    assert group["schemas"] == [GROUP]


def test_put_replaces_the_members(scim):
    ada, bob = scim.user("ada@example.com")["id"], scim.user("bob@example.com")["id"]
    group = scim.group("Crew", ada)

    answer = scim.put(
        f"/Groups/{group['id']}", {"displayName": "Crew", "members": values(bob)}
    )

    assert answer.status_code == 200
    assert [m["value"] for m in answer.json()["members"]] == [bob]


@pytest.mark.parametrize("body", [{}, {"members": None}])
def test_put_without_members_keeps_them(scim, body):
    user = scim.user()["id"]
    group = scim.group("Crew", user, externalId="x-1")

    answer = scim.put(f"/Groups/{group['id']}", {"displayName": "Team", **body})

    assert scim.members(group["id"]) == {user}
    assert answer.json()["displayName"] == "Team"
    assert "externalId" not in answer.json()


def test_put_with_an_empty_list_empties(scim):
    group = scim.group("Crew", scim.user()["id"])

    scim.put(f"/Groups/{group['id']}", {"displayName": "Crew", "members": []})

    assert scim.members(group["id"]) == set()


def test_put_under_its_own_name_is_no_conflict(scim):
    group = scim.group("Crew")

    answer = scim.put(f"/Groups/{group['id']}", {"displayName": "CREW"})

    assert answer.json()["displayName"] == "CREW"


def test_patch_adds_and_removes_members(scim):
    ada, bob = scim.user("ada@example.com")["id"], scim.user("bob@example.com")["id"]
    group = scim.group("Crew", ada)

    answer = scim.patch(
        f"/Groups/{group['id']}",
        [
            {"op": "add", "path": "members", "value": values(bob)},
            {"op": "remove", "path": f'members[value eq "{ada}"]'},
        ],
    )

    assert answer.status_code == 200
    assert [m["value"] for m in answer.json()["members"]] == [bob]
    assert answer.json()["meta"]["lastModified"] > group["meta"]["lastModified"]


def test_patch_renames(scim):
    group = scim.group("Crew", scim.user()["id"])

    answer = scim.patch(
        f"/Groups/{group['id']}", [{"op": "replace", "value": {"displayName": "Team"}}]
    )

    assert answer.json()["displayName"] == "Team"
    assert len(answer.json()["members"]) == 1
    assert Group.objects.get().name == "Team"


@pytest.mark.parametrize("unknown", ["x", "00000000-0000-4000-8000-000000000000"])
def test_removing_who_is_no_member_changes_nothing(scim, nothing_written, unknown):
    group = scim.group("Crew", scim.user()["id"])

    with nothing_written():
        answer = scim.patch(
            f"/Groups/{group['id']}",
            [{"op": "remove", "path": "members", "value": values(unknown)}],
        )

    assert answer.json() == group


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_write_that_changes_nothing_writes_nothing(scim, nothing_written, method):
    user = scim.user()["id"]
    group = scim.group("Crew", user)
    same = {
        "put": group,
        "patch": [
            {"op": "add", "path": "members", "value": values(user)},
            {"op": "replace", "path": "displayName", "value": "Crew"},
        ],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(f"/Groups/{group['id']}", same)

    assert answer.json() == group


def test_a_failed_operation_undoes_the_whole_patch(scim, nothing_written):
    ada = scim.user()["id"]
    group = scim.group("Crew", ada)

    with nothing_written():
        answer = scim.patch(
            f"/Groups/{group['id']}",
            [
                {"op": "remove", "path": "members"},
                {"op": "replace", "path": "displayName", "value": " "},
            ],
        )

    assert "displayName" in refusal(answer, 400, "invalidValue")


def test_patch_of_a_large_group_answers_without_it(scim, settings):
    settings.SCIM_MEMBERS_IN_WRITE_ANSWER = 1
    ada, bob = scim.user("ada@example.com")["id"], scim.user("bob@example.com")["id"]
    group = scim.group("Crew", ada)

    answer = scim.patch(
        f"/Groups/{group['id']}",
        [{"op": "add", "path": "members", "value": values(bob)}],
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert scim.members(group["id"]) == {ada, bob}


@pytest.mark.parametrize("method", ["post", "put"])
def test_other_writes_of_a_large_group_leave_members_out(scim, settings, method):
    settings.SCIM_MEMBERS_IN_WRITE_ANSWER = 0
    group = scim.group("Crew")
    path = "/Groups" if method == "post" else f"/Groups/{group['id']}"
    body = {"displayName": "Team", "members": values(scim.user()["id"])}

    answer = getattr(scim, method)(path, body)

    assert answer.status_code in {200, 201}
    assert "members" not in answer.json()
    assert len(scim.members(answer.json()["id"])) == 1


def test_delete_forgets_the_group_and_keeps_its_people(scim):
    user = scim.user()["id"]
    group = scim.group("Crew", user)

    answer = scim.delete(f"/Groups/{group['id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    refusal(scim.get(f"/Groups/{group['id']}"), 404)
    assert scim.get(f"/Users/{user}").json()["groups"] == []
    assert not Group.objects.exists()
    assert not GroupRecord.objects.exists()


def test_strict_mode_lets_no_group_be_renamed(scim, nothing_written):
    group = scim.group("Crew")
    scim.directory.mode = "strict"
    scim.directory.save()

    with nothing_written():
        answer = scim.patch(
            f"/Groups/{group['id']}",
            [{"op": "replace", "path": "displayName", "value": "Team"}],
        )
    same = scim.put(f"/Groups/{group['id']}", {"displayName": "Crew"})

    assert "strict mode" in refusal(answer, 400, "mutability")
    assert same.status_code == 200


def test_many_members_are_carried_on_by_a_job(scim, settings):
    settings.MEMBERS_IN_REQUEST = 1
    ids = [scim.user(f"u{n}@example.com")["id"] for n in range(3)]

    scim.group("Crew", *ids)

    assert Group.objects.get().members.count() == 3
