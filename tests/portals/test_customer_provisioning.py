"""What a provider's requests about people do to the customers of a site."""

from typing import Any

import pytest

from directories.events import Event
from directories.models import (
    Account,
    Directory,
    LinkState,
    Site,
)
from directories.services.audit import SYSTEM
from directories.services.records import revisit_user
from portals.models import Customer, OrganizationMember, RoutedDomain
from portals.services.customer_accounts import customers
from tests.factories.directories import (
    LONG_AGO,
    AccountFactory,
    DomainFactory,
)
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
)
from tests.portals.invariants import check_customers
from tests.portals.pushing import (
    ANNA,
    OTHER,
    change,
    customer,
    emails,
    events,
    push,
    reasons,
    record,
)
from tests.scim.client import ScimClient, refusal


def test_create_makes_a_customer_without_a_mail(
    idp: ScimClient, mailoutbox: list[Any]
) -> None:
    """Nobody has the address: a synced customer is made, and told nothing."""
    push(
        idp,
        displayName="Anna Arent",
        title="Buyer",
        timezone="Europe/Berlin",
        preferredLanguage="de",
        department="Buying",
        organization="Client",
    )

    made = customer()
    assert (made.source, made.status, made.kind) == ("synced", "active", "portal_only")
    assert (made.name, made.job_title, made.department) == (
        "Anna Arent",
        "Buyer",
        "Buying",
    )
    assert (made.company, made.language) == ("Client", "de")
    assert made.time_zone == "Europe/Berlin"
    assert made.record == record()
    assert record().account is None
    assert not Account.objects.filter(email_key=ANNA).exists()
    assert mailoutbox == []
    assert events(made) == [Event.CUSTOMER_CREATED]
    check_customers()


@pytest.mark.parametrize("source", ["invited", "signed_up", "imported", "api"])
def test_create_links_who_is_nobodys(idp: ScimClient, site: Site, source: str) -> None:
    """A local customer becomes the provider's and keeps everything they had."""
    local = CustomerFactory.create(
        site=site, email=ANNA, source=source, password="kept"
    )
    member = OrganizationMemberFactory.create(
        customer=local, organization__site=site, organization__member_count=1
    )
    push(idp, displayName="Anna Arent")

    linked = customer()
    assert linked.pk == local.pk
    assert (linked.source, linked.password, linked.name) == (
        "synced",
        "kept",
        "Anna Arent",
    )
    assert OrganizationMember.objects.get() == member
    assert Event.CUSTOMER_LINKED in events(linked)
    check_customers()


def test_a_customer_of_another_site_is_another_customer(idp: ScimClient) -> None:
    """An address is one customer of each site."""
    CustomerFactory.create(email=ANNA)
    push(idp)
    assert Customer.objects.filter(email_key=ANNA).count() == 2


def test_create_of_another_directorys_customer_is_refused(
    idp: ScimClient, second_idp: ScimClient, site: Site
) -> None:
    """The first owner keeps the address; the second is told who it is."""
    RoutedDomain.objects.create(
        site=site,
        directory=second_idp.directory,
        name="client.example",
    )
    push(second_idp)
    RoutedDomain.objects.all().delete()

    answer = idp.post("/Users", {"userName": ANNA, "emails": emails(ANNA)})

    refusal(answer, 409, "uniqueness")
    entry = idp.log().get()
    assert entry.kind == "customer_of_other_directory"
    assert "Entra" in entry.advice
    assert customer().directory == second_idp.directory


def test_a_customer_with_an_account_is_left_alone(idp: ScimClient, site: Site) -> None:
    """Migrated people and employees are stored, logged, never refused."""
    account = AccountFactory.create(email=ANNA)
    CustomerFactory.create(site=site, email=ANNA, kind="account", account=account)
    push(idp)

    assert (record().link_state, record().link_reason) == ("unlinked", "account")
    assert reasons(idp) == ["account"]
    assert customer().directory is None


def test_an_employee_becomes_a_customer_with_a_note(
    idp: ScimClient, site: Site
) -> None:
    """Who has an account of a verified domain is made all the same."""
    DomainFactory.create(organization=site.organization, name="client.example")
    AccountFactory.create(email=ANNA)
    push(idp)

    assert customer().source == "synced"
    entry = idp.log().get()
    assert (entry.kind, entry.level) == ("employee", "info")


