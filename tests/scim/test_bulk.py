"""Bulk: many operations in one request, each as if it had come alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from directories.models import Directory, RequestEntry, UserRecord
from tests.scim.client import ERROR_SCHEMA, refusal, values
from tests.scim.invariants import check_invariants
from tests.scim.operations import (
    group,
    id_of,
    operation,
    patch,
    path_of,
    refusals,
    send,
    statuses,
    user,
    user_names,
)


def test_every_kind_of_write_is_carried_out(scim):
    ada, bob = scim.user("ada"), scim.user("bob")
    crew = scim.group("Crew", ada["id"])["id"]

    results = send(
        scim,
        user("new", "cid", title="Captain"),
        operation("PUT", f"/Users/{ada['id']}", {"userName": "eve"}),
        patch(f"/Groups/{crew}", {"op": "remove", "path": "members"}),
        operation("DELETE", f"/Users/{bob['id']}"),
    )

    created = scim.get(path_of(scim, results[0]))
    replaced = scim.get(f"/Users/{ada['id']}")
    assert results == [
        {
            "location": created.json()["meta"]["location"],
            "method": "POST",
            "bulkId": "new",
            "version": created["ETag"],
            "status": "201",
        },
        {
            "location": ada["meta"]["location"],
            "method": "PUT",
            "version": replaced["ETag"],
            "status": "200",
        },
        {
            "location": f"http://testserver{scim.base}/Groups/{crew}",
            "method": "PATCH",
            "version": scim.get(f"/Groups/{crew}")["ETag"],
            "status": "200",
        },
        {"location": bob["meta"]["location"], "method": "DELETE", "status": "204"},
    ]
    assert created.json()["title"] == "Captain"
    assert user_names(scim) == {"eve", "cid"}
    assert scim.members(crew) == set()
    assert not refusals(scim).exists()


def test_a_refused_operation_leaves_the_others_alone(scim):
    scim.user("ada")

    results = send(
        scim,
        user("a", "bob"),
        user("b", "ada"),
        user("c", ""),
        "nonsense",
        operation("DELETE", "/Users/nobody"),
        user("d", "cid"),
    )

    assert statuses(results) == ["201", "409", "400", "400", "404", "201"]
    assert user_names(scim) == {"ada", "bob", "cid"}
    taken = results[1]
    assert taken.keys() == {"method", "bulkId", "status", "response"}
    assert taken["response"]["schemas"] == [ERROR_SCHEMA]
    assert taken["response"]["status"] == "409"
    assert taken["response"]["scimType"] == "uniqueness"
    assert results[3].keys() == {"status", "response"}
    assert results[4]["location"].endswith("/Users/nobody")


def test_what_is_refused_is_logged_like_a_single_request(scim):
    scim.user("ada")
    alone = scim.post("/Users", {"userName": "ada"})
    single = refusals(scim).get()

    (result,) = send(scim, user("a", "ada"))

    assert result["response"] == alone.json()
    entry = refusals(scim).get()
    assert (entry.pk, entry.times) == (single.pk, 2)
    assert entry.request["path"] == "/Users (Bulk operation 1)"
    assert entry.request["status"] == 409


def test_the_log_of_requests_has_one_line_that_tells_of_the_refused(scim):
    scim.user("ada")

    send(scim, user("a", "ada"), user("b", "bob"), user("c", ""))

    line = RequestEntry.objects.latest("pk")
    assert (line.method, line.path, line.status) == ("POST", "/Bulk", 200)
    assert line.detail == (
        "2 of 3 operations were refused. The first, operation 1: "
        + refusals(scim).earliest("pk").reason
    )


def test_what_single_requests_do_not_log_is_not_logged(scim):
    ada = scim.user("ada")["id"]

    results = send(
        scim,
        operation("DELETE", "/Users/nobody"),
        operation("POST", "/Users/1", {}, bulkId="a"),
        patch(f"/Users/{ada}", {"op": "remove", "path": "title"}, version='W/"x"'),
    )

    assert statuses(results) == ["404", "405", "412"]
    assert not refusals(scim).exists()


def test_a_failure_of_ours_is_the_result_of_one_operation(scim, monkeypatch):
    failures = iter([None, ZeroDivisionError("secret of the inside"), None])

    def fail_once(_directory):
        failure = next(failures)
        if failure:
            raise failure

    monkeypatch.setattr("directories.services.records.limits.check_users", fail_once)

    with capture_logs() as lines:
        results = send(scim, user("a", "ada"), user("b", "bob"), user("c", "cid"))

    assert statuses(results) == ["201", "500", "201"]
    assert user_names(scim) == {"ada", "cid"}
    assert "secret" not in str(results)
    assert refusals(scim).get().kind == "server_error"
    (line,) = [each for each in lines if each["event"] == "scim_operation_failed"]
    assert (line["operation"], line["log_level"]) == (2, "error")
    assert isinstance(line["exc_info"], ZeroDivisionError)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_after_enough_errors_the_rest_is_left_alone(scim, limit):
    scim.user("ada")

    results = send(
        scim,
        user("a", "bob"),
        user("b", "ada"),
        user("c", "cid"),
        user("d", "ada"),
        user("e", "dan"),
        failOnErrors=limit,
    )

    tried = ["201", "409", "201", "409", "201"][: {1: 2, 2: 4, 3: 5}[limit]]
    assert statuses(results) == tried
    assert ("cid" in user_names(scim)) == (limit > 1)
    assert ("dan" in user_names(scim)) == (limit > 2)


def test_no_number_of_errors_stops_a_request_that_names_none(scim):
    operations = [user(str(n), "") for n in range(5)] + [user("a", "ada")]

    assert statuses(send(scim, *operations, failOnErrors=0)) == ["400"] * 5 + ["201"]
    assert statuses(send(scim, *operations)) == ["400"] * 5 + ["409"]


@pytest.mark.parametrize("limit", [-1, "many", True, 1.5])
def test_what_is_no_number_of_errors_is_refused(scim, nothing_written, limit):
    body = {"Operations": [user("a", "ada")], "failOnErrors": limit}

    with nothing_written():
        answer = scim.post("/Bulk", body)

    assert "failOnErrors" in refusal(answer, 400, "invalidValue")


@pytest.mark.parametrize(
    "body", [[], "x", {}, {"Operations": None}, {"Operations": {}}, {"Operations": []}]
)
def test_what_is_no_bulk_request_is_refused_as_a_whole(scim, nothing_written, body):
    with nothing_written():
        refusal(scim.post("/Bulk", body), 400, "invalidSyntax")

    assert scim.log().get().kind == "unreadable"


def test_more_operations_than_allowed_are_refused_with_the_limit(
    scim, settings, nothing_written
):
    settings.SCIM_BULK_MAX_OPERATIONS = 2
    operations = [user(str(n), f"u{n}") for n in range(3)]

    with nothing_written():
        detail = refusal(scim.post("/Bulk", {"Operations": operations}), 413)

    assert "limit is 2 " in detail
    assert statuses(send(scim, *operations[:2])) == ["201", "201"]


def test_a_larger_body_than_allowed_is_refused_with_the_limit(
    scim, settings, nothing_written
):
    settings.SCIM_MAX_BODY_BYTES = 2**20
    operations = [user("a", "ada", title="x" * 2**20)]

    with nothing_written():
        detail = refusal(scim.post("/Bulk", {"Operations": operations}), 413)

    assert "1 MB" in detail


def test_versions_are_demanded_as_by_if_match(scim):
    first, second = scim.user("ada"), scim.user("bob")
    crew = scim.group("Crew", first["id"])["id"]
    change = {"op": "add", "path": "title", "value": "Captain"}
    path = f"/Users/{first['id']}"

    results = send(
        scim,
        patch(path, change, version=first["meta"]["version"]),
        patch(path, {**change, "value": "x"}, version=first["meta"]["version"]),
        operation("DELETE", f"/Users/{second['id']}", version='W/"x"'),
        operation("DELETE", f"/Groups/{crew}", version="*"),
        user("a", "cid", title="x") | {"version": 'W/"x"'},
    )

    assert statuses(results) == ["200", "412", "412", "204", "201"]
    assert scim.get(path).json()["title"] == "Captain"
    assert user_names(scim) == {"ada", "bob", "cid"}


def test_names_methods_and_whole_urls_are_understood(scim):
    ada = scim.user("ada")["meta"]["location"]
    bob = scim.user("bob")["id"]
    body = {
        "operations": [
            {"METHOD": "delete", "PATH": ada},
            {"method": "Delete", "path": f"{scim.base}/Users/{bob}/"},
            {"method": "post", "path": "Users", "BULKID": "a", "Data": {}},
        ]
    }

    results = scim.post("/Bulk", body).json()["Operations"]

    assert statuses(results) == ["204", "204", "400"]
    assert user_names(scim) == set()


def test_other_directories_are_out_of_reach(scim, second, stranger):
    users = [client.user("ada") for client in (second, stranger)]
    paths = [each["meta"]["location"] for each in users]
    paths += [f"/Users/{each['id']}" for each in users]

    results = send(scim, *(operation("DELETE", path) for path in paths))

    assert statuses(results) == ["404"] * 4
    assert UserRecord.objects.count() == 2


def test_what_is_no_endpoint_is_not_found(scim):
    paths = ["/Me", "/Bulk", "/Users/a/b", "/Schemas", "https://other.example/Users/1"]

    results = send(scim, *(operation("DELETE", path) for path in paths))

    assert statuses(results) == ["404"] * len(paths)


def test_unknown_members_are_treated_as_in_single_requests(scim):
    crew = scim.group("Crew")["id"]
    ada = scim.user("ada")["id"]
    unknown = "00000000-0000-0000-0000-000000000000"
    addition = {"op": "add", "path": "members", "value": values(unknown, ada)}

    results = send(
        scim, group("g", "Band", unknown), patch(f"/Groups/{crew}", addition)
    )

    assert statuses(results) == ["400", "200"]
    assert scim.members(crew) == {ada}


def test_strict_mode_offers_no_bulk(scim, nothing_written):
    Directory.objects.update(mode=Directory.Mode.STRICT)

    with nothing_written():
        answer = scim.post("/Bulk", {"Operations": [user("a", "ada")]})

    assert "compatible mode" in refusal(answer, 501)


def test_only_a_post_with_the_key_of_the_directory_is_answered(scim, second):
    body = {"Operations": [user("a", "ada")]}

    for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
        refusal(scim.request(method, "/Bulk", body), 405)
    refusal(scim.post("/Bulk", body, authorization=f"Bearer {second.key}"), 401)
    assert scim.request("POST", "/Bulk/", body).status_code == 200


def test_operations_are_counted_against_the_allowance_of_the_key(scim):
    Directory.objects.update(writes_per_minute=3)

    results = send(scim, *(user(str(n), f"u{n}") for n in range(5)))

    assert statuses(results) == ["201"] * 5
    refusal(scim.post("/Users", {"userName": "ada"}), 429)


def test_a_push_of_many_people_and_their_group(scim, django_assert_max_num_queries):
    count = 200
    people = [user(str(n), f"u{n}@example.com") for n in range(count)]
    crew = group("g", "Crew", *(f"bulkId:{n}" for n in range(count)))
    with CaptureQueriesContext(connection) as alone:
        scim.user("ada@example.com")

    # The group has what a single request for it costs.
    with django_assert_max_num_queries(count * len(alone) + 40):
        results = send(scim, crew, *people)

    assert statuses(results) == ["201"] * (count + 1)
    assert scim.members(id_of(results[0])) == {id_of(each) for each in results[1:]}
    check_invariants()
