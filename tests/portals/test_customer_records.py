"""What else is about pushed people, when the people are customers."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import GroupRecord, Organization, Site, UserRecord
from directories.services.audit import SYSTEM
from portals.models import Customer, CustomerOrganization, OrganizationMember
from portals.services.customer_accounts import customers, migrating
from portals.services.customer_organizations import organizations
from provisioning.queries.history import tell
from provisioning.tasks import delete_due_accounts
from tests.factories.directories import LONG_AGO, AccountFactory
from tests.factories.portals import CustomerFactory, CustomerOrganizationFactory
from tests.pages.provisioning.reading import main_of
from tests.portals.desk import HOME, PASSWORD, signed_in
from tests.portals.pushing import (
    ANNA,
    OTHER,
    change,
    customer,
    emails,
    events,
    organization,
    push,
    reasons,
    record,
)
from tests.scim.client import ScimClient


def record_page(client: Client, record: UserRecord | GroupRecord) -> Any:
    """Return the answer of the page of a record."""
    kind = "user" if isinstance(record, UserRecord) else "group"
    return client.get(reverse(f"provisioning:{kind}-record", args=[record.scim_id]))


def test_records_lead_to_customers_and_organizations(
    idp: ScimClient, organization_admin: Client
) -> None:
    """From the log and from requests one comes to who they are here."""
    idp.group("Client", push(idp)["id"])
    one, made = customer(), organization()
    answer = record_page(organization_admin, record())
    assert answer["Location"] == reverse(
        "portals:customer-detail", args=[one.site_id, one.public_id]
    )
    answer = record_page(organization_admin, GroupRecord.objects.get())
    assert answer["Location"] == reverse(
        "portals:organization-detail", args=[made.site_id, made.public_id]
    )


def test_a_record_without_a_customer_has_a_page(
    idp: ScimClient, organization_admin: Client
) -> None:
    """It says why, and offers nothing that is about accounts."""
    push(idp, active=False)
    words = main_of(record_page(organization_admin, record()))
    assert "no customer or organization of the site" in words
    assert "No customer was made" in words
    assert "Re-link" in words
    assert "Link to another account" not in words
    assert "Unlink" not in words


@pytest.mark.parametrize("view", ["record-unlink", "record-link-to"])
def test_accounts_are_not_linked_to_records_of_customers(
    idp: ScimClient, organization_admin: Client, view: str
) -> None:
    """What is about accounts answers as if there were no such record."""
    push(idp)
    url = reverse(f"provisioning:{view}", args=[record().scim_id])
    assert organization_admin.get(url).status_code == 404


def test_relinking_looks_at_the_customer_again(
    idp: ScimClient, organization_admin: Client
) -> None:
    """The provider has the word again."""
    push(idp)
    Customer.objects.all().delete()
    UserRecord.objects.update(link_state="unlinked", link_reason="unlinked_by_admin")
    url = reverse("provisioning:record-relink", args=[record().scim_id])
    organization_admin.post(url)
    assert customer().record == record()


def test_lists_of_the_organization_do_not_tell_of_customers(
    idp: ScimClient,
    organization: Organization,
    organization_admin: Client,
) -> None:
    """Users, groups, review, reports and numbers are about the organization."""
    push(idp, displayName="Zsa Zsa")
    idp.user("zsa-without-address")
    idp.group("Zsa clients")
    for url in (
        reverse("provisioning:user-list"),
        reverse("provisioning:group-list"),
        reverse("provisioning:review-list"),
        reverse("provisioning:report-list"),
        reverse("directories:directory-list"),
        reverse("provisioning:overview"),
    ):
        answer = organization_admin.get(url)
        assert answer.status_code == 200, url
        words = main_of(answer).partition("Latest changes")[0]
        assert "zsa" not in words.casefold(), url
    assert organization.members.filter(account__email=ANNA).count() == 0


def test_histories_say_who_joined_which_organization(idp: ScimClient) -> None:
    """In the words of the audit log."""
    idp.group("Client", push(idp)["id"])
    made = CustomerOrganization.objects.get()
    log = made.site.organization.audit_events

    def notes(target: str) -> list[str]:
        events = log.filter(target_id=target).order_by("pk")
        return [tell(event).note for event in events]

    assert f"1 person joined ({ANNA})" in notes(str(made.public_id))
    assert "Client" in notes(str(customer().public_id))


def test_a_migrated_customer_who_leaves_is_told_of(idp: ScimClient) -> None:
    """The directory cannot take the access of an account; an admin has to."""
    user = push(idp)
    idp.group("Client", user["id"])
    migrating.migrate(customer(), by=SYSTEM, now=LONG_AGO)
    assert (record().link_state, record().link_reason) == ("unlinked", "account")
    assert change(idp, user, active=False) == 200
    assert idp.delete(f"/Users/{user['id']}").status_code == 204
    assert reasons(idp) == ["deactivation_not_followed", "deletion_not_followed"]
    assert customer().is_active
    assert OrganizationMember.objects.get().manual


def test_a_deleted_account_is_no_customer_any_more(
    site: Site, organization: Organization
) -> None:
    """Organizations count one less."""
    person = AccountFactory.create(
        email=ANNA, managed_by=organization, deletion_at=LONG_AGO
    )
    one = CustomerFactory.create(site=site, email=ANNA, kind="account", account=person)
    made = CustomerOrganizationFactory.create(site=site)
    organizations.add_people(made, [one.pk], by=SYSTEM, now=LONG_AGO)
    delete_due_accounts()
    assert not Customer.objects.exists()
    made.refresh_from_db()
    assert made.member_count == 0


def test_a_session_ends_with_the_request_that_takes_access(
    idp: ScimClient, site: Site
) -> None:
    """Whoever looks at a portal sees no page after it; granted, they log in again."""
    user = push(idp)
    customers.set_password(customer(), password=PASSWORD, by=SYSTEM, now=LONG_AGO)
    browser = signed_in(customer())
    assert browser.get(HOME).status_code == 200
    assert change(idp, user, active=False) == 200
    assert browser.get(HOME).status_code != 200
    assert change(idp, user, active=True) == 200
    assert browser.get(HOME).status_code != 200
    browser = signed_in(customer())
    assert change(idp, user, emails=emails(OTHER)) == 200
    assert browser.get(HOME).status_code != 200


def test_ended_sessions_are_in_the_history(idp: ScimClient) -> None:
    push(idp)
    before = customer().session_epoch
    customers.end_sessions(customer(), by=SYSTEM, now=LONG_AGO)
    assert customer().session_epoch == before + 1
    assert events(customer())[-1] == "portal_customer_sessions_ended"
