"""Who was refused by an action on many rows of a report, and why."""

import pytest
from django.urls import reverse

from directories.models import Job, LinkState
from directories.services import jobs
from provisioning.models import ChoiceRefusal
from provisioning.reasons import Reason
from provisioning.services.account_links import link_choices
from provisioning.services.syncing import sync
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    DomainFactory,
    JobFactory,
    MemberFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import csv_rows, is_part_of_page, main_of
from tests.pages.provisioning.test_report_choice import ask

ADMIN = "The person was not linked: the account with this address holds an admin right,"
ALIEN = (
    "The person was refused: another organization has verified the domain of the email "
    "address."
)


@pytest.fixture
def loose(okta, organization):
    """Return people of whom one can be linked: an admin's, an alien's, nobody's."""
    DomainFactory.create(organization=organization, name="acme.example")
    DomainFactory.create(
        organization=OrganizationFactory.create(), name="alien.example"
    )
    boss = AccountFactory.create(email="boss@acme.example")
    MemberFactory.create(organization=organization, account=boss)
    RoleAssignmentFactory.create(organization=organization, account=boss)
    return [
        UserRecordFactory.create(
            directory=okta,
            user_name=address,
            link_state=LinkState.UNLINKED,
            link_reason=Reason.UNLINKED_BY_ADMIN,
        )
        for address in ("new@acme.example", "boss@acme.example", "x@alien.example")
    ]


def result_of(job, more=""):
    return reverse(f"provisioning:report-result{more}", args=[job.pk])


def test_who_is_refused_is_listed_with_why_and_what_to_do(console, loose):
    page = main_of(ask(console, "relink", *loose, confirmed="1"))

    job = Job.objects.get(kind=link_choices.BULK)
    assert "See who was refused, and why" in page
    shown = main_of(console.get(result_of(job)))
    assert "2 people were refused Of 3 people who were chosen." in shown
    assert f"boss@acme.example Okta prod {ADMIN}" in shown
    assert f"x@alien.example Okta prod {ALIEN} Another organization has" in shown
    assert "new@acme.example" not in shown
    assert is_part_of_page(console, result_of(job))
    rows = csv_rows(console.post(result_of(job, "-export")))
    assert rows[0] == ["Person", "Directory", "Reason", "What to do", "Record ID"]
    assert [row[0] for row in rows[1:]] == ["boss@acme.example", "x@alien.example"]
    assert rows[2][2] == ALIEN
    assert rows[2][4] == str(loose[2].scim_id)


def test_when_nobody_is_refused_it_says_so(console, loose):
    ask(console, "relink", loose[0], confirmed="1")

    job = Job.objects.get(kind=link_choices.BULK)
    assert "Nobody was refused." in main_of(console.get(result_of(job)))


def test_who_is_unlinked_already_or_gone_is_told(console, loose):
    ask(console, "unlink", loose[0], confirmed="1")

    job = Job.objects.get(kind=link_choices.BULK)
    shown = main_of(console.get(result_of(job)))
    assert "1 person was refused" in shown
    assert "The person is not linked to an account." in shown


def test_an_account_that_nobody_pushes_is_told(console, organization):
    account = AccountFactory.create(email="left@acme.example")
    member = MemberFactory.create(organization=organization, account=account)

    body = {"tab": "no-access", "action": "sync", "confirmed": "1"}
    console.post(
        reverse("provisioning:report-act"), {**body, "chosen": [str(account.public_id)]}
    )

    kept = ChoiceRefusal.objects.get()
    assert (kept.row_key, kept.name) == (member.pk, account.email)
    shown = main_of(console.get(result_of(kept.job)))
    assert "No identity provider pushes a person with this address." in shown


def test_a_run_that_goes_on_tells_nobody_twice(console, loose, organization):
    ask(console, "relink", *loose, confirmed="1")
    job = Job.objects.get(kind=link_choices.BULK)
    Job.objects.filter(pk=job.pk).update(state="queued", cursor=loose[1].pk)

    run = jobs.claim_job(job.pk)
    assert run is not None
    link_choices.carry_out(run)

    assert list(
        ChoiceRefusal.objects.order_by("row_key").values_list("row_key", flat=True)
    ) == [loose[1].pk, loose[2].pk]


def test_the_result_of_another_organization_is_not_there(console):
    job = JobFactory.create(kind=link_choices.BULK)

    assert console.get(result_of(job)).status_code == 404
    assert console.post(result_of(job, "-export")).status_code == 404


def test_the_result_is_there_while_it_goes_on(console, organization):
    job = JobFactory.create(
        organization=organization,
        directory=None,
        kind=link_choices.BULK,
        label="Re-link: Not linked",
    )

    page = console.get(result_of(job))

    assert "Re-link: Not linked" in main_of(page)
    assert "every 2s" in page.content.decode()


def test_who_waits_for_an_unlinked_account_is_looked_at_at_once(
    console, okta, organization
):
    DomainFactory.create(organization=organization, name="acme.example")
    account = AccountFactory.create(email="eva@acme.example")
    MemberFactory.create(organization=organization, account=account, directory=okta)
    has, waits = (
        UserRecordFactory.create(
            directory=directory,
            user_name="eva@acme.example",
            link_state=state,
            account=owned,
            link_reason=reason,
        )
        for directory, state, owned, reason in (
            (okta, LinkState.PAUSED, account, Reason.OUT_OF_SCOPE),
            (
                DirectoryFactory.create(organization=organization),
                LinkState.HELD,
                None,
                Reason.OTHER_DIRECTORY,
            ),
        )
    )

    ask(console, "unlink", has, confirmed="1")

    assert Job.objects.get(kind=sync.RECONCILE).state == Job.State.DONE
    waits.refresh_from_db()
    assert (waits.link_state, waits.account) == (LinkState.LINKED, account)
