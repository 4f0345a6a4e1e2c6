"""One directory's key sees and touches nothing of any other directory."""

import pytest

from tests.scim.client import refusal, values


@pytest.fixture
def theirs(stranger):
    """Return the user and group that another organization pushed."""
    user = stranger.user("eve@globex.example", externalId="x-1", title="Spy")
    return {"Users": user["id"], "Groups": stranger.group("Spies", user["id"])["id"]}


@pytest.mark.parametrize("kind", ["Users", "Groups"])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_their_ids_are_not_found(scim, theirs, nothing_written, method, kind):
    bodies = {
        "put": {"userName": "mine", "displayName": "Mine"},
        "patch": [{"op": "replace", "value": {"externalId": "mine"}}],
    }
    body = [bodies[method]] if method in bodies else []

    with nothing_written():
        answer = getattr(scim, method)(f"/{kind}/{theirs[kind]}", *body)

    refusal(answer, 404)


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_their_users_are_no_members(scim, theirs, nothing_written, method):
    group = scim.group("Crew", scim.user()["id"])
    path = "/Groups" if method == "post" else f"/Groups/{group['id']}"
    body = {
        "post": {"displayName": "Team", "members": values(theirs["Users"])},
        "put": {"displayName": "Crew", "members": values(theirs["Users"])},
        "patch": [
            {"op": "replace", "path": "members", "value": values(theirs["Users"])}
        ],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(path, body)

    assert theirs["Users"] in refusal(answer, 400, "invalidValue")


def test_adding_their_user_is_like_adding_one_nobody_knows(scim, theirs):
    own = scim.user()["id"]
    group = scim.group("Crew", own)
    add = {"op": "add", "path": "members", "value": values(theirs["Users"])}

    answer = scim.patch(f"/Groups/{group['id']}", [add])

    assert answer.status_code == 200
    assert scim.members(group["id"]) == {own}


def test_removing_their_user_removes_nobody(scim, theirs, nothing_written):
    group = scim.group("Crew", scim.user()["id"])

    with nothing_written():
        answer = scim.patch(
            f"/Groups/{group['id']}",
            [{"op": "remove", "path": f'members[value eq "{theirs["Users"]}"]'}],
        )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        'externalId eq "x-1"',
        'userName eq "eve@globex.example"',
        'emails eq "eve@globex.example"',
        'id eq "{Users}"',
        'groups eq "{Groups}"',
    ],
)
def test_their_people_are_not_found(scim, theirs, text):
    answer = scim.get(f"/Users?filter={text.format(**theirs)}")

    assert answer.json()["totalResults"] == 0


def test_their_groups_are_not_found(scim, theirs):
    text = f'displayName eq "Spies" or members eq "{theirs["Users"]}"'

    assert scim.get(f"/Groups?filter={text}").json()["totalResults"] == 0
    assert scim.get("/Groups").json()["totalResults"] == 0


def test_two_organizations_may_push_the_same_names(scim, theirs):
    user = scim.user("eve@example.com", externalId="x-1")

    assert scim.group("Spies", user["id"])["displayName"] == "Spies"


def test_a_second_directory_of_the_organization_is_another_one(scim, second):
    user = second.user("eve@example.com")
    group = second.group("Crew")

    refusal(scim.get(f"/Users/{user['id']}"), 404)
    refusal(scim.delete(f"/Groups/{group['id']}"), 404)
    assert scim.get("/Users").json()["totalResults"] == 0
