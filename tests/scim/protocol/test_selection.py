"""Which attributes an answer holds."""

import pytest

from directories.scim.protocol.documents import project, read_selection
from directories.scim.protocol.errors import InvalidValueError
from directories.scim.protocol.schemas import ENTERPRISE_SCHEMA, USER_SCHEMA

USER = {
    "schemas": [USER_SCHEMA, ENTERPRISE_SCHEMA],
    "id": "1",
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "Byron"},
    "emails": [{"value": "a@example.com", "type": "work"}, {"type": "home"}],
    ENTERPRISE_SCHEMA: {"department": "Lab", "manager": {"value": "m", "$ref": "r"}},
    "meta": {"resourceType": "User", "location": "here"},
}
ALWAYS = {"schemas": USER["schemas"], "id": "1"}


def shown(attributes: str = "", excluded: str = "") -> dict[str, object]:
    return project(USER, read_selection(attributes, excluded))


def test_everything_is_shown_by_default():
    assert shown() == USER
    assert shown(" ", " ") == USER


@pytest.mark.parametrize(
    ("attributes", "rest"),
    [
        ("userName", {"userName": "ada"}),
        ("USERNAME, shoe,", {"userName": "ada"}),
        ("name.givenName", {"name": {"givenName": "Ada"}}),
        ("name.givenName,name", {"name": USER["name"]}),
        ("name,name.givenName", {"name": USER["name"]}),
        ("emails.value", {"emails": [{"value": "a@example.com"}]}),
        ("emails.shoe,userName.shoe", {}),
        (f"{USER_SCHEMA}:userName", {"userName": "ada"}),
        (ENTERPRISE_SCHEMA, {ENTERPRISE_SCHEMA: USER[ENTERPRISE_SCHEMA]}),
        (f"{ENTERPRISE_SCHEMA.upper()}:DEPARTMENT",
         {ENTERPRISE_SCHEMA: {"department": "Lab"}}),
        (f"{ENTERPRISE_SCHEMA}:manager.value",
         {ENTERPRISE_SCHEMA: {"manager": {"value": "m"}}}),
        ("meta.location", {"meta": {"location": "here"}}),
        ('emails[type eq "work"]', {"emails": USER["emails"]}),
        ("shoe", {}),
    ],
)  # fmt: skip
def test_only_what_was_asked_for_is_shown(attributes, rest):
    assert shown(attributes) == {**ALWAYS, **rest}


@pytest.mark.parametrize("name", ["userName", "USERNAME", f"{USER_SCHEMA}:userName"])
def test_what_was_excluded_is_not_shown(name):
    assert shown("", name) == {k: v for k, v in USER.items() if k != "userName"}


def test_parts_are_excluded():
    left = shown("", f"name.givenName,emails.type,{ENTERPRISE_SCHEMA}:department,meta")

    assert left["name"] == {"familyName": "Byron"}
    assert left["emails"] == [{"value": "a@example.com"}]
    assert left[ENTERPRISE_SCHEMA] == {"manager": {"value": "m", "$ref": "r"}}
    assert "meta" not in left


def test_id_and_schemas_cannot_be_excluded():
    assert shown("", "id,schemas") == USER


def test_both_lists_at_once_are_refused():
    with pytest.raises(InvalidValueError, match="exclude each other"):
        read_selection("a", "b")


def test_an_endless_list_is_refused():
    with pytest.raises(InvalidValueError, match="longer than"):
        read_selection("a," * 5000)


@pytest.mark.parametrize(
    ("attributes", "excluded", "wanted"),
    [
        ("", "", True),
        ("members", "", True),
        ("MEMBERS.value", "", True),
        ("displayName", "", False),
        ("", "members", False),
        ("", "Members", False),
        ("", "members.display", True),
        ("", "displayName", True),
    ],
)
def test_a_view_can_ask_whether_members_are_wanted(attributes, excluded, wanted):
    assert read_selection(attributes, excluded).wants("members") is wanted


@pytest.mark.parametrize("name", ["urn:x:y:Badge", "URN:X:Y:badge"])
def test_a_schema_that_nobody_knows_can_be_named(name):
    document = {"id": "1", "urn:x:y:Badge": {"number": 1}, "title": "Dr"}

    assert project(document, read_selection(name)).keys() == {"id", "urn:x:y:Badge"}
    assert project(document, read_selection("", name)).keys() == {"id", "title"}
