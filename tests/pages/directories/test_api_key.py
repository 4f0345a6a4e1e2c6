"""A new key: what the confirmation promises is what happens."""

import pytest

from directories.events import Event
from directories.models import AuditEvent
from directories.services import directories
from directories.services.audit import SYSTEM
from tests.factories.directories import GroupRecordFactory, UserRecordFactory
from tests.pages.provisioning.reading import main_of, text_of


@pytest.fixture
def key_text(fresh):
    """Return the text of the key of a directory that was just set up."""
    return directories.set_up_provisioning(
        directory=fresh, by=SYSTEM, now=fresh.created_at.now(fresh.created_at.tzinfo)
    )[1]


def url_of(directory):
    return f"/security/identity-providers/{directory.pk}/regenerate-api-key/"


def regenerate(client, directory):
    """Press the button of the directory's page."""
    key = directory.api_keys.filter(revoked_at=None).get()
    return client.post(url_of(directory), {"former": key.prefix})


def status_with(client, directory, text):
    return client.get(
        f"/scim/directory/{directory.pk}/Users",
        headers={"Authorization": f"Bearer {text}"},
    ).status_code


def test_the_confirmation_says_what_happens(console, fresh, key_text):
    UserRecordFactory.create_batch(2, directory=fresh)
    GroupRecordFactory.create(directory=fresh)

    text = text_of(console.get(f"/security/identity-providers/{fresh.pk}/"))

    assert "Regenerating a new API key will disable the existing key." in text
    assert "These are not touched: 2 users and 1 group" in text
    assert "Syncing pauses until the new key is saved in Okta." in text


def test_the_new_key_is_shown_and_the_old_one_stops(console, client, fresh, key_text):
    assert status_with(client, fresh, key_text) == 200

    answer = regenerate(console, fresh)

    new = answer.context["api_key"]
    assert new in answer.content.decode()
    assert "the former key stopped working" in main_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert status_with(client, fresh, key_text) == 401
    assert status_with(client, fresh, new) == 200


def test_the_new_key_is_shown_once(console, fresh, key_text):
    new = regenerate(console, fresh).context["api_key"]

    again = console.get(url_of(fresh), follow=True)

    assert new not in again.content.decode()
    assert fresh.api_keys.filter(revoked_at=None).count() == 1


def test_the_confirmation_names_the_key_that_ends(console, fresh, key_text):
    page = console.get(f"/security/identity-providers/{fresh.pk}/").content.decode()

    prefix = fresh.api_keys.get().prefix
    assert f'name="former" value="{prefix}"' in " ".join(page.split())


def test_a_reload_does_not_end_the_key_that_was_just_copied(
    console, client, fresh, key_text
):
    former = fresh.api_keys.get().prefix
    new = console.post(url_of(fresh), {"former": former}).context["api_key"]

    again = console.post(url_of(fresh), {"former": former}, follow=True)

    assert again.redirect_chain[-1][0].endswith(f"/{fresh.pk}/")
    assert "The key was shown once." in text_of(again)
    assert status_with(client, fresh, new) == 200
    assert fresh.api_keys.count() == 2


def test_a_directory_without_a_key_gets_one(console, fresh, key_text):
    fresh.api_keys.update(revoked_at=fresh.created_at)

    answer = console.post(url_of(fresh), {"former": ""})

    assert answer.context["api_key"]


def test_it_is_recorded(console, fresh, key_text):
    regenerate(console, fresh)

    events = AuditEvent.objects.filter(actor_name="Ada Admin")
    assert set(events.values_list("action", flat=True)) == {
        Event.SCIM_KEY_REVOKED,
        Event.SCIM_KEY_CREATED,
        Event.SCIM_KEY_ROTATED,
    }


def test_what_is_not_set_up_gets_no_key(console, fresh):
    answer = console.post(url_of(fresh), follow=True)

    assert "Set up user provisioning first." in answer.content.decode()
    assert not fresh.api_keys.exists()
