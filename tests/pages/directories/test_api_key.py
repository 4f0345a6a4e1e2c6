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

    answer = console.post(url_of(fresh))

    new = answer.context["api_key"]
    assert new in answer.content.decode()
    assert "the former key stopped working" in main_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert status_with(client, fresh, key_text) == 401
    assert status_with(client, fresh, new) == 200


def test_the_new_key_is_shown_once(console, fresh, key_text):
    new = console.post(url_of(fresh)).context["api_key"]

    again = console.get(url_of(fresh), follow=True)

    assert new not in again.content.decode()
    assert fresh.api_keys.filter(revoked_at=None).count() == 1


def test_it_is_recorded(console, fresh, key_text):
    console.post(url_of(fresh))

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
