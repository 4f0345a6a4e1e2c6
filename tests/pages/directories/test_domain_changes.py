"""Claim, link, unlink and remove a domain: what is said before, what is done."""

import pytest
from django.urls import reverse

from directories.models import Account, AuditEvent, Domain, Member
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    DomainFactory,
    MemberFactory,
    MembershipFactory,
    OrganizationFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import csv_rows, main_of, queries_of

OF_ONE = ["detail", "file", "claim", "link", "unlink", "remove"]
CHANGES = ["check", "claim", "claim-export", "link", "unlink", "remove"]


@pytest.fixture
def domain(organization):
    return DomainFactory.create(
        organization=organization, name="acme.example", token="t" * 64, method="dns"
    )


def url_of(domain, name="detail"):
    return reverse(f"directories:domain-{name}", args=[domain.pk])


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def people(organization, admin):
    """Return a member, a stranger and a managed one; the admin is a fourth."""
    member = AccountFactory.create(email="member@acme.example", name="Mia Member")
    MemberFactory.create(organization=organization, account=member)
    stranger = AccountFactory.create(email="stranger@acme.example", name="Sam S")
    AccountFactory.create(email="managed@acme.example", managed_by=organization)
    AccountFactory.create(email="else@other.example")
    return member, stranger


def test_who_would_be_claimed_is_said_before(console, domain, people):
    page = main_of(console.get(url_of(domain, "claim")))

    assert "3 accounts become managed" in page
    assert "1 of them is not in your organization yet" in page
    assert "Mia Member member@acme.example" in page
    assert "managed@acme.example" not in page
    assert people[0].managed_by is None


def test_the_list_is_taken_along(console, domain, people):
    rows = csv_rows(console.post(url_of(domain, "claim-export")))

    assert [row[1] for row in rows[1:]] == [
        "ada@acme.example",
        "member@acme.example",
        "stranger@acme.example",
    ]
    assert actions() == ["export_domain_account"]


def test_claiming_makes_all_managed(console, domain, people, organization):
    page = main_of(console.post(url_of(domain, "claim"), follow=True))

    claimed = Account.objects.filter(managed_by=organization)
    assert claimed.count() == 4
    assert Member.objects.filter(account=people[1]).get().directory is None
    assert "Managed accounts 4 Accounts to claim 0" in page
    assert actions()[0] == "domain_claimed"
    assert actions().count("become_managed_scim_user") == 3
    assert "Nothing to claim" in main_of(console.get(url_of(domain, "claim")))


def test_an_account_that_another_organization_managed_is_claimed_too(
    console, domain, organization
):
    account = AccountFactory.create(
        email="x@acme.example", managed_by=OrganizationFactory.create()
    )

    console.post(url_of(domain, "claim"))

    account.refresh_from_db()
    assert account.managed_by == organization


