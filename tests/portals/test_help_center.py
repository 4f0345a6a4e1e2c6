"""The help center through HTTP: who sees what, and is told why not."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Member
from directories.services.audit import SYSTEM
from portals.models import ServiceSettings
from portals.services.customer_accounts import customers
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ProjectOrganizationFactory,
    ProjectRoleFactory,
    ServiceProjectFactory,
    ServiceSiteFactory,
)
from tests.portals.desk import (
    HOME,
    LOGIN,
    PASSWORD,
    bare,
    customer,
    portal,
    settled,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return ServiceSiteFactory.create()


@pytest.fixture
def project(site):
    return ServiceProjectFactory.create(site=site, name="Printers")


def test_a_customer_sees_exactly_the_portals_that_are_open(site, project):
    who = customer(site)
    organization = CustomerOrganizationFactory.create(site=site)
    OrganizationMemberFactory.create(organization=organization, customer=who)
    served = ServiceProjectFactory.create(site=site, name="Contracts")
    ProjectOrganizationFactory.create(project=served, organization=organization)
    client = signed_in(who)

    page = client.get(HOME)

    assert list(page.context["portals"]) == [served]
    assert client.get(portal(served)).status_code == 200
    assert client.get(portal(project)).status_code == 404


def test_the_portal_is_gone_on_the_next_click(site, project):
    who = customer(site)
    place = ProjectCustomerFactory.create(project=project, customer=who)
    client = signed_in(who)
    assert client.get(portal(project)).status_code == 200

    place.delete()

    assert client.get(portal(project)).status_code == 404
    assert b"No portal is open to you yet" in client.get(HOME).content


def revoke(who):
    customers.revoke(who, by=SYSTEM, now=timezone.now())


def test_pages_of_a_closed_and_a_missing_portal_are_the_same(site, project):
    client = signed_in(customer(site))
    absent = portal(project).replace(str(project.pk), str(10**30))

    pages = {bare(client.get(each)) for each in (portal(project), absent)}

    assert len(pages) == 1


def test_a_stranger_logs_in_first_and_lands_on_the_portal(site, project):
    ServiceSiteFactory.create()
    who = customer(site)
    ProjectCustomerFactory.create(project=project, customer=who)
    client = Client()

    asked = client.get(portal(project))
    page = client.get(asked["Location"])
    answer = client.post(
        asked["Location"],
        {"email": who.email, "password": PASSWORD, "next": page.context["next"]},
    )

    assert answer["Location"] == portal(project)


def test_where_there_are_several_help_centers_one_is_chosen(site):
    other = ServiceSiteFactory.create(organization=site.organization)
    ServiceSettings.objects.create(site=other, help_center_name="Ask us")

    page = settled(Client(), HOME)

    assert [name for name, *_ in page.context["choices"]] == ["Ask us", site.name]
    assert settled(Client(), f"{HOME}?site={other.pk}").context["desk"].site == other
    assert Client().get(f"{HOME}?site=nonsense").status_code == 404


def test_open_portals_are_seen_without_a_session_where_the_site_says_so(site, project):
    project.access = "open"
    project.save()
    assert Client().get(portal(project)).status_code == 302

    ServiceSettings.objects.create(site=site, anonymous=True)

    assert Client().get(portal(project)).status_code == 200
    assert list(Client().get(HOME).context["portals"]) == [project]


def test_agents_and_admins_come_with_their_account(site, project):
    agent = ProjectRoleFactory.create(project=project).account
    admin = RoleAssignmentFactory.create(
        organization=site.organization, site=site, role="app_admin", app="jira"
    ).account
    for account in (agent, admin):
        client = Client()
        client.force_login(account)
        assert list(client.get(HOME).context["portals"]) == [project]
        assert client.get(portal(project)).status_code == 200


def test_an_account_and_a_customer_in_one_browser_are_told_apart(site, project):
    agent = ProjectRoleFactory.create(project=project).account
    client = signed_in(customer(site))
    client.force_login(agent)
    assert list(client.get(HOME).context["portals"]) == []

    client.post(reverse("portals:customer-continue"))

    assert list(client.get(HOME).context["portals"]) == [project]


def nobody(_site):
    return Client()


def known_customer(site):
    return signed_in(customer(site))


def revoked_customer(site):
    who = customer(site)
    client = signed_in(who)
    revoke(who)
    return client


def account(_site):
    client = Client()
    client.force_login(AccountFactory.create())
    return client


def suspended_account(site):
    member = MemberFactory.create(organization=site.organization, status="suspended")
    client = Client()
    client.force_login(member.account)
    return client


def revoked_account(site):
    who = AccountFactory.create()
    revoked = {"status": "revoked", "revoked_by": "admin"}
    CustomerFactory.create(site=site, kind="account", account=who, **revoked)
    client = Client()
    client.force_login(who)
    return client


PEOPLE = [nobody, known_customer, revoked_customer, account]
PEOPLE += [suspended_account, revoked_account]


@pytest.mark.parametrize("come", PEOPLE)
@pytest.mark.parametrize("several", [False, True])
def test_nobody_goes_round_in_circles(site, project, come, several):
    if several:
        ServiceSiteFactory.create()
    client = come(site)
    absent = portal(project).replace("/portal/", "/portal/9")
    paths = [HOME, f"{HOME}?site={site.pk}", portal(project), absent, LOGIN]
    names = ["own-organizations", "customer-profile", "customer-password-change"]
    paths += [reverse(f"portals:{name}") for name in names]
    paths += [f"{path}?site={site.pk}" for path in paths[3:]]

    for path in paths:
        assert settled(client, path).status_code in {200, 404}, path


def test_accounts_without_access_are_told_why(site):
    path = f"{HOME}?site={site.pk}"

    assert b"is suspended" in suspended_account(site).get(path).content
    assert b"was revoked" in revoked_account(site).get(path).content


def test_the_own_name_is_changed_unless_somebody_else_keeps_it(site):
    who = customer(site)
    signed_in(who).post(reverse("portals:customer-profile"), {"name": "Cy Four"})

    who.refresh_from_db()
    assert who.name == "Cy Four"
    assert AuditEvent.objects.filter(action=Event.CUSTOMER_UPDATED).count() == 1


def test_colleagues_are_seen_where_a_project_lets_the_organization_in(site, project):
    who, mate, gone = customer(site), customer(site), customer(site)
    customers.revoke(gone, by=SYSTEM, now=timezone.now())
    organization = CustomerOrganizationFactory.create(site=site)
    for each in (who, mate, gone):
        OrganizationMemberFactory.create(organization=organization, customer=each)
    client = signed_in(who)
    path = reverse("portals:own-colleagues", args=[organization.public_id])
    assert client.get(path).status_code == 404

    ProjectOrganizationFactory.create(project=project, organization=organization)

    assert set(client.get(path).context["people"]) == {who, mate}
    stranger = signed_in(customer(site))
    assert stranger.get(path).status_code == 404


def test_a_suspended_person_sees_no_colleagues(site, project):
    account = AccountFactory.create()
    member = MemberFactory.create(organization=site.organization, account=account)
    own = CustomerFactory.create(site=site, kind="account", account=account)
    organization = CustomerOrganizationFactory.create(site=site)
    OrganizationMemberFactory.create(organization=organization, customer=own)
    ProjectOrganizationFactory.create(project=project, organization=organization)
    client = Client()
    client.force_login(account)
    path = reverse("portals:own-colleagues", args=[organization.public_id])
    path = f"{path}?site={site.pk}"
    assert client.get(path).status_code == 200

    Member.objects.filter(pk=member.pk).update(status="suspended")

    assert client.get(path).status_code == 404


def test_a_stranger_chooses_among_the_help_centers_of_one_organization(site):
    other = ServiceSiteFactory.create(organization=site.organization)

    page = Client().get(HOME).content.decode()

    assert f"site={site.pk}" in page
    assert f"site={other.pk}" in page


def test_a_stranger_learns_nothing_of_who_else_has_a_help_center(site):
    other = ServiceSiteFactory.create()

    page = Client().get(HOME).content.decode()

    assert "Which help center?" in page
    for each in (site, other):
        assert str(each.pk) not in page
        assert each.name not in page
        assert each.organization.name not in page
