"""One customer organization: its page, and everything that is done there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portals.models import (
    Customer,
    CustomerOrganization,
    OrganizationDomain,
    OrganizationMember,
    ProjectOrganization,
    ServiceSettings,
)
from tests.factories.directories import GroupRecordFactory
from tests.factories.portals import (
    LONG_AGO,
    CustomerDirectoryFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ProjectOrganizationFactory,
    ServiceProjectFactory,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
    text_of,
)


@pytest.fixture
def client_inc(site):
    return CustomerOrganizationFactory.create(site=site, name="Client Inc")


@pytest.fixture
def synced_inc(site):
    directory = CustomerDirectoryFactory.create(site=site, name="Entra of clients")
    record = GroupRecordFactory.create(directory=directory, link_state="linked")
    return CustomerOrganizationFactory.create(
        site=site,
        name="Synced Inc",
        source="synced",
        directory=directory,
        record=record,
    )


def url_of(organization, name="detail", *more, **query):
    where = [organization.site_id, organization.public_id, *more]
    return reverse(f"portals:organization-{name}", args=where, query=query or None)


def filled(organization, *emails, **said):
    for email in emails:
        OrganizationMemberFactory.create(
            organization=organization, customer__email=email, **said
        )
    count = OrganizationMember.objects.filter(organization=organization).count()
    CustomerOrganization.objects.filter(pk=organization.pk).update(member_count=count)
    organization.refresh_from_db()


def test_its_customers_and_what_says_that_they_are_in_it(jira_admin, client_inc):
    filled(client_inc, "ann@client.example")
    filled(client_inc, "bob@client.example", manual=False, by_domain=True)

    page = main_of(jira_admin.get(url_of(client_inc)))

    assert "Customers (2)" in page
    assert "ann@client.example Active Hand" in page
    assert "bob@client.example Active Email domain" in page
    assert "Remove from organization" in page
    found = main_of(jira_admin.get(url_of(client_inc, q="ann@")))
    assert "bob@" not in found
    assert is_part_of_page(jira_admin, url_of(client_inc))
    rows = csv_rows(jira_admin.post(url_of(client_inc, "member-export"), {"q": "bob"}))
    assert rows[1][1:6] == ["bob@client.example", "Active", "", "", "Yes"]


def test_customers_lead_to_their_pages_where_one_may_open_them(
    jira_admin, both_admin, client_inc
):
    filled(client_inc, "ann@client.example")
    own = reverse(
        "portals:customer-detail",
        args=[client_inc.site_id, Customer.objects.get().public_id],
    )

    assert own in both_admin.get(url_of(client_inc)).content.decode()
    assert own not in jira_admin.get(url_of(client_inc)).content.decode()


def test_the_number_of_queries_does_not_grow(jira_admin, client_inc):
    filled(client_inc, "ann@client.example")
    one = queries_of(jira_admin, url_of(client_inc))
    filled(client_inc, *(f"c{n}@client.example" for n in range(20)))

    assert queries_of(jira_admin, url_of(client_inc)) == one <= 10


def test_what_is_another_sites_is_not_there(jira_admin):
    other = CustomerOrganizationFactory.create()
    own = jira_admin.get(url_of(other)).status_code

    assert own == 404


def test_a_synced_one_is_read_only_but_for_its_surroundings(jira_admin, synced_inc):
    filled(synced_inc, "ann@client.example", manual=False, synced=True)

    page = text_of(jira_admin.get(url_of(synced_inc)))
    assert "Managed by Entra of clients" in page
    assert "Name and customers follow its group" in page
    assert "Remove from organization" not in page

    refusal = "Entra of clients manages this organization"
    for name in ("people-add", "delete"):
        answer = jira_admin.get(url_of(synced_inc, name), follow=True)
        assert refusal in text_of(answer)
    gone = {"customer": str(Customer.objects.get().public_id), "confirmed": "1"}
    answer = jira_admin.post(url_of(synced_inc, "people-remove"), gone, follow=True)
    assert refusal in text_of(answer)
    assert OrganizationMember.objects.count() == 1
    change = {"name": "Mine", "description": "Pays well"}
    jira_admin.post(url_of(synced_inc, "edit"), change)
    synced_inc.refresh_from_db()
    assert (synced_inc.name, synced_inc.description) == ("Synced Inc", "Pays well")


def test_whom_no_group_says_is_removed_from_a_synced_one(jira_admin, synced_inc):
    """A migrated customer, say, who stays as if added by hand."""
    filled(synced_inc, "ann@client.example", manual=False, synced=True)
    filled(synced_inc, "bob@client.example", "cy@client.example")
    ids = [str(each.public_id) for each in Customer.objects.order_by("email")]

    page = jira_admin.get(url_of(synced_inc)).content.decode()
    assert [f'value="{each}"' in page for each in ids] == [False, True, True]
    asked = jira_admin.post(url_of(synced_inc, "people-remove"), {"customer": ids})
    assert "Remove 2 customers from Synced Inc?" in main_of(asked)
    chosen = {"customer": ids[:2], "confirmed": "1"}
    jira_admin.post(url_of(synced_inc, "people-remove"), chosen)

    left = OrganizationMember.objects.order_by("customer__email")
    assert [each.customer.email[:3] for each in left] == ["ann", "cy@"]
    synced_inc.refresh_from_db()
    assert synced_inc.member_count == 2


def test_many_are_added_by_address(jira_admin, site, client_inc):
    filled(client_inc, "there@client.example")
    CustomerFactory.create(site=site, email="known@client.example")
    said = {
        "emails": "there@client.example, Known@client.example; "
        "New One <new@client.example>\nnew@client.example"
    }

    answer = jira_admin.post(url_of(client_inc, "people-add"), said, follow=True)

    client_inc.refresh_from_db()
    assert client_inc.member_count == 3
    assert Customer.objects.get(email="new@client.example").name == "New One"
    page = text_of(answer)
    assert "2 customers joined Client Inc." in page
    assert "1 of them is new on the site." in page
    assert "1 was in it already." in page


def test_who_may_not_become_a_customer_is_refused_in_words(
    jira_admin, site, client_inc
):
    ServiceSettings.objects.create(site=site, external_accounts=False)
    CustomerFactory.create(site=site, email="known@client.example")
    said = {"emails": "known@client.example new@client.example nonsense"}

    answer = jira_admin.post(url_of(client_inc, "people-add"), said)

    assert answer.status_code == 422
    page = text_of(answer)
    assert "2 addresses were not added" in page
    assert "New portal-only accounts are switched off" in page
    assert "This is not an email address." in page
    client_inc.refresh_from_db()
    assert client_inc.member_count == 1


def test_some_are_removed_after_saying_what_they_lose(jira_admin, site, client_inc):
    filled(client_inc, "ann@client.example", "bob@client.example")
    project = ServiceProjectFactory.create(site=site, name="Help")
    ProjectOrganizationFactory.create(project=project, organization=client_inc)
    ann = Customer.objects.get(email="ann@client.example")
    ticked = {"customer": str(ann.public_id)}

    asked = main_of(jira_admin.post(url_of(client_inc, "people-remove"), ticked))
    assert "Remove 1 customer from Client Inc?" in asked
    assert "Help: 1 customer can use its portal no longer." in asked
    jira_admin.post(url_of(client_inc, "people-remove"), {**ticked, "confirmed": "1"})

    left = OrganizationMember.objects.get()
    client_inc.refresh_from_db()
    assert left.customer.email == "bob@client.example"
    assert client_inc.member_count == 1


def test_it_is_renamed(jira_admin, site, client_inc):
    CustomerOrganizationFactory.create(site=site, name="Taken")
    url = url_of(client_inc, "edit")

    taken = jira_admin.post(url, {"name": "TAKEN"})
    jira_admin.post(url, {"name": "Better"})

    assert taken.status_code == 422
    client_inc.refresh_from_db()
    assert (client_inc.name, client_inc.name_key) == ("Better", "better")
    history = main_of(jira_admin.get(url_of(client_inc, tab="history")))
    assert "Changed customer organization" in history
    assert "by Ada Admin" in history


def test_projects_come_and_go(jira_admin, site, client_inc):
    filled(client_inc, "ann@client.example", "bob@client.example")
    project = ServiceProjectFactory.create(site=site, name="Help", key="HELP")
    one_by_one = Customer.objects.get(email="bob@client.example")
    ProjectCustomerFactory.create(project=project, customer=one_by_one)
    tab = url_of(client_inc, tab="projects")
    assert "In no project yet" in main_of(jira_admin.get(tab))

    jira_admin.post(url_of(client_inc, "projects-add"), {"project": ["HELP"]})

    assert ProjectOrganization.objects.get().project == project
    assert "Help HELP Restricted" in main_of(jira_admin.get(tab))
    url = url_of(client_inc, "project-remove", "HELP")
    assert "Help: 1 customer can use its portal no longer." in main_of(
        jira_admin.get(url)
    )
    jira_admin.post(url)
    assert not ProjectOrganization.objects.exists()
    assert jira_admin.get(url).status_code == 404


def test_deleted_and_restored_with_everything(jira_admin, site, client_inc):
    filled(client_inc, "ann@client.example", "bob@client.example")
    revoked = Customer.objects.get(email="bob@client.example")
    Customer.objects.filter(pk=revoked.pk).update(status="revoked", revoked_by="admin")
    for key, access in (("HELP", "restricted"), ("OPEN", "open")):
        ProjectOrganizationFactory.create(
            organization=client_inc,
            project=ServiceProjectFactory.create(
                site=site, key=key, name=key.title(), access=access
            ),
        )

    asked = main_of(jira_admin.get(url_of(client_inc, "delete")))
    assert "2 customers are in it and are not deleted." in asked
    assert "Help: 1 customer can use its portal no longer." in asked
    assert "Open: nobody loses its portal." in asked
    jira_admin.post(url_of(client_inc, "delete"))

    assert not ProjectOrganization.objects.exists()
    page = main_of(jira_admin.get(url_of(client_inc)))
    assert "This organization is archived" in page
    assert "Remove from organization" not in page
    asked = main_of(jira_admin.get(url_of(client_inc, "restore")))
    assert "It comes back with 2 customers." in asked
    assert "It is in Help again" in asked
    jira_admin.post(url_of(client_inc, "restore"), {"name": "Client Inc"})
    assert ProjectOrganization.objects.count() == 2
    again = jira_admin.get(url_of(client_inc, "restore"), follow=True)
    assert "The organization is in use." in text_of(again)


def test_restored_under_another_name_where_its_own_is_taken(
    jira_admin, site, client_inc
):
    jira_admin.post(url_of(client_inc, "delete"))
    CustomerOrganizationFactory.create(site=site, name="CLIENT INC")

    asked = jira_admin.get(url_of(client_inc, "restore"))
    assert "The name is taken now" in main_of(asked)
    assert asked.context["form"].initial["name"] == "Client Inc (2)"
    taken = jira_admin.post(url_of(client_inc, "restore"), {"name": "Client inc"})
    assert taken.status_code == 422
    jira_admin.post(url_of(client_inc, "restore"), {"name": "Client Inc (2)"})

    client_inc.refresh_from_db()
    assert client_inc.archived_at is None
    assert client_inc.name_key == "client inc (2)"


def test_domains_are_managed(jira_admin, site, client_inc):
    other = CustomerOrganizationFactory.create(site=site, name="Other")
    OrganizationDomain.objects.create(
        site=site, organization=other, name="client.example", created_at=LONG_AGO
    )
    CustomerFactory.create(site=site, email="old@client.example")
    tab = url_of(client_inc, tab="domains")
    assert "No email domains yet" in main_of(jira_admin.get(tab))

    added = jira_admin.post(
        url_of(client_inc, "domain-add"), {"name": "Client.example"}, follow=True
    )
    assert "Other lists client.example too and comes first" in text_of(added)
    domain = client_inc.domains.get()
    first = url_of(client_inc, "domain-first", domain.pk)
    assert "This organization" in main_of(jira_admin.post(first, follow=True))

    page = main_of(jira_admin.get(tab))
    assert "1 customer has such an address and is not in the organization" in page
    fill = url_of(client_inc, "domain-fill")
    assert "old@client.example" in main_of(jira_admin.get(fill))
    assert is_part_of_page(jira_admin, fill)
    jira_admin.post(fill)
    assert "Everybody is in it" in main_of(jira_admin.get(fill))

    remove = url_of(client_inc, "domain-remove", domain.pk)
    asked = main_of(jira_admin.get(remove))
    assert "1 customer came by it." in asked
    gone = jira_admin.post(remove, {"people": "remove"}, follow=True)
    assert "1 customer left with it" in text_of(gone)
    client_inc.refresh_from_db()
    assert client_inc.member_count == 0
    history = main_of(jira_admin.get(url_of(client_inc, tab="history")))
    assert "Changed email domains of organization" in history
    assert "Email domains: client.example → nothing" in history


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gmail.com", "Anybody can get an address of gmail.com"),
        ("nonsense", "This is no mail domain"),
        ("listed.example", "The organization has that domain already."),
    ],
)
def test_a_domain_is_answered_in_words(jira_admin, site, client_inc, name, words):
    OrganizationDomain.objects.create(
        site=site, organization=client_inc, name="listed.example", created_at=LONG_AGO
    )

    answer = jira_admin.post(
        url_of(client_inc, "domain-add"), {"name": name}, follow=True
    )

    assert words in text_of(answer)


def test_an_eleventh_domain_is_one_too_many(jira_admin, client_inc):
    url = url_of(client_inc, "domain-add")
    for number in range(10):
        jira_admin.post(url, {"name": f"d{number}.example"})

    answer = jira_admin.post(url, {"name": "d10.example"}, follow=True)

    assert client_inc.domains.count() == 10
    assert "10 domains at the most" in text_of(answer)


def settling(organization):
    filled(organization, "old@client.example")
    organization.settles_at = timezone.now() + timedelta(hours=5)
    organization.save()


def test_who_was_here_before_the_sync_leaves_now(jira_admin, synced_inc):
    settling(synced_inc)
    page = main_of(jira_admin.get(url_of(synced_inc)))
    assert "1 customer was here before the sync" in page

    jira_admin.post(url_of(synced_inc, "settle"))

    synced_inc.refresh_from_db()
    assert synced_inc.member_count == 0
    page = main_of(jira_admin.get(url_of(synced_inc)))
    assert "before the sync" not in page


def test_who_was_here_before_the_sync_is_kept(jira_admin, synced_inc):
    settling(synced_inc)

    jira_admin.post(url_of(synced_inc, "unlink"))

    synced_inc.refresh_from_db()
    assert (synced_inc.source, synced_inc.member_count) == ("manual", 1)
    again = jira_admin.post(url_of(synced_inc, "unlink"), follow=True)
    assert "follows no group any more" in text_of(again)
