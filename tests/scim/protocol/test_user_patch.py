"""PATCH of users, by the RFC and as identity providers send it."""

import pytest

from directories.scim.protocol.errors import (
    InvalidFilterError,
    InvalidPathError,
    InvalidSyntaxError,
    InvalidValueError,
    MutabilityError,
    NoTargetError,
    PayloadTooLargeError,
    ScimError,
)
from directories.scim.protocol.patch import (
    STRICT,
    apply_user_patch,
    read_patch,
)
from directories.scim.protocol.schemas import ENTERPRISE_SCHEMA, USER_SCHEMA
from tests.scim.protocol.patching import WORK, ada, op, patched


@pytest.mark.parametrize("kind", ["add", "Add", "replace", "Replace", "REPLACE"])
def test_a_single_value_is_set(kind):
    assert patched(ada(), op(kind, "title", "Lead")) == ada(title="Lead")


@pytest.mark.parametrize("path", ["TITLE", f"{USER_SCHEMA}:title"])
def test_a_path_counts_in_any_spelling(path):
    assert patched(ada(), op("replace", path, "Lead")) == ada(title="Lead")


@pytest.mark.parametrize("value", ["False", "false", False])
def test_active_is_a_boolean_however_it_is_sent(value):
    document = patched(ada(active=True), op("Replace", "active", value))

    assert document["active"] is False


def test_the_given_document_stays_as_it_is():
    document = ada(emails=[dict(WORK)], name={"givenName": "Ada"})

    patched(
        document,
        op("replace", 'emails[type eq "work"].value', "x@example.com"),
        op("replace", "name.givenName", "X"),
        op("add", f"{ENTERPRISE_SCHEMA}:department", "X"),
    )

    assert document == ada(emails=[WORK], name={"givenName": "Ada"})


def test_a_fault_in_one_operation_names_it():
    with pytest.raises(InvalidValueError) as refused:
        patched(ada(), op("add", "title", "x"), op("Replace", "active", "maybe"))

    assert refused.value.detail == (
        'Operation 2 (replace "active"): active must be true or false, not a string.'
    )


@pytest.mark.parametrize(
    "operation",
    [op("remove", "title"), op("replace", "title", None), op("remove", "title", "x")],
)
def test_a_single_value_is_cleared(operation):
    assert patched(ada(title="Lead"), operation) == ada()


@pytest.mark.parametrize(
    "operation",
    [
        op("remove", "userName"),
        op("replace", "userName", None),
        op("replace", None, {"userName": None}),
    ],
)
def test_the_user_name_cannot_be_removed(operation):
    with pytest.raises(MutabilityError, match="userName is required"):
        patched(ada(), operation)


def test_the_user_name_cannot_be_blank():
    with pytest.raises(InvalidValueError, match="userName is required"):
        patched(ada(), op("replace", "userName", " "))


def test_a_complex_value_keeps_what_is_not_named():
    before = ada(name={"givenName": "Ada", "familyName": "Byron"})

    after = patched(before, op("replace", "name", {"familyName": "King"}))

    assert after["name"] == {"givenName": "Ada", "familyName": "King"}


def test_a_sub_attribute_is_set_and_removed():
    after = patched(ada(), op("add", "name.givenName", "Ada"))

    assert after == ada(name={"givenName": "Ada"})
    assert patched(after, op("remove", "name.givenName")) == ada()


def test_a_value_without_path_takes_dotted_and_qualified_keys():
    value = {
        "displayName": "Ada",
        "name.givenName": "Ada",
        f"{ENTERPRISE_SCHEMA}:department": "Lab",
        ENTERPRISE_SCHEMA: {"division": "D"},
        'emails[type eq "work"].value': "ada@example.com",
        "nickname": "A",
    }

    assert patched(ada(), op("replace", None, value)) == ada(
        displayName="Ada",
        name={"givenName": "Ada"},
        emails=[{"type": "work", "value": "ada@example.com"}],
        nickName="A",
        **{ENTERPRISE_SCHEMA: {"department": "Lab", "division": "D"}},
    )


def test_a_value_without_path_may_repeat_what_is_read_only():
    value = {"id": "1", "schemas": [], "meta": {}, "groups": [], "active": False}

    assert patched(ada(), op("replace", None, value)) == ada(active=False)


def test_a_value_without_path_leaves_the_rest_alone():
    before = ada(emails=[WORK], title="Lead")

    assert patched(before, op("replace", None, {"title": "X"})) == ada(
        emails=[WORK], title="X"
    )


@pytest.mark.parametrize("path", ["id", "groups", "meta.location", "groups.value"])
def test_what_is_read_only_cannot_be_a_path(path):
    with pytest.raises(MutabilityError):
        patched(ada(), op("replace", path, "x"))


def test_the_account_id_cannot_be_changed():
    path = "urn:scim:schemas:extension:atlassian-external:1.0:atlassianAccountId"

    with pytest.raises(MutabilityError):
        patched(ada(), op("replace", path, "x"))


def test_a_password_is_dropped():
    assert patched(ada(), op("replace", "password", "x")) == ada()
    assert patched(ada(), op("replace", None, {"password": "x"})) == ada()


@pytest.mark.parametrize(
    "operation",
    [
        op("add", "shoeSize", 7),
        op("add", "urn:x:y:z", 7),
        op("add", "name.shoe", 7),
        op("add", 'shoes[type eq "a"].size', 7),
        op("replace", None, {"shoe size": 7}),
    ],
)
def test_unknown_attributes_are_passed_over_but_not_by_strict(operation):
    assert patched(ada(), operation) == ada()
    with pytest.raises(InvalidPathError):
        patched(ada(), operation, tolerance=STRICT)


