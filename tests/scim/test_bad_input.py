"""What cannot be taken: the error says why, nothing is written, the log knows."""

import json

import pytest

from directories.models import RequestEntry
from tests.scim.client import ERROR_SCHEMA, SCIM_JSON, refusal, values

USERS, GROUPS, USER, GROUP = "/Users", "/Groups", "/Users/{user}", "/Groups/{group}"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def ids(scim):
    """Push a person and a group of one, then start with an empty log."""
    user = scim.user("ada@example.com")["id"]
    group = scim.group("Crew", user)["id"]
    return {"user": user, "group": group}


def named(name):
    return json.dumps({"userName": name}).encode()


def operations(*each):
    return {"Operations": list(each)}


BROKEN = {
    b"{": "line 1",
    b'{"userName": "ada",}': "not valid JSON",
    b"{'userName': 'ada'}": "not valid JSON",
    b'{"userName": NaN}': "not valid JSON",
    b'{"userName": "ada"} x': "not valid JSON",
    b'{"userName": "\xff\xfe"}': "UTF-8",
    b'{"userName": "\xed\xa0\x80"}': "UTF-8",
    '{"userName": "ada"}'.encode("utf-16"): "UTF-8",
    b'{"userName": "\\ud800"}': "not valid JSON",
    b'{"userName": "\x00"}': "not valid JSON",
    b"\x00" * 50: "not valid JSON",
    b"[" * 100_000: "not valid JSON",
    b'{"name":' * 40 + b"{}" + b"}" * 40: "nested",
    b"": "no body",
    b" \n": "no body",
    b"[]": "JSON object",
    b'"userName"': "JSON object",
    b"null": "JSON object",
    b"5": "JSON object",
}


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: repr(body[:24]))
def test_what_is_no_json_object_is_refused(scim, ids, nothing_written, body):
    with nothing_written():
        for path in (USER, GROUP):
            for method in ("PUT", "PATCH"):
                answer = scim.request(method, path.format(**ids), body)
                assert BROKEN[body] in refusal(answer, 400, "invalidSyntax")
        answer = scim.post(USERS, body)

    assert BROKEN[body] in refusal(answer, 400, "invalidSyntax")
    # One for the person, whatever the method, and one for whom nobody knows.
    known, entry = scim.log().filter(subject="user")
    assert (known.subject_id, known.times) == (ids["user"], 2)
    assert (entry.kind, entry.level, entry.times) == ("unreadable", "error", 1)
    assert entry.request["method"] == "POST"
    assert entry.request["path"] == f"{scim.base}{USERS}"
    assert entry.request["status"] == 400


WRONG_VALUES = [
    (USERS, {}, "userName is required"),
    (USERS, {"userName": None}, "userName is required"),
    (USERS, {"userName": ""}, "userName is required"),
    (USERS, {"userName": "  "}, "userName is required"),
    (USERS, {"userName": ["ada"]}, "userName must be a string"),
    (USERS, {"userName": {"a": 1}}, "userName must be a string"),
    (USERS, {"userName": "x" * 10_000}, "10000 characters; at most 255"),
    (USERS, {"userName": "x", "displayName": "x" * 10_000}, "displayName"),
    (USERS, {"userName": "x", "name": {"givenName": "x" * 10_000}}, "name.givenName"),
    (USERS, {"userName": "x", "externalId": "x" * 10_000}, "externalId"),
    (USERS, {"userName": "a\x00b"}, "userName holds a NUL"),
    (USERS, {"userName": "x", "nickName": "\x00"}, "nickName holds a NUL"),
    (USERS, {"userName": "x", "active": "maybe"}, "active must be true or false"),
    (USERS, {"userName": "x", "active": 1}, "active must be true or false"),
    (USERS, {"userName": "x", "active": []}, "active must be true or false"),
    (USERS, {"userName": "x", "name": "Ada"}, "name must be an object"),
    (USERS, {"userName": "x", "name": {"givenName": {}}}, "name.givenName"),
    (USERS, {"userName": "x", "emails": True}, "emails must be a list"),
    (USERS, {"userName": "x", "emails": [[]]}, "emails must be an object"),
    (USERS, {"userName": "x", "emails": [{"value": "x" * 300}]}, "emails.value"),
    (USERS, {"userName": "x", "emails": [{"value": "x"}] * 501}, "at most 500"),
    (USERS, {"userName": "x", "emails": [{"value": "a", "primary": 7}]}, "primary"),
    (GROUPS, {}, "displayName is required"),
    (GROUPS, {"displayName": " "}, "displayName is required"),
    (GROUPS, {"displayName": "x" * 10_000}, "displayName has 10000"),
    (GROUPS, {"displayName": "x\x00"}, "displayName holds a NUL"),
    (GROUPS, {"displayName": "Team", "members": "{user}x"}, "neither users"),
    (GROUPS, {"displayName": "Team", "members": 5}, "members must be a list"),
    (GROUPS, {"displayName": "Team", "members": [{}]}, "members[0] has no id"),
    (GROUPS, {"displayName": "Team", "members": [None]}, "members[0] has no id"),
    (GROUPS, {"displayName": "Team", "members": values("x" * 300)}, "1 to 255"),
    (GROUPS, {"displayName": "Team", "members": values("\x00")}, "printable"),
]