@pytest.mark.parametrize("name", ["claim", "link"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_verified_is_verified_first(console, organization, name, method):
    domain = DomainFactory.create(organization=organization, unverified=True)

    answer = getattr(console, method)(url_of(domain, name), follow=True)

    assert b"Verify the domain first." in answer.content


@pytest.fixture
def entra(organization):
    return DirectoryFactory.create(organization=organization, name="Entra")


def pushed(directory, name, state="linked", **account):
    email = f"{name}@acme.example"
    if state != "linked":
        return UserRecordFactory.create(
            directory=directory, user_name=email, link_state=state
        )
    owner = AccountFactory.create(email=email, **account)
    return UserRecordFactory.create(
        directory=directory, user_name=email, linked=True, account=owner
    )


def test_linking_says_who_moves_who_leaves_and_who_waits(console, domain, okta, entra):
    moving, dropped = pushed(okta, "moving"), pushed(okta, "dropped")
    UserRecordFactory.create(directory=entra, user_name=moving.email, link_state="held")
    pushed(okta, "groupless")
    pushed(entra, "own")
    pushed(entra, "waits", state="held")
    MembershipFactory.create(group__directory=okta, user=dropped)

    page = main_of(console.get(url_of(domain, "link"), {"directory": entra.pk}))

    assert "Link acme.example to Entra?" in page
    assert "1 person moves to Entra" in page
    assert "2 people are let go" in page
    assert "1 of them is in synced groups" in page
    assert "1 more person that Entra pushed waits" in page
    assert Domain.objects.get().directory is None


def test_linking_to_the_local_directory_says_that_all_let_go(
    console, domain, organization, okta
):
    local = DirectoryFactory.create(organization=organization, local=True)
    pushed(okta, "anna")

    page = main_of(console.get(url_of(domain, "link"), {"directory": local.pk}))

    assert "1 person is let go" in page
    assert "person moves" not in page


def test_a_domain_is_linked_and_unlinked(console, domain, okta):
    console.post(url_of(domain, "link"), {"directory": okta.pk})
    domain.refresh_from_db()
    assert domain.directory == okta
    assert "Link to a different directory" in main_of(console.get(url_of(domain)))
    assert "first directory that pushes" in main_of(
        console.get(url_of(domain, "unlink"))
    )

    console.post(url_of(domain, "unlink"))

    domain.refresh_from_db()
    assert domain.directory is None
    assert actions() == ["domain_linked", "domain_unlinked"]
    assert console.get(url_of(domain, "unlink")).status_code == 302


@pytest.mark.parametrize("value", ["", "x", "foreign", "same"])
def test_no_other_directory_can_be_chosen(console, domain, okta, foreign, value):
    Domain.objects.update(directory=okta)
    known = {"foreign": foreign.pk, "same": okta.pk}

    answer = console.post(
        url_of(domain, "link"), {"directory": known.get(value, value)}
    )

    domain.refresh_from_db()
    assert answer.status_code == 422
    assert domain.directory == okta


def test_the_page_of_a_directory_links_several(console, organization, okta, domain):
    other = DomainFactory.create(organization=organization, name="b.example")
    url = reverse("directories:directory-domain-link", args=[okta.pk])
    detail = console.get(reverse("directories:directory-detail", args=[okta.pk]))
    assert "View domains" in main_of(detail)
    assert "Choose one or more" in main_of(console.get(url))

    preview = console.get(url, {"domains": [domain.pk, other.pk]})
    answer = console.post(url, {"domains": [domain.pk, other.pk]}, follow=True)

    assert "acme.example , b.example" in main_of(preview)
    assert "acme.example Verified" in main_of(answer)
    assert Domain.objects.filter(directory=okta).count() == 2
    assert "No domain can be linked" in main_of(console.get(url))


def test_only_verified_domains_of_ones_own_can_be_linked(console, organization, okta):
    fresh = DomainFactory.create(organization=organization, unverified=True)
    foreign = DomainFactory.create()
    url = reverse("directories:directory-domain-link", args=[okta.pk])

    for domain in (fresh, foreign):
        assert console.post(url, {"domains": [domain.pk]}).status_code == 422
    assert console.post(url, {}).status_code == 422


def test_removing_says_what_becomes_of_accounts(console, domain, organization):
    AccountFactory.create(email="a@acme.example", managed_by=organization)
    gone = AccountFactory.create(
        email="b@acme.example",
        managed_by=organization,
        status="deactivated",
        deletion_at=organization.created_at,
    )
    MemberFactory.create(organization=organization, account=gone)

    page = main_of(console.get(url_of(domain, "remove")))
    assert "2 managed accounts become external" in page
    assert "1 of them is deactivated and stays so" in page
    assert "1 of them was to be deleted; that is cancelled." in page
    wrong = console.post(url_of(domain, "remove"), {"confirmation": "acme"})
    assert wrong.status_code == 422
    console.post(url_of(domain, "remove"), {"confirmation": "acme.example"})

    gone.refresh_from_db()
    assert not Domain.objects.exists()
    assert not Account.objects.filter(managed_by=organization).exists()
    assert (gone.status, gone.deletion_at) == ("deactivated", None)
    assert actions()[0] == "domain_removed"
    assert actions().count("become_unmanaged_scim_user") == 2


@pytest.mark.parametrize("name", OF_ONE)
def test_the_domain_of_another_organization_is_not_there(console, name):
    assert console.get(url_of(DomainFactory.create(), name)).status_code == 404


@pytest.mark.parametrize("name", CHANGES)
def test_the_domain_of_another_organization_cannot_be_changed(console, name):
    domain = DomainFactory.create()

    assert console.post(url_of(domain, name)).status_code == 404
    assert Domain.objects.get().verified_at


@pytest.mark.parametrize("name", OF_ONE)
def test_an_admin_of_a_site_sees_no_token(site_admin, domain, name):
    assert site_admin.get(url_of(domain, name)).status_code == 403


@pytest.mark.parametrize("name", [*CHANGES, "add"])
def test_an_admin_of_a_site_changes_nothing(site_admin, domain, name):
    add = reverse("directories:domain-add")
    url = add if name == "add" else url_of(domain, name)

    assert site_admin.post(url).status_code == 403


def test_looking_changes_nothing(console, domain, okta, people, no_writes):
    urls = [url_of(domain, name) for name in OF_ONE]
    urls.append(f"{url_of(domain, 'link')}?directory={okta.pk}")
    urls.append(reverse("directories:directory-domains", args=[okta.pk]))

    with no_writes():
        answers = {console.get(url).status_code for url in urls}

    assert answers == {200, 302}


def test_more_accounts_cost_no_more_queries(console, domain, organization):
    AccountFactory.create(email="first@acme.example")
    before = [queries_of(console, url_of(domain, n)) for n in ("detail", "claim")]
    for number in range(20):
        AccountFactory.create(email=f"{number}@acme.example")

    after = [queries_of(console, url_of(domain, n)) for n in ("detail", "claim")]

    assert after == before
