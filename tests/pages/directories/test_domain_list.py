"""Domains: which are verified, what they are linked to, how to add one."""

import re

import pytest

from directories.models import AuditEvent, Directory, Domain
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    DomainFactory,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
)

URL = "/directory/domains/"


def test_no_domain_is_explained(console):
    page = main_of(console.get(URL))

    assert "No domains" in page
    assert "Add domain" in page


def test_a_row_tells_state_day_directory_and_accounts(console, organization, okta):
    DomainFactory.create(organization=organization, name="a.example", directory=okta)
    DomainFactory.create(organization=organization, name="b.example", unverified=True)
    DomainFactory.create(name="foreign.example")
    AccountFactory.create(email="one@a.example", managed_by=organization)
    AccountFactory.create(email="two@a.example")
    AccountFactory.create(email="three@a.example", managed_by=okta.organization)
    AccountFactory.create(email="four@b.example")

    answer = console.get(URL)

    assert "a.example Verified 2 Jan 2026 Okta prod 2 1" in main_of(answer)
    assert "b.example Not verified Not linked 0 0" in main_of(answer)
    assert "foreign.example" not in main_of(answer)
    assert f"/security/identity-providers/{okta.pk}/" in answer.content.decode()


def test_who_may_not_manage_gets_no_links(site_admin, organization):
    okta = DirectoryFactory.create(organization=organization, name="Okta prod")
    domain = DomainFactory.create(organization=organization, directory=okta)

    page = site_admin.get(URL)

    assert "Okta prod" in main_of(page)
    assert f"/security/identity-providers/{okta.pk}/" not in page.content.decode()
    assert str(domain.pk) not in page.content.decode()
    assert "Add domain" not in main_of(page)


def test_many_domains_cost_no_more_queries(console, organization):
    DomainFactory.create(organization=organization)
    one = queries_of(console, URL)
    for directory in DirectoryFactory.create_batch(5, organization=organization):
        DomainFactory.create(organization=organization, directory=directory)

    assert queries_of(console, URL) == one


@pytest.fixture
def four(organization, okta):
    """Return the names of domains that each filter tells apart."""
    DomainFactory.create(
        organization=organization, name="by-dns.example", method="dns", directory=okta
    )
    DomainFactory.create(
        organization=organization,
        name="missing.example",
        method="https",
        missing_since=okta.created_at,
    )
    DomainFactory.create(organization=organization, name="fresh.test", unverified=True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["by-dns.example", "fresh.test", "missing.example"]),
        ("?sort=-name", ["missing.example", "fresh.test", "by-dns.example"]),
        ("?q=EXAMPLE", ["by-dns.example", "missing.example"]),
        ("?status=verified", ["by-dns.example"]),
        ("?status=missing", ["missing.example"]),
        ("?status=unverified", ["fresh.test"]),
        ("?method=https", ["missing.example"]),
        ("?directory=none", ["fresh.test", "missing.example"]),
        ("?directory=okta", ["by-dns.example"]),
        ("?q=nothing", []),
        ("?status=odd&method=odd&directory=odd", "all"),
    ],
)
def test_the_list_is_filtered_and_sorted(console, four, okta, query, expected):
    everything = ["by-dns.example", "fresh.test", "missing.example"]
    url = URL + query.replace("okta", str(okta.pk))

    page = main_of(console.get(url))

    found = re.findall(r"[\w-]+\.(?:example|test)\b", page)
    assert found == (everything if expected == "all" else expected)
    assert is_part_of_page(console, url)


def test_the_list_is_exported_as_filtered(console, four):
    answer = console.post(f"{URL}export/", {"status": "missing"})

    rows = csv_rows(answer)
    assert [row[:3] for row in rows[1:]] == [
        ["missing.example", "Proof missing", "HTTPS file"]
    ]
    assert AuditEvent.objects.get().details == {"filters": {"status": "missing"}}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Acme.Example ", "acme.example"),
        ("anna@acme.example", "acme.example"),
        ("https://acme.example/path", "acme.example"),
        ("acme.example.", "acme.example"),
        ("MÜNCHEN.de", "xn--mnchen-3ya.de"),
        ("例え.jp", "xn--r8jz45g.jp"),
        ("acme.co.uk", "acme.co.uk"),
    ],
)
def test_a_domain_is_added_as_the_dns_writes_it(console, typed, stored):
    answer = console.post(f"{URL}add/", {"name": typed})

    domain = Domain.objects.get()
    assert answer["Location"] == f"{URL}{domain.pk}/"
    assert (domain.name, domain.verified_at) == (stored, None)
    assert re.fullmatch(r"[A-Za-z0-9+/]{64}", domain.token)
    assert AuditEvent.objects.get().action == "domain_added"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the domain."),
        ("localhost", "This is no mail domain."),
        ("a b.example", "This is no mail domain."),
        ("-a.example", "This is no mail domain."),
        ("a_b.example", "This is no mail domain."),
        (f"{'a' * 64}.example", "This is no mail domain."),
        ("\0.example", "Null characters are not allowed."),
        ("192.0.2.1", "This is an IP address."),
        ("[2001:db8::1]", "This is an IP address."),
        ("gmail.com", "public mail provider"),
        ("Outlook.JP", "public mail provider"),
        ("co.uk", "Anybody can register names below this one."),
        ("github.io", "Anybody can register names below this one."),
        ("known.example", "Your organization has added this domain already."),
    ],
)
def test_what_cannot_be_a_domain_is_refused(console, organization, typed, words):
    DomainFactory.create(organization=organization, name="known.example")

    answer = console.post(f"{URL}add/", {"name": typed})

    assert answer.status_code == 422
    assert words in main_of(answer)
    assert Domain.objects.count() == 1


def test_whether_another_organization_has_it_is_not_told(console):
    DomainFactory.create(name="taken.example")

    answer = console.post(f"{URL}add/", {"name": "taken.example"})

    assert answer.status_code == 302


def test_a_name_in_another_script_is_shown_as_people_write_it(console, organization):
    DomainFactory.create(organization=organization, name="xn--mnchen-3ya.de")

    page = main_of(console.get(URL))

    assert "münchen.de xn--mnchen-3ya.de" in page


def test_the_local_directory_can_be_filtered_by(console, organization):
    local = DirectoryFactory.create(organization=organization, local=True)
    DomainFactory.create(organization=organization, directory=local, name="l.example")

    page = main_of(console.get(f"{URL}?directory={local.pk}"))

    assert "l.example Verified" in page
    assert Directory.objects.count() == 1
