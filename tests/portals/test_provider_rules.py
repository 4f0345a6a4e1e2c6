"""Gates, domains, keys and the end of a site's customer directories."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directories.models import ApiKey, AuditEvent, Directory, RoleAssignment, Site
from directories.services.key_reminders import send_reminders
from portals.models import (
    Customer,
    CustomerDirectory,
    RoutedDomain,
    ServiceSettings,
)
from tests.factories.directories import (
    ApiKeyFactory,
    DomainFactory,
    RoleAssignmentFactory,
    UserRecordFactory,
)
from tests.factories.portals import (
    CustomerDirectoryFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectOrganizationFactory,
)

Role = RoleAssignment.Role
JSM = (Role.APP_ADMIN, "jira-service-management")


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


GATES = {
    "subscription": "Guard Standard",
    "early_access": "Early access",
    "government_cloud": "Government Cloud",
}


def close(gate: str, site: Site) -> None:
    if gate == "subscription":
        site.organization.subscription = "lapsed"
        site.organization.save()
        return
    value = gate == "government_cloud"
    ServiceSettings.objects.update_or_create(site=site, defaults={gate: value})


@pytest.mark.parametrize("gate", GATES)
def test_a_closed_gate_refuses_the_set_up_and_says_why(admin, site, fresh, gate):
    close(gate, site)

    answer = set_up(admin, fresh)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Provisioning was not set up" in page
    assert GATES[gate] in page
    assert not ApiKey.objects.filter(directory=fresh).exists()
    assert GATES[gate] in admin.get(at("list", site)).content.decode()


@pytest.mark.parametrize("gate", ["early_access", "government_cloud"])
def test_a_gate_that_closes_leaves_what_runs(admin, site, directory, gate):
    value = "on" if gate == "government_cloud" else "off"

    answer = admin.post(at("gates", site), {"gate": gate, "value": value}, follow=True)

    states = {each.gate: each.is_open for each in answer.context["gates"]}
    assert states[gate] is False
    assert "it goes on" in answer.content.decode()
    directory.refresh_from_db()
    assert directory.state == "active"
    assert AuditEvent.objects.filter(target_id=str(site.pk)).exists()


@pytest.mark.parametrize("sent", [{}, {"gate": "subscription", "value": "on"}])
def test_no_other_gate_is_switched(admin, site, sent):
    admin.post(at("gates", site), sent)

    assert not AuditEvent.objects.exists()


def test_employees_are_pointed_out_in_numbers(admin, site, directory):
    DomainFactory.create(organization=site.organization, name="acme.example")
    CustomerFactory.create(
        site=site, email="eve@acme.example", email_domain="acme.example"
    )
    UserRecordFactory.create(
        directory=directory, email="ed@acme.example", email_key="ed@acme.example"
    )

    facts = admin.get(at("facts", site, directory.pk)).context["employees"]

    assert (facts.customers, facts.pushed) == (1, 1)
    assert facts.domains == ["acme.example"]


def test_a_domain_is_routed_moved_and_removed(admin, site, directory):
    partners = other(site)
    customer = {"site": site, "email_domain": "big.example", "source": "synced"}
    CustomerFactory.create_batch(2, **customer, directory=directory)
    add = at("domain-add", site)
    chosen = {"name": "Big.Example", "directory": str(partners.pk)}

    preview = admin.get(add, chosen)
    admin.post(add, chosen)

    assert preview.context["owners"]["others"] == [("Clients", 2)]
    domain = RoutedDomain.objects.get()
    assert (domain.name, domain.directory) == ("big.example", partners)
    rows = {r.directory.pk: r for r in admin.get(at("list", site)).context["rows"]}
    assert rows[partners.pk].domains[0].elsewhere == 2
    admin.post(add, chosen | {"directory": str(directory.pk)})
    domain.refresh_from_db()
    assert domain.directory == directory
    admin.post(at("domain-remove", site, domain.pk))
    assert not RoutedDomain.objects.exists()
    assert Customer.objects.filter(directory=directory).count() == 2


@pytest.mark.parametrize("name", ["", "no domain", "gmail.com"])
def test_what_is_no_domain_is_not_routed(admin, site, directory, name):
    sent = {"name": name, "directory": str(directory.pk)}

    assert admin.post(at("domain-add", site), sent).status_code == 422


def test_another_default_leaves_who_is_linked(admin, site, directory):
    partners = other(site)
    CustomerFactory.create(site=site, directory=directory, source="synced")

    admin.post(at("default", site, partners.pk))

    answer = admin.get(at("list", site))
    assert answer.context["default"].directory == partners
    assert answer.context["elsewhere"] == 1


def test_the_end_of_a_configuration_is_told_in_numbers(admin, site, directory):
    customers = CustomerFactory.create_batch(3, site=site, directory=directory)
    Customer.objects.filter(pk=customers[0].pk).update(password="x")
    organization = CustomerOrganizationFactory.create(
        site=site, directory=directory, source="synced", member_count=1
    )
    OrganizationMemberFactory.create(organization=organization, customer=customers[0])
    ProjectOrganizationFactory.create(organization=organization, project__site=site)
    own = reverse("directories:configuration-delete", args=[directory.pk])

    answer = admin.get(own, follow=True)

    ending = answer.context["ending"]
    assert (ending.customers, ending.without_password) == (3, 2)
    assert (ending.organizations, ending.projects, ending.memberships) == (1, 1, 1)


def test_afterwards_everybody_is_local_and_keeps_access(admin, site, directory):
    customer = CustomerFactory.create(site=site, directory=directory, source="synced")
    address = at("configuration-delete", site, directory.pk)

    refused = admin.post(address, {"confirmation": "clients"})
    admin.post(address, {"confirmation": directory.name})

    assert refused.status_code == 422
    directory.refresh_from_db()
    customer.refresh_from_db()
    assert directory.state == "not_set_up"
    assert (customer.directory, customer.former_directory) == (None, "Clients")
    assert customer.status == "active"


def test_a_directory_that_is_set_up_is_not_disconnected(admin, site, directory):
    address = at("disconnect", site, directory.pk)

    answer = admin.post(address, {"confirmation": directory.name})

    assert answer.status_code == 422
    assert "Delete the configuration" in answer.content.decode()
    assert Directory.objects.filter(pk=directory.pk).exists()


def test_disconnecting_hands_the_default_on(admin, site, fresh):
    partners = other(site)
    RoutedDomain.objects.create(site=site, directory=fresh, name="big.example")
    own = reverse("directories:directory-disconnect", args=[fresh.pk])

    page = admin.get(own, follow=True)
    admin.post(at("disconnect", site, fresh.pk), {"confirmation": fresh.name})

    assert page.context["leaving"].heir == partners
    assert page.context["leaving"].domains == ["big.example"]
    assert not Directory.objects.filter(pk=fresh.pk).exists()
    assert CustomerDirectory.objects.get(is_default=True).directory == partners
    assert not RoutedDomain.objects.exists()


def test_reminders_name_site_and_directory_and_lead_to_its_page(
    site, directory, django_capture_on_commit_callbacks
):
    RoleAssignmentFactory.create(
        organization=site.organization, role=Role.ORGANIZATION_ADMIN
    )
    now = timezone.now()
    ApiKeyFactory.create(directory=directory, expires_at=now + timedelta(days=6))

    with django_capture_on_commit_callbacks(execute=True):
        send_reminders(now)

    (sent,) = mail.outbox
    assert f"Clients ({site.name})" in sent.subject
    assert reverse("directories:directory-detail", args=[directory.pk]) in sent.body


def test_a_key_is_regenerated_with_an_overlap(admin, directory):
    former = ApiKeyFactory.create(directory=directory)
    address = reverse("directories:api-key-regenerate", args=[directory.pk])

    page = admin.post(address, {"former": former.prefix, "overlap": "week"})

    assert "SCIM API key" in page.content.decode()
    former.refresh_from_db()
    assert former.revoked_at is None
    assert ApiKey.objects.filter(directory=directory).count() == 2


def test_a_key_that_ends_soon_is_a_banner_of_the_list(admin, site, directory):
    ApiKeyFactory.create(
        directory=directory, expires_at=timezone.now() + timedelta(days=3)
    )

    for address in (at("list", site), reverse("provisioning:overview")):
        assert "Regenerate" in admin.get(address).content.decode()


def test_sync_rules_of_customers_are_looked_at_on_their_page(admin, directory):
    """There is no dry run for them; the numbers come before the change."""
    UserRecordFactory.create_batch(3, directory=directory, link_state="linked")
    user = UserRecordFactory.create(directory=directory, user_name="tess")
    address = reverse("provisioning:sync-rules", args=[directory.pk])
    plan = {"scope": "test", "groups": "", "users": user.user_name}

    shown = admin.post(address, plan | {"action": "check"})
    other_plan = admin.post(
        address,
        plan | {"users": "x", "action": "apply", "seen": shown.context["seen"]},
    )
    directory.refresh_from_db()
    untouched = directory.scope
    admin.post(address, plan | {"action": "apply", "seen": shown.context["seen"]})

    numbers = shown.context["preview"]
    assert (numbers.users, numbers.users_taken_up) == (1, 1)
    assert numbers.users_left_out == 3
    assert other_plan.context["preview"].users == 0
    assert untouched == "all"
    directory.refresh_from_db()
    assert directory.scope == "test"
