"""Verifying a domain by a real name server or a real web server."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from directories.models import AuditEvent, Domain, Job
from directories.services import domain_checks, domains
from directories.tasks import check_domains, run_job
from tests.factories.directories import DomainFactory
from tests.pages.provisioning.reading import is_part_of_page, main_of
from tests.servers import free_port, names, web

__all__ = ["names", "web"]

TOKEN = "aZ0+/" * 12 + "abcd"
FILE = "/atlassian-domain-verification.html"


@pytest.fixture
def domain(organization):
    return DomainFactory.create(
        organization=organization, name="acme.example", unverified=True, token=TOKEN
    )


def url_of(domain, part=""):
    return f"/directory/domains/{domain.pk}/{part}"


def verify(console, domain, method):
    answer = console.post(url_of(domain, "check/"), {"method": method}, follow=True)
    domain.refresh_from_db()
    return main_of(answer)


def actions():
    events = AuditEvent.objects.filter(action__startswith="domain")
    return list(events.order_by("pk").values_list("action", flat=True))


def test_a_record_proves_a_domain(console, domain, names):
    names.add("acme.example", "TXT", '"v=spf1 -all"')
    names.add("acme.example", "TXT", f'"{domain_checks.PREFIX}{TOKEN}"')

    page = verify(console, domain, "dns")

    assert domain.verified_at
    assert (domain.method, domain.failure) == ("dns", "")
    assert "Verified on" in page
    assert actions() == ["domain_verification_started", "domain_verification_completed"]
    assert Job.objects.filter(kind=domains.FOLLOW, state="done").count() == 1


def test_what_is_there_instead_of_the_record_is_shown(console, domain, names):
    names.add("acme.example", "TXT", f'"{domain_checks.PREFIX}another"')

    page = verify(console, domain, "dns")

    assert not domain.verified_at
    assert "but with another token" in page
    assert "atlassian-domain-verification=another" in page


@pytest.mark.parametrize(
    ("trouble", "failure"),
    [
        ("text", "no_record"),
        ("nothing", "unknown_name"),
        ("failing", "name_servers"),
    ],
)
def test_without_the_record_it_is_said_why(console, domain, names, trouble, failure):
    if trouble == "text":
        names.add("acme.example", "TXT", '"v=spf1 -all"')
    elif trouble == "failing":
        names.failing.add("acme.example")

    page = verify(console, domain, "dns")

    assert domain.failure == failure
    assert "The domain could not be verified" in page
    assert domain_checks.words_of(failure) in page


def test_the_file_that_is_offered_proves_a_domain(console, domain, web):
    file = console.get(url_of(domain, "file/"))
    web.add("acme.example", FILE, file.content)

    verify(console, domain, "https")

    assert file["Content-Disposition"].endswith(f'filename="{FILE[1:]}"')
    assert b'<meta name="robots" content="noindex">' in file.content
    assert f'data-value="{TOKEN}"'.encode() in file.content
    assert f"<!-- {TOKEN} -->".encode() in file.content
    assert domain.verified_at
    assert domain.method == "https"


def test_any_page_with_the_token_will_do(console, domain, web):
    web.add("acme.example", FILE, f"<h1>Our CMS</h1>{TOKEN}".encode())

    verify(console, domain, "https")

    assert domain.verified_at


def test_one_redirect_to_www_is_followed(console, domain, web):
    web.add(
        "acme.example", FILE, status=301, Location=f"https://www.acme.example{FILE}"
    )
    web.add("www.acme.example", FILE, TOKEN.encode())

    verify(console, domain, "https")

    assert domain.verified_at


@pytest.mark.parametrize(
    "target",
    [
        f"https://cdn.example{FILE}",
        "https://www.acme.example/other.html",
        f"http://www.acme.example{FILE}",
        f"https://www.acme.example:8443{FILE}",
        FILE,
    ],
)
def test_no_other_redirect_is_followed(console, domain, web, target):
    web.add("acme.example", FILE, status=302, Location=target)
    web.add("cdn.example", FILE, TOKEN.encode())

    page = verify(console, domain, "https")

    assert (domain.verified_at, domain.failure) == (None, "redirected")
    assert target.partition(".")[2] in page
    assert len(web.asked) == 1


def test_a_second_redirect_is_not_followed(console, domain, web):
    there = f"https://www.acme.example{FILE}"
    web.add("acme.example", FILE, status=301, Location=there)
    web.add("www.acme.example", FILE, status=301, Location=there)

    verify(console, domain, "https")

    assert domain.failure == "redirected"


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (404, b"", "no_file"),
        (403, b"", "no_file"),
        (503, b"", "web_server"),
        (200, b"<p>Hello</p>", "no_token"),
        (200, b"x" * 600_000, "too_large"),
    ],
)
def test_without_the_file_it_is_said_why(console, domain, web, status, body, failure):
    web.add("acme.example", FILE, body, status=status)

    page = verify(console, domain, "https")

    assert domain.failure == failure
    assert domain_checks.words_of(failure) in page


def test_a_host_inside_is_not_asked(console, domain, web, settings):
    settings.FETCH_ALLOWED_NETWORKS = []

    page = verify(console, domain, "https")

    assert domain.failure == "forbidden_address"
    assert "not on the public internet" in page
    assert not web.asked


def test_a_domain_of_another_organization_is_told_when_the_proof_is_there(
    console, domain, names
):
    DomainFactory.create(name="acme.example")
    names.add("acme.example", "TXT", '"nothing"')
    assert "another organization" not in verify(console, domain, "dns")
    names.add("acme.example", "TXT", f'"{domain_checks.PREFIX}{TOKEN}"')

    page = verify(console, domain, "dns")

    assert domain.verified_at is None
    assert "another organization has verified the domain" in page


def test_a_method_nobody_knows_is_refused(console, domain):
    assert (
        "Choose how the domain"
        in console.post(
            url_of(domain, "check/"), {"method": "fax"}, follow=True
        ).content.decode()
    )


def test_who_was_vouched_for_is_not_checked(console, organization):
    domain = DomainFactory.create(organization=organization)

    console.post(url_of(domain, "check/"), {"method": "dns"})
    check_domains()

    assert not Job.objects.exists()


@pytest.fixture
def proven(domain, names):
    names.add("acme.example", "TXT", f'"{domain_checks.PREFIX}{TOKEN}"')
    Domain.objects.filter(pk=domain.pk).update(
        verified_at=timezone.now(), claimed_at=timezone.now(), method="dns"
    )
    return domain


def check_in(days, domain):
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        check_domains()
    domain.refresh_from_db()


def test_a_missing_proof_is_shown_and_mailed_and_in_the_end_counts(
    console, proven, names, django_capture_on_commit_callbacks
):
    names.records.clear()
    names.add("acme.example", "TXT", '"something else"')

    with django_capture_on_commit_callbacks(execute=True):
        check_in(0, proven)
    page = main_of(console.get(url_of(proven)))

    assert proven.verified_at
    assert "The proof of this domain is missing" in page
    assert "Nothing has changed yet" in page
    assert [m.subject for m in mail.outbox] == ["The proof of acme.example is missing"]
    assert "no TXT record with the proof" in mail.outbox[0].body

    with django_capture_on_commit_callbacks(execute=True):
        check_in(13, proven)
    assert proven.verified_at
    assert len(mail.outbox) == 1

    with django_capture_on_commit_callbacks(execute=True):
        check_in(14.1, proven)
    assert (proven.verified_at, proven.claimed_at, proven.missing_since) == (None,) * 3
    assert mail.outbox[1].subject == "acme.example is not verified any more"
    assert actions() == ["domain_proof_missing", "domain_verification_removed"]
    assert Job.objects.filter(kind=domains.FOLLOW, state="done").count() == 1


def test_a_proof_that_comes_back_changes_nothing(proven, names):
    kept = dict(names.records)
    names.records.clear()
    check_in(0, proven)
    assert proven.missing_since
    names.records.update(kept)

    check_in(20, proven)

    assert proven.verified_at
    assert (proven.missing_since, proven.failure) == (None, "")


def test_an_outage_of_any_length_unverifies_nothing(proven, names):
    names.failing.add("acme.example")
    check_in(0, proven)

    check_in(40, proven)

    assert proven.verified_at
    assert proven.failure == "name_servers"


def test_the_days_of_grace_are_a_setting(proven, names, settings):
    settings.DOMAIN_GRACE_DAYS = 0
    names.records.clear()

    check_in(0, proven)

    assert proven.verified_at is None


def test_the_other_way_takes_over_when_it_proves_too(console, proven, web):
    page = verify(console, proven, "https")
    assert "stays verified by its other proof" in page
    assert (proven.method, proven.missing_since) == ("dns", None)
    web.add("acme.example", FILE, TOKEN.encode())

    verify(console, proven, "https")

    assert proven.method == "https"


def test_a_check_of_a_domain_that_is_gone_ends(console, domain):
    job = domains.queue_check(domain, "dns", timezone.now())
    domain.delete()

    run_job(job_id=str(job.pk))

    job.refresh_from_db()
    assert job.state == "done"


def test_a_silent_name_server_takes_its_time_and_no_more(
    console, domain, names, monkeypatch
):
    monkeypatch.setattr(domain_checks, "SECONDS", 0.5)
    names.silent.add("acme.example")

    verify(console, domain, "dns")

    assert domain.failure == "names_timed_out"


def test_the_page_says_what_to_do(console, domain):
    page = console.get(url_of(domain))

    assert f"{domain_checks.PREFIX}{TOKEN}" in page.content.decode()
    assert f"https://acme.example{FILE}" in page.content.decode()
    assert "Verify domain" in main_of(page)
    assert is_part_of_page(console, url_of(domain))


def test_a_closed_port_is_an_outage(console, proven, web, settings):
    settings.FETCH_PORT = free_port()
    Domain.objects.update(method="https")
    check_in(0, proven)
    check_in(30, proven)

    assert proven.verified_at
    assert proven.failure == "no_connection"
