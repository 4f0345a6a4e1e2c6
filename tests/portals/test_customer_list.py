"""The list of portal-only customers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from directories.models import AuditEvent
from portals.models import Customer
from tests.factories.directories import AccountFactory, DomainFactory
from tests.factories.portals import (
    CustomerDirectoryFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ServiceSiteFactory,
)
from tests.pages.provisioning.reading import main_of


@pytest.fixture
def listed(site, organization_admin):
    """Return what opens the list with what is asked for, as its text."""

    def opened(**asked):
        address = reverse("portals:customer-list", args=[site.pk])
        response = organization_admin.get(address, asked)
        assert response.status_code == 200
        return main_of(response)

    return opened


def test_a_site_without_customers_says_what_to_do(listed):
    text = listed()

    assert "No customers yet" in text
    assert "Add customer" in text


def test_the_list_says_who_waits_while_a_directory_is_tested(site, listed):
    CustomerDirectoryFactory.create(site=site, name="Okta clients", scope="test")

    assert "Okta clients is being tested" in listed()


def test_a_customer_is_shown_with_all_that_is_known(site, listed):
    directory = CustomerDirectoryFactory.create(site=site, name="Okta clients")
    anna = CustomerFactory.create(
        site=site, name="Anna Nowak", email="anna@client.example", directory=directory
    )
    globex = CustomerOrganizationFactory.create(site=site, name="Globex")
    OrganizationMemberFactory.create(organization=globex, customer=anna)

    text = listed()

    for shown in (
        "Name",
        "Email",
        "Status",
        "Source",
        "Organizations",
        "Last active",
        "Added",
        "Anna Nowak",
        "anna@client.example",
        "Active",
        "Invited",
        "Globex",
        "Never",
    ):
        assert shown in text


def test_the_row_menu_has_the_documented_actions(site, listed):
    CustomerFactory.create(site=site)

    text = listed()

    for label in (
        "Edit full name",
        "Change email",
        "Change password",
        "Migrate to Atlassian account",
        "Revoke access",
        "Delete customer",
    ):
        assert label in text
    assert "Identity providers" not in text


def test_a_revoked_customer_can_be_granted_access(site, listed):
    CustomerFactory.create(site=site, status="revoked", revoked_by="admin")

    text = listed()

    assert "Grant access" in text
    assert "Access revoked" in text


@pytest.mark.parametrize(
    "asked", ["Anna", "anna@client", "ANNA NOWAK", "globex", "lobe"]
)
def test_name_address_and_organization_are_searched(site, listed, asked):
    anna = CustomerFactory.create(
        site=site,
        name="Anna Nowak",
        email="anna@client.example",
        search_text="anna nowak anna@client.example",
    )
    CustomerFactory.create(site=site, name="Bob")
    globex = CustomerOrganizationFactory.create(
        site=site, name="Globex", member_count=1
    )
    OrganizationMemberFactory.create(organization=globex, customer=anna)

    text = listed(q=asked)

    assert "Anna Nowak" in text
    assert "Bob" not in text


def test_the_filters_of_the_list(site, listed):
    directory = CustomerDirectoryFactory.create(site=site)
    DomainFactory.create(
        organization=site.organization, name="acme.example", verified_at=timezone.now()
    )
    made: dict[str, dict[str, Any]] = {
        "revoked": {"status": "revoked", "revoked_by": "admin"},
        "imported": {"source": "imported"},
        "pushed": {"directory": directory},
        "placed": {},
        "employed": {
            "email": "eve@acme.example",
            "email_key": "eve@acme.example",
            "email_domain": "acme.example",
        },
        "silent": {"password": "some hash"},
        "open": {"last_active_at": timezone.now()},
    }
    found = {
        name: CustomerFactory.create(
            site=site,
            name=f"{name} one",
            **{"password": "x", "last_active_at": timezone.now(), **values}
            if name not in {"silent", "open"}
            else values,
        )
        for name, values in made.items()
    }
    globex = CustomerOrganizationFactory.create(site=site, name="Globex")
    OrganizationMemberFactory.create(organization=globex, customer=found["placed"])

    def shown(**asked):
        text = listed(**asked)
        return {name for name in made if f"{name} one" in text}

    assert shown() == set(made)
    assert shown(status="revoked") == {"revoked"}
    assert shown(source="imported") == {"imported"}
    assert shown(directory=str(directory.pk)) == {"pushed"}
    assert shown(directory="local") == set(made) - {"pushed"}
    assert shown(organization="globex") == {"placed"}
    assert shown(organization=str(globex.public_id)) == {"placed"}
    assert shown(organization="no such") == set()
    assert shown(mark="employees") == {"employed"}
    assert shown(mark="never_active") == {"silent"}
    assert shown(mark="no_password") == {"open"}


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("", "Aa"),
        ("-name", "Zz"),
        ("email", "Zz"),
        ("-email", "Aa"),
        ("added", "Zz"),
        ("-added", "Aa"),
        ("active", "Zz"),
        ("-active", "Aa"),
    ],
)
def test_the_orders_of_the_list(site, listed, sort, first):
    now = timezone.now()
    for name, email, days in (("Aa", "z@c.example", 1), ("Zz", "a@c.example", 2)):
        at = now - timedelta(days=days)
        CustomerFactory.create(
            site=site, name=name, email=email, created_at=at, last_active_at=at
        )
    CustomerFactory.create(
        site=site,
        name="Mm",
        email="m@c.example",
        created_at=now - timedelta(36),
    ).delete()

    text = listed(sort=sort)

    other = "Zz" if first == "Aa" else "Aa"
    assert text.index(first) < text.index(other)


def test_who_has_an_account_is_not_listed(site, listed):
    account = AccountFactory.create()
    CustomerFactory.create(
        site=site, name="Moved away", kind="account", account=account
    )
    CustomerFactory.create(site=ServiceSiteFactory.create(), name="Elsewhere")

    assert "No customers yet" in listed()


def test_the_list_asks_the_same_for_one_row_and_for_many(site, organization_admin):
    address = reverse("portals:customer-list", args=[site.pk])

    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert organization_admin.get(address).status_code == 200
        return len(queries)

    one = CustomerFactory.create(site=site)
    globex = CustomerOrganizationFactory.create(site=site)
    OrganizationMemberFactory.create(organization=globex, customer=one)
    organization_admin.get(address)
    few = count()
    for customer in CustomerFactory.create_batch(30, site=site):
        OrganizationMemberFactory.create(organization=globex, customer=customer)

    assert count() == few
    assert few <= 20


def test_a_fragment_is_the_same_part_of_the_page(site, organization_admin):
    CustomerFactory.create_batch(3, site=site)
    address = reverse("portals:customer-list", args=[site.pk])

    whole = organization_admin.get(address).content.decode()
    part = organization_admin.get(address, headers={"HX-Request": "true"})

    def plain(html):
        return re.sub(r'value="[A-Za-z0-9]{64}"', "", html).strip()

    assert plain(part.content.decode()) in plain(whole)


def test_pages_follow_each_other(site, organization_admin):
    CustomerFactory.create_batch(120, site=site)
    address = reverse("portals:customer-list", args=[site.pk])
    seen, query = [], ""
    while True:
        response = organization_admin.get(address + query)
        seen += [each.pk for each in response.context["listing"].rows]
        query = response.context["listing"].links.next
        if not query:
            break

    assert seen == list(
        Customer.objects.order_by("name_key").values_list("pk", flat=True)
    )


def test_the_export_has_what_matches_and_is_in_the_log(site, organization_admin):
    anna = CustomerFactory.create(site=site, name="=Anna", email="anna@client.example")
    CustomerFactory.create(site=site, name="Bob", status="revoked", revoked_by="admin")
    for name in ("Globex", "Initech"):
        organization = CustomerOrganizationFactory.create(site=site, name=name)
        OrganizationMemberFactory.create(organization=organization, customer=anna)

    response = organization_admin.post(
        reverse("portals:customer-export", args=[site.pk]), {"status": "active"}
    )
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()

    assert lines[0].startswith("Name,Email,Status,Source,Directory,Organizations")
    assert len(lines) == 2
    assert lines[1].startswith("'=Anna,anna@client.example,Active,Invited,,Globex | In")
    event = AuditEvent.objects.get(action="exported")
    assert event.details == {"filters": {"status": "active"}}


def test_another_site_and_another_organization_are_not_there(organization_admin):
    other = ServiceSiteFactory.create()

    response = organization_admin.get(reverse("portals:customer-list", args=[other.pk]))

    assert response.status_code == 404
