"""Who gets in: the directory's own key, and nobody else."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from directories.models import ApiKey, Directory, TroubleshootingEntry
from directories.services import api_keys, directories
from directories.services.audit import SYSTEM
from tests.scim.client import refusal

PATHS = ["/Users", "/Groups/x", "/Schemas", "/nowhere"]


def now():
    return datetime.now(UTC)


@pytest.mark.parametrize("path", PATHS)
def test_without_a_key_nothing_opens(scim, nothing_written, path):
    with nothing_written():
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = scim.request(method, path, {"userName": "a"}, authorization=None)

            assert "API key" in refusal(answer, 401)
            assert answer["WWW-Authenticate"] == 'Bearer realm="SCIM"'

    assert not scim.log().exists()


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic {key}", "Bearer  ", "Token {key}", "é"],
)
def test_what_is_no_bearer_key_is_told_what_to_send(scim, header):
    answer = scim.get("/Users", authorization=header.format(key=scim.key))

    assert "Authorization: Bearer" in refusal(answer, 401)


@pytest.mark.parametrize("header", ["bearer {key}", "BEARER  {key} ", "{key}"])
def test_the_scheme_is_read_in_any_case_and_may_be_missing(scim, header):
    answer = scim.get("/Users", authorization=header.format(key=scim.key))

    assert answer.status_code == 200


def wrong_keys(scim, stranger):
    prefix = scim.key.split("_")[1]
    return [
        "x",
        "rck__",
        f"rck_{prefix}_wrong",
        scim.key[:-1],
        f"{scim.key}x",
        stranger.key,
        f"rck_{prefix}_é",
        "a" * 5000,
    ]


def test_a_wrong_key_and_another_directorys_are_told_the_same(scim, stranger, second):
    wrong = [*wrong_keys(scim, stranger), second.key]

    answers = [scim.get("/Users", authorization=f"Bearer {key}") for key in wrong]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert "not valid for this directory" in refusal(answers[0], 401)


def test_a_wrong_key_writes_nothing_and_is_logged_once_a_minute(scim, nothing_written):
    with nothing_written():
        for _ in range(5):
            scim.post("/Users", {"userName": "ada"}, authorization="Bearer x")

    entry = scim.log().get()
    assert (entry.kind, entry.times, entry.level) == ("wrong_key", 1, "error")
    assert "regenerate" in entry.advice


def test_an_expired_key_is_told_so(scim, nothing_written):
    ApiKey.objects.update(expires_at=now() - timedelta(days=1))

    with nothing_written():
        answer = scim.post("/Users", {"userName": "ada"})

    assert "expired on" in refusal(answer, 401)
    entry = scim.log().get()
    assert (entry.kind, entry.level) == ("expired_key", "error")
    assert "Regenerate" in entry.advice


def test_a_revoked_key_is_a_wrong_one(scim):
    wrong = scim.get("/Users", authorization="Bearer x")
    api_keys.revoke_api_key(key=ApiKey.objects.get(), by=SYSTEM, now=now())

    answer = scim.get("/Users")

    assert answer.content == wrong.content
    refusal(answer, 401)


def test_a_revoked_key_is_never_told_that_it_expired(scim):
    key = ApiKey.objects.get()
    api_keys.revoke_api_key(key=key, by=SYSTEM, now=now())
    ApiKey.objects.update(expires_at=now() - timedelta(days=1))

    assert "expired" not in refusal(scim.get("/Users"), 401)


def test_a_regenerated_key_replaces_the_former(scim):
    _key, text = api_keys.regenerate_api_key(
        directory=scim.directory, by=SYSTEM, now=now()
    )

    refusal(scim.get("/Users"), 401)
    assert scim.get("/Users", authorization=f"Bearer {text}").status_code == 200


def test_a_closed_directory_takes_no_key(scim):
    directories.delete_configuration(directory=scim.directory, by=SYSTEM, now=now())

    refusal(scim.get("/Users"), 401)


@pytest.mark.parametrize("given", ["x", "1", str(uuid.uuid4()), "%00", "é"])
def test_another_directory_in_the_path_is_refused(scim, given):
    scim.base = f"/scim/directory/{given}"

    refusal(scim.get("/Users"), 401)
    assert not TroubleshootingEntry.objects.exists()


def test_the_first_request_is_noted_once(scim):
    for _ in range(3):
        scim.get("/Users?count=1", user_agent="Okta SCIM Client 1.0.0")

    entry = TroubleshootingEntry.objects.get()
    assert (entry.kind, entry.level, entry.times) == ("first_request", "info", 1)
    assert entry.subject_name == "Okta SCIM Client 1.0.0"
    assert Directory.objects.get(pk=scim.directory.pk).first_request_at
    assert ApiKey.objects.get().last_used_at


def test_a_refused_request_is_not_the_first(scim):
    scim.get("/Users", authorization="Bearer x")

    assert Directory.objects.get(pk=scim.directory.pk).first_request_at is None


def test_reading_again_writes_nothing(scim, django_assert_num_queries):
    scim.get("/Users")

    with django_assert_num_queries(2):
        scim.get("/Users")


def test_no_key_is_ever_kept_or_told(scim, stranger):
    texts = [scim.key, stranger.key, f"{scim.key[:-3]}abc"]
    answers = [
        scim.get("/Users", authorization=f"Bearer {text}").content for text in texts
    ]
    answers.append(
        scim.post("/Users", {"userName": "", "password": "Hunter2!"}).content
    )

    kept = str([*TroubleshootingEntry.objects.values(), *ApiKey.objects.values()])

    for text in [*(text.split("_", 2)[2][:20] for text in texts), "Hunter2!"]:
        assert text not in kept
        assert text.encode() not in b"".join(answers)


def test_the_key_of_an_organization_is_of_the_wrong_kind(scim, nothing_written):
    path = f"scim/directory/{scim.directory.pk}/Users"

    with nothing_written():
        answer = scim.get("/Users", authorization="Bearer rco_0123456789ab_x")

    assert answer.status_code == 401
    body = answer.json()
    assert body["error"] == f"Not authorized to access : {path}"
    assert set(body) == {"error", "traceId"}
    assert scim.log().get().kind == "organization_key"
