"""The subscription's pages, its banner and its command."""

from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from directories.events import Event
from directories.models import AuditEvent, Job
from tests.factories.directories import (
    DirectoryFactory,
    GroupRecordFactory,
    OrganizationFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import main_of, text_of

URL = "/settings/subscription/"
PAUSED = "Syncing is paused: the subscription has ended"


@pytest.fixture
def woken(monkeypatch):
    """Return the ids of jobs that a worker was told of."""
    ids: list[UUID] = []
    monkeypatch.setattr("directories.views.subscription.wake", ids.append)
    return ids


@pytest.fixture
def filled(okta):
    UserRecordFactory.create_batch(3, directory=okta)
    GroupRecordFactory.create_batch(2, directory=okta)
    return okta


@pytest.fixture
def lapsed(console, organization, filled):
    console.post(f"{URL}end/", {"confirmation": organization.name})
    organization.refresh_from_db()
    assert organization.subscription == "lapsed"
    return organization


def test_an_active_one_says_what_syncs(console, filled):
    text = main_of(console.get(URL))

    assert "Active" in text
    assert "1 directory syncs 3 users and 2 groups" in text
    assert "End subscription" in text
    assert PAUSED not in text


def test_the_end_says_in_numbers_what_pauses(console, filled):
    text = main_of(console.get(f"{URL}end/"))

    assert "1 directory is paused" in text
    assert "Okta prod" in text
    assert "3 users and 2 groups" in text
    assert "until you unlink and deactivate them by hand" in text
    assert "Type Acme to confirm" in text


@pytest.mark.parametrize("typed", ["", "acme", None])
def test_another_name_ends_nothing(console, organization, typed):
    given = {} if typed is None else {"confirmation": typed}

    answer = console.post(f"{URL}end/", given)

    assert answer.status_code == 422
    organization.refresh_from_db()
    assert organization.subscription == "active"


@pytest.mark.parametrize("page", ["/", "/directory/users/", URL, "/settings/limits/"])
def test_every_page_says_that_syncing_is_paused(console, lapsed, page):
    text = main_of(console.get(page))

    assert PAUSED in text
    assert "All users, groups and access are kept." in text


def test_no_directory_is_called_active_meanwhile(console, lapsed, filled):
    page = main_of(console.get("/security/identity-providers/"))

    assert f"{filled.name} Okta Paused" in page


def test_an_ended_one_says_what_it_means(console, lapsed):
    text = text_of(console.get(URL))

    assert "1 directory is paused, with 3 users and 2 groups" in text
    assert "Unlink and deactivate by hand who leaves your company" in text
    assert "1 directory is compared with what it pushed" in text


def test_renewed_everything_is_compared(console, lapsed, woken, filled):
    answer = console.post(f"{URL}renew/", follow=True)

    assert "Syncing goes on." in text_of(answer)
    assert PAUSED not in main_of(answer)
    job = Job.objects.get(kind="directory-reconcile")
    assert (job.directory, woken) == (filled, [job.pk])
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {Event.SCIM_SYNC_DISABLED, Event.SCIM_SYNC_ENABLED} <= actions


def test_twice_is_once(console, lapsed, woken):
    assert console.get(f"{URL}end/")["Location"] == URL
    console.post(f"{URL}renew/")

    answer = console.post(f"{URL}renew/", follow=True)

    assert "active already" in text_of(answer)
    assert len(woken) == 1


def test_others_may_not(site_admin, stranger):
    for place in (URL, f"{URL}end/"):
        assert site_admin.get(place).status_code == 403
        assert stranger.get(place).status_code == 302
    for place in (f"{URL}end/", f"{URL}renew/"):
        assert site_admin.post(place).status_code == 403
        assert stranger.post(place).status_code == 302


@pytest.mark.django_db
def test_the_command_ends_and_renews(capsys):
    organization = OrganizationFactory.create(name="Acme")
    DirectoryFactory.create(organization=organization)

    for word, state in (("--end", "lapsed"), ("--renew", "active")):
        call_command("subscription", "Acme", word)
        organization.refresh_from_db()
        assert organization.subscription == state

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Ended Acme: 1 directories, 0 users, 0 groups"
    assert said[1].startswith("Renewed Acme")


@pytest.mark.django_db
def test_a_dry_run_changes_nothing(capsys):
    organization = OrganizationFactory.create(name="Acme")

    call_command("subscription", str(organization.pk), "--end", "--dry-run")

    organization.refresh_from_db()
    assert organization.subscription == "active"
    assert "Would end Acme" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["Nobody", "--end"], "No organization has"),
        (["Acme", "--renew"], "is active already"),
        (["Twin", "--end"], "More than one organization has"),
    ],
)
def test_mistakes_are_named(given, said):
    for name in ("Acme", "Twin", "Twin"):
        OrganizationFactory.create(name=name)

    with pytest.raises(CommandError, match=said):
        call_command("subscription", *given)
