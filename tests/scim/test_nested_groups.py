"""Groups in groups over HTTP: what is taken, shown, found and refused."""

import pytest

from directories.models import AuditEvent, Directory
from tests.scim.client import refusal, values

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def user(scim):
    return scim.user()["id"]


@pytest.fixture
def inner(scim, user):
    return scim.group("Inner", user)


@pytest.fixture
def outer(scim, inner):
    return scim.group("Outer", inner["id"])


def patch(scim, group, *operations):
    return scim.patch(f"/Groups/{group['id']}", list(operations))


def test_members_show_people_first_and_then_groups(scim, inner):
    bob = scim.user("bob@example.com", displayName="Bob")

    outer = scim.group("Outer", inner["id"], bob["id"])

    assert outer["members"] == [
        {
            "value": bob["id"],
            "display": "Bob",
            "type": "User",
            "$ref": bob["meta"]["location"],
        },
        {
            "value": inner["id"],
            "display": "Inner",
            "type": "Group",
            "$ref": inner["meta"]["location"],
        },
    ]
    assert scim.get(f"/Groups/{outer['id']}").json() == outer
    assert scim.get("/Groups").json()["Resources"][-1] == outer


def test_the_id_decides_whatever_type_is_given(scim, inner, user):
    members = [
        {"value": inner["id"], "type": "User"},
        {"value": user, "type": "Group", "$ref": "../Groups/x"},
    ]

    group = scim.post("/Groups", {"displayName": "Outer", "members": members}).json()

    assert [each["type"] for each in group["members"]] == ["User", "Group"]


def test_a_user_shows_groups_around_as_indirect(scim, user, inner, outer):
    scim.group("Outmost", outer["id"])

    groups = scim.get(f"/Users/{user}").json()["groups"]

    assert [(each["display"], each["type"]) for each in groups] == [
        ("Inner", "direct"),
        ("Outer", "indirect"),
        ("Outmost", "indirect"),
    ]
    assert groups[1]["$ref"] == outer["meta"]["location"]
    assert groups[1]["value"] == outer["id"]


def test_a_group_that_a_user_is_in_directly_is_direct_once(scim, user, inner):
    scim.group("Outer", inner["id"], user)

    groups = scim.get(f"/Users/{user}").json()["groups"]

    assert [each["type"] for each in groups] == ["direct", "direct"]


def test_groups_in_each_other_are_shown_once_each(scim, user, inner, outer):
    answer = patch(
        scim, inner, {"op": "add", "path": "members", "value": values(outer["id"])}
    )

    assert answer.status_code == 200
    groups = scim.get(f"/Users/{user}").json()["groups"]
    assert [(each["display"], each["type"]) for each in groups] == [
        ("Inner", "direct"),
        ("Outer", "indirect"),
    ]


def test_where_only_direct_members_count_users_show_direct_groups(scim, user, outer):
    scim.directory.nested_groups = Directory.NestedGroups.IGNORE
    scim.directory.save()

    groups = scim.get(f"/Users/{user}").json()["groups"]

    assert [each["display"] for each in groups] == ["Inner"]
    assert scim.members(outer["id"])


@pytest.mark.parametrize(
    "operation",
    [
        {"path": "members", "value": [{"value": "INNER"}]},
        {"path": 'members[value eq "INNER"]'},
        {"path": "members"},
    ],
)
def test_a_group_is_removed_as_a_person_is(scim, inner, outer, operation):
    text = {
        key: value.replace("INNER", inner["id"])
        if isinstance(value, str)
        else values(inner["id"])
        for key, value in operation.items()
    }

    answer = patch(scim, outer, {"op": "remove", **text})

    assert answer.json().get("members", []) == []
    assert answer.json()["meta"]["version"] != outer["meta"]["version"]


def test_removing_a_group_that_is_not_there_changes_nothing(
    scim, inner, nothing_written
):
    other = scim.group("Other")
    scim.group("Third", inner["id"])

    with nothing_written():
        answer = patch(
            scim,
            other,
            {"op": "remove", "path": "members", "value": values(inner["id"])},
            {"op": "remove", "path": "members", "value": values(other["id"])},
        )

    assert answer.json() == other


def test_adding_a_group_again_changes_nothing(scim, inner, outer, nothing_written):
    with nothing_written():
        answer = patch(
            scim, outer, {"op": "add", "path": "members", "value": values(inner["id"])}
        )

    assert answer.json() == outer


@pytest.mark.parametrize("method", ["put", "patch"])
def test_replacing_covers_people_and_groups(scim, user, inner, method):
    other = scim.group("Other")
    outer = scim.group("Outer", inner["id"], user)
    members = values(other["id"])
    body = {
        "put": {"displayName": "Outer", "members": members},
        "patch": [{"op": "replace", "path": "members", "value": members}],
    }[method]

    answer = getattr(scim, method)(f"/Groups/{outer['id']}", body)

    assert [each["value"] for each in answer.json()["members"]] == [other["id"]]


def test_a_put_without_members_keeps_the_groups(scim, inner, outer):
    scim.put(f"/Groups/{outer['id']}", {"displayName": "Renamed"})

    assert scim.members(outer["id"]) == {inner["id"]}


