"""Searches by message, and over users and groups at once."""

import pytest

from tests.scim.client import refusal

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture
def directory(scim):
    """Push two people and two groups."""
    ada = scim.user("ada", displayName="Middle")["id"]
    scim.user("bob", title="Lead")
    scim.group("Zoo", ada)
    scim.group("Alpha", ada, externalId="x")


def search(scim, path="", **message):
    answer = scim.post(f"{path}/.search", {"schemas": [SEARCH], **message})
    assert answer.status_code == 200, answer.content
    return answer.json()


def shown(page):
    return [each.get("userName", each.get("displayName")) for each in page["Resources"]]


def test_users_are_searched(scim, directory):
    page = search(
        scim,
        "/Users",
        filter="title pr",
        attributes=["userName", "title"],
        startIndex=1,
        count=5,
    )

    (bob,) = page["Resources"]
    assert set(bob) == {"schemas", "id", "userName", "title"}
    assert (page["totalResults"], page["startIndex"]) == (1, 1)


def test_groups_are_searched(scim, directory):
    page = search(scim, "/Groups", sortBy="displayName", excludedAttributes=["members"])

    assert shown(page) == ["Alpha", "Zoo"]
    assert "members" not in page["Resources"][0]


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({}, ["ada", "bob", "Zoo", "Alpha"]),
        ({"startIndex": 2, "count": 2}, ["bob", "Zoo"]),
        ({"sortBy": "displayName"}, ["Alpha", "ada", "Zoo", "bob"]),
        (
            {"sortBy": "displayName", "sortOrder": "descending"},
            ["bob", "Zoo", "ada", "Alpha"],
        ),
        ({"sortBy": "userName"}, ["ada", "bob", "Zoo", "Alpha"]),
        ({"filter": 'displayName co "o"'}, ["Zoo"]),
        ({"filter": 'displayName co "d" or externalId eq "x"'}, ["ada", "Alpha"]),
        ({"filter": 'meta.resourceType eq "Group"'}, ["Zoo", "Alpha"]),
        ({"filter": "userName pr"}, ["ada", "bob"]),
        ({"filter": "not (userName pr)"}, ["Zoo", "Alpha"]),
        ({"filter": 'userName ne "ada"'}, ["bob", "Zoo", "Alpha"]),
        ({"filter": "userName eq null"}, ["Zoo", "Alpha"]),
        ({"filter": "userName ne null"}, ["ada", "bob"]),
        ({"filter": 'emails[type eq "work"]'}, []),
        ({"filter": "members pr or groups pr"}, ["ada", "Zoo", "Alpha"]),
    ],
)
def test_everything_is_searched(scim, directory, message, found):
    page = search(scim, **message)

    assert shown(page) == found


@pytest.mark.parametrize("sort", [{}, {"sortBy": "displayName"}, {"sortBy": "id"}])
def test_everything_is_walked_by_cursor(scim, directory, sort):
    whole = shown(search(scim, **sort))
    page = search(scim, cursor="", count=1, **sort)
    walked = shown(page)
    while "nextCursor" in page:
        page = search(scim, cursor=page["nextCursor"], count=1, **sort)
        walked += shown(page)

    assert walked == whole
    back = search(scim, cursor=page["previousCursor"], count=2, **sort)
    assert shown(back) == whole[1:3]


@pytest.mark.parametrize("path", ["", "/"])
def test_the_directory_itself_is_listed(scim, directory, path):
    page = scim.get(f"{path}?filter=displayName pr&sortBy=meta.created").json()

    assert shown(page) == ["ada", "Zoo", "Alpha"]
    assert page["totalResults"] == 3
    assert page["Resources"][1]["members"]


def test_a_large_group_is_written_in_parts(scim, directory, monkeypatch):
    monkeypatch.setattr("directories.scim.groups.SMALL", 0)

    page = scim.get("/").json()

    assert [len(each.get("members", [])) for each in page["Resources"]] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("message", "scim_type", "helps"),
    [
        ([], "invalidSyntax", "SearchRequest"),
        ({"count": True}, "invalidValue", "count"),
        ({"count": 1.5}, "invalidValue", "count"),
        ({"filter": 5}, "invalidValue", "filter"),
        ({"attributes": [5]}, "invalidValue", "attributes"),
        ({"filter": 'shoe eq "x"'}, "invalidFilter", "shoe"),
        ({"sortBy": "shoe"}, "invalidValue", "shoe"),
    ],
)
def test_a_search_that_cannot_be_read_is_refused(scim, message, scim_type, helps):
    assert helps in refusal(scim.post("/.search", message), 400, scim_type)


@pytest.mark.parametrize("path", ["/.search", "/Users/.search", "/Groups/.search"])
def test_searches_are_posts(scim, path):
    refusal(scim.get(path), 405)
