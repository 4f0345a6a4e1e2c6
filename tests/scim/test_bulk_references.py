"""References inside a bulk request: forwards, in circles, to what failed."""

from django.db import OperationalError

from directories.dialect.running import DEADLOCK_TRIES
from directories.models import Directory
from directories.services import limits
from tests.scim.client import values
from tests.scim.invariants import check_invariants
from tests.scim.operations import (
    ENTERPRISE,
    group,
    id_of,
    managed_by,
    operation,
    patch,
    path_of,
    refusals,
    send,
    statuses,
    user,
    user_names,
)


def test_members_are_named_by_their_bulk_ids_wherever_they_are_created(scim):
    old = scim.user("old")["id"]

    results = send(
        scim,
        group("g", "Crew", "bulkId:a", "bulkId:b", old),
        user("a", "ada"),
        user("b", "bob"),
    )

    assert statuses(results) == ["201"] * 3
    assert [each["bulkId"] for each in results] == ["g", "a", "b"]
    assert scim.members(id_of(results[0])) == {id_of(each) for each in results[1:]} | {
        old
    }


def test_what_was_created_can_be_changed_in_the_same_request(scim):
    results = send(
        scim,
        user("a", "ada"),
        user("b", "bob"),
        group("g", "Crew"),
        patch(
            "/Groups/bulkId:g",
            {"op": "add", "path": "members", "value": values("bulkId:a", "bulkId:b")},
        ),
        patch(
            "/Groups/bulkId:g",
            {"op": "remove", "path": 'members[value eq "bulkId:a"]'},
        ),
        operation("PUT", "/Users/bulkId:b", {"userName": "eve"}),
        operation("DELETE", "/Users/bulkId:a"),
    )

    assert statuses(results) == ["201", "201", "201", "200", "200", "200", "204"]
    assert results[6]["location"] == results[0]["location"]
    assert scim.members(id_of(results[2])) == {id_of(results[1])}
    assert user_names(scim) == {"eve"}


def manager_of(scim, result):
    found = scim.get(path_of(scim, result)).json()
    return found[ENTERPRISE]["manager"]["value"]


def test_people_may_manage_each_other_and_themselves(scim):
    results = send(
        scim,
        user("a", "ada", **managed_by("bulkId:b"), title="Captain"),
        user("b", "bob", **managed_by("bulkId:c")),
        user("c", "cid", **managed_by("bulkId:a")),
        user("d", "dan", **managed_by("bulkId:d")),
        user("e", "eve", **managed_by("bulkId:a")),
    )

    assert statuses(results) == ["201"] * 5
    ids = [id_of(each) for each in results]
    managers = [manager_of(scim, each) for each in results]
    assert managers == [ids[1], ids[2], ids[0], ids[3], ids[0]]
    for result in results:
        answer = scim.get(path_of(scim, result))
        assert answer["ETag"] == result["version"]
    assert not refusals(scim).exists()


def test_groups_may_be_in_each_other(scim):
    old = scim.user("old")["id"]

    results = send(
        scim,
        group("a", "Crew", "bulkId:b", "bulkId:ada", old),
        group("b", "Team", "bulkId:c"),
        group("c", "Band", "bulkId:a", "bulkId:ada"),
        user("ada", "ada", **managed_by("bulkId:a")),
    )

    assert statuses(results) == ["201"] * 4
    crew, team, band, ada = (id_of(each) for each in results)
    assert scim.members(crew) == {team, ada, old}
    assert scim.members(team) == {band}
    assert scim.members(band) == {crew, ada}
    assert manager_of(scim, results[3]) == crew
    for result in results:
        assert scim.get(path_of(scim, result))["ETag"] == result["version"]
    check_invariants()


def test_a_group_may_not_be_in_itself(scim, nothing_written):
    with nothing_written():
        (result,) = send(scim, group("a", "Crew", "bulkId:a"))

    assert result["status"] == "400"
    assert "member of itself" in result["response"]["detail"]


def test_members_who_are_unknown_refuse_a_group_in_a_circle_too(scim, nothing_written):
    unknown = "00000000-0000-0000-0000-000000000000"

    with nothing_written():
        results = send(
            scim,
            group("a", "Crew", "bulkId:b", unknown),
            group("b", "Team", "bulkId:a"),
        )

    assert statuses(results) == ["400", "409"]
    assert unknown in results[0]["response"]["detail"]


def test_a_circle_that_fails_leaves_nothing_but_log_entries(scim, nothing_written):
    scim.user("bob")

    with nothing_written():
        results = send(
            scim,
            user("a", "ada", **managed_by("bulkId:b")),
            user("b", "bob", **managed_by("bulkId:a")),
            user("c", "cid", **managed_by("bulkId:a")),
        )

    assert statuses(results) == ["409", "409", "409"]
    assert "scimType" not in results[0]["response"]
    assert '"b" failed' in results[0]["response"]["detail"]
    assert results[1]["response"]["scimType"] == "uniqueness"
    assert '"a", which was not created' in results[2]["response"]["detail"]
    assert refusals(scim).count() == 3


def test_a_circle_that_lost_a_race_runs_anew(scim, monkeypatch):
    # As often as one of its writes is tried by itself.
    losses = iter(range(DEADLOCK_TRIES))

    def lose(_directory: Directory) -> None:
        if next(losses, None) is not None:
            raise OperationalError("database is locked")

    monkeypatch.setattr(limits, "check_groups", lose)
    results = send(scim, group("a", "Crew", "bulkId:b"), group("b", "Team", "bulkId:a"))

    assert statuses(results) == ["201", "201"]


def test_what_refers_to_what_failed_is_refused(scim):
    results = send(
        scim,
        user("a", ""),
        user("b", "bob"),
        group("g", "Crew", "bulkId:a", "bulkId:b"),
        patch("/Users/bulkId:a", {"op": "add", "path": "title", "value": "x"}),
    )

    assert statuses(results) == ["400", "201", "409", "409"]
    assert scim.get("/Groups").json()["totalResults"] == 0
    advice = list(refusals(scim).values_list("advice", flat=True))
    assert "same bulk request" in advice[-1]


def test_a_bulk_id_that_nobody_has_is_refused(scim):
    results = send(scim, group("g", "Crew", "bulkId:x"), user("a", "ada"))

    assert statuses(results) == ["400", "201"]
    assert '"x"' in results[0]["response"]["detail"]
    assert results[0]["response"]["scimType"] == "invalidValue"


def test_a_bulk_id_stands_for_one_resource(scim):
    results = send(
        scim, user("a", "ada"), user("a", "bob"), group("g", "Crew", "bulkId:a")
    )

    assert statuses(results) == ["400", "400", "409"]
    assert user_names(scim) == set()


def test_a_post_needs_a_bulk_id(scim):
    results = send(scim, operation("POST", "/Users", {"userName": "ada"}))

    assert statuses(results) == ["400"]
    assert "bulkId" in results[0]["response"]["detail"]


def test_who_looks_like_a_reference_and_is_none_keeps_the_name(scim):
    results = send(scim, user("a", "bulkId:a", title="bulkId:b"))

    assert statuses(results) == ["201"]
    shown = scim.get(path_of(scim, results[0])).json()
    assert (shown["userName"], shown["title"]) == ("bulkId:a", "bulkId:b")