def test_without_an_address_nothing_follows(idp: ScimClient) -> None:
    """The person is stored and waits; with an address the customer is made."""
    user = idp.user("anna")
    assert Customer.objects.count() == 0
    assert record("anna").link_reason == "no_email"

    assert change(idp, user, emails=emails(ANNA)) == 200
    assert customer().record == record("anna")

    assert change(idp, user, emails=[]) == 200
    assert record("anna").link_state == LinkState.PAUSED
    assert customer().is_active
    assert reasons(idp)[-1] == "no_email"
    check_customers()


def test_attributes_follow(idp: ScimClient) -> None:
    """Name and profile are the provider's; a push without a name keeps it."""
    user = push(idp, displayName="Anna", title="Buyer")
    assert change(idp, user, displayName="Anna Arent", title="Chief buyer") == 200
    assert (customer().name, customer().job_title) == ("Anna Arent", "Chief buyer")
    body = {"userName": ANNA, "emails": emails(ANNA)}
    assert idp.put(f"/Users/{user['id']}", body).status_code == 200
    assert (customer().name, customer().job_title) == ("Anna Arent", "")


def test_an_address_follows_and_sessions_end(idp: ScimClient) -> None:
    """E-mail is managed by the provider, unlike in the console."""
    user = push(idp)
    before = customer().session_epoch
    assert change(idp, user, emails=emails(OTHER)) == 200
    moved = customer(OTHER)
    assert moved.session_epoch == before + 1
    assert moved.email_domain == "elsewhere.example"
    assert Event.CUSTOMER_EMAIL_CHANGED in events(moved)
    check_customers()


def test_an_address_of_somebody_else_is_refused(idp: ScimClient, site: Site) -> None:
    """Nothing of the push is carried out."""
    CustomerFactory.create(site=site, email=OTHER)
    user = push(idp, displayName="Anna")
    answer = idp.patch(
        f"/Users/{user['id']}",
        [
            {"op": "replace", "path": "emails", "value": emails(OTHER)},
            {"op": "replace", "path": "displayName", "value": "Anna Arent"},
        ],
    )
    refusal(answer, 409, "uniqueness")
    assert customer().name == "Anna"
    assert reasons(idp) == ["customer_email_taken"]


def test_inactive_revokes_and_active_grants(idp: ScimClient) -> None:
    """Access follows the provider in the request, and so do sessions."""
    user = push(idp)
    group = idp.group("Client", user["id"])
    before = customer().session_epoch

    assert change(idp, user, active=False) == 200
    revoked = customer()
    assert (revoked.status, revoked.revoked_by) == ("revoked", "provider")
    assert revoked.session_epoch > before
    # What refers to the customer stays.
    assert OrganizationMember.objects.filter(customer=revoked).count() == 1

    assert change(idp, user, active=True) == 200
    assert customer().is_active
    assert idp.members(group["id"]) == {user["id"]}
    check_customers()


def test_a_deactivation_is_never_in_the_way(idp: ScimClient, site: Site) -> None:
    """Access goes although the address that came along is somebody else's."""
    CustomerFactory.create(site=site, email=OTHER)
    user = push(idp)
    assert change(idp, user, active=False, emails=emails(OTHER)) == 200
    assert not customer().is_active
    assert change(idp, user, active=True) == 409
    assert not customer().is_active


def test_what_an_admin_revoked_stays_revoked(idp: ScimClient) -> None:
    """The provider cannot give it back; an admin can."""
    user = push(idp)
    customers.revoke(customer(), by=SYSTEM, now=LONG_AGO)
    assert change(idp, user, active=False) == 200
    assert change(idp, user, active=True) == 200
    assert customer().revoked_by == "admin"
    assert reasons(idp) == ["revoked_by_admin"]
    assert record().link_state == LinkState.LINKED

    customers.grant(customer(), by=SYSTEM, now=LONG_AGO)
    assert customer().is_active
    assert record().link_reason == ""
    assert change(idp, user, active=False) == 200
    assert not customer().is_active


def test_delete_revokes_and_keeps_the_customer(idp: ScimClient) -> None:
    """Nobody is erased; created again they are the same customer, let in again."""
    user = push(idp)
    idp.group("Client", user["id"])
    first = customer()

    assert idp.delete(f"/Users/{user['id']}").status_code == 204
    left = customer()
    assert (left.status, left.revoked_by) == ("revoked", "provider")
    assert (left.directory, left.former_directory) == (None, "Okta")
    assert not OrganizationMember.objects.exists()
    assert Event.CUSTOMER_UNLINKED in events(left)
    check_customers()

    again = push(idp)
    assert again["id"] != user["id"]
    assert customer().pk == first.pk
    assert customer().is_active
    assert customer().former_directory == ""
    check_customers()


