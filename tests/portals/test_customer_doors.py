"""How customers come in, and that nobody learns who is one."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import check_password, make_password
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent
from directories.services.audit import SYSTEM
from portals.customer_sessions import COOKIE
from portals.models import ApprovedDomain, Customer, ServiceSettings
from portals.services.customer_accounts import (
    customer_doors,
    customer_passwords,
    customers,
)
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
)
from tests.factories.portals import (
    CustomerFactory,
    ServiceProjectFactory,
    ServiceSiteFactory,
)
from tests.portals.desk import (
    HOME,
    LOGIN,
    PASSWORD,
    bare,
    customer,
    log_in,
    mailed_link,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return ServiceSiteFactory.create()


@pytest.fixture
def project(site):
    return ServiceProjectFactory.create(site=site, name="Printers")


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

    def compare(_password, encoded):
        compared.append(encoded[:4])
        return False

    monkeypatch.setattr(
        "portals.services.customer_accounts.customer_doors.check_password", compare
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

    link = mailed_link()
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
    who: dict[str, dict[str, object]] = {
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


def test_wrong_present_passwords_lock_too(site):
    """Else an open browser is where passwords are guessed."""
    who, client = customer(site), Client()
    log_in(client, site, who.email)
    address = reverse("portals:customer-password-change")
    new = {
        "new_password": "a much longer one",
        "repeated_password": "a much longer one",
    }

    answers = [client.post(address, {"password": f"{n}", **new}) for n in range(5)]

    told = [b"too many failed attempts" in each.content for each in answers]
    assert told == [False] * 4 + [True]
    refused = client.post(address, {"password": PASSWORD, **new})
    assert b"too many failed attempts" in refused.content
    assert log_in(Client(), site, who.email).status_code == 429
    assert AuditEvent.objects.filter(action=Event.CUSTOMER_SIGN_IN_LOCKED).count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        changed = client.post(address, {"password": PASSWORD, **new})
        assert changed.status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/"])
def test_nobody_is_sent_anywhere_else(site, target):
    answer = log_in(Client(), site, customer(site).email, next=target)

    assert answer["Location"] == HOME


def test_signing_up_proves_the_address_first(site):
    ServiceSettings.objects.create(site=site, sign_up=True)
    client, path = Client(), f"{reverse('portals:customer-sign-up')}?site={site.pk}"

    client.post(path, {"name": "Cy", "email": "cy@client.example"})

    assert not Customer.objects.exists()
    link = mailed_link()
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


def test_a_link_that_ends_while_the_password_is_hashed_sets_none(site, monkeypatch):
    """An admin gives the customer another address at that very moment."""
    known = customer(site, email="anna@client.example")
    path = customer_passwords.password_link(known).removeprefix("http://testserver")

    def hash_slowly(password):
        customers.change_email(
            known, email="new@client.example", by=SYSTEM, now=timezone.now()
        )
        return make_password(password)

    monkeypatch.setattr(customers, "make_password", hash_slowly)
    new = "a lamp of another colour"
    both = {"new_password": new, "repeated_password": new}
    answer = Client().post(path, both)

    known.refresh_from_db()
    assert answer.status_code == 410
    assert check_password(PASSWORD, known.password)
    assert known.email_verified_at is None


def test_an_address_is_not_confirmed_by_the_link_of_another(site):
    known = customer(site, email="anna@client.example")
    link = customer_passwords.address_link(known).rsplit("/", 1)[1]
    customers.change_email(
        known, email="new@client.example", by=SYSTEM, now=timezone.now()
    )

    with pytest.raises(customer_passwords.InvalidLinkError):
        customer_doors.confirm_address(known, token=link, now=timezone.now())

    known.refresh_from_db()
    assert known.email_verified_at is None


def test_nobodys_mailbox_is_filled(site, django_capture_on_commit_callbacks):
    known = customer(site)
    path = f"{reverse('portals:customer-password-forgotten')}?site={site.pk}"

    with time_machine.travel("2030-01-01 12:00:30Z", tick=False) as clock:
        for _ in range(30):
            with django_capture_on_commit_callbacks(execute=True):
                answer = Client().post(path, {"email": known.email})
            assert answer.status_code == 200
            clock.shift(timedelta(seconds=90))

    assert len(mail.outbox) == 6


def test_a_stranger_neither_writes_mails_of_ours_nor_sends_many(site):
    ServiceSettings.objects.create(site=site, sign_up=True)
    path = f"{reverse('portals:customer-sign-up')}?site={site.pk}"
    said = {"name": "You won, see http://evil.example"}

    answers = [
        Client().post(path, {**said, "email": f"anna{number}@client.example"})
        for number in range(62)
    ]

    assert [answer.status_code for answer in answers] == [200] * 60 + [422] * 2
    assert b"Try again in an hour" in answers[-1].content
    assert len(mail.outbox) == 60
    assert not any("evil" in str(each.body) + each.subject for each in mail.outbox)
