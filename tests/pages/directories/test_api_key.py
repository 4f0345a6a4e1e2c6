"""A new key: what the confirmation promises is what happens."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

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
    assert "At once In 1 hour In 1 day In 7 days In 30 days" in text
    assert "Save it in Okta before the existing key ends" in text


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


@pytest.mark.parametrize(
    ("overlap", "hours"), [("hour", 1), ("day", 24), ("week", 168), ("month", 720)]
)
def test_the_former_key_goes_on_for_as_long_as_was_chosen(
    console, client, fresh, key_text, overlap, hours
):
    start = datetime.now(UTC)
    former = fresh.api_keys.get().prefix

    answer = console.post(url_of(fresh), {"former": former, "overlap": overlap})

    new = answer.context["api_key"]
    assert f"the former key rck_{former}… goes on until" in main_of(answer)
    with time_machine.travel(start + timedelta(hours=hours - 0.1)):
        assert status_with(client, fresh, key_text) == 200
        assert status_with(client, fresh, new) == 200
    with time_machine.travel(start + timedelta(hours=hours + 0.1)):
        assert status_with(client, fresh, key_text) == 401
        assert status_with(client, fresh, new) == 200


@pytest.mark.parametrize("overlap", ["now", "", "x", None])
def test_what_is_no_choice_ends_the_former_key_at_once(
    console, client, fresh, key_text, overlap
):
    given = {"former": fresh.api_keys.get().prefix, "overlap": overlap}

    console.post(url_of(fresh), {k: v for k, v in given.items() if v is not None})

    assert status_with(client, fresh, key_text) == 401


def test_a_key_never_goes_on_beyond_its_own_end(console, fresh, key_text):
    end = datetime.now(UTC) + timedelta(days=3)
    fresh.api_keys.update(expires_at=end)

    console.post(
        url_of(fresh), {"former": fresh.api_keys.get().prefix, "overlap": "month"}
    )

    assert fresh.api_keys.order_by("created_at").first().expires_at == end


def test_there_are_two_live_keys_at_the_most(console, client, fresh, key_text):
    texts = [key_text]
    for _ in range(3):
        newest = fresh.api_keys.order_by("-created_at").first().prefix
        answer = console.post(url_of(fresh), {"former": newest, "overlap": "week"})
        texts.append(answer.context["api_key"])

    assert fresh.api_keys.live(datetime.now(UTC)).count() == 2
    statuses = [status_with(client, fresh, text) for text in texts]
    assert statuses == [401, 401, 200, 200]
    page = text_of(console.get(f"/security/identity-providers/{fresh.pk}/"))
    assert "which was replaced before, ends at once" in page


def test_a_replaced_key_that_has_ended_is_told_so(console, client, fresh, key_text):
    former = fresh.api_keys.get().prefix
    console.post(url_of(fresh), {"former": former, "overlap": "hour"})

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2)):
        answer = client.get(
            f"/scim/directory/{fresh.pk}/Users",
            headers={"Authorization": f"Bearer {key_text}"},
        )

    assert answer.status_code == 401
    assert "was replaced by another one" in answer.json()["detail"]
    entry = fresh.troubleshooting_entries.get()
    assert entry.kind == "replaced_key"
    assert "Save the new key" in entry.advice


def key_page(key, end=""):
    return f"/security/identity-providers/{key.directory_id}/api-keys/{key.pk}/{end}"


def test_the_page_lists_both_keys(console, client, fresh, key_text):
    status_with(client, fresh, key_text)
    old = fresh.api_keys.get()
    console.post(url_of(fresh), {"former": old.prefix, "overlap": "week"})
    new = fresh.api_keys.order_by("-created_at").first()

    text = main_of(console.get(f"/security/identity-providers/{fresh.pk}/"))

    assert text.index(f"rck_{new.prefix}… New") < text.index(
        f"rck_{old.prefix}… Replaced"
    )
    assert "by Ada Admin" in text
    assert "The new API key has not been used yet" in text
    assert text.count("End now") == text.count("Change end date") == 2


def test_a_key_is_ended_at_once(console, client, fresh, key_text):
    key = fresh.api_keys.get()

    answer = console.post(key_page(key, "end/"), follow=True)

    assert f"The key rck_{key.prefix} has ended." in text_of(answer)
    assert "The API key has ended" in text_of(answer)
    assert status_with(client, fresh, key_text) == 401
    again = console.post(key_page(key, "end/"), follow=True)
    assert "had ended already" in text_of(again)


def test_the_confirmation_of_an_end_says_what_stops(console, fresh, key_text):
    text = text_of(console.get(f"/security/identity-providers/{fresh.pk}/"))

    assert "It is the only key: nothing is synced until a new one" in text


def test_the_end_is_moved(console, fresh, key_text):
    key = fresh.api_keys.get()
    fresh.api_keys.update(reminded_days=30)
    day = (datetime.now(UTC) + timedelta(days=20)).date()

    answer = console.post(key_page(key), {"ends_on": f"{day}"}, follow=True)

    key.refresh_from_db()
    assert key.expires_at.date() == day
    assert key.reminded_days is None
    assert "ends on" in text_of(answer)
    event = AuditEvent.objects.get(action=Event.SCIM_KEY_CHANGED)
    assert event.details["change"][1] == key.expires_at.isoformat()


@pytest.mark.parametrize("days", [-1, 366])
def test_an_end_out_of_range_is_refused(console, fresh, key_text, days):
    key = fresh.api_keys.get()
    day = (datetime.now(UTC) + timedelta(days=days)).date()

    answer = console.post(key_page(key), {"ends_on": f"{day}"})

    assert answer.status_code == 422
    assert "Choose a day from" in text_of(answer)
    assert fresh.api_keys.get().expires_at == key.expires_at


def test_an_ended_key_has_no_end_to_move(console, fresh, key_text):
    fresh.api_keys.update(expires_at=fresh.created_at)

    answer = console.get(key_page(fresh.api_keys.get()), follow=True)

    assert "This key has ended." in text_of(answer)


def test_anothers_key_is_not_there(console, fresh, foreign):
    key = foreign.api_keys.get()
    for directory in (fresh, foreign):
        place = f"/security/identity-providers/{directory.pk}/api-keys/{key.pk}/"
        assert console.get(place).status_code == 404
        assert console.post(f"{place}end/").status_code == 404
