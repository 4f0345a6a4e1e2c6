"""Customers who get an Atlassian account."""

import pytest
from django.core import mail
from django.utils import timezone

from directories.models import Account, LinkState
from portals.models import OrganizationMember, ProjectCustomer
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
    MemberFactory,
    OrganizationFactory,
)
from tests.factories.portals import (
    CustomerDirectoryFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
)
from tests.pages.provisioning.reading import main_of
from tests.portals.stored import actions_of, fresh

SECRET = "an unusual long password"


def test_migrating_makes_an_account(anna, act, django_capture_on_commit_callbacks):
    asked = main_of(act("migrate", anna, ask=True))
    assert "An Atlassian account is made for anna@client.example." in asked
    assert "1 organization, 1 project and the history" in asked
    assert "no way back" in asked

    with django_capture_on_commit_callbacks(execute=True):
        act("migrate", anna)

    customer = fresh(anna)
    account = Account.objects.get(email="anna@client.example")
    assert (customer.kind, customer.account) == ("account", account)
    assert customer.password == ""
    assert customer.session_epoch == anna.session_epoch + 1
    assert account.managed_by is None
    assert account.memberships.get().organization == anna.site.organization
    assert OrganizationMember.objects.filter(customer=anna).exists()
    assert ProjectCustomer.objects.filter(customer=anna).exists()
    assert actions_of(anna) == ["portal_customer_migrated"]
    (sent,) = mail.outbox
    assert "password-reset" in sent.body


def test_migrating_somebody_of_a_verified_domain_makes_a_managed_account(anna, act):
    DomainFactory.create(
        organization=anna.site.organization,
        name="client.example",
        verified_at=timezone.now(),
    )
    assert "manages the account" in main_of(act("migrate", anna, ask=True))

    act("migrate", anna)

    assert fresh(anna).account.managed_by == anna.site.organization


def test_migrating_takes_the_account_that_is_there(
    anna, act, django_capture_on_commit_callbacks
):
    directory = CustomerDirectoryFactory.create(site=anna.site)
    account = AccountFactory.create(email="Anna@client.example")
    MemberFactory.create(
        organization=anna.site.organization, account=account, directory=directory
    )

    with django_capture_on_commit_callbacks(execute=True):
        act("migrate", anna)

    assert fresh(anna).account == account
    # Whose person it is stays as it was.
    assert account.memberships.get().directory == directory
    assert "password-reset" not in mail.outbox[0].body


def test_migrating_a_synced_customer_unlinks_the_record(synced, act):
    organization = CustomerOrganizationFactory.create(site=synced.site, name="Globex")
    OrganizationMemberFactory.create(
        organization=organization, customer=synced, manual=False, synced=True
    )
    record = synced.record

    act("migrate", synced)

    customer = fresh(synced)
    assert (customer.record, customer.directory) == (None, None)
    assert (customer.former_directory, customer.source) == ("Okta clients", "imported")
    record.refresh_from_db()
    assert (record.link_state, record.link_reason) == (LinkState.UNLINKED, "account")
    place = OrganizationMember.objects.get(customer=synced)
    assert (place.synced, place.manual) == (False, True)


def _deactivated(customer):
    AccountFactory.create(email=customer.email, status="deactivated")


def _elsewhere(customer):
    DomainFactory.create(
        organization=OrganizationFactory.create(),
        name="client.example",
        verified_at=timezone.now(),
    )


def _suspended(customer):
    account = AccountFactory.create(email=customer.email)
    MemberFactory.create(
        organization=customer.site.organization, account=account, status="suspended"
    )


def _taken(customer):
    account = AccountFactory.create(email=customer.email)
    CustomerFactory.create(site=customer.site, kind="account", account=account)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (_deactivated, "is deactivated"),
        (_elsewhere, "Another organization has verified the domain"),
        (_suspended, "is suspended"),
        (_taken, "is another customer of this site"),
    ],
)
def test_what_cannot_be_migrated_is_refused_with_words(anna, act, given, words):
    given(anna)
    assert words in main_of(act("migrate", anna, ask=True))

    act("migrate", anna)

    assert fresh(anna).kind == "portal_only"


def test_a_migrated_customer_is_not_changed_here(anna, act):
    act("migrate", anna)

    for action, data in (
        ("rename", {"name": "Other"}),
        ("email", {"email": "other@client.example"}),
        ("password", {"password": SECRET, "repeated": SECRET}),
    ):
        assert "Atlassian account already" in main_of(act(action, anna, data))

    customer = fresh(anna)
    assert (customer.name, customer.email) == ("Anna Nowak", "anna@client.example")
    assert customer.password == ""
