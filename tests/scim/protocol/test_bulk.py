"""Bulk messages, without a server: reading, references, order, results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directories.scim.protocol.bulk import (
    BULK_RESPONSE_SCHEMA,
    bulk_response,
    is_circle,
    read_bulk,
    refused,
    succeeded,
)
from directories.scim.protocol.errors import (
    BrokenReferenceError,
    InvalidSyntaxError,
    InvalidValueError,
    NotFoundError,
    PayloadTooLargeError,
    ScimError,
)
from directories.scim.protocol.references import (
    in_order,
    parted,
    references,
    resolved,
)

BASE = "/scim/directory/3f2a"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def read(*operations, **message):
    return read_bulk(
        {"Operations": list(operations), **message}, base_path=BASE, max_operations=10
    )


def read_one(**operation):
    return read(operation).operations[0]


def post(bulk_id, path="/Users", **data):
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": data}


@pytest.mark.parametrize("body", [None, [], "x", 1, {}, {"Operations": {}}])
def test_what_is_no_bulk_request_is_refused_as_a_whole(body):
    with pytest.raises(InvalidSyntaxError):
        read_bulk(body, base_path=BASE, max_operations=10)


def test_no_operations_are_refused():
    with pytest.raises(InvalidSyntaxError, match="empty"):
        read()


def test_too_many_operations_are_refused_with_the_limit():
    with pytest.raises(PayloadTooLargeError, match="limit is 10 ") as error:
        read(*[post(str(n)) for n in range(11)])

    assert error.value.status == 413


@pytest.mark.parametrize(
    ("given", "read_as"), [(None, 0), (0, 0), (1, 1), (7, 7), ("3", 3), ("1\x1d", 1)]
)
def test_the_number_of_errors_to_stop_at_is_read(given, read_as):
    assert read(post("a"), failOnErrors=given).fail_on_errors == read_as


@pytest.mark.parametrize("given", [-1, True, 1.5, "x", "-1", "9" * 400, [], {}])
def test_what_is_no_number_of_errors_is_refused(given):
    with pytest.raises(InvalidValueError, match="failOnErrors"):
        read(post("a"), failOnErrors=given)


def test_names_and_methods_are_read_in_any_letter_case():
    body = {
        "SCHEMAS": [],
        "OPERATIONS": [
            {"METHOD": "put", "PATH": "/Users/1", "DATA": {}, "Version": 'W/"1"'}
        ],
        "FAILONERRORS": 2,
    }

    found = read_bulk(body, base_path=BASE, max_operations=10)

    (operation,) = found.operations
    assert found.fail_on_errors == 2
    assert (operation.method, operation.kind) == ("PUT", "User")
    assert (operation.resource, operation.version) == ("1", 'W/"1"')
    assert operation.error is None


@pytest.mark.parametrize(
    "path",
    [
        "/Groups/a%20b",
        "Groups/a%20b",
        "/Groups/a b/",
        "/Groups/a%20b?attributes=id",
        f"{BASE}/Groups/a b",
        f"{BASE.upper()}/Groups/a b",
        f"https://rollcall.example{BASE}/Groups/a%20b",
    ],
)
def test_a_path_is_read_in_every_spelling(path):
    operation = read_one(method="DELETE", path=path)

    assert operation.error is None
    assert (operation.kind, operation.resource) == ("Group", "a b")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "/Me",
        "/users",
        "/Bulk",
        "/Users/1/2",
        "https://rollcall.example/Users/1",
        "https://rollcall.example/scim/directory/other/Users/1",
        "/scim/directory/other/Users/1",
        "\x00",
        "x" * 5000,
    ],
)
def test_a_path_to_anything_else_is_not_found(path):
    assert isinstance(read_one(method="DELETE", path=path).error, NotFoundError)


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (None, 400),
        ([], 400),
        ({}, 400),
        ({"method": "POST"}, 400),
        ({"method": "GET", "path": "/Users"}, 400),
        ({"method": 1, "path": "/Users"}, 400),
        ({"method": "DELETE"}, 400),
        ({"method": "DELETE", "path": 1}, 400),
        ({"method": "DELETE", "path": "/Users"}, 405),
        ({"method": "DELETE", "path": "/Users/bulkId:"}, 400),
        ({"method": "DELETE", "path": "/Users/1", "version": 1}, 400),
        ({"method": "PUT", "path": "/Users/1"}, 400),
        ({"method": "PATCH", "path": "/Users/1", "data": []}, 400),
        ({"method": "POST", "path": "/Users", "data": {}}, 400),
        ({"method": "POST", "path": "/Users", "data": {}, "bulkId": ""}, 400),
        ({"method": "POST", "path": "/Users", "data": {}, "bulkId": 1}, 400),
        ({"method": "POST", "path": "/Users", "bulkId": "a"}, 400),
        ({"method": "POST", "path": "/Users/1", "data": {}, "bulkId": "a"}, 405),
    ],
)
def test_what_is_wrong_with_an_operation_is_kept_with_it(operation, status):
    first, second = read(operation, post("good")).operations

    assert isinstance(first.error, ScimError)
    assert first.error.status == status
    assert second.error is None


def test_operations_with_the_same_bulk_id_are_all_refused():
    operations = read(
        post("a"), post("b"), post("a"), {"method": "DELETE", "path": "/Users/bulkId:b"}
    ).operations

    refused_ones = [each.number for each in operations if each.error]
    assert refused_ones == [1, 3]


def test_a_bulk_id_that_no_post_has_is_refused():
    operation = read_one(method="DELETE", path="/Users/bulkId:x", bulkId="x")

    assert isinstance(operation.error, InvalidValueError)
    assert '"x"' in operation.error.detail


@pytest.mark.parametrize(
    "data",
    [
        {"members": [{"value": "bulkId:a"}]},
        {"Members": {"VALUE": "BULKID:a"}},
        {"members": ["bulkId:a"]},
        {"manager": "bulkId:a"},
        {ENTERPRISE: {"manager": {"value": "bulkId:a", "$ref": "bulkId:a"}}},
        {f"{ENTERPRISE}:manager.value": "bulkId:a"},
        {"Operations": [{"op": "add", "value": {"members": [{"value": "bulkId:a"}]}}]},
        {"Operations": [{"op": "add", "path": "members", "value": "bulkId:a"}]},
        {"operations": [{"path": 'members[value eq "bulkId:a"]', "op": "remove"}]},
        {"Operations": [{"path": f"{ENTERPRISE}:manager", "value": "bulkId:a"}]},
    ],
)
def test_references_are_found_and_resolved(data):
    assert references(data) == {"a"}
    assert references(resolved(data, {"a": "17"})) == set()
    assert "17" in str(resolved(data, {"a": "17"}))
    with pytest.raises(BrokenReferenceError):
        resolved(data, {"b": "17"})


@pytest.mark.parametrize(
    "data",
    [
        {"userName": "bulkId:a", "emails": [{"value": "bulkId:a"}]},
        {"members": [{"value": "xbulkId:a"}, {"value": "bulkId:"}, {"value": None}]},
        {"Operations": [{"path": "title", "value": "bulkId:a"}]},
        {"managers": "bulkId:a"},
        None,
        {},
    ],
)
def test_what_is_no_reference_stays_as_it_is(data):
    assert references(data) == set()
    assert resolved(data, {}) == data


def test_what_refers_to_nobody_yet_is_parted_from_the_rest():
    data = {
        "displayName": "Crew",
        "members": [{"value": "1"}, {"value": "bulkId:a"}, {"value": "bulkId:b"}],
        "manager": {"value": "bulkId:a"},
    }

    now, later = parted(data, {"a"})

    assert now == {
        "displayName": "Crew",
        "members": [{"value": "1"}, {"value": "bulkId:b"}],
    }
    assert later == {
        "members": [{"value": "bulkId:a"}],
        "manager": {"value": "bulkId:a"},
    }


def steps_of(*operations):
    return [[each.number for each in step] for step in read(*operations).steps()]


def test_operations_come_in_their_order_and_after_what_they_refer_to():
    crew = post("g", "/Groups", members=["bulkId:b", "bulkId:a"])
    assert steps_of(
        post("z"), crew, post("a"), {"method": "DELETE", "path": "/Users/1"}, post("b")
    ) == [[1], [3], [5], [2], [4]]


def test_operations_that_refer_to_each_other_are_one_step():
    request = read(
        post("z", manager="bulkId:a"),
        post("a", manager="bulkId:b"),
        post("y"),
        post("b", manager="bulkId:a"),
        post("self", manager="bulkId:self"),
    )

    steps = list(request.steps())

    numbers = [[each.number for each in step] for step in steps]
    assert numbers == [[2, 4], [1], [3], [5]]
    assert [is_circle(step) for step in steps] == [True, False, False, True]


def test_a_change_may_have_the_bulk_id_that_it_refers_to():
    change = {
        "method": "PATCH",
        "path": "/Users/bulkId:a",
        "bulkId": "a",
        "data": {"Operations": []},
    }

    assert not any(is_circle(step) for step in read(change, post("a")).steps())


@pytest.mark.slow
def test_a_chain_may_be_as_long_as_it_wants():
    length = 50_000
    needs = [{n + 1} for n in range(length)] + [set()]

    assert list(in_order(needs)) == [[n] for n in reversed(range(length + 1))]
    assert list(in_order([*needs[:-1], {0}])) == [list(range(length + 1))]


@given(
    st.integers(1, 9).flatmap(
        lambda size: st.lists(
            st.sets(st.integers(0, size - 1), max_size=3), min_size=size, max_size=size
        )
    )
)
def test_every_position_comes_once_and_after_all_that_it_needs(needs):
    reach = [reached_from(needs, position) for position in range(len(needs))]
    done: set[int] = set()

    for step in in_order(needs):
        first = step[0]
        alike = {p for p in reach[first] if first in reach[p]} | {first}
        assert set(step) == alike
        assert step == sorted(step)
        assert not done.intersection(step)
        done.update(step)
        assert all(needs[position] <= done for position in step)
    assert done == set(range(len(needs)))


def reached_from(needs, start):
    reached: set[int] = set()
    waiting = list(needs[start])
    while waiting:
        position = waiting.pop()
        if position not in reached:
            reached.add(position)
            waiting += needs[position]
    return reached


def test_results_are_written_as_the_rfc_shows_them():
    created = read_one(**post("qwerty"))
    removed = read_one(method="DELETE", path="/Users/7")
    error = InvalidValueError("userName is missing.")

    assert succeeded(
        created, status=201, location="https://x/Users/1", version='W/"1"'
    ) == {
        "location": "https://x/Users/1",
        "method": "POST",
        "bulkId": "qwerty",
        "version": 'W/"1"',
        "status": "201",
    }
    assert succeeded(removed, status=204, location="https://x/Users/7") == {
        "location": "https://x/Users/7",
        "method": "DELETE",
        "status": "204",
    }
    assert refused(created, error) == {
        "method": "POST",
        "bulkId": "qwerty",
        "status": "400",
        "response": error.to_body(),
    }
    assert bulk_response([]) == {"schemas": [BULK_RESPONSE_SCHEMA], "Operations": []}
