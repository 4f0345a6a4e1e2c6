"""The page of a directory: how provisioning goes, what to look after, work."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Job, LinkState
from tests.factories.directories import (
    AccountFactory,
    ApiKeyFactory,
    DirectoryFactory,
    DomainFactory,
    GroupRecordFactory,
    JobFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import (
    fragment,
    is_part_of_page,
    main_of,
    markup_of,
    queries_of,
)


def url_of(directory, more=""):
    return f"/security/identity-providers/{directory.pk}/{more}"


@pytest.fixture
def key(okta):
    return ApiKeyFactory.create(directory=okta)


@pytest.fixture
def woken(monkeypatch):
    """Return the ids of jobs that a worker was told of."""
    ids: list[uuid.UUID] = []
    monkeypatch.setattr("directories.views.directory.wake", ids.append)
    return ids


def test_what_is_not_set_up_is_explained(console, fresh):
    answer = console.get(url_of(fresh))

    assert "Set up user provisioning" in main_of(answer)
    assert "Not set up" in main_of(answer)
    assert "Sync now" not in main_of(answer)
    assert url_of(fresh, "set-up/") in answer.content.decode()


def test_records_are_counted_by_state(console, okta, key):
    for state, count in (("linked", 4), ("paused", 3)):
        for _ in range(count):
            account = AccountFactory.create()
            UserRecordFactory.create(directory=okta, link_state=state, account=account)
    UserRecordFactory.create_batch(2, directory=okta, link_state=LinkState.HELD)
    UserRecordFactory.create(directory=okta)
    GroupRecordFactory.create(directory=okta, link_state=LinkState.HELD)

    text = main_of(console.get(url_of(okta)))

    for words in (
        "Users 10 Groups 1 Linked 4 Paused 3",
        "Users waiting for review 2",
        "Users not linked 1",
        "Groups waiting for review 1",
    ):
        assert words in text


def test_address_key_and_links_are_shown_but_never_the_digest(console, okta, key):
    page = console.get(url_of(okta)).content.decode()

    assert f"http://testserver/scim/directory/{okta.pk}" in page
    assert f"rck_{key.prefix}…" in page
    assert key.digest not in page
    for link in (
        f"/directory/users/?directory={okta.pk}",
        f"/directory/groups/?directory={okta.pk}",
        url_of(okta, "troubleshooting-log/"),
        url_of(okta, "delete-configuration/"),
    ):
        assert link in page


def test_counts_of_another_directory_stay_out(console, okta, key, organization):
    other = DirectoryFactory.create(organization=organization)
    UserRecordFactory.create_batch(3, directory=other)

    assert "Users 0 Groups 0" in main_of(console.get(url_of(okta)))


@pytest.mark.parametrize(
    ("days", "notice"),
    [(23, "API key expires in 23 days"), (1, "API key expires in 1 day Regenerate")],
)
def test_a_key_that_ends_soon_is_announced(console, okta, days, notice):
    left = timedelta(days=days, hours=1)
    ApiKeyFactory.create(directory=okta, expires_at=timezone.now() + left)

    assert notice in main_of(console.get(url_of(okta)))


def test_an_expired_key_is_announced(console, okta):
    ApiKeyFactory.create(directory=okta, expires_at=timezone.now())

    assert "The API key has ended" in main_of(console.get(url_of(okta)))


def test_before_the_first_request_the_page_says_what_to_do(console, okta, key):
    text = main_of(console.get(url_of(okta)))

    assert "Waiting for the first request" in text
    assert "Watch the first sync" in text


def test_connected_without_people_says_what_may_be_wrong(console, okta, key):
    okta.first_request_at = timezone.now()
    okta.save()

    text = main_of(console.get(url_of(okta)))

    assert "Connected, no people since" in text
    assert "Were people assigned before provisioning was set up?" in text


def test_verified_domains_are_shown_with_what_they_are_linked_to(
    console, okta, key, organization
):
    other = DirectoryFactory.create(organization=organization, name="Entra")
    DomainFactory.create(organization=organization, name="a.example", directory=okta)
    DomainFactory.create(organization=organization, name="b.example", directory=other)
    DomainFactory.create(organization=organization, name="c.example")
    DomainFactory.create(organization=organization, name="d.example", unverified=True)

    text = main_of(console.get(url_of(okta)))

    assert "a.example Linked to this directory" in text
    assert "b.example Linked to Entra" in text
    assert "c.example Verified, not linked" in text
    assert "d.example" not in text


def test_a_directory_that_is_being_deleted_offers_nothing(console, okta, key):
    okta.state = "deleting"
    okta.save()
    JobFactory.create(
        directory=okta, kind="directory-release", label=okta.name, total=100
    )

    text = main_of(console.get(url_of(okta)))

    assert "Deleting configuration" in text
    assert "Making the users and groups of Okta prod local" in text
    for action in ("Sync now", "Regenerate", "Set up user", "Edit", "Try again"):
        assert action not in text


def test_sync_now_queues_one_job_and_wakes_a_worker(console, okta, key, woken):
    answer = console.post(url_of(okta, "sync/"))
    console.post(url_of(okta, "sync/"))

    assert answer["Location"] == url_of(okta)
    job = Job.objects.get()
    assert (job.kind, job.target) == ("directory-reconcile", str(okta.pk))
    assert woken == [job.pk, job.pk]
    assert AuditEvent.objects.filter(action=Event.SCIM_SYNC_STARTED).exists()


def test_what_is_not_set_up_is_not_synced(console, fresh, woken):
    answer = console.post(url_of(fresh, "sync/"), follow=True)

    assert "Set up user provisioning first." in answer.content.decode()
    assert woken == []
    assert not Job.objects.exists()


def test_a_failed_deletion_can_be_tried_again(console, okta, woken):
    okta.state = "deleting"
    okta.save()
    UserRecordFactory.create_batch(2, directory=okta)
    JobFactory.create(
        directory=okta,
        kind="directory-release",
        state="failed",
        error="OperationalError: gone",
        finished_at=timezone.now(),
    )
    text = main_of(console.get(url_of(okta)))
    assert "OperationalError: gone" in text
    assert "Try again" in text

    console.post(url_of(okta, "sync/"))

    job = Job.objects.get(state="queued")
    assert (job.kind, job.total) == ("directory-release", 2)
    assert woken == [job.pk]


def test_a_failure_made_good_is_no_longer_shown(console, okta, key):
    now = timezone.now()
    failed = {"directory": okta, "state": "failed", "finished_at": now}
    JobFactory.create(target="1", label="Old", created_at=now, **failed)
    JobFactory.create(target="2", label="Other", created_at=now, **failed)
    later = now + timedelta(minutes=1)
    JobFactory.create(directory=okta, target="1", state="done", created_at=later)

    text = main_of(console.get(url_of(okta)))

    assert "Syncing members of Other" in text
    assert "Syncing members of Old" not in text


def test_a_comparison_of_everything_makes_every_failure_good(console, okta, key):
    now = timezone.now()
    JobFactory.create(directory=okta, state="failed", created_at=now, finished_at=now)
    JobFactory.create(
        directory=okta,
        kind="directory-reconcile",
        state="done",
        created_at=now + timedelta(minutes=1),
    )

    assert "Background work" not in main_of(console.get(url_of(okta)))


def test_many_jobs_are_shown_as_five_and_a_number(console, okta, key):
    JobFactory.create_batch(8, directory=okta)

    answer = console.get(url_of(okta))

    assert "3 more jobs wait." in main_of(answer)
    assert answer.content.decode().count("<progress") == 5


def test_the_fragment_is_the_same_as_on_the_page(console, okta, key):
    JobFactory.create(directory=okta)
    UserRecordFactory.create(directory=okta)

    assert is_part_of_page(console, url_of(okta))


def test_the_bar_on_the_page_is_the_jobs_own_fragment(console, okta, key):
    job = JobFactory.create(directory=okta, state="running", done=41, total=120, run=1)

    part = fragment(console, f"/jobs/{job.pk}/?page=directory")

    assert "41 of 120" in main_of(console.get(url_of(okta)))
    assert markup_of(part) in markup_of(console.get(url_of(okta)))


def test_more_records_jobs_and_domains_cost_no_more_queries(console, okta, key):
    one = queries_of(console, url_of(okta))
    UserRecordFactory.create_batch(20, directory=okta)
    GroupRecordFactory.create_batch(20, directory=okta)
    JobFactory.create_batch(5, directory=okta)
    DomainFactory.create_batch(5, organization=okta.organization, directory=okta)

    assert queries_of(console, url_of(okta)) == one


def test_a_provider_without_a_name_is_called_yours(console, organization):
    directory = DirectoryFactory.create(
        organization=organization, provider="other", fresh=True
    )

    text = main_of(console.get(url_of(directory)))
    wizard = main_of(console.get(url_of(directory, "set-up/")))

    assert "groups of your identity provider sync" in text
    assert "Your identity provider creates, updates" in text
    assert "Configure your identity provider" in wizard


def test_the_last_comparison_is_told(console, okta, key):
    assert "Last compared Never" in main_of(console.get(url_of(okta)))
    for hour in (3, 2):
        JobFactory.create(
            directory=okta,
            kind="directory-reconcile",
            state="done",
            target=str(hour),
            finished_at=datetime(2026, 11, 22, hour, 32, tzinfo=UTC),
        )

    text = main_of(console.get(url_of(okta)))

    assert "Last compared 22 Nov 2026, 03:32 UTC" in text
    assert "compares every group with what the identity provider last sent" in text