def test_one_request_may_add_and_remove_groups_and_people(scim, user, inner, outer):
    other = scim.group("Other")

    answer = patch(
        scim,
        outer,
        {"op": "add", "path": "members", "value": values(other["id"], user)},
        {"op": "remove", "path": f'members[value eq "{inner["id"]}"]'},
    )

    assert {each["value"] for each in answer.json()["members"]} == {other["id"], user}


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_group_is_no_member_of_itself(scim, outer, nothing_written, method):
    members = values(outer["id"])
    body = {
        "put": {"displayName": "Outer", "members": members},
        "patch": [{"op": "add", "path": "members", "value": members}],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(f"/Groups/{outer['id']}", body)

    assert "itself" in refusal(answer, 400, "invalidValue")


def test_another_directorys_group_is_unknown(scim, second, nothing_written):
    foreign = second.group("Foreign")

    with nothing_written():
        answer = scim.post(
            "/Groups", {"displayName": "Outer", "members": values(foreign["id"])}
        )

    assert foreign["id"] in refusal(answer, 400, "invalidValue")


def test_a_patch_passes_over_who_is_unknown_and_adds_the_group(scim, inner):
    group = scim.group("Group")

    patch(
        scim,
        group,
        {"op": "add", "path": "members", "value": values(NOBODY, inner["id"])},
    )

    assert scim.members(group["id"]) == {inner["id"]}
    assert scim.log().get().kind == "unknown_member"


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_strict_mode_takes_no_group_as_a_member(scim, inner, nothing_written, method):
    group = scim.group("Group")
    scim.directory.mode = Directory.Mode.STRICT
    scim.directory.save()
    members = values(inner["id"])
    path = "/Groups" if method == "post" else f"/Groups/{group['id']}"
    body = {
        "post": {"displayName": "Outer", "members": members},
        "put": {"displayName": "Group", "members": members},
        "patch": [{"op": "add", "path": "members", "value": members}],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(path, body)

    assert inner["id"] in refusal(answer, 400, "invalidValue")


def test_strict_mode_lets_groups_go_that_came_before(scim, inner, outer):
    scim.directory.mode = Directory.Mode.STRICT
    scim.directory.save()

    answer = patch(
        scim, outer, {"op": "remove", "path": f'members[value eq "{inner["id"]}"]'}
    )

    assert answer.json().get("members", []) == []


def test_a_large_group_ends_with_its_groups(scim, inner, monkeypatch):
    monkeypatch.setattr("directories.scim.groups.SMALL", 0)
    bob = scim.user("bob@example.com")["id"]
    outer = scim.group("Outer", inner["id"], bob)["id"]

    members = scim.get(f"/Groups/{outer}").json()["members"]

    assert [each["value"] for each in members] == [bob, inner["id"]]


def test_the_limit_counts_everybody_below_once(scim, settings, nothing_written):
    settings.LIMIT_USERS_PER_GROUP = 2
    ids = [scim.user(f"u{number}@example.com")["id"] for number in range(4)]
    one = scim.group("One", *ids[:2])["id"]
    two = scim.group("Two", *ids[:2])["id"]
    three = scim.group("Three", ids[2])["id"]
    outer = scim.group("Outer", one, two)

    with nothing_written():
        above = patch(
            scim, outer, {"op": "add", "path": "members", "value": values(three)}
        )
        below = patch(
            scim, {"id": three}, {"op": "add", "path": "members", "value": values(one)}
        )
        swapped = scim.put(
            f"/Groups/{two}", {"displayName": "Two", "members": values(*ids[2:])}
        )

    for answer in (above, below, swapped):
        assert "2 members" in refusal(answer, 403)


def test_where_only_direct_members_count_they_alone_are_limited(scim, settings):
    settings.LIMIT_USERS_PER_GROUP = 1
    scim.directory.nested_groups = Directory.NestedGroups.IGNORE
    scim.directory.save()
    one = scim.group("One", scim.user("ada@example.com")["id"])["id"]

    scim.group("Outer", one, scim.user("bob@example.com")["id"])


def test_the_audit_log_names_groups_that_come_and_go(scim, inner, outer):
    other = scim.group("Other")["id"]

    patch(
        scim,
        outer,
        {"op": "add", "path": "members", "value": values(other)},
        {"op": "remove", "path": "members", "value": values(inner["id"])},
    )

    details = AuditEvent.objects.latest("pk").details
    assert details["groups_joined_names"] == ["Other"]
    assert details["groups_left_names"] == ["Inner"]
    assert (details["joined"], details["left"]) == (0, 0)


def test_a_version_changes_when_a_group_in_it_is_deleted_not_renamed(
    scim, inner, outer
):
    path = f"/Groups/{outer['id']}"
    scim.put(f"/Groups/{inner['id']}", {"displayName": "Renamed"})
    renamed = scim.get(path).json()

    scim.delete(f"/Groups/{inner['id']}")

    assert renamed["meta"]["version"] == outer["meta"]["version"]
    assert renamed["members"][0]["display"] == "Renamed"
    assert scim.get(path).json()["meta"]["version"] != outer["meta"]["version"]
    assert scim.members(outer["id"]) == set()
