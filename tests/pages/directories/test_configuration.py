"""The deletion of user provisioning: said in numbers, confirmed by the name."""

import uuid

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Job, LinkState, Removal
from tests.factories.directories import (
    AccountFactory,
    ApiKeyFactory,
    GroupRecordFactory,
    MemberFactory,
    TroubleshootingEntryFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import main_of


def url_of(directory):
    return f"/security/identity-providers/{directory.pk}/delete-configuration/"


@pytest.fixture
def key(okta):
    return ApiKeyFactory.create(directory=okta)


@pytest.fixture
def woken(monkeypatch):
    """Return the ids of jobs that a worker was told of."""
    ids: list[uuid.UUID] = []
    monkeypatch.setattr("directories.views.configuration.wake", ids.append)
    return ids


def test_it_says_in_numbers_what_changes(console, okta, key):
    UserRecordFactory.create_batch(3, directory=okta, linked=True)
    UserRecordFactory.create(directory=okta)
    GroupRecordFactory.create(
        directory=okta, link_state=LinkState.LINKED, member_count=7
    )
    for state in ("held", "applied"):
        Removal.objects.create(
            directory=okta, at=timezone.now(), kind="deleted", state=state
        )

    text = main_of(console.get(url_of(okta)))

    assert "3 users become local" in text
    assert "1 group becomes local" in text
    assert "Pushed but never linked, and forgotten: 1 user and 0 groups" in text
    assert "7 memberships stay." in text
    assert "1 removal that the mass-change guard holds is not carried out." in text
    assert "1 API key stops at once." in text
    assert "Type Okta prod to confirm" in text


def test_the_typed_name_closes_the_directory_and_starts_the_job(
    console, okta, key, woken
):
    TroubleshootingEntryFactory.create(directory=okta)
    UserRecordFactory.create(directory=okta, linked=True)

    answer = console.post(url_of(okta), {"confirmation": " Okta prod "})

    assert answer["Location"] == f"/security/identity-providers/{okta.pk}/"
    okta.refresh_from_db()
    key.refresh_from_db()
    assert okta.state == "deleting"
    assert key.revoked_at is not None
    assert woken == [Job.objects.get(kind="directory-release").pk]
    assert okta.troubleshooting_entries.count() == 1
    event = AuditEvent.objects.get(action=Event.SCIM_DIRECTORY_DELETED)
    assert event.details["users"] == 1


def test_the_page_after_it_shows_the_bar(console, okta, key, woken):
    answer = console.post(url_of(okta), {"confirmation": "Okta prod"}, follow=True)

    assert "Making the users and groups of Okta prod local" in main_of(answer)


@pytest.mark.parametrize("typed", ["", "okta prod", "Okta", None])
def test_another_name_deletes_nothing(console, okta, key, woken, typed):
    answer = console.post(
        url_of(okta), {} if typed is None else {"confirmation": typed}
    )

    assert answer.status_code == 422
    assert "Type the name of the directory exactly" in main_of(answer)
    okta.refresh_from_db()
    assert okta.state == "active"
    assert woken == []


@pytest.mark.parametrize("state", ["deleting", "not_set_up"])
def test_there_is_nothing_to_delete_twice(console, okta, woken, state):
    okta.state = state
    okta.save()

    for answer in (
        console.get(url_of(okta)),
        console.post(url_of(okta), {"confirmation": "Okta prod"}),
    ):
        assert answer["Location"] == f"/security/identity-providers/{okta.pk}/"
    assert not Job.objects.exists()


def test_a_worker_makes_everything_local_and_the_directory_fresh(console, okta, key):
    account = AccountFactory.create()
    UserRecordFactory.create(directory=okta, linked=True, account=account)

    console.post(url_of(okta), {"confirmation": "Okta prod"})

    okta.refresh_from_db()
    account.refresh_from_db()
    assert okta.state == "not_set_up"
    assert not okta.userrecords.exists()
    assert account.status == "active"
    assert Job.objects.get().state == "done"


def test_a_stop_of_the_guard_ends_with_it(console, okta, key):
    okta.guard_stopped_at = timezone.now()
    okta.save()
    account = AccountFactory.create()
    record = UserRecordFactory.create(
        directory=okta, linked=True, account=account, active=False
    )
    held = Removal.objects.create(
        directory=okta,
        at=timezone.now(),
        kind="deactivated",
        state="held",
        user_key=record.pk,
        account_key=account.pk,
    )

    console.post(url_of(okta), {"confirmation": "Okta prod"})

    okta.refresh_from_db()
    held.refresh_from_db()
    account.refresh_from_db()
    assert okta.guard_stopped_at is None
    assert held.state == "discarded"
    assert account.status == "active"


def test_the_person_page_says_why_the_account_is_local(console, organization, okta):
    member = MemberFactory.create(organization=organization, directory=okta)

    console.post(url_of(okta), {"confirmation": "Okta prod"})

    page = f"/directory/users/{member.account.public_id}/"
    text = main_of(console.get(page))
    assert "Okta prod provisioned this person until" in text
    assert "User provisioning of Okta prod was deleted." in text
