"""The pages of a site and of its Jira Service Management."""

import pytest
from django.urls import reverse

from directories.models import RoleAssignment
from portals.models import ApprovedDomain, ServiceSettings
from portals.queries.settings import Refusal, may_exist, refusals, settings_of
from provisioning.models import App
from tests.factories.directories import SiteFactory
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    ServiceProjectFactory,
    ServiceSiteFactory,
)
from tests.pages.provisioning.reading import main_of, text_of

Role = RoleAssignment.Role


def home(site):
    return reverse("portals:service-home", args=[site.pk])


@pytest.mark.parametrize(
    "right",
    [Role.SITE_ADMIN, Role.USER_ACCESS_ADMIN, (Role.APP_ADMIN, App.Kind.CONFLUENCE)],
)
def test_whoever_has_a_right_on_a_site_sees_its_apps(sign_in, site, right):
    other = SiteFactory.create(organization=site.organization)
    client = sign_in(right)

    page = client.get(reverse("provisioning:site-detail", args=[site.pk]))
    elsewhere = client.get(reverse("provisioning:site-detail", args=[other.pk]))

    assert "Jira Service Management" in main_of(page)
    assert home(site) in page.content.decode()
    assert client.get(home(site)).status_code == 200
    assert elsewhere.status_code == 404


def test_the_list_of_sites_leads_to_each(organization_admin, site):
    page = organization_admin.get("/apps/sites/").content.decode()

    assert reverse("provisioning:site-detail", args=[site.pk]) in page


def test_a_site_without_apps_says_so(organization_admin, site):
    bare = SiteFactory.create(organization=site.organization)

    page = organization_admin.get(f"/apps/sites/{bare.pk}/")

    assert "No apps yet" in main_of(page)


def test_a_site_of_another_organization_is_not_there(both_admin):
    other = ServiceSiteFactory.create()

    assert both_admin.get(f"/apps/sites/{other.pk}/").status_code == 404
    assert both_admin.get(home(other)).status_code == 404


def test_the_start_page_counts(both_admin, site):
    CustomerFactory.create(site=site)
    CustomerFactory.create(site=site, status="revoked", revoked_by="admin")
    CustomerOrganizationFactory.create(site=site)
    ServiceProjectFactory.create(site=site, access="open")

    page = main_of(both_admin.get(home(site)))

    assert "2 customers, 1 of them without access." in page
    assert "None yet. One can bring customers and organizations by itself." in page
    assert "1 in all, 0 synced, 1 in no project." in page
    assert "1 project, 1 open to everybody whom the site lets in." in page
    assert "New portal-only accounts of every domain. 0 approved domains." in page


def test_the_start_page_shows_what_one_may_open(organization_admin, jira_admin, site):
    customers = main_of(organization_admin.get(home(site)))
    service = main_of(jira_admin.get(home(site)))

    assert "Portal-only customers" in customers
    assert "Customer access" not in customers
    assert "Identity providers" not in customers
    assert "Portal-only customers" not in service
    assert "Customer access" in service


def test_settings_products_leads_to_organizations(jira_admin, organization_admin, site):
    """By the documented labels, in the navigation and in the breadcrumbs."""
    page = jira_admin.get("/settings/products/")
    found = reverse("portals:organization-list", args=[site.pk])
    way = [str(label) for label, _url in jira_admin.get(found).context["crumbs"]]

    assert "Jira Service Management acme" in main_of(page)
    assert f'href="{found}"' in page.content.decode()
    assert 'href="/settings/products/"' in jira_admin.get(found).content.decode()
    assert way[-4:] == [
        "Settings",
        "Products",
        "Jira Service Management",
        "Organizations",
    ]
    nothing = organization_admin.get("/settings/products/")
    assert "You change the settings of no product" in main_of(nothing)
    assert found not in nothing.content.decode()


def test_who_looks_after_nothing_is_told_who_gives_the_right(sign_in, site):
    client = sign_in((Role.APP_ADMIN, App.Kind.CONFLUENCE))

    assert "Nothing here is yours to look after" in main_of(client.get(home(site)))


def test_customers_are_found_from_anywhere(organization_admin, site):
    one = organization_admin.get("/apps/portal-only-customers/")
    ServiceSiteFactory.create(organization=site.organization, name="labs")
    several = organization_admin.get("/apps/portal-only-customers/")

    assert one.status_code == 302
    assert "acme" in main_of(several)
    assert "labs" in main_of(several)


def test_the_navigation_names_the_site_of_the_page(both_admin, site):
    assert "Portal-only customers" in text_of(both_admin.get("/"))
    assert "Portal-only customers" in text_of(both_admin.get(home(site)))


def test_a_site_has_the_defaults_until_somebody_changes_them(site):
    settings = settings_of(site)

    assert settings.external_accounts
    assert not ServiceSettings.objects.exists()
    assert may_exist(site, "ann@client.example") is None


def test_new_accounts_follow_the_settings(site):
    settings = ServiceSettings.objects.create(site=site, external_domains_only=True)
    ApprovedDomain.objects.create(site=site, audience="external", name="client.example")
    ApprovedDomain.objects.create(site=site, audience="internal", name="acme.example")

    found = refusals(
        site, ["a@CLIENT.example", "b@other.example", "c@acme.example", "d"]
    )
    assert found == {
        "b@other.example": Refusal.DOMAIN,
        "c@acme.example": Refusal.DOMAIN,
        "d": Refusal.NO_ADDRESS,
    }

    settings.external_accounts = False
    settings.internal_domains = True
    settings.save()
    assert may_exist(site, "a@client.example") == Refusal.EXTERNAL_OFF
    assert may_exist(site, "c@acme.example") == Refusal.INTERNAL
