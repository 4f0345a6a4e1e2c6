"""Every feature that is declared works, and what is not declared does not."""

from urllib.parse import quote

import pytest

from directories.models import UserRecord
from tests.scim.client import refusal
from tests.scim.declared import created, people, person, user_names

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture(params=["compatible", "strict"])
def scim(scim, request):
    """Return the client of a directory in each of the modes."""
    scim.directory.mode = request.param
    scim.directory.save()
    return scim


@pytest.fixture
def config(scim):
    return scim.get("/ServiceProviderConfig").json()


def test_patch(scim, config):
    assert config["patch"] == {"supported": True}
    (ada,) = people(scim, "ada")
    operation = {"op": "replace", "path": "title", "value": "Dr"}

    assert scim.patch(f"/Users/{ada}", [operation]).json()["title"] == "Dr"


def test_bulk(scim, settings):
    settings.SCIM_BULK_MAX_OPERATIONS = 2
    bulk = scim.get("/ServiceProviderConfig").json()["bulk"]
    names = ["ada", "bob", "eve"]
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": name, "data": person(name)}
        for name in names
    ]

    def send(count):
        body = {"schemas": [BULK], "Operations": operations[:count]}
        return scim.post("/Bulk", body)

    if not bulk["supported"]:
        assert (bulk["maxOperations"], bulk["maxPayloadSize"]) == (0, 0)
        refusal(send(1), 501)
    else:
        assert bulk["maxOperations"] == 2
        assert bulk["maxPayloadSize"] == settings.SCIM_MAX_BODY_BYTES
        refusal(send(3), 413)
        assert send(2).status_code == 200
    assert UserRecord.objects.count() == (2 if bulk["supported"] else 0)


def test_the_size_of_a_body(scim, settings):
    settings.SCIM_MAX_BODY_BYTES = 500
    bulk = scim.get("/ServiceProviderConfig").json()["bulk"]
    padded = {"schemas": [BULK], "Operations": [], "x": "x" * 500}

    refusal(scim.post("/Bulk", padded), 413 if bulk["supported"] else 501)


def test_the_size_of_a_page(scim, settings):
    settings.SCIM_MAX_PAGE_SIZE, settings.SCIM_PAGE_SIZE = 3, 2
    people(scim, "a", "b", "c", "d")
    config = scim.get("/ServiceProviderConfig").json()

    most = scim.get("/Users?count=1000").json()
    assert most["itemsPerPage"] == config["filter"]["maxResults"] == 3
    usual = scim.get("/Users").json()["itemsPerPage"]
    told = config.get("pagination", {"defaultPageSize": 2, "maxPageSize": 3})
    assert told["defaultPageSize"] == usual
    assert told["maxPageSize"] == most["itemsPerPage"]


def test_sort(scim, config):
    people(scim, "b", "a", "c")

    answer = scim.get("/Users?sortBy=userName&sortOrder=descending")

    in_order = config["sort"]["supported"]
    assert user_names(answer) == (["c", "b", "a"] if in_order else ["b", "a", "c"])


def test_cursors(scim, config):
    people(scim, "a", "b", "c")

    answer = scim.get("/Users?count=2&cursor=").json()

    declared = config.get("pagination", {"cursor": False})
    assert ("nextCursor" in answer) is declared["cursor"]
    assert ("startIndex" in answer) is not declared["cursor"]


def test_index_paging(scim, config):
    people(scim, "a", "b", "c")

    assert config.get("pagination", {"index": True})["index"]
    assert user_names(scim.get("/Users?startIndex=2&count=1")) == ["b"]


def test_versions(scim, config):
    created_now = scim.post("/Users", person())
    path = f"/Users/{created_now.json()['id']}"
    read = scim.get(path)
    group = scim.post("/Groups", {"displayName": "Crew"})
    title = [{"op": "replace", "path": "title", "value": "Dr"}]
    changed = scim.patch(path, title, if_match='W/"other"')

    declared = config["etag"]["supported"]
    for answer in (created_now, read, group):
        assert ("ETag" in answer.headers) is declared
        assert ("version" in answer.json()["meta"]) is declared
    if declared:
        refusal(changed, 412)
        assert scim.get(path, if_none_match=read["ETag"]).status_code == 304
    else:
        assert changed.json()["title"] == "Dr"
        assert scim.get(path, if_none_match="*").status_code == 200


def test_authentication(scim, config):
    (scheme,) = config["authenticationSchemes"]

    assert scheme["type"] == "oauthbearertoken"
    assert scim.get("/Users", authorization=f"Bearer {scim.key}").status_code == 200
    refusal(scim.get("/Users", authorization=f"Basic {scim.key}"), 401)


def test_passwords_are_no_matter_of_this_service(scim, config):
    assert config["changePassword"] == {"supported": False}

    user = created(scim, "/Users", person(password="Geheim-123"))

    assert "password" not in user


def test_searching_by_message_and_over_everything(scim):
    people(scim, "ada")
    message = {"schemas": [SEARCH]}
    answers = [
        scim.get(""),
        scim.post("/.search", message),
        scim.post("/Users/.search", message),
        scim.post("/Groups/.search", message),
    ]

    for answer in answers:
        if scim.directory.mode == "strict":
            refusal(answer, 501)
        else:
            assert answer.status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        'userName ne "ada"',
        "userName pr",
        'userName eq "ada" and externalId eq "1"',
        'not (userName eq "ada")',
        'emails[type eq "work"]',
        'id eq "1"',
        'meta.resourceType eq "User"',
    ],
)
def test_strict_offers_one_comparison_alone(scim, text):
    answer = scim.get(f"/Users?filter={quote(text)}")

    if scim.directory.mode == "strict":
        assert "userName or externalId" in refusal(answer, 400, "invalidFilter")
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        'USERNAME Eq "ADA"',
        'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada"',
    ],
)
def test_a_comparison_may_be_spelled_in_any_way(scim, text):
    people(scim, "ada")

    assert user_names(scim.get(f"/Users?filter={quote(text)}")) == ["ada"]
