"""Sessions of customers: whose they are, and when they end."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent
from directories.services.audit import SYSTEM
from portals.customer_sessions import COOKIE
from portals.models import Customer
from portals.services.customer_accounts import customers
from tests.factories.directories import (
    AccountFactory,
    RoleAssignmentFactory,
)
from tests.factories.portals import (
    CustomerFactory,
    ProjectCustomerFactory,
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


def test_after_the_end_one_logs_in_at_the_same_help_center(site):
    """Also where several organizations have theirs, and none is offered to choose."""
    who, _elsewhere = customer(site), ServiceSiteFactory.create()
    client = signed_in(who)
    revoke(who)

    page = settled(client, HOME)

    assert page.wsgi_request.path == LOGIN
    assert page.context["desk"].site == site
    assert "Your session has ended. Log in again." in page.content.decode()
    strange = settled(Client(), f"{LOGIN}?site={site.pk}").content.decode()
    assert "Your session has ended" not in strange


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
    answers = []
    for after in visits:
        with time_machine.travel(start + after * HOUR):
            answers.append(client.get(HOME).status_code)

    assert (answers[-1] == 302) is ends


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
    assert bare(foreign) == bare(missing)
    there = settled(client, f"{HOME}?site={other.site.pk}")
    assert there.wsgi_request.path == LOGIN
    assert other.name.encode() not in there.content


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


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("customer-profile", "rename", {"name": "Cy"}),
        (
            "customer-password-change",
            "set_password",
            {
                "password": PASSWORD,
                "new_password": "a much longer sentence",
                "repeated_password": "a much longer sentence",
            },
        ),
    ],
)
def test_who_is_deleted_meanwhile_is_asked_to_log_in(
    site, monkeypatch, name, change, said
):
    client, done = signed_in(customer(site)), getattr(customers, change)

    def too_late(*given, **more):
        Customer.objects.all().delete()
        return done(*given, **more)

    monkeypatch.setattr(customers, change, too_late)
    answer = client.post(reverse(f"portals:{name}"), said)

    assert answer["Location"].startswith(LOGIN)
    assert client.get(answer["Location"]).status_code == 200


def test_pages_elsewhere_read_no_customer_session(site, django_assert_num_queries):
    client = signed_in(customer(site))
    client.cookies[COOKIE]["path"] = "/"

    with django_assert_num_queries(0):
        client.get(reverse("directories:sign-in"))
