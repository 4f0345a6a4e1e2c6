"""Who is in an organization, where that comes from, and that the count is exact."""

import pytest
from django.db.models import Count

from directories.services.audit import SYSTEM
from portals.models import Customer, CustomerOrganization, OrganizationMember
from portals.services.customer_accounts import customers
from portals.services.customer_organizations import members, organizations
from portals.services.customer_organizations.members import Origin
from tests.factories.directories import LONG_AGO
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    ServiceSiteFactory,
)

pytestmark = pytest.mark.django_db


def exact() -> bool:
    """Say whether every count is that of the rows."""
    found = CustomerOrganization.objects.annotate(n=Count("organization_members"))
    return all(each.n == each.member_count for each in found)


def test_origins_add_up_and_the_last_one_takes_the_row_along() -> None:
    """A customer is in as long as one origin says so."""
    site = ServiceSiteFactory.create()
    one, two = CustomerOrganizationFactory.create_batch(2, site=site)
    people = [each.pk for each in CustomerFactory.create_batch(3, site=site)]
    both = [one.pk, two.pk]

    assert len(members.add_members(both, people, Origin.BY_DOMAIN)) == 6
    assert members.add_members(both, people[:2], Origin.MANUAL) == []
    assert exact()
    gone = members.remove_members(both, people, Origin.BY_DOMAIN)
    assert {customer for _organization, customer in gone} == {people[2]}
    assert exact()
    assert len(members.leave_all(people[:1])) == 2
    assert members.remove_members([one.pk], people[1:], Origin.SYNCED) == []
    assert len(members.remove_members([one.pk], people)) == 1
    assert exact()
    assert list(OrganizationMember.objects.values_list("customer")) == [(people[1],)]


def test_customers_of_another_site_and_archived_organizations_are_passed_over() -> None:
    """Nothing crosses sites, nothing joins what is deleted."""
    organization = CustomerOrganizationFactory.create()
    organizations.archive(organization, by=SYSTEM, now=LONG_AGO)
    other = CustomerOrganizationFactory.create()
    mine = CustomerFactory.create(site=organization.site)

    assert not members.add_members(
        [organization.pk, other.pk], [mine.pk], Origin.MANUAL
    )
    assert exact()


def test_a_deleted_customer_is_counted_no_more() -> None:
    """Erasing somebody takes them out of their organizations."""
    organization = CustomerOrganizationFactory.create()
    person = CustomerFactory.create(site=organization.site)
    organizations.add_people(organization, [person.pk], by=SYSTEM, now=LONG_AGO)
    organization.refresh_from_db()
    assert organization.member_count == 1

    customers.delete_customer(person, by=SYSTEM, now=LONG_AGO)
    organization.refresh_from_db()
    assert organization.member_count == 0


def test_an_address_is_one_customer_of_a_site() -> None:
    """Neither a new customer nor another address takes somebody else's."""
    site = ServiceSiteFactory.create()
    made = customers.create_customer(
        site,
        email="Anna@Client.example",
        name="Anna",
        source=Customer.Source.INVITED,
        by=SYSTEM,
        now=LONG_AGO,
        company="Client",
    )
    with pytest.raises(customers.EmailTakenError) as caught:
        customers.create_customer(
            site,
            email="anna@client.example",
            name="",
            source=Customer.Source.API,
            by=SYSTEM,
            now=LONG_AGO,
        )
    assert caught.value.holder == made
    other = CustomerFactory.create(site=site)
    with pytest.raises(customers.EmailTakenError):
        customers.change_email(
            other, email="ANNA@client.example", by=SYSTEM, now=LONG_AGO
        )
    CustomerFactory.create(email="anna@client.example")  # on another site


def test_only_an_admin_gives_back_what_an_admin_took() -> None:
    """Access knows who took it; sessions end with it."""
    person = CustomerFactory.create()
    held = customers.revoke(person, by=SYSTEM, now=LONG_AGO)
    assert (held.status, held.revoked_by) == ("revoked", "admin")
    assert held.session_epoch == person.session_epoch + 1
    customers.take_access(held, Customer.RevokedBy.PROVIDER, by=SYSTEM, now=LONG_AGO)
    assert held.revoked_by == "admin"
    held = customers.grant(held, by=SYSTEM, now=LONG_AGO)
    assert held.is_active


def test_a_restored_organization_is_as_it_was() -> None:
    """Members and name come back; a name that is taken meanwhile is refused."""
    organization = CustomerOrganizationFactory.create(name="Client", name_key="client")
    person = CustomerFactory.create(site=organization.site)
    organizations.add_people(organization, [person.pk], by=SYSTEM, now=LONG_AGO)
    organizations.archive(organization, by=SYSTEM, now=LONG_AGO)
    made = organizations.create_organization(
        organization.site, name="client", by=SYSTEM, now=LONG_AGO
    )
    with pytest.raises(organizations.NameTakenError):
        organizations.restore(organization, by=SYSTEM, now=LONG_AGO)
    organizations.archive(made, by=SYSTEM, now=LONG_AGO)
    back = organizations.restore(organization, by=SYSTEM, now=LONG_AGO)
    assert back.member_count == 1
    assert exact()
