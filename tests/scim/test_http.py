"""The surface as HTTP: paths, methods, media types."""

import uuid

import pytest

from tests.scim.client import SCIM_JSON, refusal

ENDPOINTS = [
    "/Users",
    "/Groups",
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/Schemas",
]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, SCIM_JSON),
        ("*/*", SCIM_JSON),
        (SCIM_JSON, SCIM_JSON),
        ("application/json", "application/json"),
        ("application/json, text/plain", "application/json"),
        ("application/json, application/scim+json", SCIM_JSON),
        ("text/html", SCIM_JSON),
    ],
)
def test_answers_in_the_media_type_that_is_read(scim, accept, expected):
    assert scim.get("/Users", accept=accept)["Content-Type"] == expected


@pytest.mark.parametrize(
    "content_type",
    [
        SCIM_JSON,
        "application/json",
        "application/scim+json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        None,
        "",
    ],
)
def test_reads_both_media_types_and_none(scim, content_type):
    answer = scim.post("/Users", {"userName": "ada"}, content_type=content_type)

    assert answer.status_code == 201


@pytest.mark.parametrize("end", ["", "/", "?", "/?", "?&", "?startIndex=1&"])
def test_a_slash_or_a_stray_mark_at_the_end_needs_no_redirect(scim, end):
    for path in ENDPOINTS:
        assert scim.get(f"{path}{end}").status_code == 200


def test_writes_take_a_slash_at_the_end(scim):
    created = scim.post("/Users/", {"userName": "ada"})
    path = f"/Users/{created.json()['id']}/"

    assert created.status_code == 201
    assert scim.patch(path, [{"op": "add", "value": {}}]).status_code == 200
    assert scim.delete(path).status_code == 204


def test_head_is_a_get_without_a_body(scim):
    for path in ENDPOINTS:
        answer = scim.request("HEAD", path)

        assert (answer.status_code, answer.content) == (200, b"")
        assert answer["Content-Type"] == SCIM_JSON


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/Users", {"GET", "POST"}),
        ("/Groups", {"GET", "POST"}),
        ("/Bulk", {"POST"}),
        ("/Users/x", {"GET", "PUT", "PATCH", "DELETE"}),
        ("/Groups/x", {"GET", "PUT", "PATCH", "DELETE"}),
        ("/ServiceProviderConfig", {"GET"}),
        ("/ResourceTypes/User", {"GET"}),
        ("/Schemas", {"GET"}),
    ],
)
def test_a_405_names_the_methods(scim, path, methods):
    allowed = methods | ({"HEAD"} if "GET" in methods else set())
    known = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "LINK"}

    for method in sorted(known - methods):
        answer = scim.request(method, path, {})
        refusal(answer, 405)
        assert set(answer["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "path",
    [
        "/Me",
        "/users",
        "/Users/a/b",
        "/Users//",
        "/Users%0A/x",
        "/%0A",
    ],
)
def test_what_is_no_endpoint_is_not_found(scim, path):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        refusal(scim.request(method, path), 404)


NO_IDS = ["1", "x" * 3000, "%00", "%C3%A9", "..", "%2e", "'--", str(uuid.uuid4())]
BODIES = {
    "PUT": {"userName": "ada", "displayName": "Crew"},
    "PATCH": {"Operations": [{"op": "replace", "value": {"externalId": "x"}}]},
}


@pytest.mark.parametrize("kind", ["Users", "Groups"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_what_is_no_id_is_not_found(scim, nothing_written, kind, method):
    with nothing_written():
        for given in NO_IDS:
            answer = scim.request(method, f"/{kind}/{given}", BODIES.get(method))

            refusal(answer, 404)


def test_ids_are_found_in_capitals(scim):
    user = scim.user()

    assert scim.get(f"/Users/{user['id'].upper()}").json()["id"] == user["id"]


def test_answers_carry_a_request_id_and_no_cookie(scim):
    answer = scim.get("/Users")

    assert answer["X-Request-Id"]
    assert "Set-Cookie" not in answer.headers
    assert not scim.http.cookies
