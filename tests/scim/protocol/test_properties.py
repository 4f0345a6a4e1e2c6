"""What holds for every input, found by generating many."""

import copy
import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directories.scim.protocol.documents import (
    project,
    read_group,
    read_selection,
    read_user,
)
from directories.scim.protocol.errors import ScimError
from directories.scim.protocol.filters import parse_filter
from directories.scim.protocol.messages import parse_body
from directories.scim.protocol.patch import (
    COMPATIBLE,
    STRICT,
    apply_user_patch,
    read_group_patch,
    read_patch,
)
from directories.scim.protocol.paths import parse_path
from directories.scim.protocol.schemas import ENTERPRISE_SCHEMA, USER_SCHEMA
from directories.scim.protocol.tolerance import watch

pytestmark = pytest.mark.slow

TYPES = st.sampled_from(["work", "home", "other"])
ADDRESSES = st.sampled_from([f"{name}@example.com" for name in "abcd"])
TOLERANCES = st.sampled_from([COMPATIBLE, STRICT])
# Takes nothing that is not in its final form, and leaves nothing out.
EXACT = replace(STRICT, unused_attributes=True, no_address=True)
KEEPING = watch(COMPATIBLE, keeps=True)

NAMES = st.sampled_from(
    ["userName", "USERNAME", "name", "name.givenName", "emails", "emails.value",
     "active", "title", "externalId", "displayName", "members", "roles", "id", "meta",
     "schemas", "password", "groups", "addresses", "value", "type", "primary", "$ref",
     "manager", "x509Certificates", ENTERPRISE_SCHEMA, USER_SCHEMA,
     f"{ENTERPRISE_SCHEMA}:department", f"{ENTERPRISE_SCHEMA}:manager.value",
     "urn:scim:schemas:extension:atlassian-external:1.0", "op", "path", "Operations",
     'emails[type eq "work"].value', 'members[value eq "a"]', "urn:x:y", "a b", "."]
)  # fmt: skip
KEYS = NAMES | st.text(max_size=8)
TEXTS = st.text(
    alphabet=st.characters(exclude_categories=()), max_size=12
) | st.sampled_from(["True", "false", "", "ada@example.com", "a" * 5000])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5)
    ),
    max_leaves=12,
)
BODIES = JSON | st.dictionaries(KEYS, JSON, max_size=6).map(
    lambda body: {"userName": "ada", "displayName": "Crew", **body}
)
PIECES = st.sampled_from(
    ["emails", "members", "name", ".", "value", "type", "[", "]", "(", ")", " eq ",
     " and ", " or ", " not ", " pr", '"work"', "true", "5", ":", USER_SCHEMA, " "]
)  # fmt: skip
EXPRESSIONS = st.lists(PIECES | st.text(max_size=4), max_size=10).map("".join)
OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "Replace", "remove"]), "value": JSON},
        optional={"path": NAMES | EXPRESSIONS},
    ),
    min_size=1,
    max_size=5,
)


def answered(call: Any, *arguments: Any) -> Any:
    """Return what the call gives, None where it refuses as it may."""
    try:
        return call(*arguments)
    except ScimError as error:
        refusal = error
    assert refusal.to_body()["detail"].encode()
    assert len(refusal.detail) < 500
    return None


@given(body=BODIES, tolerance=TOLERANCES)
def test_a_user_read_once_reads_the_same_again(body, tolerance):
    before = copy.deepcopy(body)

    document = answered(read_user, body, tolerance)

    assert repr(body) == repr(before)
    if document is not None:
        assert read_user(document, EXACT) == document


@given(body=BODIES, operations=OPERATIONS)
def test_what_is_kept_can_be_stored_and_sent_again(body, operations):
    document = answered(read_user, body, KEEPING) or {"userName": "ada"}
    before = copy.deepcopy(document)
    patch = answered(read_patch, {"Operations": operations})

    after = patch and answered(apply_user_patch, document, patch, KEEPING)

    assert document == before
    for each in (document, after or document):
        assert orjson.loads(orjson.dumps(each)) == each
        assert "\\u0000" not in json.dumps(each)
        assert read_user(each, KEEPING) == each


@given(body=BODIES, tolerance=TOLERANCES)
def test_a_group_is_read_or_refused(body, tolerance):
    found = answered(read_group, body, tolerance)

    if found is not None:
        document, members = found
        assert set(document) <= {"displayName", "externalId"}
        assert members is None or len(set(members)) == len(members)


@given(text=EXPRESSIONS | st.text())
def test_a_filter_is_read_or_refused(text):
    answered(parse_filter, text)


@given(text=EXPRESSIONS | st.text())
def test_a_path_is_read_or_refused(text):
    answered(parse_path, text)


@given(body=JSON)
def test_a_patch_message_is_read_or_refused(body):
    answered(read_patch, body)


@given(raw=st.binary(max_size=40), kind=st.none() | st.text(max_size=20))
def test_a_body_is_read_or_refused(raw, kind):
    answered(parse_body, raw, kind)


@settings(max_examples=300)
@given(body=BODIES, operations=OPERATIONS, tolerance=TOLERANCES)
def test_a_patched_user_is_one_that_could_have_been_sent(body, operations, tolerance):
    document = answered(read_user, body) or {"userName": "ada"}
    before = copy.deepcopy(document)
    patch = answered(read_patch, {"Operations": operations})

    after = patch and answered(apply_user_patch, document, patch, tolerance)

    assert document == before
    if after:
        assert read_user(after, EXACT) == after


@settings(max_examples=300)
@given(operations=OPERATIONS, tolerance=TOLERANCES)
def test_a_group_patch_is_composed_or_refused(operations, tolerance):
    patch = answered(read_patch, {"Operations": operations})
    change = patch and answered(read_group_patch, patch, tolerance)

    if change and change.members:
        assert not set(change.members.add) & set(change.members.remove)


