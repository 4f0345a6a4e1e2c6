"""Groups of hundreds: the same answers, only written while they are sent."""

import pytest

from tests.factories.directories import UserRecordFactory
from tests.scim.client import values

MEMBERS = 450


@pytest.fixture
def large(scim):
    """Push a group of hundreds between two small ones; return all three."""
    records = UserRecordFactory.create_batch(MEMBERS, directory=scim.directory)
    ids = [str(record.scim_id) for record in records]
    small = scim.group("A small one", ids[0])
    group = scim.group("Everybody", *ids)["id"]
    empty = scim.group("An empty one")
    whole = {**scim.get(f"/Groups/{group}").json(), "ids": ids}
    return small, whole, empty


def test_every_member_is_told_once_in_a_stable_order(scim, large):
    _small, group, _empty = large

    again = scim.get(f"/Groups/{group['id']}").json()

    assert [member["value"] for member in group["members"]] == group["ids"]
    assert again["members"] == group["members"]
    assert set(group["members"][0]) == {"value", "type", "$ref"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "attributes=displayName,members",
        "attributes=members.value",
        "excludedAttributes=members.display,meta",
        "excludedAttributes=members",
        "attributes=id",
    ],
)
def test_a_large_group_has_the_attributes_of_a_small_one(scim, large, query):
    small, group, _empty = large

    few, many = (
        scim.get(f"/Groups/{each['id']}?{query}").json() for each in (small, group)
    )

    assert set(few) == set(many)
    if "members" in few:
        assert len(many["members"]) == MEMBERS
        assert {*many["members"][MEMBERS - 1]} == {*few["members"][0]}


@pytest.mark.parametrize("query", ["", "attributes=displayName,members.value"])
def test_a_list_holds_groups_of_every_size(scim, large, query):
    answer = scim.get(f"/Groups?{query}")

    page = answer.json()
    single = [scim.get(f"/Groups/{each['id']}?{query}").json() for each in large]
    assert page["Resources"] == single
    assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (3, 3, 1)
    assert answer["Content-Type"] == "application/scim+json"


def test_a_change_of_one_member_is_answered_without_the_others(scim, large):
    _small, group, _empty = large
    path = f"/Groups/{group['id']}"
    operation = {"op": "remove", "path": "members", "value": values(group["ids"][7])}

    answer = scim.patch(path, [operation])

    assert (answer.status_code, answer.content) == (204, b"")
    assert len(scim.members(group["id"])) == MEMBERS - 1


def test_a_change_is_answered_with_the_members_when_asked_for(scim, large):
    _small, group, _empty = large
    operation = {"op": "replace", "path": "displayName", "value": "All"}

    answer = scim.patch(f"/Groups/{group['id']}?attributes=members", [operation])

    assert answer.status_code == 200
    assert len(answer.json()["members"]) == MEMBERS


def test_head_of_a_large_group_has_no_body(scim, large):
    answer = scim.request("HEAD", f"/Groups/{large[1]['id']}")

    assert (answer.status_code, answer.content) == (200, b"")
