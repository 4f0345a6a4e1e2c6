"""The documented limits: 403, nothing written, word to the admin."""

import pytest

from tests.scim.client import refusal, values


def test_users_of_an_organization(scim, second, settings, nothing_written):
    settings.LIMIT_USERS_PER_ORGANIZATION = 2
    scim.user("ada@example.com")
    second.user("bob@example.com")

    with nothing_written():
        answer = scim.post("/Users", {"userName": "cid@example.com"})

    assert "limit of 2 users" in refusal(answer, 403)
    entry = scim.log().get()
    assert (entry.kind, entry.level) == ("limit", "error")


def test_a_place_that_is_free_again_is_given(scim, settings):
    settings.LIMIT_USERS_PER_ORGANIZATION = 1
    scim.delete(f"/Users/{scim.user('ada@example.com')['id']}")

    scim.user("bob@example.com")


def test_groups_of_a_directory(scim, second, settings, nothing_written):
    settings.LIMIT_GROUPS_PER_DIRECTORY = 1
    scim.group("Crew")
    second.group("Team")

    with nothing_written():
        answer = scim.post("/Groups", {"displayName": "Band"})

    assert "limit of 1 groups" in refusal(answer, 403)


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_members_of_a_group(scim, settings, nothing_written, method):
    settings.LIMIT_USERS_PER_GROUP = 2
    ids = [scim.user(f"u{n}@example.com")["id"] for n in range(3)]
    group = scim.group("Crew", ids[0])
    path = "/Groups" if method == "post" else f"/Groups/{group['id']}"
    body = {
        "post": {"displayName": "Team", "members": values(*ids)},
        "put": {"displayName": "Crew", "members": values(*ids)},
        "patch": [{"op": "add", "path": "members", "value": values(*ids[1:])}],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(path, body)

    assert "2 members" in refusal(answer, 403)
    assert scim.log().get().kind == "limit"


def test_a_full_group_may_change_its_members(scim, settings):
    settings.LIMIT_USERS_PER_GROUP = 1
    ada, bob = scim.user("ada@example.com")["id"], scim.user("bob@example.com")["id"]
    group = scim.group("Crew", ada)["id"]

    scim.put(f"/Groups/{group}", {"displayName": "Crew", "members": values(bob)})

    assert scim.members(group) == {bob}