@pytest.mark.parametrize(
    ("path", "body", "helps"), WRONG_VALUES, ids=[helps for _, _, helps in WRONG_VALUES]
)
def test_a_wrong_value_is_refused_by_name(scim, nothing_written, path, body, helps):
    with nothing_written():
        answer = scim.post(path, body)

    assert helps in refusal(answer, 400, "invalidValue")
    assert scim.log().get().reason == answer.json()["detail"]


def make_strict(scim):
    scim.directory.mode = "strict"
    scim.directory.save()


WRONG_PATCHES = [
    (USER, {}, "invalidSyntax", "Operations"),
    (USER, {"Operations": {}}, "invalidSyntax", "list"),
    (USER, operations(1), "invalidSyntax", "Operation 1"),
    (USER, operations({"op": "move", "value": 1}), "invalidSyntax", "move"),
    (USER, operations({"value": 1}), "invalidSyntax", "op"),
    (USER, operations({"op": "add", "path": "title"}), "invalidValue", "no value"),
    (USER, operations({"op": "remove"}), "noTarget", "no path"),
    (USER, operations({"op": "add", "value": 5}), "invalidValue", "object"),
    (USER, operations({"op": "add", "path": 5, "value": 5}), "invalidPath", "string"),
    (USER, operations({"op": "add", "path": "emails[", "value": 1}), "invalidPath", ""),
    (USER, operations({"op": "remove", "path": "userName"}), "mutability", "required"),
    (USER, operations({"op": "remove", "path": "id"}), "mutability", "id"),
    (GROUP, operations({"op": "remove", "path": "displayName"}), "mutability", ""),
    (
        GROUP,
        operations({"op": "replace", "path": "members", "value": values(NOBODY)}),
        "invalidValue",
        NOBODY,
    ),
    (
        GROUP,
        operations({"op": "add", "path": "members[value pr]", "value": 1}),
        "invalidPath",
        "members",
    ),
]


@pytest.mark.parametrize("wrong", WRONG_PATCHES, ids=lambda wrong: repr(wrong[1])[:60])
def test_a_wrong_patch_is_refused(scim, ids, nothing_written, wrong):
    path, body, scim_type, helps = wrong
    path = path.format(**ids)

    with nothing_written():
        answer = scim.patch(path, body)

    assert helps in refusal(answer, 400, scim_type)
    assert scim.log().get().subject_id == path.split("/")[2]


def test_a_patch_of_too_many_operations_is_refused(scim, ids, nothing_written):
    body = [{"op": "add", "value": {}}] * 10_001

    with nothing_written():
        answer = scim.patch(f"/Users/{ids['user']}", body)

    assert "10001" in refusal(answer, 413)


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_an_unknown_member_refuses_the_whole_group(scim, ids, nothing_written, method):
    if method == "patch":
        make_strict(scim)
    path = GROUPS if method == "post" else f"/Groups/{ids['group']}"
    members = values(ids["user"], NOBODY, "not-an-id")[: 3 if method == "post" else 2]
    body = {
        "post": {"displayName": "Team", "members": members},
        "put": {"displayName": "Team", "members": members},
        "patch": [
            {"op": "replace", "path": "externalId", "value": "team"},
            {"op": "replace", "path": "members", "value": members},
        ],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(path, body)

    unknown = "not-an-id" if method == "post" else NOBODY
    assert unknown in refusal(answer, 400, "invalidValue")
    entry = scim.log().get()
    assert (entry.kind, entry.subject) == ("unknown_member", "group")
    assert "pushed before" in entry.advice


@pytest.mark.parametrize("op", ["add", "replace"])
def test_a_patch_passes_over_unknown_members_and_logs_them(scim, ids, op):
    path = f"/Groups/{ids['group']}"
    members = values(NOBODY, ids["user"], "not-an-id")

    answer = scim.patch(path, [{"op": op, "path": "members", "value": members}])

    assert answer.status_code == 200
    assert scim.members(ids["group"]) == {ids["user"]}
    entry = scim.log().get()
    assert (entry.kind, entry.level) == ("unknown_member", "warning")
    assert entry.reason.startswith("2 members are no users of this directory")
    assert NOBODY in entry.reason
    assert entry.subject_id == ids["group"]


def test_adding_only_a_stranger_changes_nothing(scim, ids):
    path = f"/Groups/{ids['group']}"
    before = scim.get(path).json()

    answer = scim.patch(
        path, [{"op": "add", "path": "members", "value": values("nobody")}]
    )

    assert answer.json() == before
    assert scim.log().get().reason.startswith("1 member is no user of this directory")


def test_strict_mode_refuses_a_group_as_member(scim, ids, nothing_written):
    make_strict(scim)

    with nothing_written():
        answer = scim.post(
            "/Groups", {"displayName": "Team", "members": values(ids["group"])}
        )

    refusal(answer, 400, "invalidValue")


@pytest.mark.parametrize("kind", ["Users", "Groups"])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_change_of_what_is_not_there_is_logged(scim, nothing_written, kind, method):
    body = {
        "put": {"userName": "ada", "displayName": "Crew"},
        "patch": [{"op": "replace", "value": {"externalId": "x"}}],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(f"/{kind}/{NOBODY}", body)

    assert "no resource with this id" in refusal(answer, 404)
    entry = scim.log().get()
    assert (entry.kind, entry.subject_id) == ("unknown_id", NOBODY)


@pytest.mark.parametrize("method", ["get", "delete"])
def test_looking_for_what_is_not_there_is_nothing_to_log(scim, method):
    refusal(getattr(scim, method)(f"/Users/{NOBODY}"), 404)

    assert not scim.log().exists()


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json-patch+json",
        "application/json; charset=utf-16",
        "application/scim+json; charset=rot13",
        "application/scim+json; charset=idna",
        "nonsense",
        "é",
    ],
)
def test_another_media_type_is_refused(scim, nothing_written, content_type):
    with nothing_written():
        for method, path in (("POST", USERS), ("PUT", GROUP), ("PATCH", USER)):
            answer = scim.request(
                method,
                path.format(user=NOBODY, group=NOBODY),
                named("ada"),
                content_type=content_type,
            )

            assert SCIM_JSON in refusal(answer, 415)

    assert {entry.kind for entry in scim.log()} == {"wrong_format"}


