"""Lists: pages, and which attributes they hold."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.scim.client import refusal

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


@pytest.fixture
def names(scim):
    """Push five people, and return their names in the order of creation."""
    found = [f"{name}@example.com" for name in ("eve", "ada", "dan", "bob", "cid")]
    for name in found:
        scim.user(name)
    return found


def shown(page):
    return [resource["userName"] for resource in page["Resources"]]


def test_an_empty_directory_answers_an_empty_list(scim):
    assert scim.get("/Users").json() == {
        "schemas": [LIST],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }


def test_a_list_is_in_the_order_of_creation(scim, names):
    page = scim.get("/Users").json()

    assert shown(page) == names
    assert (page["totalResults"], page["itemsPerPage"]) == (5, 5)


@pytest.mark.parametrize(
    ("query", "start", "found"),
    [
        ("startIndex=1&count=2", 1, slice(0, 2)),
        ("startIndex=2&count=2", 2, slice(1, 3)),
        ("startIndex=5&count=2", 5, slice(4, 5)),
        ("startIndex=4", 4, slice(3, 5)),
        ("count=0", 1, slice(0, 0)),
        ("count=-3", 1, slice(0, 0)),
        ("startIndex=0&count=1", 1, slice(0, 1)),
        ("startIndex=-7&count=1", 1, slice(0, 1)),
        ("startIndex=6&count=2", 6, slice(0, 0)),
        ("startIndex=1000000000000000000000&count=5", 10**9, slice(0, 0)),
        ("count=99999999999999999999", 1, slice(0, 5)),
        ("STARTINDEX=2&Count=1", 2, slice(1, 2)),
        ("startIndex=&count=", 1, slice(0, 5)),
    ],
)
def test_pages(scim, names, query, start, found):
    page = scim.get(f"/Users?{query}").json()

    assert shown(page) == names[found]
    assert page["startIndex"] == start
    assert page["itemsPerPage"] == len(names[found])
    assert page["totalResults"] == 5


@pytest.mark.parametrize(
    "query", ["count=x", "startIndex=1.5", "count=1e3", "count=%00"]
)
def test_what_is_no_number_is_refused_by_name(scim, query):
    assert query.partition("=")[0] in refusal(
        scim.get(f"/Users?{query}"), 400, "invalidValue"
    )


def test_a_page_is_never_longer_than_the_limit(scim, names, settings):
    settings.SCIM_MAX_PAGE_SIZE = 2

    assert shown(scim.get("/Users?count=5").json()) == names[:2]


def test_a_page_without_count_has_the_usual_size(scim, names, settings):
    settings.SCIM_PAGE_SIZE = 3

    assert shown(scim.get("/Users").json()) == names[:3]


def test_a_page_of_what_a_filter_finds(scim, names):
    scim.patch(
        f"/Users/{scim.get('/Users').json()['Resources'][1]['id']}",
        [{"op": "replace", "path": "active", "value": False}],
    )

    page = scim.get("/Users?filter=active eq true&startIndex=2&count=2").json()

    assert shown(page) == ["dan@example.com", "bob@example.com"]
    assert page["totalResults"] == 4


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("attributes=userName", {"schemas", "id", "userName"}),
        ("attributes=USERNAME,active", {"schemas", "id", "userName", "active"}),
        ("attributes=name.givenName", {"schemas", "id", "name"}),
        ("attributes=nothing", {"schemas", "id"}),
        ("attributes=groups", {"schemas", "id", "groups"}),
    ],
)
@pytest.mark.parametrize("path", ["/Users", "/Users/{id}"])
def test_attributes_choose_what_is_answered(scim, query, keys, path):
    user = scim.user(name={"givenName": "Ada", "familyName": "King"})

    answer = scim.get(f"{path.format(**user)}?{query}").json()

    (resource,) = answer.get("Resources", [answer])
    assert set(resource) == keys
    assert resource.get("name", {}) in ({}, {"givenName": "Ada"})


def test_excluded_attributes_leave_out(scim):
    user = scim.user(title="Lead", name={"givenName": "Ada", "familyName": "King"})

    answer = scim.get(
        f"/Users/{user['id']}?excludedAttributes=title,name.givenName,groups,id"
    ).json()

    assert "title" not in answer
    assert "groups" not in answer
    assert answer["name"] == {"familyName": "King"}
    assert answer["id"] == user["id"]


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_writes_answer_with_the_attributes_asked_for(scim, method):
    user = scim.user()
    path = "/Users" if method == "post" else f"/Users/{user['id']}"
    body = {
        "post": {"userName": "bob"},
        "put": {"userName": "ada"},
        "patch": [{"op": "add", "path": "title", "value": "Lead"}],
    }[method]

    answer = getattr(scim, method)(f"{path}?attributes=userName", body)

    assert set(answer.json()) == {"schemas", "id", "userName"}


def test_attributes_and_excluded_attributes_exclude_each_other(scim):
    answer = scim.get("/Users?attributes=userName&excludedAttributes=title")

    refusal(answer, 400, "invalidValue")


def queries(scim, path):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert scim.get(path).status_code == 200
    return [each["sql"] for each in captured]


@pytest.mark.parametrize("path", ["/Groups", "/Groups/{id}"])
def test_members_not_asked_for_are_not_read(scim, path):
    group = scim.group("Crew", scim.user()["id"])
    path = path.format(**group)

    with_members = queries(scim, path)
    without = [
        queries(scim, f"{path}?excludedAttributes=members"),
        queries(scim, f"{path}?attributes=displayName"),
    ]

    assert sum("directories_membership" in sql for sql in with_members) == 1
    for each in without:
        assert len(each) == len(with_members) - 1
        assert "directories_membership" not in "".join(each)


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
def test_a_list_costs_the_same_queries_whatever_its_length(scim, path):
    scim.group("Crew 0", scim.user("u0@example.com")["id"])
    one = len(queries(scim, path))
    for n in range(1, 12):
        scim.group(f"Crew {n}", scim.user(f"u{n}@example.com")["id"])

    assert len(queries(scim, path)) == one
