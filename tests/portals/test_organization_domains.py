"""E-mail domains that bring customers into organizations."""

from typing import Any

import pytest
from django.utils import timezone

from directories.services.audit import SYSTEM
from directories.tasks import wake
from portals.models import Customer, OrganizationDomain, OrganizationMember
from portals.queries import organization_domains as queries
from portals.services.customer_accounts import customers
from portals.services.customer_accounts.joining import join_by_domain
from portals.services.customer_organizations import organization_domains
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
)

NOW = timezone.now()
BY: dict[str, Any] = {"by": SYSTEM, "now": NOW}


@pytest.fixture
def client_inc(site):
    return CustomerOrganizationFactory.create(site=site, name="Client Inc")


def listed(organization, *names):
    for name in names:
        organization_domains.add_domain(organization, name=name, **BY)


def arrive(site, email):
    return customers.create_customer(
        site, email=email, name="", source=Customer.Source.INVITED, **BY
    )


def members_of(organization):
    organization.refresh_from_db()
    rows = OrganizationMember.objects.filter(organization=organization)
    found = sorted(rows.values_list("customer__email", flat=True))
    assert organization.member_count == len(found)
    return found


def test_new_customers_come_by_their_domain(site, client_inc):
    listed(client_inc, "client.example")

    arrive(site, "ann@Client.Example")
    arrive(site, "bob@other.example")

    assert members_of(client_inc) == ["ann@Client.Example"]
    assert OrganizationMember.objects.get().by_domain


def test_who_was_here_before_stays_out_until_they_are_brought(site, client_inc):
    CustomerFactory.create(site=site, email="old@client.example")
    listed(client_inc, "client.example")
    assert members_of(client_inc) == []
    (row,) = queries.rows_of(client_inc)
    assert (row.came, row.could) == (0, 1)

    job = organization_domains.queue_filling(client_inc, **BY)
    run_job(job)

    assert members_of(client_inc) == ["old@client.example"]
    (row,) = queries.rows_of(client_inc)
    assert (row.came, row.could) == (1, 0)


def run_job(job):
    wake(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error


def test_of_several_organizations_the_first_one_gets_them(site, client_inc):
    second = CustomerOrganizationFactory.create(site=site, name="Second")
    listed(client_inc, "client.example")
    listed(second, "client.example")
    arrive(site, "ann@client.example")
    assert [r.is_first for r in queries.rows_of(second)] == [False]

    organization_domains.order_domain(site, name="client.example", first=second, **BY)
    arrive(site, "bob@client.example")

    assert members_of(client_inc) == ["ann@client.example"]
    assert members_of(second) == ["bob@client.example"]
    assert queries.same_domain(site).count() == 2


def test_an_archived_organization_gets_nobody(site, client_inc):
    second = CustomerOrganizationFactory.create(site=site)
    listed(client_inc, "client.example")
    listed(second, "client.example")
    client_inc.archived_at = NOW
    client_inc.save()

    arrive(site, "ann@client.example")

    assert members_of(second) == ["ann@client.example"]


def test_another_address_leads_to_another_organization(site, client_inc):
    other = CustomerOrganizationFactory.create(site=site)
    listed(client_inc, "client.example")
    listed(other, "other.example")
    ann = arrive(site, "ann@client.example")
    bob = arrive(site, "bob@client.example")
    OrganizationMember.objects.filter(customer=bob).update(manual=True)

    for each in (ann, bob):
        name = each.email.partition("@")[0]
        customers.change_email(each, email=f"{name}@other.example", **BY)

    assert members_of(client_inc) == ["bob@other.example"]
    assert members_of(other) == ["ann@other.example", "bob@other.example"]
    kept = OrganizationMember.objects.get(organization=client_inc)
    assert (kept.manual, kept.by_domain) == (True, False)


@pytest.mark.parametrize("keep", [True, False])
def test_a_domain_goes_with_those_who_came_by_it_or_without(site, client_inc, keep):
    listed(client_inc, "client.example")
    arrive(site, "ann@client.example")
    both = arrive(site, "bob@client.example")
    OrganizationMember.objects.filter(customer=both).update(manual=True)
    invited = OrganizationMemberFactory.create(
        organization=client_inc, customer__email="cat@client.example"
    )
    client_inc.member_count = 3
    client_inc.save()

    gone = organization_domains.remove_domain(
        OrganizationDomain.objects.get(), keep=keep, **BY
    )

    assert gone == (0 if keep else 1)
    stayed = ["bob@client.example", invited.customer.email]
    if keep:
        stayed.insert(0, "ann@client.example")
    assert members_of(client_inc) == stayed
    assert not OrganizationMember.objects.filter(by_domain=True).exists()
    assert not OrganizationDomain.objects.exists()


def test_ten_domains_are_enough(site, client_inc):
    listed(client_inc, *(f"d{n}.example" for n in range(10)))

    with pytest.raises(organization_domains.TooManyError):
        listed(client_inc, "d10.example")


def test_a_domain_is_listed_once(site, client_inc):
    listed(client_inc, "client.example")

    with pytest.raises(organization_domains.AlreadyListedError):
        listed(client_inc, "client.example")


def test_joining_twice_is_joining_once(site, client_inc):
    listed(client_inc, "client.example")
    ann = arrive(site, "ann@client.example")

    join_by_domain([ann.pk], now=NOW)

    assert members_of(client_inc) == ["ann@client.example"]


def test_many_join_at_once(site):
    here = CustomerOrganizationFactory.create_batch(3, site=site)
    for number, organization in enumerate(here):
        listed(organization, f"d{number}.example")
    people = [
        CustomerFactory.create(site=site, email=f"p{n}@d{n % 4}.example")
        for n in range(20)
    ]
    by_hand = OrganizationMemberFactory.create(organization=here[0], customer=people[0])
    here[0].member_count = 1
    here[0].save()

    join_by_domain([each.pk for each in people], now=NOW)

    assert [len(members_of(each)) for each in here] == [5, 5, 5]
    by_hand.refresh_from_db()
    assert by_hand.by_domain
