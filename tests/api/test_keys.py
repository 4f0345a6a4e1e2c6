"""Who gets in: a live key of the organization itself; everybody is told why not."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from directories.models import OrganizationApiKey
from directories.services import organization_api_keys
from directories.services.audit import SYSTEM
from tests.api.conftest import Calls, error_of, provider_of
from tests.factories.directories import MemberFactory, OrganizationFactory
from tests.provisioning.conftest import account

pytestmark = pytest.mark.django_db

BASE = "/admin/user-provisioning"
CALLS = [
    ("GET", "user/{account}/get-scim-links", None),
    ("DELETE", "user/{account}/onlyDeleteUserInDB", None),
    ("POST", "get-scim-links-for-email", {"email": "a@example.com"}),
    ("GET", "get-unlinked-scim-users", None),
    ("POST", "get-scim-groups-for-name", {"name": "Crew"}),
    ("PATCH", "scimDirectoryId/{directory}/scimUserId/{user}/unlink", None),
    ("PATCH", "scimDirectoryId/{directory}/scimUserId/{user}/relink", None),
    ("PATCH", "scimDirectoryId/{directory}/scimUserId/{user}/resync", None),
    ("PATCH", "scimDirectoryId/{directory}/scimGroupId/{group}/resync", None),
    ("GET", "user/{account}/access", None),
    ("POST", "access/what-if", {"step": "suspend"}),
]
ABOUT_ONE = [call for call in CALLS if "{" in call[1]]


@pytest.fixture
def theirs(db):
    """Return what a call can name in another organization."""
    other = provider_of(OrganizationFactory.create(), "Other")
    user = other.push("eve@globex.example")
    return {
        "account": account("eve@globex.example").public_id.hex,
        "directory": other.directory.pk,
        "user": user["id"],
        "group": other.group("Spies", user)["id"],
    }


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_without_a_key_nothing_opens(calls, theirs, method, path, body):
    answer = calls.send(method, path.format(**theirs), body, text="")

    assert "Authorization: Bearer" in error_of(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_directory_key_is_of_the_wrong_kind(calls, idp, theirs, method, path, body):
    asked = path.format(**theirs)

    answer = calls.send(method, asked, body, text=idp.key)

    place = f"admin/user-provisioning/v1/org/{calls.organization.pk}/{asked}"
    assert error_of(answer, 401) == f"Not authorized to access : {place}"


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_another_organizations_key_opens_nothing(calls, theirs, method, path, body):
    text = Calls(OrganizationFactory.create()).text

    answer = calls.send(method, path.format(**theirs), body, text=text)

    assert "not valid for this organization" in error_of(answer, 401)


@pytest.mark.parametrize(("method", "path", "body"), ABOUT_ONE)
def test_what_is_of_another_organization_is_not_found(
    calls, theirs, method, path, body
):
    error_of(calls.send(method, path.format(**theirs), body), 404)


def test_their_people_and_groups_are_not_found_by_name(calls, theirs):
    assert calls.links_of("eve@globex.example") == []
    found = calls.send("POST", "get-scim-groups-for-name", {"name": "Spies"})
    assert found.json() == {"scimGroups": []}


@pytest.mark.parametrize("text", ["x", "rco__", "rco_0123456789ab_x", "rco_é", "a" * 9])
def test_a_wrong_key_is_told_where_keys_are(calls, text):
    answer = calls.send("GET", "get-unlinked-scim-users", text=text)

    assert "Settings, API keys" in error_of(answer, 401)


def test_an_expired_key_says_so(calls):
    OrganizationApiKey.objects.update(expires_at=timezone.now() - timedelta(days=1))

    answer = calls.send("GET", "get-unlinked-scim-users")

    assert "expired" in error_of(answer, 401)


def test_a_revoked_key_opens_nothing(calls):
    organization_api_keys.revoke_key(calls.key, by=SYSTEM, now=timezone.now())

    error_of(calls.send("GET", "get-unlinked-scim-users"), 401)


def test_using_a_key_is_remembered(calls):
    calls.send("GET", "get-unlinked-scim-users")

    assert OrganizationApiKey.objects.get().last_used_at is not None


def test_a_session_of_the_console_opens_nothing(calls, organization):
    client = Client()
    client.force_login(MemberFactory.create(organization=organization).account)
    calls.client = client

    error_of(calls.send("GET", "get-unlinked-scim-users", text=""), 401)


def test_an_organization_that_does_not_exist_opens_nothing(calls):
    for wrong in (uuid.uuid4(), "x"):
        answer = calls.client.get(
            f"{BASE}/v1/org/{wrong}/get-unlinked-scim-users",
            headers={"authorization": f"Bearer {calls.text}"},
        )
        error_of(answer, 401)


def test_more_calls_than_a_minute_allows_wait(calls, settings):
    settings.ORGANIZATION_API_PER_MINUTE = 2
    for _ in range(2):
        assert calls.send("GET", "get-unlinked-scim-users").status_code == 200

    answer = calls.send("GET", "get-unlinked-scim-users")

    error_of(answer, 429)
    assert 0 < int(answer["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "get-unlinked-scim-users", 405),
        ("OPTIONS", "get-unlinked-scim-users", 405),
        ("GET", "nowhere", 404),
    ],
)
def test_what_is_not_offered_is_said_in_json(calls, method, path, status):
    error_of(calls.send(method, path), status)


@pytest.mark.parametrize("body", [None, {}, {"email": ""}, {"email": 1e400}, [], "x"])
def test_a_body_that_makes_no_sense_is_refused(calls, body):
    error_of(calls.send("POST", "get-scim-links-for-email", body), 400)


def test_the_description_names_every_call(client):
    told = client.get(f"{BASE}/openapi.json").json()

    paths = {
        path.replace("{organization_id}", "").rpartition("/")[2]
        for path in told["paths"]
    }
    assert paths == {path.rpartition("/")[2] for _method, path, _body in CALLS}
    assert told["security"] == [{"apiKey": []}]
