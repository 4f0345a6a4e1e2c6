"""From the list of a site's identity providers to a connected customer directory."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import ApiKey, Directory, RoleAssignment, Site
from portals.models import (
    CustomerDirectory,
    RoutedDomain,
)
from tests.factories.directories import (
    DirectoryFactory,
)
from tests.factories.portals import (
    CustomerDirectoryFactory,
    CustomerFactory,
)

Role = RoleAssignment.Role
JSM = (Role.APP_ADMIN, "jira-service-management")
DIRECTORY_PAGES = (
    "directory-detail",
    "directory-rename",
    "directory-settings",
    "directory-limits",
    "directory-set-up",
    "troubleshooting-log",
    "request-log",
)


@pytest.fixture
def admin(sign_in: Callable[..., Client]) -> Client:
    """Return a client of an organization admin who is JSM admin of the site."""
    return sign_in(Role.ORGANIZATION_ADMIN, JSM)


@pytest.fixture
def directory(site: Site) -> Directory:
    return CustomerDirectoryFactory.create(site=site, name="Clients")


@pytest.fixture
def fresh(site: Site) -> Directory:
    return CustomerDirectoryFactory.create(
        site=site, name="New clients", state=Directory.State.NOT_SET_UP
    )


def at(name: str, site: Site | None, *more: Any) -> str:
    return reverse(f"portals:provider-{name}", args=[site.pk, *more]) if site else ""


def other(site: Site, name: str = "Partners", **more: Any) -> Directory:
    """Return one more customer directory of a site."""
    return CustomerDirectoryFactory.create(
        site=site, name=name, more__is_default=False, **more
    )


def set_up(client: Client, directory: Directory, **chosen: str) -> Any:
    choice = {"group_policy": "dont_sync"} | chosen
    return client.post(at("set-up", directory.site, directory.pk), choice)


def test_an_empty_list_offers_the_providers(admin, site):
    page = admin.get(at("list", site)).content.decode()

    assert "Choose your identity provider" in page
    assert at("add", site, "entra") in page


def test_the_list_shows_numbers_and_the_default(admin, site, directory):
    partners = other(site)
    CustomerFactory.create_batch(2, site=site, directory=directory, source="synced")

    answer = admin.get(at("list", site))

    rows = {row.directory.name: row for row in answer.context["rows"]}
    assert rows["Clients"].customers == 2
    assert rows["Clients"].rules.is_default
    assert not rows[partners.name].rules.is_default


def test_the_queries_of_the_list_do_not_grow(
    admin, site, django_assert_max_num_queries
):
    for n in range(3):
        found = other(site, f"Directory {n}")
        RoutedDomain.objects.create(site=site, directory=found, name=f"d{n}.example")
    with django_assert_max_num_queries(30):
        admin.get(at("list", site))


def test_an_added_directory_is_the_sites_and_the_first_is_the_default(admin, site):
    for name in ("First", "Second"):
        answer = admin.post(at("add", site, "okta"), {"name": name})
        assert answer.status_code == 302

    first, second = Directory.objects.filter(kind="customers").order_by("name")
    assert first.site == site
    assert (first.guard_on, first.all_members) == (False, False)
    assert first.customer_directory.is_default
    assert not second.customer_directory.is_default


def test_a_name_that_the_organization_has_is_refused(admin, site):
    DirectoryFactory.create(organization=site.organization, name="Okta")

    answer = admin.post(at("add", site, "okta"), {"name": "okta"})

    assert answer.status_code == 422
    assert "has this name" in answer.content.decode()


@pytest.mark.parametrize("name", DIRECTORY_PAGES)
def test_pages_of_a_customer_directory_stand_below_their_site(
    admin, site, directory, name
):
    page = admin.get(reverse(f"directories:{name}", args=[directory.pk]))

    assert page.status_code == 200
    labels = [str(label) for label, _url in page.context["crumbs"]]
    assert labels[:7] == [
        "Admin",
        "Apps",
        "Sites and products",
        site.name,
        "Jira Service Management",
        "Portal-only customers",
        "Identity providers",
    ]
    assert labels[7] == directory.name


@pytest.mark.parametrize("name", DIRECTORY_PAGES)
def test_they_ask_for_both_rights(sign_in, organization_admin, directory, name):
    address = reverse(f"directories:{name}", args=[directory.pk])

    answer = organization_admin.get(address)

    assert answer.status_code == 403
    assert "Jira Service Management admin" in answer.content.decode()
    assert sign_in(Role.SITE_ADMIN).get(address).status_code == 403


def test_what_makes_no_sense_for_customers_is_hidden(admin, directory):
    detail = reverse("directories:directory-detail", args=[directory.pk])
    settings = reverse("directories:directory-settings", args=[directory.pk])

    page = admin.get(detail).content.decode() + admin.get(settings).content.decode()

    hidden = ("attribute mapping", "Mass-change guard", "Dry runs", "verified domain")
    assert [words for words in hidden if words in page] == []
    for name in ("dry-run-list", "attribute-mapping", "removal-list"):
        address = reverse(f"provisioning:{name}", args=[directory.pk])
        assert admin.get(address).status_code == 404


def test_settings_are_saved_without_what_is_hidden(admin, directory):
    address = reverse("directories:directory-settings", args=[directory.pk])
    form = admin.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in {None, False}}
    sent |= {"request_log_days": "7", "guard_on": "on"}

    answer = admin.post(address, sent)

    assert answer.status_code == 302
    directory.refresh_from_db()
    assert (directory.request_log_days, directory.guard_on) == (7, False)


def test_the_organizations_list_names_them_apart(admin, site, directory):
    page = admin.get(reverse("directories:directory-list"))

    assert "Customer directories" in page.content.decode()
    assert [row.directory for row in page.context["providers"]] == []


def test_the_conditions_are_reached_also_while_all_are_met(admin, site, directory):
    """Or nobody could end early access again."""
    page = admin.get(at("list", site)).content.decode()

    assert f'href="{at("gates", site)}"' in page
    assert "nothing to decide" in page
    other(site)
    page = admin.get(at("list", site)).content.decode()
    assert "nothing to decide" not in page
    assert f"only {directory.name} may bring customers" in page


def test_the_wizard_begins_with_the_choice_and_shows_the_key_once(admin, fresh):
    own = reverse("directories:directory-set-up", args=[fresh.pk])

    first = admin.get(own, follow=True)
    answer = set_up(admin, fresh, group_policy="sync", tests_first="on")

    assert "Sync the group" in first.content.decode()
    page = answer.content.decode()
    for label in ("SCIM base URL", "SCIM API key", "Expiration date", "Save"):
        assert label in page
    assert answer.context["api_key"] in page
    assert answer.context["api_key"] not in admin.get(own).content.decode()
    fresh.refresh_from_db()
    assert (fresh.state, fresh.scope) == ("active", "test")
    assert CustomerDirectory.objects.get(directory=fresh).group_policy == "sync"


def test_the_choice_has_to_be_made(admin, fresh):
    answer = set_up(admin, fresh, group_policy="perhaps")

    assert answer.status_code == 422
    assert not ApiKey.objects.filter(directory=fresh).exists()


def test_the_organizations_wizard_makes_no_key_for_customers(admin, fresh):
    """Or it would go round the gates."""
    answer = admin.post(reverse("directories:directory-set-up", args=[fresh.pk]))

    assert answer.url == at("set-up", fresh.site, fresh.pk)
    assert not ApiKey.objects.filter(directory=fresh).exists()


@pytest.mark.parametrize("step", ["copy", "configure", "first-sync"])
@pytest.mark.parametrize("provider", Directory.Provider.values)
def test_every_step_is_there_for_every_provider(admin, site, step, provider):
    directory = CustomerDirectoryFactory.create(site=site, provider=provider)
    address = reverse("directories:directory-set-up", args=[directory.pk])

    page = admin.get(f"{address}?step={step}").content.decode()

    assert "Set up provisioning" in page
    if step == "configure":
        assert "Use a custom or generic SCIM app" in page
        assert "Not for employees" in page


def test_directories_of_another_site_are_not_there(admin, site, organization):
    elsewhere = CustomerDirectoryFactory.create()

    for name in ("set-up", "facts", "configuration-delete", "disconnect", "conflicts"):
        assert admin.get(at(name, site, elsewhere.pk)).status_code == 404
    for name in DIRECTORY_PAGES:
        address = reverse(f"directories:{name}", args=[elsewhere.pk])
        assert admin.get(address).status_code == 404


def test_a_provider_that_may_push_nobody_says_so_before(admin, site, directory):
    partners = other(site, state=Directory.State.NOT_SET_UP)

    page = admin.get(at("set-up", site, partners.pk)).content.decode()

    assert "No domain is routed to this identity provider" in page


def test_its_pages_are_shown_among_those_of_the_site(admin, directory):
    page = admin.get(reverse("directories:directory-detail", args=[directory.pk]))

    current = [item.label for item in page.context["service_pages"] if item.current]
    assert current == ["Identity providers"]
