"""Why somebody has access, and what would change if, as programs ask it."""

import pytest
from django.utils import timezone

from directories.services.audit import SYSTEM
from provisioning.models import AppRole
from provisioning.services.organization_groups import local_groups
from provisioning.services.sites_and_apps import app_grants
from tests.api.conftest import error_of
from tests.factories.directories import MemberFactory
from tests.factories.provisioning import AppFactory, AppGrantFactory, GroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(organization):
    return AppFactory.create(site__organization=organization)


@pytest.fixture
def group(organization, app):
    now = timezone.now()
    group = GroupFactory.create(organization=organization, name="Designers")
    app_grants.give_access(app, group, AppRole.USER, by=SYSTEM, now=now)
    who = MemberFactory.create(organization=organization).account
    local_groups.add_people(group, [who.pk], by=SYSTEM, now=now)
    return group


def test_why_somebody_has_access(calls, app, group):
    who = group.members.get()

    (told,) = calls.send("GET", f"user/{who.public_id}/access").json()["apps"]

    assert (told["app"], told["hasAccess"], told["openedBy"]) == ("jira", True, [])
    (role,) = told["roles"]
    assert (role["role"], role["state"]) == ("user", "active")
    assert role["groups"][0]["name"] == "Designers"
    assert role["groups"][0]["joinedBy"] == SYSTEM.name


def test_why_somebody_has_none(calls, organization, group):
    who = MemberFactory.create(organization=organization).account

    (told,) = calls.send("GET", f"user/{who.public_id}/access").json()["apps"]

    assert not told["hasAccess"]
    assert [each["name"] for each in told["openedBy"]] == ["Designers"]


def test_what_a_step_would_change(calls, app, group):
    asked = {
        "kind": "take",
        "siteId": str(app.site_id),
        "app": "jira",
        "role": "user",
        "groupId": str(group.public_id),
    }

    told = calls.send("POST", "access/what-if", asked).json()

    assert told["complete"]
    assert told["apps"][0]["effects"] == {"lose": 1}
    (person,) = told["people"]
    assert person["accountId"] == group.members.get().public_id.hex
    assert (person["before"], person["after"]) == ("active", "")


def test_what_is_of_others_or_means_nothing_is_refused(calls, group):
    stranger = MemberFactory.create().account
    other = AppGrantFactory.create().group

    error_of(calls.send("GET", f"user/{stranger.public_id}/access"), 404)
    for asked in (
        {"kind": "delete", "groupId": str(other.public_id)},
        {"kind": "suspend", "accountId": str(stranger.public_id)},
        {"kind": "delete"},
        {"kind": "give", "groupId": str(group.public_id), "role": "king"},
        {"kind": "dance"},
    ):
        error_of(calls.send("POST", "access/what-if", asked), 400)


@pytest.mark.parametrize("cursor", [2**31, 2**63, 10**40])
def test_a_cursor_that_is_no_key_is_no_fault(calls, group, cursor):
    asked = {"kind": "delete", "groupId": str(group.public_id), "cursor": cursor}

    told = calls.send("POST", "access/what-if", asked)

    assert told.status_code == (200 if cursor < 2**63 else 400)
