"""PATCH of groups: one plan for the members, whatever the dialect."""

import time
from typing import Any

import pytest

from directories.scim.protocol.errors import (
    InvalidFilterError,
    InvalidPathError,
    InvalidValueError,
    MutabilityError,
)
from directories.scim.protocol.patch import (
    STRICT,
    GroupChange,
    MembersPlan,
    read_group_patch,
    read_patch,
)
from directories.scim.protocol.schemas import GROUP_SCHEMA


def change(*operations: dict[str, Any], **kwargs: Any) -> GroupChange:
    return read_group_patch(read_patch({"Operations": list(operations)}), **kwargs)


def plan(*operations: dict[str, Any]) -> MembersPlan | None:
    return change(*operations).members


def add(*ids: str) -> dict[str, Any]:
    return {"op": "Add", "path": "members", "value": [{"value": i} for i in ids]}


def remove(*ids: str) -> dict[str, Any]:
    value = [{"$ref": None, "value": i} for i in ids]
    return {"op": "Remove", "path": "members", "value": value}


def replace(*ids: str) -> dict[str, Any]:
    return {"op": "replace", "path": "members", "value": [{"value": i} for i in ids]}


def test_members_are_added_once_each():
    assert plan(add("a", "b"), add("A")) == MembersPlan(False, ["a", "b"], [])


def test_remove_with_a_value_list_removes_those_alone():
    assert plan(remove("a", "b")) == MembersPlan(False, [], ["a", "b"])


@pytest.mark.parametrize("extra", [{}, {"value": None}])
def test_remove_without_value_removes_all(extra):
    operation = {"op": "remove", "path": "members", **extra}

    assert plan(operation) == MembersPlan(True, [], [])


def test_remove_with_an_empty_list_removes_nobody():
    assert plan(remove()) is None


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ('members[value eq "a"]', ["a"]),
        ('MEMBERS[ Value  EQ "A" ]', ["a"]),
        (f'{GROUP_SCHEMA}:members[value eq "a"]', ["a"]),
        ('members[value eq "a" or value eq "b" or value eq "a"]', ["a", "b"]),
        ('members[value eq "a\\"b"]', ['a"b']),
    ],
)
def test_a_filter_selects_whom_to_remove(path, ids):
    assert plan({"op": "remove", "path": path}) == MembersPlan(False, [], ids)


@pytest.mark.parametrize(
    "path",
    ['members[display eq "a"]', 'members[value ne "a"]', 'members[not (value eq "a")]',
     'members[value eq "a" and value eq "b"]', "members[value eq 5]", "members[x"],
)  # fmt: skip
def test_other_filters_on_members_are_refused(path):
    with pytest.raises((InvalidFilterError, InvalidPathError)):
        plan({"op": "remove", "path": path})


@pytest.mark.parametrize("path", ["members.value", 'members[value eq "a"].display'])
def test_parts_of_members_cannot_be_changed(path):
    with pytest.raises(InvalidPathError):
        plan({"op": "remove", "path": path})


def test_members_are_not_added_by_a_filter():
    with pytest.raises(InvalidPathError, match="added with the path members"):
        plan({"op": "add", "path": 'members[value eq "a"]', "value": {}})


def test_the_last_word_on_a_member_counts():
    assert plan(add("a"), remove("a")) == MembersPlan(False, [], ["a"])
    assert plan(remove("a"), add("a")) == MembersPlan(False, ["a"], [])
    assert plan(add("x"), replace("a", "b"), remove("a"), add("c")) == MembersPlan(
        True, ["b", "c"], []
    )
    assert plan(replace()) == MembersPlan(True, [], [])


@pytest.mark.parametrize(
    "value",
    [["a"], "a", {"value": "a"}, {"members": [{"value": "a"}]}, {"Members": ["a"]}],
)
def test_members_in_odd_forms_are_taken_but_not_by_strict(value):
    operation = {"op": "remove", "path": "members", "value": value}

    assert plan(operation) == MembersPlan(False, [], ["a"])
    with pytest.raises(InvalidValueError):
        change(operation, tolerance=STRICT)


def test_strict_takes_entras_remove():
    assert change(remove("a"), tolerance=STRICT).members == MembersPlan(
        False, [], ["a"]
    )


def test_a_path_less_replace_without_members_touches_none():
    value = {"schemas": [], "id": "1", "displayName": "Crew", "externalId": "x"}

    assert change({"op": "replace", "value": value}) == GroupChange(
        {"displayName": "Crew", "externalId": "x"}, None
    )


def test_a_path_less_value_may_hold_members():
    value = {"displayName": "Crew", "members": [{"value": "a"}]}

    assert plan({"op": "add", "value": value}) == MembersPlan(False, ["a"], [])
    assert plan({"op": "replace", "value": value}) == MembersPlan(True, ["a"], [])


@pytest.mark.parametrize("path", ["displayname", f"{GROUP_SCHEMA}:displayName"])
def test_a_group_is_renamed_by_path(path):
    assert change({"op": "Add", "path": path, "value": "Crew"}).document_changes == {
        "displayName": "Crew"
    }


def test_changes_are_applied_to_a_document():
    renamed = change(
        {"op": "replace", "path": "displayName", "value": "B"},
        {"op": "remove", "path": "externalId"},
    )

    assert renamed.apply({"displayName": "A", "externalId": "x"}) == {
        "displayName": "B"
    }


@pytest.mark.parametrize("extra", [{"op": "remove"}, {"op": "replace", "value": None}])
def test_the_name_cannot_be_removed(extra):
    with pytest.raises(MutabilityError, match="displayName is required"):
        change({"path": "displayName", **extra})


@pytest.mark.parametrize("name", ["", " ", "x" * 256, ["x"], "a\x00"])
def test_a_name_that_cannot_be_is_refused(name):
    with pytest.raises(InvalidValueError, match="displayName"):
        change({"op": "replace", "path": "displayName", "value": name})


def test_the_id_can_be_repeated_but_not_set():
    assert change({"op": "replace", "value": {"id": "1"}}) == GroupChange({}, None)
    with pytest.raises(MutabilityError):
        change({"op": "replace", "path": "id", "value": "1"})


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "shoe", "value": 1},
        {"op": "add", "value": {"shoe": 1, "urn:x:y": {}}},
    ],
)
def test_unknown_attributes_are_passed_over_but_not_by_strict(operation):
    found = change(operation)

    assert (found.document_changes, found.members) == ({}, None)
    assert found.apply({"displayName": "Crew"}) == {"displayName": "Crew"}
    with pytest.raises(InvalidPathError):
        change(operation, tolerance=STRICT)


def test_a_path_that_cannot_be_read_is_refused():
    with pytest.raises(InvalidPathError, match="Operation 1"):
        change({"op": "add", "path": "a b c", "value": "x"})


def test_a_hundred_and_fifty_thousand_members_are_read_quickly():
    started = time.perf_counter()

    found = plan(add(*(f"{n:032x}" for n in range(150_000))))

    assert found is not None
    assert len(found.add) == 150_000
    assert time.perf_counter() - started < 5


def test_ten_thousand_operations_are_read_quickly():
    started = time.perf_counter()

    found = plan(
        *({"op": "remove", "path": f'members[value eq "{n}"]'} for n in range(10_000))
    )

    assert found is not None
    assert len(found.remove) == 10_000
    assert time.perf_counter() - started < 5
