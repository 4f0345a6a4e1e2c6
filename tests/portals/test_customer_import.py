"""Lists of customers: looked at first, then carried out exactly so."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from directories.models import AuditEvent, Job
from directories.services import jobs
from portals.models import (
    Customer,
    CustomerImport,
    CustomerOrganization,
    ImportLine,
)
from portals.services.customer_lists import customer_imports, import_work
from tests.factories.directories import (
    AccountFactory,
    GroupRecordFactory,
    MemberFactory,
)
from tests.factories.portals import (
    CustomerDirectoryFactory,
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
)
from tests.pages.provisioning.reading import main_of
from tests.portals.stored import actions_of, claimed, fresh


@pytest.fixture
def upload(site, organization_admin, django_capture_on_commit_callbacks):
    """Return what uploads a list; the look at it is over then."""

    def uploaded(text, *, name="list.csv"):
        content = text if isinstance(text, bytes) else text.encode()
        with django_capture_on_commit_callbacks(execute=True):
            return organization_admin.post(
                reverse("portals:customer-import", args=[site.pk]),
                {"file": SimpleUploadedFile(name, content)},
            )

    return uploaded


@pytest.fixture
def start(organization_admin, django_capture_on_commit_callbacks):
    """Return what carries the newest list out."""

    def started(**data):
        newest = CustomerImport.objects.latest("created_at")
        address = reverse(
            "portals:customer-import-start", args=[newest.site_id, newest.pk]
        )
        with django_capture_on_commit_callbacks(execute=True):
            organization_admin.post(address, data)
        return newest

    return started


def effects():
    newest = CustomerImport.objects.latest("created_at")
    lines = newest.lines.order_by("number")
    return list(lines.values_list("email", "effect", "reason"))


def page_of(client, upload, **asked):
    address = reverse(
        "portals:customer-import-detail", args=[upload.site_id, upload.pk]
    )
    return main_of(client.get(address, asked))


def test_a_look_says_what_each_line_would_do(site, anna, synced, upload):
    CustomerOrganizationFactory.create(site=site, name="Initech")
    account = AccountFactory.create(email="emma@acme.example")
    MemberFactory.create(organization=site.organization, account=account)

    response = upload(
        "E-Mail Address;Full Name;Organisations\n"
        "new@client.example;New One;Initech | Fresh\n"
        "ANNA@client.example;Anna Nowak;globex\n"
        "new@client.example;Again;\n"
        "no address;Nobody;\n"
        "ben@client.example;Benjamin;\n"
        "emma@acme.example;Emma;\n"
        "\n"
        "plain@client.example;;\n"
    )

    assert response.status_code == 302
    assert effects() == [
        ("new@client.example", "new_joins", ""),
        ("ANNA@client.example", "unchanged", ""),
        ("new@client.example", "refused", "duplicate"),
        ("no address", "refused", "bad_address"),
        ("ben@client.example", "refused", f"owned:{synced.directory_id}"),
        ("emma@acme.example", "refused", "account_exists"),
        ("plain@client.example", "new", ""),
    ]
    assert Customer.objects.count() == 2
    assert CustomerOrganization.objects.filter(name="Fresh").count() == 0


def test_the_page_says_it_in_numbers_and_words(upload, synced, organization_admin):
    upload("Email,Name,Organizations\na@c.example,Aa,Fresh\nben@client.example,B,\n")
    newest = CustomerImport.objects.get()

    page = page_of(organization_admin, newest)

    assert "1 customer is made." in page
    assert "1 organization is made: Fresh" in page
    assert "1 line does nothing" in page
    assert "Okta clients owns this customer" in page
    assert "Okta clients" not in page_of(organization_admin, newest, tab="new")


def test_what_the_look_has_said_is_carried_out(
    site, anna, upload, start, organization_admin
):
    initech = CustomerOrganizationFactory.create(site=site, name="Initech")
    upload(
        "Email,Name,Organizations\n"
        "new@client.example,New One,initech|Fresh\n"
        "anna@client.example,Anna Kowalska,Fresh\n"
    )

    newest = start()

    new = Customer.objects.get(email="new@client.example")
    assert (new.name, new.source) == ("New One", "imported")
    assert {each.name for each in new.organizations.all()} == {"Initech", "Fresh"}
    assert fresh(anna).name == "Anna Kowalska"
    assert {each.name for each in anna.organizations.all()} == {"Globex", "Fresh"}
    fresh_one = CustomerOrganization.objects.get(name="Fresh")
    assert (fresh_one.member_count, fresh_one.source) == (2, "imported")
    initech.refresh_from_db()
    assert initech.member_count == 1
    assert actions_of(new)[0] == "portal_customer_created"
    assert "portal_customer_updated" in actions_of(anna)
    newest.refresh_from_db()
    assert newest.finished_at
    assert "The list was imported" in page_of(organization_admin, newest)
    event = AuditEvent.objects.get(action="portal_customers_imported")
    assert event.details == {"lines": 2}
    assert mail.outbox == []


def test_invitations_are_mailed_when_asked_for(upload, start):
    upload("email\na@c.example\nb@c.example\n")

    start(invite="1")

    assert {each.to[0] for each in mail.outbox} == {"a@c.example", "b@c.example"}


def test_a_list_is_carried_out_once(upload, start):
    upload("email\na@c.example\n")

    start()
    start()

    assert Job.objects.filter(kind="customers-import").count() == 1


def test_what_changed_meanwhile_is_refused(site, upload, start):
    upload("email,name\na@c.example,Aa\nb@c.example,Bb\n")
    CustomerFactory.create(site=site, email="a@c.example", name="Somebody")

    start()

    assert effects() == [
        ("a@c.example", "refused", "changed_meanwhile"),
        ("b@c.example", "new", ""),
    ]
    assert Customer.objects.get(email="a@c.example").name == "Somebody"


def test_nobody_joins_a_synced_organization(site, upload):
    directory = CustomerDirectoryFactory.create(site=site)
    record = GroupRecordFactory.create(directory=directory)
    organization = CustomerOrganizationFactory.create(
        site=site, name="Synced", source="synced", directory=directory, record=record
    )
    member = CustomerFactory.create(site=site, email="in@c.example")
    OrganizationMemberFactory.create(
        organization=organization, customer=member, manual=False, synced=True
    )

    upload("email,organization\nout@c.example,synced\nin@c.example,synced\n")

    assert effects() == [
        (
            "out@c.example",
            "refused",
            f"organization_synced:{organization.public_id}",
        ),
        ("in@c.example", "unchanged", ""),
    ]


def test_an_import_that_was_killed_goes_on_and_does_nothing_twice(
    site, upload, start, monkeypatch, django_capture_on_commit_callbacks
):
    people = "\n".join(f"p{n:03}@c.example,Person {n},Crowd" for n in range(250))
    upload(f"email,name,organization\n{people}\n")
    newest = CustomerImport.objects.get()
    # The message gets lost, so that the runs here are the only ones.
    start()
    Customer.objects.all().delete()
    CustomerOrganization.objects.all().delete()
    CustomerImport.objects.update(state="looked_at", finished_at=None)
    job = Job.objects.get(kind="customers-import")
    Job.objects.filter(pk=job.pk).update(state="queued", done=0, cursor=0)

    report = jobs.Run.report

    def killed(run, *, done, cursor=0, total=None):
        report(run, done=done, cursor=cursor, total=total)
        if cursor == 200:
            raise KeyboardInterrupt

    monkeypatch.setattr(jobs.Run, "report", killed)
    with pytest.raises(KeyboardInterrupt):
        import_work.carry_out(claimed(job))
    monkeypatch.undo()
    # The batch that was under way is not there, the one before is.
    assert Customer.objects.count() == 100

    Job.objects.filter(pk=job.pk).update(state="queued")
    import_work.carry_out(claimed(job))

    assert Customer.objects.count() == 250
    assert CustomerOrganization.objects.get().member_count == 250
    newest.refresh_from_db()
    assert newest.finished_at
    assert {effect for _, effect, _ in effects()} == {"new_joins"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n;;\n\n", "empty"),
        ("Email\nänna@c.example".encode("latin-1"), "not in UTF-8"),
        (b"Phone,Name\n1,Anna\n", "It names: Phone, Name"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_words(upload, content, words):
    response = upload(content)

    assert response.status_code == 422
    assert words in main_of(response)
    assert CustomerImport.objects.count() == 0


@pytest.mark.parametrize("above", ["\n", "\ufeff\r\n \r\n", ';;\n"";;\n'])
def test_empty_lines_above_the_titles_are_passed_over(upload, above):
    response = upload(f"{above}email;name\na@c.example;Aa\n")

    assert response.status_code == 302
    assert effects() == [("a@c.example", "new", "")]


def test_a_list_whose_site_was_deleted_ends_with_a_reason(upload):
    """Whether before a run of its jobs, or while one is under way."""
    upload("email\na@c.example\n")
    newest = CustomerImport.objects.get()
    job = newest.job
    assert job
    ImportLine.objects.all().delete()
    CustomerImport.objects.all().delete()

    for work in (customer_imports.look, import_work.carry_out):
        Job.objects.filter(pk=job.pk).update(state="queued")
        with pytest.raises(jobs.HopelessError, match="was deleted"):
            work(claimed(job))


def test_the_result_is_exported(upload, start, organization_admin):
    upload("\ufeffemail,name\na@c.example,Aa\nwrong,Bb\n")
    newest = start()

    response = organization_admin.post(
        reverse("portals:customer-import-export", args=[newest.site_id, newest.pk])
    )
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()

    assert lines == [
        "Line,Email,Name,Organizations,Effect,Reason",
        "1,a@c.example,Aa,,New customer,",
        "2,wrong,Bb,,Refused,This is not an email address.",
    ]


def test_an_exported_list_changes_nothing_when_it_is_imported(
    anna, upload, organization_admin
):
    response = organization_admin.post(
        reverse("portals:customer-export", args=[anna.site_id])
    )

    upload(b"".join(response.streaming_content))

    assert effects() == [("anna@client.example", "unchanged", "")]


def test_old_lists_are_forgotten(upload):
    upload("email\na@c.example\n")
    customer_imports.forget_old(timezone.now())
    assert CustomerImport.objects.count() == 1

    customer_imports.forget_old(timezone.now() + timedelta(days=31))

    assert CustomerImport.objects.count() == 0
