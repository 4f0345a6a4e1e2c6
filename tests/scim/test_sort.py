"""Lists in the order that `sortBy` names."""

from typing import Any
from urllib.parse import quote

import pytest
import time_machine

from directories.scim.protocol.schemas import ENTERPRISE_SCHEMA
from tests.scim.client import refusal

COST = f"{ENTERPRISE_SCHEMA}:costCenter"


@pytest.fixture
def people(scim):
    """Push four people, a day apart, in another order than any name has."""
    pushed: list[tuple[str, dict[str, Any]]] = [
        (
            "Bob",
            {
                "title": "éclair",
                "externalId": "b",
                "emails": [
                    {"value": "z@example.com"},
                    {"value": "a@example.com", "primary": True},
                ],
                ENTERPRISE_SCHEMA: {"costCenter": "2"},
            },
        ),
        ("ada", {"title": "Zebra", "externalId": "B", "active": False}),
        ("Cid", {"emails": [{"value": "m@example.com", "type": "work"}]}),
        ("dan", {"title": "apple", ENTERPRISE_SCHEMA: {"costCenter": "10"}}),
    ]
    ids = {}
    for day, (name, attributes) in enumerate(pushed, start=1):
        with time_machine.travel(f"2026-01-0{day}T12:00:00Z", tick=False):
            ids[name] = scim.user(name, **attributes)["id"]
    scim.group("beta", ids["Bob"])
    scim.group("Alpha", ids["ada"])
    return ids


def names(scim, query, path="/Users"):
    answer = scim.get(f"{path}?{query}")
    assert answer.status_code == 200, answer.content
    found = answer.json()["Resources"]
    return " ".join(each.get("userName", each.get("displayName")) for each in found)


@pytest.mark.parametrize(
    ("by", "ascending"),
    [
        ("userName", "ada Bob Cid dan"),
        ("USERNAME", "ada Bob Cid dan"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", "ada Bob Cid dan"),
        ("title", "dan ada Bob Cid"),
        ("externalId", "ada Bob Cid dan"),
        ("emails", "Bob Cid ada dan"),
        ("emails.value", "Bob Cid ada dan"),
        ("emails.type", "Cid Bob ada dan"),
        ("active", "ada Bob Cid dan"),
        ("meta.created", "Bob ada Cid dan"),
        ("meta.lastModified", "Bob ada Cid dan"),
        (COST, "dan Bob ada Cid"),
        ("name.familyName", "Bob ada Cid dan"),
    ],
)
def test_people_are_sorted(scim, people, by, ascending):
    expected = ascending.split()

    assert names(scim, f"sortBy={quote(by)}") == ascending
    assert names(scim, f"sortBy={by}&sortOrder=ASCENDING") == ascending
    descending = names(scim, f"sortBy={by}&sortOrder=descending").split()
    assert descending == expected[::-1]


def test_ids_are_sorted(scim, people):
    expected = sorted(people, key=lambda name: people[name])

    assert names(scim, "sortBy=id") == " ".join(expected)


def test_groups_are_sorted(scim, people):
    assert names(scim, "sortBy=displayName", "/Groups") == "Alpha beta"


def test_a_page_of_a_sorted_and_filtered_list(scim, people):
    query = "sortBy=userName&sortOrder=descending&startIndex=2&count=1&filter=title pr"

    page = scim.get(f"/Users?{query}").json()

    assert [each["userName"] for each in page["Resources"]] == ["Bob"]
    assert page["totalResults"] == 3


@pytest.mark.parametrize(
    ("query", "helps"),
    [
        ("sortBy=shoe", "shoe"),
        ("sortBy=name", "name"),
        ("sortBy=addresses", "addresses"),
        ("sortBy=groups", "groups"),
        ("sortBy=groups.display", "groups.display"),
        ("sortBy=password", "password"),
        ("sortBy=schemas", "schemas"),
        ("sortBy=meta.location", "meta.location"),
        ("sortBy=x509Certificates", "x509Certificates.value"),
        ('sortBy=emails[type eq "work"]', "emails"),
        ("sortBy=urn:ietf:params:scim:schemas:core:2.0:User", "sortBy"),
        ("sortBy=userName&sortOrder=sideways", "sideways"),
    ],
)
def test_an_impossible_order_is_refused(scim, people, query, helps):
    assert helps in refusal(scim.get(f"/Users?{query}"), 400, "invalidValue")
