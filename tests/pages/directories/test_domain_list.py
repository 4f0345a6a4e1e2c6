"""Domains: which are verified, what they are linked to, what that means."""

from tests.factories.directories import DirectoryFactory, DomainFactory
from tests.pages.provisioning.reading import main_of, queries_of

URL = "/directory/domains/"


def test_no_domain_is_explained(console):
    assert "No domains" in main_of(console.get(URL))


def test_a_row_tells_state_day_and_directory(console, organization, okta):
    DomainFactory.create(organization=organization, name="a.example", directory=okta)
    DomainFactory.create(organization=organization, name="b.example", unverified=True)
    DomainFactory.create(name="foreign.example")

    answer = console.get(URL)

    assert "a.example Verified 2 Jan 2026 Okta prod" in main_of(answer)
    assert "b.example Not verified Not linked" in main_of(answer)
    assert "foreign.example" not in main_of(answer)
    assert f"/security/identity-providers/{okta.pk}/" in answer.content.decode()


def test_who_may_not_see_providers_gets_no_link(site_admin, organization, okta):
    DomainFactory.create(organization=organization, directory=okta)

    page = site_admin.get(URL)

    assert "Okta prod" in main_of(page)
    assert f"/security/identity-providers/{okta.pk}/" not in page.content.decode()


def test_many_domains_cost_no_more_queries(console, organization):
    DomainFactory.create(organization=organization)
    one = queries_of(console, URL)
    for directory in DirectoryFactory.create_batch(5, organization=organization):
        DomainFactory.create(organization=organization, directory=directory)

    assert queries_of(console, URL) == one