@given(
    body=BODIES,
    names=st.lists(NAMES | st.text(alphabet="abc.:,[", max_size=5), max_size=4),
    exclude=st.booleans(),
)
def test_a_projection_never_invents(body, names, exclude):
    document = {"id": "1", **(answered(read_user, body) or {})}
    asked = ",".join(names)

    part = project(document, read_selection(*(("", asked) if exclude else (asked, ""))))

    assert part["id"] == "1"
    assert_within(part, document)


def assert_within(part: Any, whole: Any) -> None:
    if isinstance(part, dict):
        for key, value in part.items():
            assert_within(value, whole[key])
    elif isinstance(part, list):
        for value in part:
            assert any(is_within(value, each) for each in whole)
    else:
        assert part == whole


def is_within(part: Any, whole: Any) -> bool:
    try:
        assert_within(part, whole)
    except (AssertionError, KeyError):
        return False
    return True


IDS = st.sampled_from("abcdef")
MEMBER_STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "replace"]), st.lists(IDS, max_size=4))
    | st.just(("clear", []))
    | st.tuples(st.just("select"), st.lists(IDS, min_size=1, max_size=3)),
    min_size=1,
    max_size=8,
)


@given(start=st.sets(IDS), steps=MEMBER_STEPS)
def test_composed_members_equal_members_changed_one_by_one(start, steps):
    expected = set(start)
    for kind, ids in steps:
        if kind == "add":
            expected |= set(ids)
        elif kind in {"remove", "select"}:
            expected -= set(ids)
        else:
            expected = set(ids)

    patch = read_patch({"Operations": [member_operation(*step) for step in steps]})
    plan = read_group_patch(patch).members

    result = start if plan is None else set() if plan.replaces else start
    result = result if plan is None else (result - set(plan.remove)) | set(plan.add)
    assert result == expected


def member_operation(kind: str, ids: list[str]) -> dict[str, Any]:
    if kind == "clear":
        return {"op": "remove", "path": "members"}
    if kind == "select":
        chain = " or ".join(f'value eq "{i}"' for i in ids)
        return {"op": "remove", "path": f"members[{chain}]"}
    return {"op": kind, "path": "members", "value": [{"value": i} for i in ids]}


SINGLE = st.sampled_from(["title", "nickName", "displayName"])
SINGLE_STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "replace"]), SINGLE, ADDRESSES)
    | st.tuples(st.just("remove"), SINGLE, st.none()),
    min_size=1,
)


@given(steps=SINGLE_STEPS)
def test_single_values_behave_like_a_dictionary(steps):
    model = {"userName": "ada"}
    for kind, name, value in steps:
        if kind == "remove":
            model.pop(name, None)
        else:
            model[name] = value

    patch = read_patch(
        {"Operations": [{"op": k, "path": n, "value": v} for k, n, v in steps]}
    )

    assert apply_user_patch({"userName": "ada"}, patch) == model


EMAILS = st.lists(st.tuples(TYPES, ADDRESSES), max_size=3)
EMAIL_STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "replace", "take"]), EMAILS)
    | st.tuples(st.just("clear"), st.none())
    | st.tuples(st.just("drop type"), TYPES)
    | st.tuples(st.just("set value"), st.tuples(TYPES, ADDRESSES)),
    min_size=1,
    max_size=8,
)


def emails_after(steps: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Apply the steps to a list of (type, value) pairs, the plain way."""
    emails: list[tuple[str, str]] = []
    for kind, what in steps:
        if kind == "add":
            emails += what
        elif kind == "replace":
            emails = what
        elif kind == "take":
            emails = [each for each in emails if each not in what]
        elif kind == "clear":
            emails = []
        elif kind == "drop type":
            emails = [each for each in emails if each[0] != what]
        elif any(each[0] == what[0] for each in emails):
            emails = [what if each[0] == what[0] else each for each in emails]
        else:
            emails = [*emails, what]
        emails = list(dict.fromkeys(emails))
    return emails


def email_operation(kind: str, what: Any) -> dict[str, Any]:
    if kind == "clear":
        return {"op": "remove", "path": "emails"}
    if kind == "drop type":
        return {"op": "remove", "path": f'emails[type eq "{what}"]'}
    if kind == "set value":
        path = f'emails[type eq "{what[0]}"].value'
        return {"op": "replace", "path": path, "value": what[1]}
    value = [{"type": type_, "value": address} for type_, address in what]
    return {
        "op": "remove" if kind == "take" else kind,
        "path": "emails",
        "value": value,
    }


@settings(max_examples=300)
@given(steps=EMAIL_STEPS)
def test_lists_behave_like_a_list_of_pairs(steps):
    patch = read_patch({"Operations": [email_operation(*step) for step in steps]})

    after = apply_user_patch({"userName": "ada"}, patch)

    found = [(each["type"], each["value"]) for each in after.get("emails", [])]
    assert found == emails_after(steps)


@given(
    emails=EMAILS,
    added=st.lists(st.tuples(TYPES, ADDRESSES, st.booleans()), min_size=1, max_size=3),
)
def test_there_is_never_more_than_one_primary_value(emails, added):
    operations = [
        {
            "op": "add",
            "path": f'emails[type eq "{kind}"]',
            "value": {"value": address, "primary": primary},
        }
        for kind, address, primary in added
    ]
    before = read_user(
        {"userName": "a", "emails": [{"type": t, "value": v} for t, v in emails]}
    )

    after = apply_user_patch(before, read_patch({"Operations": operations}))

    assert sum(each.get("primary", False) for each in after["emails"]) <= 1
