"""Pushed groups over the API: found by name, synced again."""

import pytest

from directories.models import LinkState
from provisioning.models import Group
from tests.api.conftest import error_of
from tests.factories.provisioning import GroupFactory
from tests.provisioning.conftest import account, people_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(idp):
    return idp.group("Crew", idp.push("ada@example.com"))


def found(calls, name):
    answer = calls.send("POST", "get-scim-groups-for-name", {"name": name})
    assert answer.status_code == 200, answer.content
    return answer.json()["scimGroups"]


def resync(calls, group):
    place = f"scimDirectoryId/{group['directoryId']}/scimGroupId/{group['scimGroupId']}"
    return calls.send("PATCH", f"{place}/resync")


def test_a_group_is_found_by_name_in_any_letter_case(calls, idp, crew, organization):
    assert found(calls, "CREW") == [
        {
            "scimGroupId": crew["id"],
            "groupId": str(Group.objects.get(name="Crew").public_id),
            "orgId": str(organization.pk),
            "directoryId": str(idp.directory.pk),
            "displayName": "Crew",
            "memberCount": 1,
            "state": "linked",
            "reason": "",
            "explanation": "",
        }
    ]


def test_a_name_that_nobody_pushed_leads_to_nothing(calls, crew):
    assert found(calls, "Others") == []


def test_a_group_that_waits_says_why_and_is_not_synced(calls, idp, organization):
    GroupFactory.create(organization=organization, name="Local")
    idp.group("Local")

    (group,) = found(calls, "Local")

    assert group["state"] == LinkState.HELD
    assert group["groupId"] is None
    assert "local group" in group["explanation"]
    assert "Review" in error_of(resync(calls, group), 409)


def test_syncing_a_group_again_mends_its_members(calls, crew):
    made = Group.objects.get(name="Crew")
    made.group_members.all().delete()
    stray = account("ada@example.com")
    (group,) = found(calls, "Crew")

    answer = resync(calls, group)

    assert answer.status_code == 202
    assert answer.json()["state"] in {"queued", "done"}
    assert people_in("Crew") == {stray.email}
