"""The wizard: a key shown once, instructions of the provider, the first sync."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from directories.events import Event
from directories.models import ApiKey, AuditEvent, Directory, LinkState
from tests.factories.directories import (
    AccountFactory,
    ApiKeyFactory,
    DirectoryFactory,
    DomainFactory,
    GroupRecordFactory,
    TroubleshootingEntryFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import fragment, main_of, markup_of, queries_of

INSTRUCTED = {
    "okta": ["Base URL", "API Token", "Push Groups", "Create Users"],
    "entra": ["Tenant URL", "Secret Token", "Test Connection", "externalId"],
    "google_workspace": ["Autoprovisioning", "Access token"],
    "google_cloud": ["Autoprovisioning", "Cloud Identity"],
    "onelogin": ["SCIM Base URL", "SCIM Bearer Token"],
    "ping_federate": ["SCIM URL", "Access Token", "Outbound Provisioning"],
    "jumpcloud": ["Base URL", "Token Key", "Test Connection"],
    "cisco_duo": ["Duo Admin Panel"],
    "cyberark": ["Web Apps", "Role Mappings"],
    "other": ["application/scim+json", "Authorization: Bearer"],
}


def url_of(directory, more=""):
    return f"/security/identity-providers/{directory.pk}/set-up/{more}"


@pytest.fixture
def opened(okta):
    """Return a directory that waits for its first request, with its key."""
    ApiKeyFactory.create(directory=okta, created_at=timezone.now())
    return okta


def scim_base_url(directory):
    return f"http://testserver/scim/directory/{directory.pk}"


def test_before_one_begins_the_verified_domains_are_listed(
    console, fresh, organization
):
    DomainFactory.create(organization=organization, name="acme.example")
    DomainFactory.create(organization=organization, name="no.example", unverified=True)

    text = main_of(console.get(url_of(fresh)))

    assert "Your organization has verified domains acme.example" in text
    assert "no.example" not in text
    assert "Start with a test group" in text
    assert "must be assigned again" in text


def test_without_a_verified_domain_it_says_what_that_means(console, fresh):
    assert "external accounts" in main_of(console.get(url_of(fresh)))


def test_looking_at_the_first_step_opens_nothing(console, fresh):
    console.get(url_of(fresh))
    console.get(url_of(fresh, "?step=first-sync"))

    fresh.refresh_from_db()
    assert fresh.state == "not_set_up"
    assert not ApiKey.objects.exists()


def test_the_credentials_are_shown_and_work(console, client, fresh):
    answer = console.post(url_of(fresh))

    text = answer.context["api_key"]
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="api-key" value="{text}"' in " ".join(page.split())
    assert f'value="{scim_base_url(fresh)}"' in page
    assert "show the API key to you again" in page
    key = fresh.api_keys.get()
    assert f"Expires on {key.expires_at.day} {key.expires_at:%b %Y}" in page
    users = client.get(
        f"/scim/directory/{fresh.pk}/Users", headers={"Authorization": f"Bearer {text}"}
    )
    assert users.status_code == 200


def test_the_answer_with_the_key_is_kept_nowhere(console, fresh):
    answer = console.post(url_of(fresh))

    assert "no-store" in answer["Cache-Control"]
    text = answer.context["api_key"]
    assert text not in str(dict(console.session))
    assert text not in str(list(AuditEvent.objects.values()))


def test_the_key_is_never_shown_again(console, fresh):
    text = console.post(url_of(fresh)).context["api_key"]

    for more in ("", "?step=copy", "?step=configure", "?step=first-sync"):
        assert text not in console.get(url_of(fresh, more)).content.decode()
    answer = console.get(url_of(fresh))
    assert f"rck_{fresh.api_keys.get().prefix}" in main_of(answer)
    assert "Regenerate API key" in main_of(answer)


def test_sending_the_form_twice_makes_one_key(console, fresh):
    console.post(url_of(fresh))

    answer = console.post(url_of(fresh))

    assert answer["Location"] == url_of(fresh)
    assert fresh.api_keys.count() == 1


def test_the_set_up_is_recorded(console, fresh):
    console.post(url_of(fresh))

    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert actions == {Event.SCIM_DIRECTORY_CREATED, Event.SCIM_KEY_CREATED}


def test_while_the_configuration_is_deleted_there_is_no_wizard(console, okta):
    okta.state = "deleting"
    okta.save()

    assert console.get(url_of(okta))["Location"].endswith(f"{okta.pk}/")


@pytest.mark.parametrize("provider", Directory.Provider.values)
def test_each_provider_has_instructions_with_its_own_words(
    console, organization, provider
):
    directory = DirectoryFactory.create(
        organization=organization, provider=provider, fresh=True
    )

    shown = console.post(url_of(directory))
    later = console.get(url_of(directory, "?step=configure"))

    for label in INSTRUCTED[provider]:
        assert label in main_of(shown)
        assert label in main_of(later)
    assert main_of(shown).count(shown.context["api_key"]) >= 1
    assert scim_base_url(directory) in main_of(later)
    assert "the API key you copied" in main_of(later)


def test_the_last_step_waits_and_asks_again(console, opened):
    page = console.get(url_of(opened, "?step=first-sync"))

    assert "Waiting for Okta to call" in main_of(page)
    assert f'hx-get="{url_of(opened, "arrivals/")}?seen=' in page.content.decode()
    assert "Nothing yet?" not in main_of(page)


def test_after_a_while_it_says_what_may_be_wrong(console, opened):
    with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=False):
        text = main_of(console.get(url_of(opened, "?step=first-sync")))

    assert "Nothing yet?" in text
    assert "Were the address and the key pasted whole?" in text


def test_the_first_request_is_seen_to_arrive(console, client, fresh):
    text = console.post(url_of(fresh)).context["api_key"]
    before = fragment(console, url_of(fresh, "arrivals/"))

    client.get(
        f"/scim/directory/{fresh.pk}/Users?startIndex=1&count=2",
        headers={"Authorization": f"Bearer {text}", "User-Agent": "Okta SCIM Client"},
    )

    after = fragment(console, url_of(fresh, "arrivals/")).content.decode()
    assert "Waiting for Okta" in before.content.decode()
    assert "First request arrived at" in after
    assert f"GET /scim/directory/{fresh.pk}/Users?startIndex=1&amp;count=2" in after
    assert "Okta SCIM Client" in after
    assert "Waiting for the first people" in after


def test_a_cleared_log_does_not_hide_the_first_request(console, opened):
    opened.first_request_at = timezone.now()
    opened.save()

    text = fragment(console, url_of(opened, "arrivals/")).content.decode()

    assert "First request arrived at" in text


def test_the_first_request_of_a_former_set_up_is_not_taken_for_this_one(
    console, opened
):
    long_ago = timezone.now() - timedelta(days=3)
    TroubleshootingEntryFactory.create(
        directory=opened, kind="first_request", subject_name="Former", at=long_ago
    )
    opened.first_request_at = timezone.now()
    opened.save()

    page = fragment(console, url_of(opened, "arrivals/")).content.decode()

    assert "Former" not in page


def test_the_latest_people_and_groups_are_shown_with_their_state(console, opened):
    opened.first_request_at = timezone.now()
    opened.save()
    UserRecordFactory.create_batch(4, directory=opened)
    UserRecordFactory.create(
        directory=opened,
        link_state=LinkState.LINKED,
        account=AccountFactory.create(name="Eva Larsen"),
    )
    UserRecordFactory.create(directory=opened, user_name="held", link_state="held")
    GroupRecordFactory.create_batch(4, directory=opened)

    found = fragment(console, url_of(opened, "arrivals/"))
    page = " ".join(found.content.decode().split())

    assert "6 users and 4 groups" in page
    assert "Eva Larsen" in page
    assert "Waiting for review" in page
    assert page.count("<tr>") == 1 + 5 + 3


def test_the_fragment_is_the_same_as_on_the_page(console, opened):
    UserRecordFactory.create(directory=opened)
    opened.first_request_at = timezone.now()
    opened.save()

    part = fragment(console, url_of(opened, "arrivals/"))

    page = console.get(url_of(opened, "?step=first-sync"))
    assert markup_of(part) in markup_of(page)


def test_nothing_new_is_answered_with_nothing(console, opened):
    seen = console.get(url_of(opened, "?step=first-sync")).context["seen"]

    same = fragment(console, url_of(opened, f"arrivals/?seen={seen}"))
    UserRecordFactory.create(directory=opened)
    other = fragment(console, url_of(opened, f"arrivals/?seen={seen}"))

    assert (same.status_code, other.status_code) == (204, 200)


def test_the_fragments_address_opened_by_hand_leads_to_the_page(console, opened):
    answer = console.get(url_of(opened, "arrivals/"))

    assert answer["Location"] == url_of(opened, "?step=first-sync")


def test_many_arrivals_cost_no_more_queries(console, opened):
    opened.first_request_at = timezone.now()
    opened.save()
    UserRecordFactory.create(directory=opened, linked=True)
    one = queries_of(console, url_of(opened, "?step=first-sync"))
    UserRecordFactory.create_batch(10, directory=opened, linked=True)
    GroupRecordFactory.create_batch(10, directory=opened)

    assert queries_of(console, url_of(opened, "?step=first-sync")) == one
