"""Paging by cursor (RFC 9865)."""

import base64
import json

import pytest

from tests.scim.client import refusal

NAMES = ["eve", "ada", "dan", "bob", "cid"]
ORDERS = [
    ("", NAMES),
    ("sortBy=userName", sorted(NAMES)),
    ("sortBy=userName&sortOrder=descending", sorted(NAMES)[::-1]),
    ("sortBy=title", ["dan", "eve", "ada", "bob", "cid"]),
    ("sortBy=title&sortOrder=descending", ["cid", "bob", "ada", "eve", "dan"]),
    ("sortBy=meta.created", NAMES),
    ("sortBy=active", ["dan", "eve", "ada", "bob", "cid"]),
]


@pytest.fixture
def people(scim):
    """Push five people."""
    titles = {"eve": "b", "ada": "B", "dan": "A"}
    for name in NAMES:
        attributes = {"title": titles[name]} if name in titles else {}
        scim.user(name, active=name != "dan", **attributes)


def page(scim, query, cursor, path="/Users"):
    answer = scim.get(f"{path}?{query}&cursor={cursor}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def shown(found):
    return [
        each.get("userName", each.get("displayName")) for each in found["Resources"]
    ]


@pytest.mark.parametrize(("query", "order"), ORDERS)
def test_pages_follow_each_other_there_and_back(scim, people, query, order):
    query += "&count=2"
    first = page(scim, query, "")
    second = page(scim, query, first["nextCursor"])
    third = page(scim, query, second["nextCursor"])

    assert [shown(first), shown(second), shown(third)] == [
        order[:2],
        order[2:4],
        order[4:],
    ]
    assert "previousCursor" not in first
    assert "nextCursor" not in third
    assert {each["totalResults"] for each in (first, second, third)} == {5}
    assert "startIndex" not in first
    back = page(scim, query, third["previousCursor"])
    assert shown(back) == order[2:4]
    assert shown(page(scim, query, back["previousCursor"])) == order[:2]
    assert shown(page(scim, query, back["nextCursor"])) == order[4:]


def test_a_walk_survives_what_comes_and_goes(scim, people):
    query = "sortBy=userName&count=2"
    first = page(scim, query, "")
    ids = {
        each["userName"]: each["id"] for each in scim.get("/Users").json()["Resources"]
    }

    scim.delete(f"/Users/{ids['bob']}")
    scim.delete(f"/Users/{ids['ada']}")
    scim.user("aaa")
    second = page(scim, query, first["nextCursor"])

    assert shown(second) == ["cid", "dan"]


def test_the_page_size_may_change_and_none_shows_the_total(scim, people):
    first = page(scim, "count=1", "")

    assert shown(page(scim, "count=9", first["nextCursor"])) == NAMES[1:]
    empty = page(scim, "count=0", "")
    assert (empty["totalResults"], empty["itemsPerPage"]) == (5, 0)
    assert "nextCursor" not in empty


def test_a_filtered_walk(scim, people):
    query = "filter=title pr&count=2"
    first = page(scim, query, "")

    assert shown(first) == ["eve", "ada"]
    assert shown(page(scim, query, first["nextCursor"])) == ["dan"]


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "e30", "WzFd", "bnVsbA", "é", "A" * 5000, "%F0%9F%98%80"]
)
def test_a_broken_cursor_is_refused(scim, people, cursor):
    answer = scim.get(f"/Users?cursor={cursor}")

    assert "first page" in refusal(answer, 400, "invalidCursor")


@pytest.mark.parametrize(
    "query",
    ["count=1&sortBy=title", "count=1&filter=id pr", "count=1&sortOrder=descending"],
)
def test_a_cursor_of_another_query_is_refused(scim, people, query):
    cursor = page(scim, "count=1", "")["nextCursor"]

    refusal(scim.get(f"/Users?{query}&cursor={cursor}"), 400, "invalidCursor")


@pytest.mark.parametrize(
    ("sort", "place"),
    [
        ("meta.created", ("yesterday", 1)),
        ("meta.created", ("2026-01-01T00:00:00", 1)),
        ("id", ("x", 1)),
        ("userName", (5, 1)),
        ("userName", ("\0", 1)),
        ("userName", ("\ud800", 1)),
        ("userName", ("a", 2**64)),
        ("userName", ("a", "b")),
        ("userName", ("a",)),
    ],
)
def test_a_forged_cursor_is_refused(scim, people, sort, place, monkeypatch):
    monkeypatch.setattr("directories.scim.pages.fingerprint", lambda *_: "q")
    text = json.dumps(["q", False, *place])
    cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    refusal(scim.get(f"/Users?sortBy={sort}&cursor={cursor}"), 400, "invalidCursor")


def test_a_count_that_is_no_number_is_refused(scim):
    refusal(scim.get("/Users?cursor=&count=x"), 400, "invalidCount")


def test_the_configuration_tells_of_it(scim, settings):
    offered = scim.get("/ServiceProviderConfig").json()

    assert offered["sort"] == {"supported": True}
    assert offered["pagination"] == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": settings.SCIM_PAGE_SIZE,
        "maxPageSize": settings.SCIM_MAX_PAGE_SIZE,
    }
