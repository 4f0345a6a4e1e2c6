"""Identity providers: the list, the choice of one, its name."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Directory
from tests.factories.directories import (
    ApiKeyFactory,
    DirectoryFactory,
    GroupRecordFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import main_of, queries_of

LIST = "/security/identity-providers/"
CHOOSE = f"{LIST}add/"


def add(client, provider="okta", name="Okta users"):
    return client.post(f"{CHOOSE}{provider}/", {"name": name})


def test_an_empty_list_offers_every_provider(console):
    answer = console.get(LIST)

    assert "Connect your identity provider" in main_of(answer)
    for value, label in Directory.Provider.choices:
        assert str(label) in main_of(answer)
        assert f"{CHOOSE}{value}/" in answer.content.decode()


def test_the_choice_offers_every_provider(console):
    answer = console.get(CHOOSE)

    for value in Directory.Provider.values:
        assert f"{CHOOSE}{value}/" in answer.content.decode()


def test_a_row_tells_counts_state_last_request_and_expiry(console, okta):
    ApiKeyFactory.create(
        directory=okta, last_used_at=timezone.now() - timedelta(minutes=5)
    )
    UserRecordFactory.create_batch(3, directory=okta)
    GroupRecordFactory.create_batch(2, directory=okta)

    text = main_of(console.get(LIST))

    assert "Okta prod Okta Active 3 2 5 minutes ago" in text


@pytest.mark.parametrize(
    ("left", "warning"),
    [
        (timedelta(days=31), None),
        (timedelta(days=23, hours=1), "23 days left"),
        (timedelta(days=1, hours=1), "1 day left"),
        (timedelta(days=-1), "Expired"),
    ],
)
def test_a_key_that_ends_soon_is_marked(console, okta, left, warning):
    ApiKeyFactory.create(directory=okta, expires_at=timezone.now() + left)

    text = main_of(console.get(LIST))

    if warning:
        assert warning in text
    else:
        assert "left" not in text


def test_a_revoked_key_counts_for_the_last_request_only(console, okta):
    now = timezone.now()
    ApiKeyFactory.create(directory=okta, revoked_at=now, last_used_at=now)

    text = main_of(console.get(LIST))

    assert "No key" in text
    assert "just now" in text


def test_directories_of_others_and_the_local_one_are_not_listed(
    console, okta, foreign, organization
):
    DirectoryFactory.create(organization=organization, local=True)

    text = main_of(console.get(LIST))

    assert "Okta prod" in text
    assert foreign.name not in text
    assert "Local directory" not in text


def test_many_rows_cost_no_more_queries(console, organization, okta):
    one = queries_of(console, LIST)
    for directory in DirectoryFactory.create_batch(10, organization=organization):
        ApiKeyFactory.create(directory=directory)
        UserRecordFactory.create(directory=directory)

    assert queries_of(console, LIST) == one


def test_a_named_directory_is_added_and_recorded(console, organization):
    answer = add(console, provider="google_cloud", name=" Everybody ")

    directory = organization.directories.get()
    assert answer["Location"] == f"{LIST}{directory.pk}/"
    assert (directory.name, directory.provider) == ("Everybody", "google_cloud")
    assert directory.state == "not_set_up"
    event = AuditEvent.objects.get(action=Event.DIRECTORY_ADDED)
    assert (event.actor_name, event.target_name) == ("Ada Admin", "Everybody")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("", "Enter a name for the directory."),
        ("   ", "Enter a name for the directory."),
        ("x" * 256, "at most 255 characters"),
        ("okta PROD", "Another directory of your organization has this name."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_a_name_that_does_not_do_is_told_beside_the_field(
    console, okta, organization, name, complaint
):
    answer = add(console, name=name)

    assert answer.status_code == 422
    assert complaint in main_of(answer)
    assert b'id="id_name_error"' in answer.content
    assert organization.directories.count() == 1


def test_the_same_name_in_another_organization_does_not_matter(console, foreign):
    assert add(console, name=foreign.name).status_code == 302


def test_an_unknown_provider_is_not_there(console):
    assert console.get(f"{CHOOSE}myspace/").status_code == 404


def test_a_directory_gets_another_name(console, okta):
    answer = console.post(f"{LIST}{okta.pk}/rename/", {"name": "Okta 2"})

    assert answer["Location"] == f"{LIST}{okta.pk}/"
    okta.refresh_from_db()
    assert (okta.name, okta.name_key) == ("Okta 2", "okta 2")
    assert AuditEvent.objects.filter(action=Event.DIRECTORY_CHANGED).count() == 1


def test_the_name_of_another_directory_is_refused(console, okta, fresh):
    answer = console.post(f"{LIST}{okta.pk}/rename/", {"name": "OKTA NEW"})

    assert answer.status_code == 422
    assert "has this name" in main_of(answer)
    assert "Okta prod" in main_of(answer)
    okta.refresh_from_db()
    assert okta.name == "Okta prod"


def test_its_own_name_in_other_letters_is_no_conflict(console, okta):
    answer = console.post(f"{LIST}{okta.pk}/rename/", {"name": "OKTA prod"})

    assert answer.status_code == 302