def test_delete_keeps_what_an_admin_revoked(idp: ScimClient) -> None:
    """Deleting and creating again is no way round an admin's decision."""
    user = push(idp)
    customers.revoke(customer(), by=SYSTEM, now=LONG_AGO)
    assert idp.delete(f"/Users/{user['id']}").status_code == 204
    push(idp)
    assert customer().revoked_by == "admin"


def test_created_inactive_makes_nobody(idp: ScimClient) -> None:
    """There is nobody to revoke; the customer is made when they are active."""
    user = push(idp, active=False)
    assert Customer.objects.count() == 0
    assert record().link_reason == "inactive"
    assert change(idp, user, active=True) == 200
    assert customer().is_active


def test_created_inactive_revokes_who_is_there(idp: ScimClient, site: Site) -> None:
    """Create, link and deactivate in one push."""
    CustomerFactory.create(site=site, email=ANNA)
    push(idp, active=False)
    assert customer().revoked_by == "provider"
    assert customer().record == record()
    check_customers()


def test_unlinked_by_an_admin_stays_so(idp: ScimClient) -> None:
    """What is pushed is stored; a deactivation that is not followed is logged."""
    user = push(idp)
    customers.unlink(customer(), by=SYSTEM, now=LONG_AGO)
    assert record().link_reason == "unlinked_by_admin"
    assert change(idp, user, active=False) == 200
    assert customer().is_active
    assert reasons(idp) == ["deactivation_not_followed"]
    assert idp.delete(f"/Users/{user['id']}").status_code == 204
    assert customer().is_active
    assert reasons(idp)[-1] == "deletion_not_followed"


def test_who_an_admin_erased_comes_back_with_the_next_push(idp: ScimClient) -> None:
    """The record says what became of it until then."""
    user = push(idp, displayName="Anna")
    customers.delete_customer(customer(), by=SYSTEM, now=LONG_AGO)
    assert record().link_reason == "customer_deleted"
    assert change(idp, user, displayName="Anna Arent") == 200
    assert customer().name == "Anna Arent"
    check_customers()


def test_routing_says_whose_customers_a_domain_has(
    idp: ScimClient, second_idp: ScimClient, site: Site
) -> None:
    """A routed domain is its directory's; all others are the default one's."""
    RoutedDomain.objects.create(
        site=site, directory=second_idp.directory, name="client.example"
    )
    body = {"userName": ANNA, "emails": emails(ANNA)}
    refusal(idp.post("/Users", body), 409, "uniqueness")
    assert "client.example" in idp.log().get().advice
    other = {"userName": OTHER, "emails": emails(OTHER)}
    refusal(second_idp.post("/Users", other), 409, "uniqueness")
    assert second_idp.log().get().kind == "customer_routed_elsewhere"

    push(second_idp)
    moving = push(idp, OTHER)
    assert customer().directory == second_idp.directory
    # A new address is looked at as a new customer's would be.
    assert change(idp, moving, emails=emails("b@client.example")) == 409
    # Who is linked stays where they are.
    RoutedDomain.objects.update(directory=idp.directory)
    user = record()
    found = {"id": str(user.scim_id)}
    assert change(second_idp, found, displayName="Anna Arent") == 200


def test_with_one_directory_nothing_is_refused(idp: ScimClient) -> None:
    """Routing begins to count with the first domain."""
    push(idp)
    push(idp, OTHER)


def test_people_wait_for_nobody_while_only_tests_are_synced(idp: ScimClient) -> None:
    """A test scope stores everybody and makes customers of the chosen ones."""
    Directory.objects.update(scope="test")
    push(idp)
    assert Customer.objects.count() == 0
    assert record().link_reason == "out_of_scope"
    idp.directory.sync_choices.create(subject="user", name=ANNA, name_key=ANNA)
    revisit_user(directory=idp.directory, scim_id=record().scim_id, now=LONG_AGO)
    assert customer().source == "synced"


def test_domains_of_organizations_bring_synced_customers(
    idp: ScimClient, site: Site
) -> None:
    """Who is made or gets another address joins by the domain, as everybody does."""
    organization = CustomerOrganizationFactory.create(site=site)
    organization.domains.create(site=site, name="client.example", created_at=LONG_AGO)
    user = push(idp)
    assert OrganizationMember.objects.get().by_domain
    assert change(idp, user, emails=emails(OTHER)) == 200
    assert not OrganizationMember.objects.exists()
    check_customers()
