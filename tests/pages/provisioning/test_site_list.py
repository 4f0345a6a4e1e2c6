"""Sites and what runs on them."""

from provisioning.models import App
from tests.factories.directories import SiteFactory
from tests.factories.provisioning import AppFactory
from tests.pages.provisioning.reading import main_of, queries_of

URL = "/apps/sites/"


def test_sites_name_their_apps(console, organization):
    labs = SiteFactory.create(organization=organization, name="labs")
    acme = SiteFactory.create(organization=organization, name="acme")
    AppFactory.create(site=acme, kind=App.Kind.SERVICE_MANAGEMENT)
    AppFactory.create(site=acme, kind=App.Kind.CONFLUENCE)

    page = main_of(console.get(URL))

    assert "acme Confluence, Jira Service Management" in page
    assert f"{labs.name} None" in page
    assert page.index("acme Conf") < page.index("labs None")


def test_sites_of_another_organization_stay_away(console):
    SiteFactory.create(name="stranger")

    page = main_of(console.get(URL))

    assert "stranger" not in page
    assert "No sites yet" in page


def test_the_number_of_queries_does_not_grow(console, organization):
    AppFactory.create(site__organization=organization)
    one = queries_of(console, URL)
    for kind in App.Kind:
        AppFactory.create(site__organization=organization, kind=kind)

    assert queries_of(console, URL) == one <= 8
