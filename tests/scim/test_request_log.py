"""The log of requests: what it keeps, what it never keeps, when it is written."""

import json

import pytest
from django.db import DatabaseError

from directories import dialect
from directories.models import ApiKey, Directory, RequestEntry
from directories.services import request_log
from tests.scim.client import refusal, values

SECRET = "Hunter2!"


def entries(scim):
    """Return what is logged of a directory, oldest first."""
    request_log.buffer.flush()
    return list(RequestEntry.objects.filter(directory=scim.directory).order_by("pk"))


def last(scim):
    return entries(scim)[-1]


def kept_body(scim):
    return json.loads(last(scim).body)


def setting(scim, **values):
    Directory.objects.filter(pk=scim.directory.pk).update(**values)


def test_a_write_is_in_the_log_when_it_is_answered(scim):
    answer = scim.post(
        "/Users?attributes=userName",
        {"userName": "ada@example.com"},
        user_agent="Okta SCIM Client 1.0.0",
    )

    entry = RequestEntry.objects.get()
    assert (entry.method, entry.path) == ("POST", "/Users?attributes=userName")
    assert entry.status == 201
    assert entry.request_id == answer["X-Request-Id"]
    assert entry.resource == "User"
    assert entry.resource_id == answer.json()["id"]
    assert entry.resource_name == "ada@example.com"
    assert json.loads(entry.body) == {"userName": "ada@example.com"}
    assert entry.client == "Okta SCIM Client 1.0.0"
    assert entry.address == "127.0.0.1"
    assert entry.key_prefix == ApiKey.objects.get().prefix
    assert entry.organization == scim.directory.organization
    assert 0 < entry.duration_us < 60_000_000


def test_a_read_waits_and_costs_no_statement(scim, django_assert_num_queries):
    scim.get("/Users")
    with django_assert_num_queries(2):
        scim.get("/Users")

    assert not RequestEntry.objects.exists()
    assert len(entries(scim)) == 2


def test_a_refusal_is_logged_with_its_reason_and_whom_it_names(scim):
    scim.user("ada@example.com")
    answer = scim.post("/Users", {"userName": "ADA@example.com"})
    detail = refusal(answer, 409, "uniqueness")

    entry = last(scim)
    assert (entry.status, entry.detail) == (409, detail)
    assert entry.resource_name == "ADA@example.com"
    assert entry.resource_id == ""


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("PATCH", "/Users", 405),
        ("OPTIONS", "/Users", 405),
        ("HEAD", "/Users", 200),
        ("PROPFINDING", "/Users", 405),
    ],
)
def test_whatever_comes_with_the_key_is_logged(scim, method, path, status):
    scim.request(method, path)

    entry = last(scim)
    assert (entry.method, entry.path) == (method[:8], path)
    assert entry.status == status


def test_requests_with_a_wrong_key_are_not(scim, stranger):
    for key in ("x", stranger.key, f"{scim.key}x"):
        scim.post("/Users", {"userName": "ada"}, authorization=f"Bearer {key}")
        scim.get("/Users", authorization=f"Bearer {key}")

    assert entries(scim) == []


def test_another_directory_has_its_own_log(scim, second):
    scim.user()
    second.get("/Groups")

    assert [entry.method for entry in entries(scim)] == ["POST"]
    assert [entry.method for entry in entries(second)] == ["GET"]


def test_a_read_names_whom_it_is_about(scim):
    user, group = scim.user(), scim.group()

    scim.get(f"/Users/{user['id'].upper()}")
    scim.get('/Users?filter=userName eq "ada@example.com"')
    scim.get(f"/Groups/{group['id']}?excludedAttributes=members")
    scim.get("/?count=1")

    about = [(e.resource, e.resource_id, e.resource_name) for e in entries(scim)[2:]]
    assert about == [
        ("User", user["id"], "ada@example.com"),
        ("User", user["id"], "ada@example.com"),
        ("Group", group["id"], "Crew"),
        ("", "", ""),
    ]


def test_an_answer_without_a_body_takes_the_name_from_before(scim, settings):
    settings.SCIM_MEMBERS_IN_WRITE_ANSWER = 0
    user, group = scim.user()["id"], scim.group()["id"]
    add = [{"op": "add", "path": "members", "value": values(user)}]

    assert scim.patch(f"/Groups/{group}", add).status_code == 204
    assert last(scim).resource_name == "Crew"
    scim.delete(f"/Users/{user}")
    assert last(scim).resource_name == "ada@example.com"


def test_streamed_answers_are_logged(scim, settings):
    ids = [scim.user(f"u{n}@example.com")["id"] for n in range(3)]
    group = scim.group("Crew", *ids)["id"]
    settings.SCIM_MEMBERS_IN_WRITE_ANSWER = 1

    scim.get(f"/Groups/{group}")

    assert (last(scim).status, last(scim).resource_name) == (200, "Crew")


def test_a_bulk_request_is_one_line(scim):
    create = {"method": "POST", "path": "/Users", "bulkId": "a"}
    operation = {**create, "data": {"userName": "ada@example.com", "password": SECRET}}

    scim.post("/Bulk", {"Operations": [operation]})

    (entry,) = entries(scim)
    assert (entry.path, entry.status) == ("/Bulk", 200)
    assert "ada@example.com" in entry.body
    assert SECRET not in entry.body


