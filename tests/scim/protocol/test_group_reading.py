"""What becomes of the groups that clients send."""

import pytest

from directories.scim.protocol.documents import STRICT, read_group
from directories.scim.protocol.errors import InvalidValueError
from directories.scim.protocol.schemas import GROUP_SCHEMA


def test_members_never_stay_in_the_document():
    body = {
        "schemas": [GROUP_SCHEMA, "http://schemas.microsoft.com/2006/11/Foo/Group"],
        "id": "1",
        "displayName": "Crew",
        "externalId": "x",
        "members": [{"value": "A", "display": None, "$ref": "Users/A"}],
        "meta": {"resourceType": "Group"},
    }

    assert read_group(body) == ({"displayName": "Crew", "externalId": "x"}, ["a"])


@pytest.mark.parametrize("key", ["Members", f"{GROUP_SCHEMA}:members"])
def test_members_are_found_under_any_spelling(key):
    assert read_group({"displayName": "Crew", key: [{"Value": "a"}]})[1] == ["a"]


def test_members_come_once_and_in_order():
    members = [{"value": "b"}, {"value": "a"}, {"value": "B"}]

    assert read_group({"displayName": "Crew", "members": members})[1] == ["b", "a"]


def test_absent_members_are_not_empty_members():
    assert read_group({"displayName": "Crew"})[1] is None
    assert read_group({"displayName": "Crew", "members": None})[1] is None
    assert read_group({"displayName": "Crew", "members": []})[1] == []


@pytest.mark.parametrize("members", ["a", ["a"], {"value": "a"}, {"members": ["a"]}])
def test_members_in_odd_forms_are_taken_but_not_by_strict(members):
    body = {"displayName": "Crew", "members": members}

    assert read_group(body)[1] == ["a"]
    with pytest.raises(InvalidValueError):
        read_group(body, STRICT)


@pytest.mark.parametrize(
    "members",
    [7, [7], [None], [{}], [{"value": 7}], [{"value": ""}], [{"value": "a\x00"}],
     [{"value": "a" * 256}]],
)  # fmt: skip
def test_members_without_an_id_are_refused(members):
    with pytest.raises(InvalidValueError, match="member"):
        read_group({"displayName": "Crew", "members": members})


@pytest.mark.parametrize("name", [None, "", " "])
def test_a_display_name_is_required(name):
    with pytest.raises(InvalidValueError, match="displayName is required"):
        read_group({"displayName": name})


def test_a_long_display_name_is_refused():
    with pytest.raises(InvalidValueError, match="at most 255"):
        read_group({"displayName": "x" * 256})
