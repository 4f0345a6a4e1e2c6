"""The API keys of an organization: made, shown once, revoked."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, OrganizationApiKey
from directories.services import api_keys, organization_api_keys
from directories.services.audit import SYSTEM
from tests.factories.directories import OrganizationApiKeyFactory
from tests.pages.provisioning.reading import main_of, queries_of, text_of

URL = "/settings/api-keys/"
ADD = f"{URL}add/"
TEXT = re.compile(r"rco_\w{12}_[\w-]+")


def make(console, **said):
    return console.post(ADD, {"name": "Nightly report", "lifetime": "365"} | said)


def text_in(page):
    (text,) = TEXT.findall(page.content.decode())
    return text


def days_left():
    return (OrganizationApiKey.objects.get().expires_at - timezone.now()).days


def opens(organization, text):
    return organization_api_keys.open_organization(
        organization_id=organization.pk, text=text, now=timezone.now()
    )


def revoke(console, key):
    url = reverse("directories:organization-api-key-revoke", args=[key.pk])
    return console.post(url, follow=True)


def test_without_keys_the_page_says_what_they_are_for(console, organization):
    page = main_of(console.get(URL))

    assert "No API keys" in page
    assert str(organization.pk) in page


def test_a_new_key_is_shown_once_and_works(console, organization):
    page = make(console)

    text = text_in(page)
    assert "no-store" in page["Cache-Control"]
    assert opens(organization, text).name == "Nightly report"
    assert days_left() in {364, 365}
    listed = console.get(URL)
    assert "Nightly report" in main_of(listed)
    assert "Never" in main_of(listed)
    assert not TEXT.search(listed.content.decode())


def test_only_the_digest_of_a_key_is_kept(console):
    text = text_in(make(console))

    kept = OrganizationApiKey.objects.values().get()
    assert text not in str(kept)


def test_making_a_key_is_noted_with_who_did_it(console, admin):
    make(console)

    event = AuditEvent.objects.get(action=Event.ORGANIZATION_KEY_CREATED)
    assert event.actor_id == str(admin.public_id)
    assert event.target_name == "Nightly report"


@pytest.mark.parametrize(("lifetime", "days"), [("7", 7), ("30", 30), ("90", 90)])
def test_shorter_lives_are_offered(console, lifetime, days):
    make(console, lifetime=lifetime)

    assert days_left() in {days - 1, days}


def test_the_last_day_can_be_chosen(console):
    day = timezone.now() + timedelta(days=20)

    make(console, lifetime="day", last_day=day.date().isoformat())

    assert OrganizationApiKey.objects.get().expires_at.date() == day.date()


@pytest.mark.parametrize("days", [-1, 367, None])
def test_a_last_day_that_cannot_be_is_explained(console, days):
    day = timezone.now() + timedelta(days=days or 0)
    last = "" if days is None else day.date().isoformat()

    answer = make(console, lifetime="day", last_day=last)

    assert answer.status_code == 422
    assert "last day" in text_of(answer) or "at most one year" in text_of(answer)
    assert not OrganizationApiKey.objects.exists()


@pytest.mark.parametrize(
    "said", [{"name": ""}, {"lifetime": "9999"}, {"lifetime": ""}, {"name": "x" * 300}]
)
def test_what_is_missing_or_wrong_makes_no_key(console, said):
    assert make(console, **said).status_code == 422
    assert not OrganizationApiKey.objects.exists()


def test_no_key_lives_longer_than_a_year(organization, admin):
    now = timezone.now()

    with pytest.raises(organization_api_keys.LifetimeError):
        organization_api_keys.create_key(
            organization,
            name="x",
            expires_at=now + timedelta(days=366),
            by=SYSTEM,
            now=now,
        )


def test_a_revoked_key_stops_at_once(console, organization):
    text = text_in(make(console))

    page = revoke(console, OrganizationApiKey.objects.get())

    assert "no longer works" in text_of(page)
    assert "Nightly report" not in main_of(console.get(URL))
    with pytest.raises(api_keys.WrongKeyError):
        opens(organization, text)
    assert AuditEvent.objects.filter(action=Event.ORGANIZATION_KEY_REVOKED).exists()


def test_revoking_twice_says_so(console, organization):
    key = OrganizationApiKeyFactory.create(organization=organization)
    revoke(console, key)

    assert "revoked already" in text_of(revoke(console, key))


def test_the_key_of_another_organization_does_not_exist(console, organization):
    key = OrganizationApiKeyFactory.create()

    assert revoke(console, key).status_code == 404
    assert key.name not in main_of(console.get(URL))
    key.refresh_from_db()
    assert key.revoked_at is None


def test_an_expired_key_is_marked(console, organization):
    OrganizationApiKeyFactory.create(
        organization=organization, expires_at=timezone.now() - timedelta(days=1)
    )

    assert "Expired" in main_of(console.get(URL))


def test_only_organization_admins_see_keys(site_admin):
    assert site_admin.get(URL).status_code == 403
    assert site_admin.get(ADD).status_code == 403
    assert site_admin.post(ADD, {"name": "x"}).status_code == 403
    revoked = reverse("directories:organization-api-key-revoke", args=[uuid.uuid4()])
    assert site_admin.post(revoked).status_code == 403


def test_looking_writes_nothing(console, organization, no_writes):
    OrganizationApiKeyFactory.create(organization=organization)

    with no_writes():
        assert console.get(URL).status_code == 200
        assert console.get(ADD).status_code == 200


def test_the_number_of_queries_does_not_grow(console, organization):
    OrganizationApiKeyFactory.create(organization=organization)
    one = queries_of(console, URL)
    OrganizationApiKeyFactory.create_batch(20, organization=organization)

    assert queries_of(console, URL) == one
