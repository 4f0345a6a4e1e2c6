"""Disconnecting an identity provider: what blocks it, what ends, what stays."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Directory, Domain, Job, Member
from tests.factories.directories import (
    AuditEventFactory,
    DirectoryFactory,
    DomainFactory,
    JobFactory,
    MemberFactory,
    RequestEntryFactory,
    TroubleshootingEntryFactory,
)
from tests.pages.provisioning.reading import main_of, text_of


def url_of(directory, page="disconnect/"):
    return f"/security/identity-providers/{directory.pk}/{page}"


@pytest.fixture
def local(organization):
    return DirectoryFactory.create(organization=organization, local=True)


def test_it_says_in_numbers_what_ends_and_what_stays(console, organization, fresh):
    for name in ("acme.example", "acme.test"):
        DomainFactory.create(organization=organization, directory=fresh, name=name)
    MemberFactory.create_batch(
        3,
        organization=organization,
        former_directory=fresh.name,
        released_at=timezone.now(),
    )
    TroubleshootingEntryFactory.create_batch(2, directory=fresh)
    RequestEntryFactory.create(directory=fresh)

    text = main_of(console.get(url_of(fresh)))

    assert "3 people whom it provisioned are local already" in text
    assert "2 linked domains move to the local directory: acme.example, acme.test" in (
        " ".join(text.split())
    )
    assert "Its troubleshooting log (2 entries) and its log of requests (1)" in text
    assert "Type Okta new to confirm" in text


def test_disconnected_its_domains_are_the_local_directorys(
    console, admin, organization, fresh, local
):
    domain = DomainFactory.create(organization=organization, directory=fresh)
    TroubleshootingEntryFactory.create(directory=fresh)

    answer = console.post(url_of(fresh), {"confirmation": "Okta new"}, follow=True)

    assert "Okta new is disconnected." in text_of(answer)
    assert not Directory.objects.filter(pk=fresh.pk).exists()
    assert Domain.objects.get(pk=domain.pk).directory == local
    assert Job.objects.get(kind="domain-follow").label == domain.name
    event = AuditEvent.objects.get(action=Event.DIRECTORY_REMOVED)
    assert (event.actor_id, event.target_name) == (str(admin.public_id), "Okta new")
    assert event.details == {"domains": [domain.name]}


def test_whoever_is_left_there_becomes_local(console, organization, fresh, local):
    member = MemberFactory.create(organization=organization, directory=fresh)

    console.post(url_of(fresh), {"confirmation": "Okta new"})

    kept = Member.objects.get(pk=member.pk)
    assert (kept.directory, kept.former_directory) == (None, "Okta new")


@pytest.mark.parametrize("typed", ["", "okta new"])
def test_another_name_disconnects_nothing(console, fresh, typed):
    answer = console.post(url_of(fresh), {"confirmation": typed})

    assert answer.status_code == 422
    assert "Type the name of the directory exactly" in main_of(answer)
    assert Directory.objects.filter(pk=fresh.pk).exists()


def test_what_is_set_up_blocks_it_and_the_way_is_shown(console, okta):
    page = console.get(url_of(okta))
    answer = console.post(url_of(okta), {"confirmation": "Okta prod"})

    for each in (page, answer):
        assert "User provisioning is set up" in main_of(each)
        assert url_of(okta, "delete-configuration/") in each.content.decode()
    assert Directory.objects.filter(pk=okta.pk).exists()


def test_the_release_under_way_blocks_it(console, okta):
    Directory.objects.update(state=Directory.State.DELETING)
    job = JobFactory.create(directory=okta, kind="directory-release")

    page = console.get(url_of(okta))
    console.post(url_of(okta), {"confirmation": "Okta prod"})

    assert "Its configuration is still being deleted" in main_of(page)
    assert f"/jobs/{job.pk}/" in page.content.decode()
    assert Directory.objects.filter(pk=okta.pk).exists()


@pytest.mark.parametrize("name", ["fresh", "okta"])
def test_the_page_of_the_directory_leads_there(console, request, name):
    directory = request.getfixturevalue(name)

    page = console.get(url_of(directory, "")).content.decode()

    assert url_of(directory) in page
    assert "Disconnect identity provider" in page


def test_events_of_what_is_gone_are_no_links(console, organization, okta):
    gone = "0e3f7f0e-0000-4000-8000-000000000000"
    known = MemberFactory.create(organization=organization).account
    for kind, target in [
        ("directory", gone),
        ("directory", str(okta.pk)),
        ("account", gone),
        ("account", str(known.public_id)),
        ("directory", "x"),
    ]:
        AuditEventFactory.create(
            organization=organization,
            target_kind=kind,
            target_id=target,
            target_name="Target",
            at=datetime.now(UTC),
        )

    page = console.get("/security/audit-log/").content.decode()
    table = page[page.index("<table") : page.index("</table")]

    assert gone not in table
    assert url_of(okta, "") in table
    assert f"/directory/users/{known.public_id}/" in table


def test_requests_of_a_directory_that_is_gone_are_no_links(console, organization, okta):
    gone = "0e3f7f0e-0000-4000-8000-000000000000"
    account = MemberFactory.create(organization=organization).account
    for directory in (gone, okta.pk):
        AuditEventFactory.create(
            organization=organization,
            target_id=str(account.public_id),
            directory_id=directory,
            request_id="abc",
        )

    page = console.get(f"/directory/users/{account.public_id}/").content.decode()

    assert gone not in page
    assert f"{okta.pk}/requests/?request=abc" in page