@pytest.mark.parametrize("charset", ["latin-1", "utf-16", "idna", "x" * 300])
def test_the_query_is_read_whatever_charset_is_declared(scim, charset):
    scim.user("é@example.com")

    answer = scim.get(
        '/Users?filter=userName eq "é@example.com"',
        content_type=f"application/scim+json; charset={charset}",
    )

    assert answer.json()["totalResults"] == 1


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_a_body_over_the_limit_is_refused(scim, settings, nothing_written, method):
    settings.SCIM_MAX_BODY_BYTES = 2**20
    path = USERS if method == "post" else f"/Users/{NOBODY}"

    with nothing_written():
        answer = getattr(scim, method)(path, named("x" * 2**20))

    assert "1 MB" in refusal(answer, 413)
    assert scim.log().get().request["status"] == 413


def test_a_body_of_just_the_limit_is_read(scim, settings):
    body = named("ada")
    settings.SCIM_MAX_BODY_BYTES = len(body)

    assert scim.post("/Users", body).status_code == 201


@pytest.mark.parametrize("length", ["²", "-5", "x", "1e3", "0"])
def test_a_length_that_is_no_number_is_no_body(scim, nothing_written, length):
    with nothing_written():
        answer = scim.post("/Users", named("ada"), content_length=length)

    assert "no body" in refusal(answer, 400, "invalidSyntax")


@pytest.mark.parametrize("length", [str(2**40), "9" * 5000])
def test_a_length_beyond_all_limits_is_refused(scim, nothing_written, length):
    with nothing_written():
        answer = scim.post("/Users", named("ada"), content_length=length)

    assert "64 MB at most" in refusal(answer, 413)


def test_too_many_query_parameters_are_refused(scim):
    answer = scim.get("/Users?" + "&".join(["count=1"] * 2000))

    assert "parameters" in refusal(answer, 400, "invalidValue")


def test_repeated_refusals_are_one_entry(scim):
    for _ in range(3):
        scim.post("/Users", {})

    assert scim.log().get().times == 3


def test_a_failure_on_our_side_is_told_and_logged(scim, monkeypatch, nothing_written):
    def fail(*_args, **_kwargs):
        msg = "secret of the inside"
        raise RuntimeError(msg)

    monkeypatch.setattr("directories.services.records.limits.check_users", fail)

    with nothing_written():
        answer = scim.post("/Users", {"userName": "ada"})

    assert "changed nothing" in refusal(answer, 500)
    assert b"secret" not in answer.content
    assert scim.log().get().kind == "server_error"


def test_errors_are_plain_json_in_the_scim_media_type(scim):
    answer = scim.post("/Users", {}, accept="application/json")

    assert answer["Content-Type"] == SCIM_JSON
    assert answer.json()["schemas"] == [ERROR_SCHEMA]


def test_a_path_that_no_database_stores_is_logged_all_the_same(scim):
    change = operations({"op": "replace", "path": "title", "value": "Lead"})
    bulk = {"method": "PATCH", "path": "/Users/a\0c", "data": change}

    refusal(scim.patch("/Users/a%00b", change), 404)
    answer = scim.post("/Bulk", {"Operations": [bulk]})

    assert answer.json()["Operations"][0]["status"] == "404"
    entry = scim.log().get()
    assert (entry.kind, entry.subject_id, entry.times) == ("unknown_id", "ab", 2)
    logged = RequestEntry.objects.filter(directory=scim.directory)
    assert logged.order_by("pk")[0].resource_id == "ab"