@pytest.mark.parametrize(
    "path", ["emails[type eq", "a b", "emails]", "name.givenName.x", "1", "title[a pr]"]
)
def test_a_broken_path_is_refused(path):
    with pytest.raises(InvalidPathError):
        patched(ada(), op("replace", path, "x"))


@pytest.mark.parametrize(
    "path", ['emails[shoe eq "x"]', "emails[primary gt true]", "emails[primary eq 5]"]
)
def test_a_filter_has_to_fit_the_list(path):
    with pytest.raises(InvalidFilterError):
        patched(ada(emails=[WORK]), op("remove", path))


def test_the_extension_appears_with_its_first_attribute():
    after = patched(ada(), op("Add", f"{ENTERPRISE_SCHEMA}:department", "Lab"))

    assert after == ada(**{ENTERPRISE_SCHEMA: {"department": "Lab"}})


@pytest.mark.parametrize(
    "operation",
    [
        op("remove", f"{ENTERPRISE_SCHEMA}:department"),
        op("remove", ENTERPRISE_SCHEMA),
        op("replace", None, {ENTERPRISE_SCHEMA: None}),
        op("replace", ENTERPRISE_SCHEMA, {"department": None}),
    ],
)
def test_the_extension_goes_with_its_last_attribute(operation):
    before = ada(**{ENTERPRISE_SCHEMA: {"department": "Lab"}})

    assert patched(before, operation) == ada()


@pytest.mark.parametrize(
    "value", ["m2", {"value": "m2"}, [{"$ref": None, "value": "m2"}]]
)
def test_a_manager_is_set_however_it_is_sent(value):
    before = ada(**{ENTERPRISE_SCHEMA: {"manager": {"value": "m1", "$ref": "r1"}}})

    after = patched(before, op("Add", f"{ENTERPRISE_SCHEMA}:manager", value))

    assert after == ada(**{ENTERPRISE_SCHEMA: {"manager": {"value": "m2"}}})


@pytest.mark.parametrize("value", ["", None, {"value": ""}, {"value": None}])
def test_a_manager_is_cleared_however_it_is_sent(value):
    before = ada(**{ENTERPRISE_SCHEMA: {"manager": {"value": "m1", "$ref": "r1"}}})

    assert patched(before, op("Add", f"{ENTERPRISE_SCHEMA}:manager", value)) == ada()


def test_a_role_may_hold_json_in_a_string():
    value = [{"value": '{"id":"1","value":"Admin"}'}, {"value": '{"id":"1"}'}]

    after = patched(ada(), op("Add", "roles", value))
    after = patched(after, op("Replace", 'roles[primary eq "True"].value', "auditor"))

    assert after["roles"] == [*value, {"primary": True, "value": "auditor"}]


def test_a_single_value_may_come_wrapped_in_a_list():
    operation = op("Replace", "displayName", [{"$ref": None, "value": "Ada"}])

    assert patched(ada(), operation) == ada(displayName="Ada")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ([], InvalidSyntaxError),
        ({}, InvalidSyntaxError),
        ({"Operations": {}}, InvalidSyntaxError),
        ({"Operations": []}, InvalidSyntaxError),
        ({"Operations": ["x"]}, InvalidSyntaxError),
        ({"Operations": [{"op": "move", "path": "a", "value": 1}]}, InvalidSyntaxError),
        ({"Operations": [{"path": "a", "value": 1}]}, InvalidSyntaxError),
        ({"Operations": [{"op": "add", "path": 1, "value": 1}]}, InvalidPathError),
        ({"Operations": [{"op": "add", "path": "title"}]}, InvalidValueError),
        ({"Operations": [{"op": "remove"}]}, NoTargetError),
        ({"Operations": [{"op": "remove", "value": {"a": 1}}]}, NoTargetError),
        ({"Operations": [{"op": "remove", "path": "x"}] * 11}, PayloadTooLargeError),
    ],
)
def test_a_message_that_is_no_patch_is_refused(body, error):
    with pytest.raises(error):
        read_patch(body, max_operations=10)


def test_names_in_the_message_count_in_any_case():
    body = {"operations": [{"OP": "Replace", "Path": "title", "Value": "x"}]}

    assert apply_user_patch(ada(), read_patch(body)) == ada(title="x")


def test_a_path_less_value_is_an_object():
    with pytest.raises(InvalidValueError, match="must be an object of attributes"):
        patched(ada(), op("add", None, "x"))


def test_the_password_is_never_echoed():
    with pytest.raises(ScimError) as refused:
        patched(
            ada(), op("replace", "password", "s3cret"), op("replace", "active", "s")
        )

    assert "s3cret" not in refused.value.detail


@pytest.mark.parametrize("value", [[{"value": "nobody"}], None])
def test_strict_takes_nobody_the_last_address(value):
    before = ada(emails=[{"value": "ada@example.com"}])
    operation = op("replace", "emails", value)

    with pytest.raises((InvalidValueError, MutabilityError)):
        patched(before, operation, tolerance=STRICT)
    assert patched(before, operation) != before


@pytest.mark.parametrize(
    "before",
    [ada(), {"userName": "ada@example.com"}, ada(emails=[{"value": "nobody"}])],
)
def test_strict_lets_be_changed_who_never_had_an_address(before):
    after = patched(before, op("replace", "active", False), tolerance=STRICT)

    assert after == {**before, "active": False}
