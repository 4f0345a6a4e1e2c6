"""The documented limits: 403, nothing written, word to the admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directories.models import Directory, Organization
from directories.services import limits
from tests.scim.client import refusal, values


def test_users_of_an_organization(scim, second, settings, nothing_written):
    settings.LIMIT_USERS_PER_ORGANIZATION = 2
    scim.user("ada@example.com")
    second.user("bob@example.com")

    with nothing_written():
        answer = scim.post("/Users", {"userName": "cid@example.com"})

    assert "limit of 2 users" in refusal(answer, 403)
    entry = scim.log().get()
    assert (entry.kind, entry.level) == ("limit_users", "error")


def test_a_place_that_is_free_again_is_given(scim, settings):
    settings.LIMIT_USERS_PER_ORGANIZATION = 1
    scim.delete(f"/Users/{scim.user('ada@example.com')['id']}")

    scim.user("bob@example.com")


def test_groups_of_a_directory(scim, second, settings, nothing_written):
    settings.LIMIT_GROUPS_PER_DIRECTORY = 1
    scim.group("Crew")
    second.group("Team")

    with nothing_written():
        answer = scim.post("/Groups", {"displayName": "Band"})

    assert "limit of 1 groups" in refusal(answer, 403)


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_members_of_a_group(scim, settings, nothing_written, method):
    settings.LIMIT_USERS_PER_GROUP = 2
    ids = [scim.user(f"u{n}@example.com")["id"] for n in range(3)]
    group = scim.group("Crew", ids[0])
    path = "/Groups" if method == "post" else f"/Groups/{group['id']}"
    body = {
        "post": {"displayName": "Team", "members": values(*ids)},
        "put": {"displayName": "Crew", "members": values(*ids)},
        "patch": [{"op": "add", "path": "members", "value": values(*ids[1:])}],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(path, body)

    assert "2 members" in refusal(answer, 403)
    assert scim.log().get().kind == "limit_members"


def test_a_full_group_may_change_its_members(scim, settings):
    settings.LIMIT_USERS_PER_GROUP = 1
    ada, bob = scim.user("ada@example.com")["id"], scim.user("bob@example.com")["id"]
    group = scim.group("Crew", ada)["id"]

    scim.put(f"/Groups/{group}", {"displayName": "Crew", "members": values(bob)})

    assert scim.members(group) == {bob}


def test_a_directorys_own_limit_comes_first(scim, second, settings):
    settings.LIMIT_USERS_PER_ORGANIZATION = 1
    organization = scim.directory.organization
    Organization.objects.filter(pk=organization.pk).update(limit_users=2)
    Directory.objects.filter(pk=scim.directory.pk).update(limit_users=3)
    scim.user("ada@example.com")
    second.user("bo@example.com")

    refused = second.post("/Users", {"userName": "cy@example.com"})
    assert "limit of 2 users" in refusal(refused, 403)
    scim.user("cy@example.com")
    refused = scim.post("/Users", {"userName": "di@example.com"})
    assert "limit of 3 users" in refusal(refused, 403)


ADVICE = [
    ("installation", "limit of the installation"),
    ("organization", "under Settings, Limits"),
    ("directory", "The directory has a limit of its own"),
]


@pytest.mark.parametrize(("source", "said"), ADVICE)
@pytest.mark.parametrize("kind", ["users", "members", "groups"])
def test_the_log_says_which_setting_it_was(scim, settings, kind, source, said):
    user = scim.user("ada@example.com")["id"]
    other = scim.user("bo@example.com")["id"]
    scim.group("Crew", user)
    allow(scim, settings, kind, source, {"users": 2, "members": 1, "groups": 1}[kind])

    answer = {
        "users": lambda: scim.post("/Users", {"userName": "cy@example.com"}),
        "groups": lambda: scim.post("/Groups", {"displayName": "Band"}),
        "members": lambda: scim.post(
            "/Groups", {"displayName": "Band", "members": values(user, other)}
        ),
    }[kind]()

    refusal(answer, 403)
    advice = scim.log().get().advice
    assert said in advice
    label = {
        "users": "Users",
        "members": "Users per group",
        "groups": "Groups per directory",
    }[kind]
    if source != "directory":
        assert f"“{label}”" in advice


FIELDS = {
    "users": ("LIMIT_USERS_PER_ORGANIZATION", "limit_users", "limit_users"),
    "members": (
        "LIMIT_USERS_PER_GROUP",
        "limit_users_per_group",
        "limit_users_per_group",
    ),
    "groups": (
        "LIMIT_GROUPS_PER_DIRECTORY",
        "limit_groups_per_directory",
        "limit_groups",
    ),
}


def allow(scim, settings, kind, source, value):
    """Set one limit at the place that is asked for."""
    installation, organization, directory = FIELDS[kind]
    if source == "installation":
        setattr(settings, installation, value)
    elif source == "organization":
        Organization.objects.update(**{organization: value})
    else:
        Directory.objects.filter(pk=scim.directory.pk).update(**{directory: value})


def test_a_refusal_near_the_limit_counts_only_what_is_new(scim, settings, monkeypatch):
    monkeypatch.setattr(limits, "MARGIN", 0)
    settings.LIMIT_USERS_PER_ORGANIZATION = 3
    for n in range(3):
        scim.user(f"u{n}@example.com")
    refusal(scim.post("/Users", {"userName": "x@example.com"}), 403)

    with CaptureQueriesContext(connection) as seen:
        refusal(scim.post("/Users", {"userName": "x@example.com"}), 403)

    counts = [q["sql"] for q in seen if "COUNT(" in q["sql"]]
    assert len(counts) == 1
    assert '"id" >' in counts[0]


def test_a_place_that_another_directory_freed_is_seen(scim, second, settings):
    settings.LIMIT_USERS_PER_ORGANIZATION = 2
    scim.user("ada@example.com")
    user = second.user("bo@example.com")["id"]
    refusal(scim.post("/Users", {"userName": "cy@example.com"}), 403)

    second.delete(f"/Users/{user}")

    scim.user("cy@example.com")
    refusal(scim.post("/Users", {"userName": "di@example.com"}), 403)