SECRETS = [
    {"userName": "a@example.com", "password": SECRET},
    {"userName": "a@example.com", "PassWord": SECRET},
    {"userName": "a@example.com", "urn:x:User": {"apiToken": {"value": SECRET}}},
    {"userName": "a@example.com", "clientSecret": [SECRET]},
    {"Operations": [{"op": "replace", "path": "password", "value": SECRET}]},
    {"Operations": [{"value": SECRET, "op": "replace", "Path": "urn:x:User:password"}]},
    {"Operations": [{"op": "add", "value": {"password": SECRET}}]},
    {"Operations": [{"op": "add", "path": f'x[token eq "{SECRET}"].y', "value": 1}]},
    {"Operations": [{"op": "add", "path": f'password eq "{SECRET}', "value": 1}]},
    {"Operations": [{"data": {"x": [{"name": "api_key", "value": SECRET}]}}]},
    {"filter": f'password eq "{SECRET}"'},
]


@pytest.mark.parametrize("body", SECRETS, ids=range(len(SECRETS)))
@pytest.mark.parametrize("path", ["/Users", "/Users/.search", "/Bulk"])
def test_no_secret_is_kept(scim, path, body):
    scim.post(path, body)
    scim.patch("/Users/x", body)

    request_log.buffer.flush()
    kept = str(list(RequestEntry.objects.values()))
    assert SECRET not in kept
    assert "•••" in kept


@pytest.mark.parametrize(
    "query", [f'filter=password eq "{SECRET}"', f"access_token={SECRET}"]
)
def test_no_secret_of_a_query_is_kept(scim, query):
    scim.get(f"/Users?{query}")

    assert last(scim).path == "/Users?•••"
    assert SECRET not in str(list(scim.log().values()))


@pytest.mark.parametrize(
    "path",
    [
        f'password[value eq "{SECRET}"]',
        f'password eq "{SECRET}"',
        f'userPwd="{SECRET}"',
        f"password={SECRET}",
    ],
)
def test_no_secret_that_an_error_quotes_is_kept(scim, path):
    user = scim.user()["id"]
    patch = {"Operations": [{"op": "replace", "path": path, "value": "x"}]}

    detail = scim.patch(f"/Users/{user}", patch).json()["detail"]
    scim.post("/Bulk", {"Operations": [{"method": "POST", "path": f"/X?{path}"}]})
    scim.get(f"/X?{path}", authorization="Bearer x")

    kept = str([list(RequestEntry.objects.values()), list(scim.log().values())])
    assert SECRET in detail
    assert SECRET not in kept
    assert detail.partition(" (")[0] in kept
    assert scim.log().filter(kind="wrong_key").exists()


def test_a_name_that_sounds_like_a_secret_is_none(scim):
    scim.get('/Users?filter=userName eq "secretary@token.example"')

    assert "secretary@token.example" in last(scim).search_text


def test_a_body_that_is_no_json_is_not_kept(scim):
    scim.post("/Users", f'{{"password": "{SECRET}", broken'.encode())

    assert list(kept_body(scim)) == ["…"]
    assert "are not kept" in kept_body(scim)["…"]


def test_long_lists_and_texts_are_kept_in_part(scim):
    members = values(*(f"id-{n}" for n in range(5_000)))
    scim.post("/Groups", {"displayName": "Crew", "members": members, "x": "a" * 9999})

    body = kept_body(scim)
    assert body["members"][:20] == members[:20]
    assert body["members"][20:] == ["… 4,980 more"]
    assert body["x"] == f"{'a' * 64}… (9,999 characters)"


def test_a_long_body_is_cut_and_says_how_long_it_was(scim):
    body = {"userName": "ada", **{f"attribute{n}": "x" * 400 for n in range(500)}}
    sent = json.dumps(body).encode()
    scim.post("/Users", sent)

    assert len(last(scim).body) < 20_000
    assert f"{len(sent):,} bytes were sent" in kept_body(scim)["…"]


@pytest.mark.parametrize("text", ["\u0000", "😀", "\u202e", "ﷺ" * 400])
def test_any_text_can_be_logged(scim, text):
    scim.post("/Users", {"userName": text, "displayName": text})
    scim.get(f'/Users?filter=displayName eq "{text}"', user_agent="\xff\xfe")

    assert len(entries(scim)) == 2


def test_a_directory_may_keep_no_bodies(scim):
    setting(scim, request_log_bodies=False)
    scim.user()

    assert last(scim).body == ""
    assert last(scim).resource_name == "ada@example.com"


def test_a_directory_may_keep_no_log(scim):
    setting(scim, request_log_days=0)
    scim.user()
    scim.get("/Users")

    assert entries(scim) == []


def test_a_log_that_cannot_be_written_breaks_nothing(scim, monkeypatch):
    def broken(*_args):
        raise DatabaseError

    monkeypatch.setattr(dialect, "insert_rows", broken)

    assert scim.post("/Users", {"userName": "ada@example.com"}).status_code == 201
    assert scim.get("/Users").status_code == 200
    assert entries(scim) == []


def test_ids_are_found_whole_and_not_part_of_the_searched_text(scim):
    user = scim.user()["id"]
    scim.get(f"/Users/{user}")

    assert last(scim).search_text == "/users/ ada@example.com"
