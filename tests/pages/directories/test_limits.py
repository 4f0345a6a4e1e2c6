"""Limits of the organization and of a directory: use, values, mistakes."""

import pytest

from directories.events import Event
from directories.models import AuditEvent
from tests.factories.directories import (
    DirectoryFactory,
    GroupRecordFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import main_of, queries_of, text_of

URL = "/settings/limits/"


def own(directory):
    return f"/security/identity-providers/{directory.pk}/limits/"


@pytest.fixture
def filled(okta):
    UserRecordFactory.create_batch(3, directory=okta)
    GroupRecordFactory.create(directory=okta, display_name="Crew", member_count=2)
    return okta


def test_use_is_beside_each_limit(console, filled):
    text = main_of(console.get(URL))

    assert "Users of all identity providers of your organization 3 of 300,000" in text
    assert "The largest group, Crew 2 of 150,000" in text
    assert "The directory with the most groups, Okta prod 1 of 200,000" in text
    assert "Empty: the limit of this installation, 300,000." in text
    assert "Organization admins may change these limits." in text


def test_an_empty_organization_has_a_page_too(console):
    text = main_of(console.get(URL))

    assert "No group yet 0 of 150,000" in text


def test_other_limits_are_saved_and_recorded(console, organization):
    given = {"users": "500000", "members": "", "groups": "10"}

    answer = console.post(URL, given, follow=True)

    assert "Limits saved." in text_of(answer)
    organization.refresh_from_db()
    assert organization.limit_users == 500_000
    assert organization.limit_users_per_group is None
    assert organization.limit_groups_per_directory == 10
    event = AuditEvent.objects.get(action=Event.LIMITS_CHANGED)
    assert event.details == {
        "limit_users": [None, 500_000],
        "limit_groups_per_directory": [None, 10],
    }
    again = console.post(URL, given, follow=True)
    assert "Nothing was changed." in text_of(again)
    assert AuditEvent.objects.filter(action=Event.LIMITS_CHANGED).count() == 1


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "10000001"])
@pytest.mark.parametrize("of", ["organization", "directory"])
def test_mistakes_are_named_and_nothing_is_saved(
    console, organization, okta, value, of
):
    url = URL if of == "organization" else own(okta)

    answer = console.post(url, {"users": "5", "members": value, "groups": ""})

    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 10,000,000" in main_of(answer)
    organization.refresh_from_db()
    okta.refresh_from_db()
    assert organization.limit_users is okta.limit_users is None


def test_a_limit_below_the_use_is_said_to_remove_nobody(console, filled):
    answer = console.post(
        URL, {"users": "2", "members": "2", "groups": ""}, follow=True
    )

    text = main_of(answer)
    assert "More than the limit: what is there stays, and nothing is added." in text
    assert "The limit is reached: nothing is added." in text
    assert filled.userrecords.count() == 3


def test_a_directory_has_limits_of_its_own(console, organization, filled):
    organization.limit_groups_per_directory = 7
    organization.save()
    text = main_of(console.get(own(filled)))
    assert "Groups 1 of 7" in text
    assert "Empty: the limit of your organization, 7." in text

    console.post(own(filled), {"users": "", "members": "", "groups": "9"})

    filled.refresh_from_db()
    assert filled.limit_groups == 9
    event = AuditEvent.objects.get(action=Event.DIRECTORY_CHANGED)
    assert event.details == {"limit_groups": [None, 9]}
    page = f"/security/identity-providers/{filled.pk}/settings/"
    settings = main_of(console.get(page))
    assert "Groups 1 of 9" in settings
    assert "Change limits" in settings


def test_anothers_directory_is_not_there(console, foreign):
    assert console.get(own(foreign)).status_code == 404
    assert console.post(own(foreign), {}).status_code == 404


def test_others_may_not(site_admin, stranger, okta):
    for place in (URL, own(okta)):
        assert site_admin.get(place).status_code == 403
        assert site_admin.post(place, {}).status_code == 403
        assert stranger.get(place).status_code == 302


def test_the_number_of_queries_does_not_grow(console, organization, filled):
    one = queries_of(console, URL)
    for _ in range(4):
        directory = DirectoryFactory.create(organization=organization)
        GroupRecordFactory.create_batch(2, directory=directory)

    assert queries_of(console, URL) == one
