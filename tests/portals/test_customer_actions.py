"""What admins do to one portal-only customer: every row of the table of effects."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from directories.services.audit import SYSTEM
from portals.models import Customer, OrganizationMember, ProjectCustomer
from portals.services.customer_accounts import customer_passwords, customers
from tests.factories.portals import CustomerFactory, ServiceSiteFactory
from tests.pages.provisioning.reading import main_of
from tests.portals.stored import actions_of, fresh

SECRET = "an unusual long password"


def test_revoking_says_what_follows_and_keeps_everything(anna, act):
    asked = main_of(act("revoke", anna, ask=True))
    assert "signed out at once" in asked
    assert "(Deactivated)" in asked
    assert "Grant access" in asked

    act("revoke", anna)

    customer = fresh(anna)
    assert (customer.status, customer.revoked_by) == ("revoked", "admin")
    assert customer.session_epoch == anna.session_epoch + 1
    assert OrganizationMember.objects.filter(customer=anna).exists()
    assert ProjectCustomer.objects.filter(customer=anna).exists()
    assert actions_of(anna) == ["portal_customer_access_revoked"]


def test_granting_restores_everything(anna, act):
    act("revoke", anna)
    assert "as they were" in main_of(act("grant", anna, ask=True))

    act("grant", anna)

    customer = fresh(anna)
    assert (customer.status, customer.revoked_by) == ("active", "")
    assert customer.password == anna.password
    assert OrganizationMember.objects.filter(customer=anna).exists()


def test_deleting_says_in_numbers_what_is_lost_and_is_for_good(anna, act):
    asked = main_of(act("delete", anna, ask=True))
    assert "cannot be undone" in asked
    assert "1 place in an organization goes, and 1 place in a project goes." in asked
    assert "Former user (Deactivated)" in asked
    assert "Revoke access instead" in asked

    response = act("delete", anna)

    assert response.url == reverse("portals:customer-list", args=[anna.site_id])
    assert not Customer.objects.filter(pk=anna.pk).exists()
    organization = anna.organizations.model.objects.get(name="Globex")
    assert organization.member_count == 0
    assert "portal_customer_deleted" in actions_of(anna)


def test_the_full_name_is_updated_for_all_projects(anna, act):
    page = main_of(act("rename", anna, ask=True))
    assert "Edit full name" in page
    assert "Update" in page
    assert "every service project" in page

    act("rename", anna, {"name": "Anna Kowalska"})

    customer = fresh(anna)
    assert customer.name == "Anna Kowalska"
    assert "kowalska" in customer.search_text
    assert actions_of(anna) == ["portal_customer_updated"]


def test_the_password_is_set_directly(anna, act):
    page = main_of(act("password", anna, ask=True))
    assert "Save password" in page

    act("password", anna, {"password": SECRET, "repeated": SECRET})

    customer = fresh(anna)
    assert customer.password not in {"", anna.password, SECRET}
    assert customer.session_epoch == anna.session_epoch + 1
    assert actions_of(anna) == ["portal_customer_password_changed"]
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("password", "repeated", "words"),
    [
        ("short", "short", "too short"),
        (SECRET, "another long password", "differ"),
        ("", "", "Enter the new password."),
    ],
)
def test_a_bad_password_is_refused(anna, act, password, repeated, words):
    response = act("password", anna, {"password": password, "repeated": repeated})

    assert response.status_code == 422
    assert words in main_of(response)
    assert fresh(anna).password == anna.password


def test_a_new_address_is_mailed_both_ways(
    anna, act, django_capture_on_commit_callbacks
):
    asked = main_of(act("email", anna, ask=True))
    assert "Every session and every link" in asked

    with django_capture_on_commit_callbacks(execute=True):
        act("email", anna, {"email": "anna@new.example"})

    customer = fresh(anna)
    assert customer.email == "anna@new.example"
    assert customer.email_verified_at is None
    assert customer.session_epoch == anna.session_epoch + 1
    assert OrganizationMember.objects.filter(customer=anna).exists()
    confirm, told = mail.outbox
    assert confirm.to == ["anna@new.example"]
    assert f"/{anna.public_id}/" in confirm.body
    assert told.to == ["anna@client.example"]
    assert "anna@new.example" in told.body


def test_the_address_of_another_customer_is_refused_with_the_name(site, anna, act):
    CustomerFactory.create(site=site, name="Zoe", email="zoe@client.example")

    response = act("email", anna, {"email": "ZOE@client.example"})

    assert response.status_code == 422
    assert "Zoe" in main_of(response)
    assert fresh(anna).email == "anna@client.example"


@pytest.mark.parametrize(
    ("action", "data"),
    [("rename", {"name": "Other"}), ("email", {"email": "other@client.example"})],
)
def test_name_and_address_of_a_synced_customer_are_the_owners(
    synced, act, action, data
):
    assert "Okta clients" in main_of(act(action, synced, ask=True))

    response = act(action, synced, data)

    assert response.status_code == 422
    assert "Okta clients owns this customer" in main_of(response)
    assert fresh(synced).name == "Ben"
    assert fresh(synced).email == "ben@client.example"


@pytest.mark.parametrize("action", ["revoke", "delete", "migrate"])
def test_what_the_provider_does_next_is_said(synced, act, action):
    assert "Okta clients provisions this customer" in main_of(
        act(action, synced, ask=True)
    )


def test_who_owns_access_is_said_before_it_is_granted(synced, act):
    Customer.objects.update(status="revoked", revoked_by="provider")

    assert "Okta clients revoked this access" in main_of(act("grant", synced, ask=True))


def test_a_password_link_is_mailed(anna, act, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        act("password-link", anna)

    (sent,) = mail.outbox
    assert sent.to == ["anna@client.example"]
    link = next(line for line in sent.body.splitlines() if line.startswith("http"))
    token = link.rstrip("/").rsplit("/", 1)[1]
    found = customer_passwords.customer_of_password_link(
        public_id=anna.public_id, token=token
    )
    assert found == anna


def test_a_password_link_dies_with_the_password(anna):
    token = customer_passwords.password_tokens.make_token(anna)
    assert customer_passwords.customer_of_password_link(
        public_id=anna.public_id, token=token
    )

    customers.set_password(
        anna,
        password=SECRET,
        by=SYSTEM,
        now=timezone.now(),
    )

    with pytest.raises(customer_passwords.InvalidLinkError):
        customer_passwords.customer_of_password_link(
            public_id=anna.public_id, token=token
        )


def test_no_link_is_mailed_to_who_could_not_use_it(anna, act):
    act("revoke", anna)

    assert "Access is revoked" in main_of(act("password-link", anna))
    assert mail.outbox == []


def test_another_sites_customer_is_not_there(site, organization_admin):
    other = CustomerFactory.create(site=ServiceSiteFactory.create())

    address = reverse("portals:customer-rename", args=[site.pk, other.public_id])

    assert organization_admin.get(address).status_code == 404


def test_a_synced_customer_is_unlinked(synced, anna, act):
    asked = main_of(act("unlink", synced, ask=True))
    assert "Okta clients goes on pushing the person" in asked

    act("unlink", synced)

    customer = fresh(synced)
    assert (customer.record, customer.directory) == (None, None)
    assert customer.former_directory == "Okta clients"
    assert "follows no identity provider" in main_of(act("unlink", anna, ask=True))
