"""The help center through HTTP: who gets in, sees what, and is told why not."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent
from directories.services.audit import SYSTEM
from portals.customer_sessions import COOKIE
from portals.models import ApprovedDomain, Customer, ServiceSettings
from portals.services import customers
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
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
    customer,
    log_in,
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


def bare(answer, email):
    """Return a page without what differs from one address to the next."""
    text = re.sub(r'value="[^"]{64}"', "", answer.content.decode())
    return text.replace(email, "").replace(email.replace("@", "%40"), "")


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


def test_signing_in_is_written_down_and_the_visit_noted(site):
    who = customer(site)

    signed_in(who)

    who.refresh_from_db()
    event = AuditEvent.objects.get(action=Event.CUSTOMER_SIGNED_IN)
    assert who.last_active_at is not None
    assert (event.target_id, event.actor_id) == (str(who.public_id),) * 2


def test_the_cookie_is_of_the_help_center_alone(site):
    who = customer(site)
    client = Client()

    answer = log_in(client, site, who.email)

    cookie = answer.cookies[COOKIE]
    assert (cookie["path"], cookie["samesite"]) == ("/servicedesk/", "Lax")
    assert cookie["httponly"] is True
    assert settings.SESSION_COOKIE_NAME not in answer.cookies


def test_no_session_can_be_read_by_the_other_side(site, client):
    who = customer(site)
    mine = signed_in(who)
    key = mine.cookies[COOKIE].value
    admin = RoleAssignmentFactory.create().account
    client.force_login(admin)
    console_key = client.cookies[settings.SESSION_COOKIE_NAME].value
    swapped = Client()
    swapped.cookies[settings.SESSION_COOKIE_NAME] = key
    swapped.cookies[COOKIE] = console_key

    assert swapped.get("/").status_code == 302
    assert settled(swapped, f"{HOME}?site={site.pk}").wsgi_request.path == LOGIN
    assert Session.objects.count() == 2


def test_a_key_from_before_the_sign_in_is_not_taken_over(site):
    client = Client()
    client.cookies[COOKIE] = "planted"

    answer = log_in(client, site, customer(site).email)

    assert answer.cookies[COOKIE].value != "planted"


def test_the_second_step_is_the_same_for_everybody(site):
    known = customer(site)
    CustomerFactory.create(site=site, email="none@client.example")
    customer(site, email="gone@client.example", status="revoked", revoked_by="admin")
    emails = [known.email, "none@client.example", "gone@client.example"]
    pages = set()
    for email in [*emails, "nobody@client.example"]:
        answer = Client().post(f"{LOGIN}?site={site.pk}", {"email": email})
        pages.add((answer.status_code, bare(answer, email)))

    assert len(pages) == 1


def test_a_wrong_password_is_refused_alike_for_everybody(site, monkeypatch):
    known = customer(site)
    CustomerFactory.create(site=site, email="none@client.example")
    compared = []
    monkeypatch.setattr(
        "portals.services.customer_doors.check_password",
        lambda password, encoded: bool(compared.append(encoded[:4])),
    )
    pages = set()
    for email in (known.email, "none@client.example", "nobody@client.example"):
        answer = log_in(Client(), site, email, "wrong")
        pages.add((answer.status_code, bare(answer, email)))

    assert len(pages) == 1
    assert pages.pop()[0] == 422
    assert len(compared) == 3
    assert len(set(compared)) == 1


def test_a_customer_without_a_password_is_mailed_a_link_at_the_next_login(
    site, django_capture_on_commit_callbacks
):
    who = CustomerFactory.create(site=site, source="synced")
    client = Client()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{LOGIN}?site={site.pk}", {"email": who.email.upper()})

    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    answer = client.post(
        link, {"new_password": PASSWORD, "repeated_password": PASSWORD}, follow=True
    )
    assert answer.wsgi_request.path == LOGIN
    assert client.get(link).status_code == 410
    assert log_in(client, site, who.email).status_code == 302
    who.refresh_from_db()
    assert who.email_verified_at is not None


@pytest.mark.parametrize("kind", ["revoked", "account", "unknown", "has one"])
def test_nobody_else_is_mailed_at_the_login(
    site, kind, django_capture_on_commit_callbacks
):
    who = {
        "revoked": {"status": "revoked", "revoked_by": "admin"},
        "account": {"kind": "account", "account": AccountFactory.create()},
        "has one": {"password": "x"},
    }
    if kind in who:
        CustomerFactory.create(site=site, email="c@client.example", **who[kind])

    with django_capture_on_commit_callbacks(execute=True):
        Client().post(f"{LOGIN}?site={site.pk}", {"email": "c@client.example"})

    assert mail.outbox == []


def test_people_of_a_domain_with_accounts_are_shown_the_way(site):
    DomainFactory.create(
        organization=site.organization, name="corp.example", verified_at=timezone.now()
    )

    page = Client().post(f"{LOGIN}?site={site.pk}", {"email": "any@corp.example"})

    assert page.context["account_first"]
    assert b"Log in with single sign-on" in page.content
    assert b'name="password"' in page.content


def test_a_revoked_customer_with_the_right_password_is_told_why(site):
    who = customer(site, status="revoked", revoked_by="provider")
    client = Client()

    answer = log_in(client, site, who.email)

    assert answer.status_code == 403
    assert b"identity provider" in answer.content
    assert COOKIE not in answer.cookies
    assert log_in(client, site, who.email, "wrong").status_code == 422


def test_too_many_attempts_lock_one_address_of_one_site(site):
    who, client = customer(site), Client()
    other = ServiceSiteFactory.create()
    there = customer(other, email=who.email)

    answers = [log_in(client, site, who.email, "wrong") for _ in range(5)]

    assert [each.status_code for each in answers] == [422] * 4 + [429]
    assert log_in(client, site, who.email).status_code == 429
    assert log_in(client, other, there.email).status_code == 302
    assert AuditEvent.objects.filter(action=Event.CUSTOMER_SIGN_IN_LOCKED).count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert log_in(client, site, who.email).status_code == 302


def revoke(who):
    customers.revoke(who, by=SYSTEM, now=timezone.now())


def move(who):
    customers.change_email(who, email="new@x.example", by=SYSTEM, now=timezone.now())


def set_password(who):
    customers.set_password(
        who, password="another one here", by=SYSTEM, now=timezone.now()
    )


def become_account(who):
    account = AccountFactory.create()
    Customer.objects.filter(pk=who.pk).update(kind="account", account=account)


def erase(who):
    customers.delete_customer(who, by=SYSTEM, now=timezone.now())


@pytest.mark.parametrize("end", [revoke, move, set_password, become_account, erase])
def test_a_session_ends_at_once(site, end):
    who = customer(site)
    client = signed_in(who)

    end(who)

    answer = client.get(HOME)
    assert answer.status_code == 302
    assert answer.cookies[COOKIE].value == ""
    page = settled(client, f"{HOME}?site={site.pk}")
    assert page.wsgi_request.path == LOGIN


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("visits", "ends"),
    [
        ([1.98], False),
        ([2.02], True),
        (range(1, 12), False),
        (range(1, 14), True),
    ],
    ids=["soon", "idle", "all day", "too long"],
)
def test_a_session_ends_when_it_is_idle_or_old(site, visits, ends):
    client, start = signed_in(customer(site)), timezone.now()
    for after in visits:
        with time_machine.travel(start + after * HOUR):
            answer = client.get(HOME)

    assert (answer.status_code == 302) is ends


def test_logging_out_ends_the_session(site):
    client = signed_in(customer(site))
    key = client.cookies[COOKIE].value

    client.post(reverse("portals:customer-sign-out"))

    client.cookies[COOKIE] = key
    assert client.get(HOME).status_code == 302


def test_a_session_of_one_site_opens_nothing_of_another(site, project):
    other = ServiceProjectFactory.create(access="open")
    ProjectCustomerFactory.create(
        project=other, customer=CustomerFactory.create(site=other.site)
    )
    client = signed_in(customer(site))
    absent = portal(other).replace(str(other.pk), "999999")

    foreign, missing = client.get(portal(other)), client.get(absent)

    assert foreign.status_code == missing.status_code == 404
    assert bare(foreign, "-") == bare(missing, "-")
    there = settled(client, f"{HOME}?site={other.site.pk}")
    assert there.wsgi_request.path == LOGIN
    assert other.name.encode() not in there.content


def test_pages_of_a_closed_and_a_missing_portal_are_the_same(site, project):
    client = signed_in(customer(site))
    absent = portal(project).replace(str(project.pk), str(10**30))

    pages = {bare(client.get(each), "-") for each in (portal(project), absent)}

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


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/"])
def test_nobody_is_sent_anywhere_else(site, target):
    answer = log_in(Client(), site, customer(site).email, next=target)

    assert answer["Location"] == HOME


def test_where_there_are_several_help_centers_one_is_chosen(site):
    other = ServiceSiteFactory.create()
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


def test_signing_up_proves_the_address_first(site):
    ServiceSettings.objects.create(site=site, sign_up=True)
    client, path = Client(), f"{reverse('portals:customer-sign-up')}?site={site.pk}"

    client.post(path, {"name": "Cy", "email": "cy@client.example"})

    assert not Customer.objects.exists()
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    chosen = {"new_password": PASSWORD, "repeated_password": PASSWORD}
    answer = client.post(link, chosen, follow=True)
    made = Customer.objects.get()
    assert (made.source, made.name) == ("signed_up", "Cy")
    assert answer.context["desk"].customer == made
    assert client.post(link, chosen).status_code == 410


def test_signing_up_says_the_same_to_customers(
    site, django_capture_on_commit_callbacks
):
    ServiceSettings.objects.create(site=site, sign_up=True)
    known = customer(site)
    path = f"{reverse('portals:customer-sign-up')}?site={site.pk}"

    with django_capture_on_commit_callbacks(execute=True):
        pages = {
            bare(Client().post(path, {"name": "Cy", "email": email}), email)
            for email in (known.email, "new@client.example")
        }

    assert len(pages) == 1
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("off", ["sign_up", "external_accounts"])
def test_nobody_signs_up_where_it_is_off(site, off):
    ServiceSettings.objects.create(site=site, **{"sign_up": True, off: False})

    path = f"{reverse('portals:customer-sign-up')}?site={site.pk}"

    assert Client().post(path, {"name": "C", "email": "c@x.io"}).status_code == 403
    assert mail.outbox == []


def test_only_listed_domains_sign_up_where_the_site_says_so(site):
    ServiceSettings.objects.create(site=site, sign_up=True, external_domains_only=True)
    ApprovedDomain.objects.create(site=site, audience="external", name="in.example")
    path = f"{reverse('portals:customer-sign-up')}?site={site.pk}"

    refused = Client().post(path, {"name": "C", "email": "c@out.example"})
    Client().post(path, {"name": "C", "email": "c@in.example"})

    assert b"domains allowed in customer access settings" in refused.content
    assert [each.to for each in mail.outbox] == [["c@in.example"]]


def test_a_forgotten_password_is_answered_alike_and_mailed_once(
    site, django_capture_on_commit_callbacks
):
    known = customer(site)
    path = f"{reverse('portals:customer-password-forgotten')}?site={site.pk}"

    with django_capture_on_commit_callbacks(execute=True):
        pages = {
            bare(Client().post(path, {"email": email}), email)
            for email in (known.email, known.email, "nobody@client.example")
        }

    assert len(pages) == 1
    assert [each.to for each in mail.outbox] == [[known.email]]


def test_changing_the_password_ends_the_other_sessions(site):
    who = customer(site)
    here, there = signed_in(who), signed_in(who)
    new = "a much longer sentence"

    here.post(
        reverse("portals:customer-password-change"),
        {"password": PASSWORD, "new_password": new, "repeated_password": new},
    )

    assert here.get(HOME).status_code == 200
    assert there.get(HOME).status_code == 302


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


def test_pages_elsewhere_read_no_customer_session(site, django_assert_num_queries):
    client = signed_in(customer(site))
    client.cookies[COOKIE]["path"] = "/"

    with django_assert_num_queries(0):
        client.get(reverse("directories:sign-in"))
