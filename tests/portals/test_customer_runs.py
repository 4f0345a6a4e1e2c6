"""Changes of many customers, and customers added by address."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from directories import tasks
from directories.models import Job
from directories.services.audit import SYSTEM
from portals.models import ChangeResult, Customer, ServiceSettings
from portals.services.customer_accounts import customer_runs, customers, inviting
from portals.services.customer_accounts.customer_notices import send_customer_notice
from provisioning.services.sites_and_apps import site_removal
from tests.factories.directories import AccountFactory, MemberFactory
from tests.factories.portals import CustomerFactory
from tests.pages.provisioning.reading import main_of
from tests.portals.stored import claimed


@pytest.fixture
def change(site, organization_admin, django_capture_on_commit_callbacks):
    """Return what posts a change of many, asked about first or confirmed."""

    def changed(action, **data):
        address = reverse("portals:customers-change", args=[site.pk])
        with django_capture_on_commit_callbacks(execute=True):
            return organization_admin.post(address, {"action": action, **data})

    return changed


def results():
    found = ChangeResult.objects.order_by("pk")
    return list(found.values_list("email", "outcome", "reason"))


def test_the_ticked_ones_are_revoked_and_the_rest_stays(site, change):
    one, two, _three = CustomerFactory.create_batch(3, site=site)
    ticked = [str(one.public_id), str(two.public_id)]

    asked = main_of(change("revoke", customer=ticked))
    assert "2 customers are chosen." in asked
    assert Customer.objects.filter(status="revoked").count() == 0

    response = change("revoke", customer=ticked, confirmed="1")

    assert "/changes/" in response.url
    assert set(Customer.objects.filter(status="revoked")) == {one, two}
    assert len(results()) == 2


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("revoke", {"status": "revoked"}),
        ("grant", {"status": "active"}),
        ("migrate", {"kind": "account"}),
    ],
)
def test_all_that_match_are_changed(site, change, action, state):
    begun = {"status": "revoked", "revoked_by": "admin"} if action == "grant" else {}
    CustomerFactory.create_batch(60, site=site, source="imported", **begun)
    other = CustomerFactory.create(site=site, **begun)

    change(action, all="1", source="imported", confirmed="1")

    assert Customer.objects.filter(source="imported", **state).count() == 60
    assert not Customer.objects.filter(pk=other.pk, **state).exists()
    assert {outcome for _, outcome, _ in results()} == {"done"}
    assert len(results()) == 60


def test_all_are_deleted(site, change):
    CustomerFactory.create_batch(70, site=site)

    change("delete", all="1", confirmed="1")

    assert Customer.objects.count() == 0
    assert len(results()) == 70


def test_who_came_after_the_question_is_not_meant(site, change):
    first = CustomerFactory.create(site=site)
    CustomerFactory.create(site=site)

    change("delete", all="1", until=str(first.pk), confirmed="1")

    assert Customer.objects.count() == 1


def test_what_is_refused_is_said_with_the_reason(site, change, organization_admin):
    CustomerFactory.create(site=site, email="a@c.example")
    blocked = CustomerFactory.create(site=site, email="b@c.example")
    AccountFactory.create(email="b@c.example", status="deactivated")

    response = change("migrate", all="1", confirmed="1")

    assert results() == [
        ("a@c.example", "done", ""),
        ("b@c.example", "refused", "account_deactivated"),
    ]
    blocked.refresh_from_db()
    assert blocked.kind == "portal_only"
    page = main_of(organization_admin.get(response.url, {"outcome": "refused"}))
    assert "is deactivated" in page
    assert "a@c.example" not in page
    exported = organization_admin.post(f"{response.url}export/")
    text = b"".join(exported.streaming_content).decode()
    assert 'b@c.example,Not done,"The Atlassian account' in text


def test_a_run_that_was_killed_goes_on_and_says_nothing_twice(
    site, change, monkeypatch
):
    CustomerFactory.create_batch(120, site=site)
    monkeypatch.setattr("portals.views.customer_run.wake", lambda _job: None)
    change("revoke", all="1", confirmed="1")
    job = Job.objects.get()

    revoke = customers.revoke
    done: list[Customer] = []

    def killed(customer, **told):
        if len(done) == 70:
            raise KeyboardInterrupt
        done.append(customer)
        return revoke(customer, **told)

    monkeypatch.setattr(customers, "revoke", killed)
    with pytest.raises(KeyboardInterrupt):
        customer_runs.carry_out(claimed(job))
    monkeypatch.setattr(customers, "revoke", revoke)
    assert Customer.objects.filter(status="revoked").count() == 70

    Job.objects.update(state="queued")
    customer_runs.carry_out(claimed(job))

    assert Customer.objects.filter(status="active").count() == 0
    assert len(results()) == 120
    assert [outcome for _, outcome, _ in results()].count("done") == 120


def test_the_page_of_a_run_is_of_its_site(site, change, organization_admin):
    response = change("revoke", all="1", confirmed="1")

    assert organization_admin.get(response.url).status_code == 200
    assert "Nobody is chosen" in main_of(change("revoke"))


def test_an_unknown_change_is_no_change(change):
    assert change("promote").status_code == 400


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a@c.example", [("a@c.example", "")]),
        (
            "a@c.example, b@c.example;c@c.example\nd@c.example",
            [(f"{each}@c.example", "") for each in "abcd"],
        ),
        ("Anna Nowak <a@c.example>", [("a@c.example", "Anna Nowak")]),
        ('"Nowak Anna" < a@c.example >', [("a@c.example", "Nowak Anna")]),
        ("a@c.example b@c.example", [("a@c.example", ""), ("b@c.example", "")]),
        ("Anna Nowak a@c.example", [("a@c.example", "Anna Nowak")]),
        ("just words", [("just words", "")]),
        (" ,;\n", []),
    ],
)
def test_pasted_addresses_are_read(text, read):
    assert inviting.read(text) == read


@pytest.fixture
def add(site, organization_admin, django_capture_on_commit_callbacks):
    """Return what posts addresses to be added."""

    def added(text, **data):
        address = reverse("portals:customer-add", args=[site.pk])
        with django_capture_on_commit_callbacks(execute=True):
            return organization_admin.post(address, {"addresses": text, **data})

    return added


def test_addresses_are_looked_over_before_anybody_is_added(site, anna, add):
    account = AccountFactory.create(email="emma@acme.example")
    MemberFactory.create(organization=site.organization, account=account)

    page = main_of(
        add("new@c.example, anna@client.example; nonsense\nemma@acme.example")
    )

    assert "The following customers could not be added:" in page
    assert "Please check the email addresses and try again." in page
    assert "This is a customer of the site already." in page
    assert "This is not an email address." in page
    assert "Atlassian account with this address" in page
    assert "Add 1 customer" in page
    assert Customer.objects.count() == 1


def test_customers_are_added_and_invited(site, add):
    response = add("New One <new@c.example>, b@c.example", invite="on", confirmed="1")

    assert response.status_code == 302
    one = Customer.objects.get(email="new@c.example")
    assert (one.name, one.source, one.site) == ("New One", "invited", site)
    assert {each.to[0] for each in mail.outbox} == {"new@c.example", "b@c.example"}
    assert f"/{one.public_id}/" in mail.outbox[0].body


def test_nobody_is_mailed_who_need_not_be(add):
    add("new@c.example", confirmed="1")

    assert Customer.objects.exists()
    assert mail.outbox == []


def test_customer_access_settings_are_kept(site, add):
    ServiceSettings.objects.create(site=site, external_accounts=False)

    page = main_of(add("new@c.example", confirmed="1"))

    assert "switched off" in page
    assert not Customer.objects.exists()


def remove(site):
    site_removal.remove_site(site, by=SYSTEM, now=timezone.now())


def test_work_stops_with_its_reason_when_the_site_is_removed(site, change, monkeypatch):
    CustomerFactory.create_batch(60, site=site)
    monkeypatch.setattr("portals.views.customer_run.wake", lambda _job: None)
    change("revoke", all="1", confirmed="1")
    monkeypatch.setattr(customer_runs, "breathe", lambda: remove(site))

    tasks.run_job(job_id=str(Job.objects.get().pk))

    job = Job.objects.get()
    assert (job.state, job.done) == ("failed", 50)
    assert job.error.startswith("The site acme, or Jira Service Management on it, was")
    assert Customer.objects.filter(status="active").count() == 10


def test_nobody_is_mailed_about_a_removed_site(site):
    customer = CustomerFactory.create(site=site)
    remove(site)

    send_customer_notice(
        customer_id=customer.pk,
        template="portals/mail/customer_invited.txt",
        link="home",
        to="",
        extra={},
    )

    assert mail.outbox == []
