"""A bulk request does what the same single requests do one after the other."""

import json
import os
from random import Random
from typing import Any

import pytest

from tests.scim.client import PATCH_SCHEMA, values
from tests.scim.invariants import check_invariants
from tests.scim.operations import ENTERPRISE

pytestmark = pytest.mark.slow

# More by hand: FUZZ_SEEDS=500 pytest tests/scim/test_bulk_properties.py
SEEDS = range(int(os.environ.get("FUZZ_SEEDS", "5")))
OPERATIONS = 40
PEOPLE = ["ada", "bob", "cid", "dan", "eve", "fay", "gus", "hal"]
GROUPS = ["Crew", "Team", "Band"]
# Stands for the n-th resource that was there before.
OLD = "old:{}"


class Author:
    """Invents random operations that refer to what is there and to each other."""

    def __init__(self, seed):
        self.random = Random(seed)  # noqa: S311 - nothing secret about it
        self.known = {"/Users": [OLD.format(0), OLD.format(1)], "/Groups": ["old:2"]}

    def operations(self):
        """Return a request's worth of operations."""
        return [self.operation(number) for number in range(OPERATIONS)]

    def operation(self, number):
        """Invent one operation; who is created can be referred to from then on."""
        endpoint = self.random.choice(["/Users", "/Users", "/Groups"])
        path = f"{endpoint}/{self.random.choice(self.known[endpoint])}"
        method = self.random.choice(["POST", "POST", "PUT", "PATCH", "PATCH", "DELETE"])
        written: dict[str, Any] = {"method": method, "path": path}
        if method == "POST":
            written |= {"path": endpoint, "bulkId": str(number)}
        if method in {"POST", "PUT"}:
            written["data"] = self.resource(endpoint)
        if method == "PATCH":
            written["data"] = self.patch(endpoint)
        if self.random.random() < 0.1:
            written["version"] = self.random.choice(['W/"1"', 'W/"2"', "*"])
        if method == "POST":
            self.known[endpoint].append(f"bulkId:{number}")
        return written

    def resource(self, endpoint):
        """Invent the body of a POST or PUT."""
        if endpoint == "/Groups":
            return {
                "displayName": self.random.choice(GROUPS),
                "members": self.members(),
            }
        body: dict[str, Any] = {"userName": self.random.choice(PEOPLE)}
        if self.random.random() < 0.4:
            manager = self.random.choice(self.known["/Users"])
            body[ENTERPRISE] = {"manager": {"value": manager}}
        return body

    def patch(self, endpoint):
        """Invent the body of a PATCH."""
        if endpoint == "/Users":
            change = self.random.choice(
                [
                    {"op": "replace", "path": "active", "value": False},
                    {"op": "replace", "path": "userName", "value": "ada"},
                    {"op": "add", "value": self.resource(endpoint)},
                ]
            )
        else:
            op = self.random.choice(["add", "remove", "replace"])
            change = {"op": op, "path": "members", "value": self.members()}
        return {"schemas": [PATCH_SCHEMA], "Operations": [change]}

    def members(self):
        """Name some people and groups that are there, or were."""
        known = [*self.known["/Users"], *self.known["/Groups"]]
        return values(*self.random.sample(known, self.random.randrange(len(known))))


def start(client):
    """Make the resources that are there before; return their ids."""
    people = [client.user(name)["id"] for name in ("ada", "bob")]
    return [*people, client.group("Crew", *people)["id"]]


def with_ids(operations, old):
    text = json.dumps(operations)
    for number, scim_id in enumerate(old):
        text = text.replace(OLD.format(number), scim_id)
    return json.loads(text)


def one_by_one(client, operations):
    """Send single requests; return status and version of each, and all ids."""
    told: list[tuple[str, str]] = []
    ids: dict[str, str] = {}
    for operation in operations:
        text = json.dumps(operation)
        for bulk_id, scim_id in ids.items():
            text = text.replace(f'"bulkId:{bulk_id}"', f'"{scim_id}"')
            text = text.replace(f'/bulkId:{bulk_id}"', f'/{scim_id}"')
        if "bulkId:" in text:
            told.append(("409", ""))
            continue
        given = json.loads(text)
        condition = None if given["method"] == "POST" else given.get("version")
        answer = client.request(
            given["method"], given["path"], given.get("data"), if_match=condition
        )
        if answer.status_code == 201:
            ids[given["bulkId"]] = answer.json()["id"]
        told.append((str(answer.status_code), answer.headers.get("ETag", "")))
    return told


def holdings(client):
    """Return all users and groups of a directory, with names in place of ids."""
    users = client.get("/Users?count=100&sortBy=userName").json()["Resources"]
    groups = client.get("/Groups?count=100&sortBy=displayName").json()["Resources"]
    names = {each["id"]: each["userName"] for each in users}
    names |= {each["id"]: each["displayName"] for each in groups}
    for each in [*users, *groups]:
        each["meta"] = {"version": each["meta"]["version"]}
        for key in ("members", "groups"):
            each[key] = sorted(names[other["value"]] for other in each.get(key, []))
        manager = each.get(ENTERPRISE, {}).get("manager", {})
        if manager:
            manager["value"] = names.get(manager["value"], "gone")
        each.pop("id")
    return users, groups


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bulk_request_is_its_operations_one_by_one(scim, stranger, seed):
    operations = Author(seed).operations()

    old = start(scim)
    answer = scim.post("/Bulk", {"Operations": with_ids(operations, old)})
    results = answer.json()["Operations"]
    told = one_by_one(stranger, with_ids(operations, start(stranger)))

    assert [(each["status"], each.get("version", "")) for each in results] == told
    assert holdings(scim) == holdings(stranger)
    check_invariants()


@pytest.mark.parametrize("seed", SEEDS)
def test_new_people_may_come_in_any_order(scim, seed):
    random = Random(seed)  # noqa: S311 - nothing secret about it
    count = 12
    managers = [random.randrange(count) for _ in range(count)]
    operations = [
        {
            "method": "POST",
            "path": "/Users",
            "bulkId": str(number),
            "data": {
                "userName": f"u{number}",
                ENTERPRISE: {"manager": {"value": f"bulkId:{manager}"}},
            },
        }
        for number, manager in enumerate(managers)
    ]

    results = scim.post("/Bulk", {"Operations": operations}).json()["Operations"]

    assert [each["status"] for each in results] == ["201"] * count
    users, _groups = holdings(scim)
    found = {each["userName"]: each[ENTERPRISE]["manager"]["value"] for each in users}
    assert found == {f"u{n}": f"u{manager}" for n, manager in enumerate(managers)}
