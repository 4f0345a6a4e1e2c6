"""Attributes that nothing here uses: noted once, left out or kept, never refused."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directories.models import TroubleshootingEntry, UnusedAttribute
from directories.services.unused_attributes import MAX_NAMES
from tests.factories.directories import UnusedAttributeFactory
from tests.scim.client import refusal

FOREIGN = "urn:example:params:scim:schemas:1.0:Badge"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USER_NAMES = {("User", "shoeSize"), ("User", f"{FOREIGN}:number")}


@pytest.fixture
def keeping(scim):
    """Return the client of a directory that keeps what is unknown."""
    scim.directory.unknown_attributes = "keep"
    scim.directory.save()
    return scim


def noted(scim):
    rows = UnusedAttribute.objects.filter(directory=scim.directory)
    return set(rows.values_list("resource", "name"))


def told(scim):
    entries = scim.log().filter(kind="unused_attribute")
    return [(entry.subject, entry.subject_name, entry.times) for entry in entries]


def test_what_is_unknown_is_left_out_and_told_once(scim):
    for name in ("ada", "bob"):
        body = {"userName": name, "shoeSize": 7, FOREIGN: {"number": 1}}
        answer = scim.post("/Users", body)

        assert answer.status_code == 201
        assert not {"shoeSize", FOREIGN} & answer.json().keys()
        assert FOREIGN not in answer.json()["schemas"]

    assert noted(scim) == USER_NAMES
    assert told(scim) == [
        ("user", "shoeSize", 1),
        ("user", f"{FOREIGN}:number", 1),
    ]


def test_the_log_says_it_in_plain_words(scim, keeping):
    scim.user(shoeSize=7)

    entry = scim.log().get()
    assert entry.level == TroubleshootingEntry.Level.INFO
    assert entry.reason == (
        "The identity provider sends “shoeSize”, which no field here uses. It is "
        "kept and returned, but nothing is done with it."
    )
    assert "attribute mapping" in entry.advice


def test_each_kind_of_resource_and_each_directory_is_told(scim, second):
    scim.user(shoeSize=7)
    scim.group(shoeSize=7)
    second.user("eve@example.org", shoeSize=7)

    assert noted(scim) == {("User", "shoeSize"), ("Group", "shoeSize")}
    assert told(scim) == [("user", "shoeSize", 1), ("group", "shoeSize", 1)]
    assert noted(second) == {("User", "shoeSize")}


def test_what_another_process_noted_is_not_told_again(scim):
    UnusedAttributeFactory.create(directory=scim.directory, name="shoeSize")

    scim.user(shoeSize=7, hatSize=1)

    assert told(scim) == [("user", "hatSize", 1)]
    assert noted(scim) == {("User", "shoeSize"), ("User", "hatSize")}


@pytest.mark.parametrize("value", [{"userName": ""}, {"userName": "bob", "title": {}}])
def test_a_refused_request_leaves_no_note(scim, value):
    refusal(scim.post("/Users", {"shoeSize": 7, **value}), 400, "invalidValue")

    assert noted(scim) == set()
    assert told(scim) == []


def test_nor_does_a_conflict_or_a_patch_of_nobody(scim):
    scim.user("ada@example.com")

    body = {"userName": "ada@example.com", "shoeSize": 7}
    refusal(scim.post("/Users", body), 409, "uniqueness")
    operation = {"op": "add", "path": "shoeSize", "value": 7}
    nobody = "/Users/00000000-0000-4000-8000-000000000000"
    refusal(scim.patch(nobody, [operation]), 404)

    assert noted(scim) == set()


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "shoeSize", "value": 7},
        {"op": "Replace", "path": "shoeSize", "value": 7},
        {"op": "remove", "path": "shoeSize"},
        {"op": "add", "path": 'shoeSize[type eq "left"].value', "value": 7},
        {"op": "add", "value": {"shoeSize": 7}},
    ],
)
def test_a_patch_of_what_is_left_out_changes_nothing(scim, operation):
    user, group = scim.user(), scim.group()

    for path in (f"/Users/{user['id']}", f"/Groups/{group['id']}"):
        before = scim.get(path)
        answer = scim.patch(path, [operation])

        assert answer.status_code in {200, 204}
        assert scim.get(path).json() == before.json()
    assert {name.partition(".")[0] for _kind, name in noted(scim)} == {"shoeSize"}


def test_attributes_that_a_schema_declares_are_not_told(scim):
    scim.user(roles=[{"value": "boss"}], addresses=[{"locality": "Rom"}], password="x")

    assert told(scim) == []


def test_no_more_than_so_many_are_told(scim):
    for each in range(3):
        many = {f"attribute{each}x{n}": 1 for n in range(90)}
        assert scim.post("/Users", {"userName": f"u{each}", **many}).status_code == 201

    assert len(noted(scim)) == MAX_NAMES
    assert len(told(scim)) == MAX_NAMES


def test_what_is_noted_already_costs_nothing(scim):
    body = {"userName": "ada", "shoeSize": 7}
    path = f"/Users/{scim.user('ada')['id']}"
    scim.put(path, body)
    plain = {"userName": "ada"}

    with CaptureQueriesContext(connection) as without:
        scim.put(path, plain)
    with CaptureQueriesContext(connection) as with_it:
        scim.put(path, body)

    assert len(with_it) == len(without)


@pytest.mark.parametrize("name", ["a\nb", "x" * 300, "\u202eevil"])
def test_odd_names_are_shown_safely(scim, name):
    assert scim.post("/Users", {"userName": "ada", name: 1}).status_code == 201

    ((_kind, shown),) = noted(scim)
    assert shown.isprintable()
    assert len(shown) <= 255


SENT: dict[str, Any] = {
    "shoeSize": 7.5,
    "badge": {"number": "12", "doors": ["a", {"b": True}]},
    FOREIGN: {"number": 1},
    ENTERPRISE: {"department": "Math", "floor": "3rd"},
    "name": {"givenName": "Ada", "petName": "Lovely"},
    "emails": [{"value": "ada@example.com", "primary": True, "checked": False}],
}


def test_what_is_kept_comes_back(keeping):
    user = keeping.user("ada", **SENT)

    for answer in (user, keeping.get(f"/Users/{user['id']}").json()):
        assert {name: answer[name] for name in SENT} == SENT
        assert {FOREIGN, ENTERPRISE} <= set(answer["schemas"])
    assert ("user", "shoeSize", 1) in told(keeping)


def test_a_put_replaces_what_is_kept(keeping):
    path = f"/Users/{keeping.user('ada', **SENT)['id']}"

    keeping.put(path, {"userName": "ada", "badge": "none"})

    answer = keeping.get(path).json()
    assert answer["badge"] == "none"
    assert not SENT.keys() - {"badge"} & answer.keys()


def test_a_put_of_what_was_read_changes_nothing(keeping):
    path = f"/Users/{keeping.user('ada', **SENT)['id']}"
    before = keeping.get(path).json()

    assert keeping.put(path, before).json() == before


def test_a_patch_changes_what_is_kept(keeping):
    path = f"/Users/{keeping.user('ada', **SENT)['id']}"

    answer = keeping.patch(
        path,
        [
            {"op": "replace", "path": "badge.number", "value": "13"},
            {"op": "remove", "path": "shoeSize"},
            {"op": "add", "path": f"{FOREIGN}:color", "value": "red"},
            {"op": "add", "value": {"hat": "L"}},
            {"op": "add", "path": "emails[primary eq true].checked", "value": True},
        ],
    )

    user = answer.json()
    assert user["badge"] == {**SENT["badge"], "number": "13"}
    assert user[FOREIGN] == {"number": 1, "color": "red"}
    assert user["hat"] == "L"
    assert user["emails"] == [{**SENT["emails"][0], "checked": True}]
    assert "shoeSize" not in user


def test_groups_keep_as_well(keeping):
    path = f"/Groups/{keeping.group('Crew', color='red')['id']}"

    keeping.patch(path, [{"op": "add", "path": f"{FOREIGN}:number", "value": 5}])

    group = keeping.get(path).json()
    assert (group["color"], group[FOREIGN]) == ("red", {"number": 5})
    assert FOREIGN in group["schemas"]


def test_what_is_kept_can_be_asked_for_or_left_out(keeping):
    path = f"/Users/{keeping.user('ada', **SENT)['id']}"

    part = keeping.get(f"{path}?attributes=SHOESIZE,{FOREIGN}:number").json()
    rest = keeping.get(f"{path}?excludedAttributes=badge,{FOREIGN}").json()

    assert part.keys() == {"schemas", "id", "shoeSize", FOREIGN}
    assert not {"badge", FOREIGN} & rest.keys()
    assert keeping.get(f"{path}?attributes={FOREIGN}").json()[FOREIGN] == {"number": 1}


@pytest.mark.parametrize("filter_", ["shoeSize eq 7.5", f'{FOREIGN}:number eq "1"'])
def test_nobody_is_found_by_what_is_kept(keeping, filter_):
    keeping.user("ada", **SENT)

    refusal(keeping.get(f"/Users?filter={filter_}"), 400, "invalidFilter")


def test_what_was_kept_is_left_in_peace_when_the_policy_changes(keeping):
    path = f"/Users/{keeping.user('ada', **SENT)['id']}"
    keeping.directory.unknown_attributes = "drop"
    keeping.directory.save()

    keeping.patch(path, [{"op": "add", "path": "title", "value": "Dr"}])
    assert keeping.get(path).json()["shoeSize"] == 7.5

    keeping.put(path, {"userName": "ada", "shoeSize": 7})
    assert "shoeSize" not in keeping.get(path).json()


def test_too_much_is_left_out_and_the_rest_taken(keeping):
    many = {f"attribute{n}": "x" * 4000 for n in range(10)}

    user = keeping.user("ada", title="Dr", **many)

    assert user["title"] == "Dr"
    assert not many.keys() & user.keys()
    entry = keeping.log().filter(kind="unused_attribute").first()
    assert entry.reason.endswith("It is left out.")


def test_strict_refuses_and_notes_nothing(scim):
    scim.directory.mode, scim.directory.unknown_attributes = "strict", "keep"
    scim.directory.save()
    body = {"userName": "ada", "emails": [{"value": "ada@example.com"}]}

    refusal(scim.post("/Users", {**body, "shoeSize": 7}), 400, "invalidSyntax")
    assert noted(scim) == set()

    answer = scim.post("/Users", {**body, "roles": [{"value": "boss"}]})
    assert "roles" not in answer.json()
    assert noted(scim) == {("User", "roles")}


def test_only_operations_of_a_bulk_request_that_went_well_are_noted(scim):
    def creation(bulk_id, **data):
        return {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data}

    answer = scim.post(
        "/Bulk",
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [
                creation("a", userName="ada", shoeSize=7),
                creation("b", userName="", hatSize=7),
            ],
        },
    )

    assert [each["status"] for each in answer.json()["Operations"]] == ["201", "400"]
    assert noted(scim) == {("User", "shoeSize")}
