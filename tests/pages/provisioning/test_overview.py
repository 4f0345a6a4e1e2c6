"""The first page: what needs attention, what goes on, how much there is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from directories.events import Event
from directories.models import Job, LinkState, Member
from tests.factories.directories import (
    LONG_AGO,
    ApiKeyFactory,
    AuditEventFactory,
    DirectoryFactory,
    GroupRecordFactory,
    JobFactory,
    MemberFactory,
    TroubleshootingEntryFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory
from tests.pages.provisioning.reading import main_of, queries_of, text_of

URL = "/"
CALM = "Nothing needs your attention."


@pytest.fixture
def quiet(organization, okta):
    """Return a directory that works: it has a key and was in touch."""
    okta.first_request_at = datetime.now(UTC)
    okta.save()
    ApiKeyFactory.create(directory=okta)
    return okta


def in_days(days):
    return datetime.now(UTC) + timedelta(days=days)


def test_a_fresh_organization_is_led_to_its_first_provider(console):
    page = console.get(URL)

    assert "Connect your identity provider" in main_of(page)
    assert "Add identity provider" in main_of(page)
    assert reverse("directories:directory-choose") in page.content.decode()
    assert CALM not in main_of(page)


def test_all_is_well(console, quiet):
    assert CALM in main_of(console.get(URL))


def test_the_figures_lead_to_the_lists(console, organization, quiet):
    MemberFactory.create(organization=organization, status=Member.Status.DEACTIVATED)
    GroupFactory.create_batch(3, organization=organization)

    page = console.get(URL)

    assert "Users 2 Active users 1 Groups 3 Identity providers 1" in main_of(page)
    for name in ("user-list", "group-list"):
        assert reverse(f"provisioning:{name}") in page.content.decode()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-1, "The API key of Okta prod has expired"),
        (29, "The API key of Okta prod expires soon"),
    ],
)
def test_a_key_that_ends_is_named(console, okta, days, words):
    ApiKeyFactory.create(directory=okta, expires_at=in_days(days))

    page = main_of(console.get(URL))

    assert words in page
    assert "Regenerate API key" in page


def test_a_key_that_was_replaced_does_not_count(console, quiet):
    before = LONG_AGO - timedelta(days=1)
    for days in (5, -5):
        ApiKeyFactory.create(
            directory=quiet, created_at=before, expires_at=in_days(days)
        )

    assert CALM in main_of(console.get(URL))


def test_a_revoked_key_does_not_count(console, okta):
    ApiKeyFactory.create(directory=okta, revoked_at=in_days(-1))
    ApiKeyFactory.create(directory=okta, expires_at=in_days(3))

    assert "expires soon" in main_of(console.get(URL))


def test_a_directory_that_is_not_set_up_is_named(console, organization):
    directory = DirectoryFactory.create(
        organization=organization, name="JumpCloud", fresh=True
    )

    page = console.get(URL)

    assert "JumpCloud is not set up yet" in main_of(page)
    address = reverse("directories:directory-set-up", args=[directory.pk])
    assert address in page.content.decode()


def test_a_directory_that_never_called_is_named(console, okta):
    assert "Okta prod has not been in touch yet" in main_of(console.get(URL))


def test_what_waits_for_review_is_counted(console, quiet):
    for factory in (UserRecordFactory, GroupRecordFactory, GroupRecordFactory):
        factory.create(directory=quiet, link_state=LinkState.HELD)

    page = console.get(URL)

    assert "1 person waits for your decision before they are linked" in main_of(page)
    assert "2 groups wait for your decision" in main_of(page)
    assert reverse("provisioning:review-list") in page.content.decode()


def test_errors_of_the_last_day_are_counted(console, quiet):
    TroubleshootingEntryFactory.create_batch(2, directory=quiet)
    TroubleshootingEntryFactory.create(directory=quiet, level="warning")
    TroubleshootingEntryFactory.create(directory=quiet, at=in_days(-2))

    page = console.get(URL)

    assert "2 errors from Okta prod in the last 24 hours" in main_of(page)
    log = reverse("directories:troubleshooting-log", args=[quiet.pk])
    assert f"{log}?level=error" in page.content.decode()


def test_failed_work_is_named_until_it_is_done(console, quiet):
    failed = JobFactory.create(
        directory=quiet, label="Sales", target="7", state=Job.State.FAILED
    )

    page = console.get(URL)
    JobFactory.create(directory=quiet, target="7", state=Job.State.DONE)
    later = console.get(URL)

    assert "Syncing members of Sales" in main_of(page)
    assert "given up" in main_of(page)
    address = reverse("directories:job-detail", args=[failed.pk])
    assert address in page.content.decode()
    assert "Sales" not in main_of(later)


def test_work_under_way_is_a_bar_that_moves(console, quiet):
    job = JobFactory.create(
        directory=quiet, label="Sales", state=Job.State.RUNNING, done=5, total=9
    )

    page = console.get(URL)

    assert "In progress Background work Syncing members of Sales 5 of 9" in main_of(
        page
    )
    address = reverse("directories:job-detail", args=[job.pk])
    part = console.get(address, headers={"HX-Request": "true"}).content.decode()
    assert " ".join(part.split()) in " ".join(page.content.decode().split())


def test_the_latest_events_are_told(console, organization, quiet):
    AuditEventFactory.create(
        organization=organization,
        action=Event.GROUP_CREATED,
        target_name="Engineering",
        actor_name="Okta prod",
    )
    AuditEventFactory.create(target_name="Stranger")

    page = main_of(console.get(URL))

    assert "Latest changes Audit log Created group Engineering" in page
    assert "by Okta prod" in page
    assert "Stranger" not in page


def test_who_looks_after_no_provider_is_not_troubled_with_them(site_admin, okta):
    ApiKeyFactory.create(directory=okta, expires_at=in_days(-1))
    UserRecordFactory.create(directory=okta, link_state=LinkState.HELD)

    page = main_of(site_admin.get(URL))

    assert "API key" not in page
    assert "Latest changes" not in page
    assert "Waiting for review" in page


def test_other_organizations_trouble_nobody_here(console, quiet):
    other = DirectoryFactory.create(name="Foreign")
    ApiKeyFactory.create(directory=other, expires_at=in_days(-1))
    TroubleshootingEntryFactory.create(directory=other)
    UserRecordFactory.create(directory=other, link_state=LinkState.HELD)
    JobFactory.create(directory=other, state=Job.State.FAILED)
    JobFactory.create(directory=other, state=Job.State.RUNNING)

    page = text_of(console.get(URL))

    assert CALM in page
    assert "Foreign" not in page
    assert "In progress" not in page


def test_the_number_of_queries_does_not_grow(console, organization, quiet):
    one = queries_of(console, URL)
    for _ in range(5):
        directory = DirectoryFactory.create(organization=organization)
        ApiKeyFactory.create(directory=directory, expires_at=in_days(1))
        TroubleshootingEntryFactory.create(directory=directory)
        UserRecordFactory.create(directory=directory, link_state=LinkState.HELD)
        JobFactory.create(directory=directory, state=Job.State.FAILED)
        JobFactory.create(directory=directory, state=Job.State.RUNNING)
        GroupFactory.create(organization=organization)
        AuditEventFactory.create(organization=organization)

    assert queries_of(console, URL) == one <= 20
