"""What becomes of people when the organization's domains change."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directories.models import (
    Account,
    AuditEvent,
    Directory,
    Domain,
    Job,
    LinkState,
    Member,
    UserRecord,
)
from directories.services import domains
from directories.services.audit import SYSTEM
from directories.tasks import run_job
from provisioning.services.accounts import managed_accounts
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    DomainFactory,
    OrganizationFactory,
    UserRecordFactory,
)
from tests.provisioning.conftest import account, people_in, provider_of

pytestmark = pytest.mark.django_db

ANNA, BEN = "anna@acme.example", "ben@acme.example"


@pytest.fixture
def other(organization):
    return provider_of(organization, "Entra")


def do(*jobs):
    for job in jobs:
        run_job(job_id=str(job.pk))
        job.refresh_from_db()
        assert job.state == "done", job.error


def domain_of(organization, **values):
    return DomainFactory.create(
        organization=organization, name="acme.example", **values
    )


def link(domain, directory):
    do(
        *domains.link_domains(
            domains=[domain], directory=directory, by=SYSTEM, now=timezone.now()
        )
    )


def state_of(provider, email):
    record = UserRecord.objects.get(directory=provider.directory, email_key=email)
    return (record.link_state, record.link_reason)


def snapshot():
    """Return who owns whom, who is managed and who is in which group."""
    records = UserRecord.objects.order_by("pk").values_list(
        "user_name", "directory", "link_state", "link_reason", "account"
    )
    members = Member.objects.order_by("account").values_list("account", "directory")
    managed = Account.objects.order_by("pk").values_list("pk", "managed_by", "status")
    return (
        list(records),
        list(members),
        list(managed),
        people_in("From Okta"),
        people_in("From Entra"),
    )


def push_both(idp, other):
    anna, ben = idp.push(ANNA, title="Okta's"), idp.push(BEN)
    idp.group("From Okta", anna, ben)
    other.group("From Entra", other.push(ANNA, title="Entra's"))
    return anna, ben


def test_verifying_makes_pushed_people_managed(organization, idp):
    idp.push(ANNA, title="Engineer")
    AccountFactory.create(email="early@acme.example")
    domain = domain_of(organization)
    assert account(ANNA).managed_by is None

    do(domains.queue_following(domain, timezone.now()))

    assert account(ANNA).managed_by == organization
    assert account(ANNA).job_title == "Engineer"
    assert account("early@acme.example").managed_by is None


def test_verifying_brings_those_in_line_who_moved_there_too_early(organization, idp):
    anna = idp.push("anna@example.com")
    idp.group("From Okta", anna)
    idp.move(anna, ANNA)
    assert state_of(idp, ANNA)[0] == LinkState.PAUSED
    assert people_in("From Okta") == set()
    domain = domain_of(organization)

    do(domains.queue_following(domain, timezone.now()))

    assert state_of(idp, ANNA) == (LinkState.LINKED, "")
    assert people_in("From Okta") == {ANNA}


def test_linking_moves_people_and_lets_others_go(organization, idp, other):
    domain = domain_of(organization)
    push_both(idp, other)
    assert state_of(other, ANNA)[0] == LinkState.HELD

    link(domain, other.directory)

    assert state_of(other, ANNA)[0] == LinkState.LINKED
    assert state_of(idp, ANNA) == (LinkState.HELD, "domain_linked_elsewhere")
    assert state_of(idp, BEN) == (LinkState.HELD, "domain_linked_elsewhere")
    assert people_in("From Okta") == set()
    assert people_in("From Entra") == {ANNA}
    assert account(ANNA).job_title == "Entra's"
    assert account(BEN).is_active


def test_linking_back_undoes_it_without_a_push(organization, idp, other):
    domain = domain_of(organization)
    push_both(idp, other)
    link(domain, idp.directory)
    before = snapshot()

    link(domain, other.directory)
    assert snapshot() != before
    link(domain, idp.directory)

    assert snapshot() == before


def test_unlinking_leaves_everybody_where_they_are(organization, idp, other):
    domain = domain_of(organization)
    push_both(idp, other)
    link(domain, other.directory)
    anna = (state_of(other, ANNA), people_in("From Entra"))

    do(domains.unlink_domain(domain=domain, by=SYSTEM, now=timezone.now()))

    assert (state_of(other, ANNA), people_in("From Entra")) == anna
    # Nobody owned Ben: the directory that pushed him takes him up.
    assert state_of(idp, BEN) == (LinkState.LINKED, "")
    assert people_in("From Okta") == {BEN}


def test_linking_to_the_local_directory_lets_everybody_go(organization, idp, other):
    domain = domain_of(organization)
    push_both(idp, other)
    local = DirectoryFactory.create(organization=organization, local=True)

    link(domain, local)

    assert state_of(idp, ANNA)[0] == state_of(other, ANNA)[0] == LinkState.HELD
    assert people_in("From Okta") == people_in("From Entra") == set()
    assert account(ANNA).managed_by == organization
    assert Member.objects.get(account=account(ANNA)).directory is None


def test_doing_it_again_changes_nothing(organization, idp, other):
    domain = domain_of(organization)
    push_both(idp, other)
    link(domain, other.directory)
    before = (snapshot(), AuditEvent.objects.count())

    do(domains.queue_following(domain, timezone.now()))

    assert (snapshot(), AuditEvent.objects.count()) == before


def test_a_domain_that_is_removed_leaves_its_people_in_peace(organization, idp):
    domain = domain_of(organization, claimed_at=timezone.now())
    anna, _ben = idp.push(ANNA), idp.push(BEN)
    idp.group("From Okta", anna)
    account_of_ben = account(BEN)
    Account.objects.filter(pk=account_of_ben.pk).update(
        deletion_at=timezone.now() + timedelta(days=1)
    )

    do(domains.remove_domain(domain=domain, by=SYSTEM, now=timezone.now()))

    assert account(ANNA).managed_by is None
    assert account(ANNA).is_active
    assert state_of(idp, ANNA) == (LinkState.LINKED, "")
    assert people_in("From Okta") == {ANNA}
    assert account(BEN).deletion_at is None
    idp.change(anna, title="ignored now")
    assert account(ANNA).job_title == ""


def test_claiming_is_for_those_of_now_and_of_the_domain_alone(organization, idp):
    domain = domain_of(organization)
    AccountFactory.create(email="early@acme.example")
    AccountFactory.create(email="x@sub.acme.example")
    do(domains.claim_accounts(domain=domain, by=SYSTEM, now=timezone.now()))

    AccountFactory.create(email="late@acme.example")

    assert account("early@acme.example").managed_by == organization
    assert account("x@sub.acme.example").managed_by is None
    assert account("late@acme.example").managed_by is None


@pytest.mark.parametrize("pushed", [False, True])
def test_what_another_organization_wanted_to_delete_stays(organization, idp, pushed):
    stranger = OrganizationFactory.create()
    email = "ada@moved.example"
    user = idp.push(email) if pushed else AccountFactory.create(email=email)
    Account.objects.filter(email=email).update(
        managed_by=stranger,
        status=Account.Status.DEACTIVATED,
        deletion_at=timezone.now(),
    )
    domain = DomainFactory.create(organization=organization, name="moved.example")

    if pushed:
        idp.change(user, title="Boss")
    else:
        do(domains.claim_accounts(domain=domain, by=SYSTEM, now=timezone.now()))

    account = Account.objects.get(email=email)
    assert (account.managed_by, account.deletion_at) == (organization, None)
    Account.objects.update(deletion_at=timezone.now())
    if pushed:
        managed_accounts.delete_account(account.pk, now=timezone.now())
        assert Account.objects.get(email=email).is_active


def test_a_domain_in_another_script_has_its_people(organization, idp):
    domain = DomainFactory.create(organization=organization, name="xn--mnchen-3ya.de")
    idp.push("anna@münchen.de", title="Ärztin")
    AccountFactory.create(email="early@münchen.de")

    do(domains.claim_accounts(domain=domain, by=SYSTEM, now=timezone.now()))

    assert account("anna@münchen.de").job_title == "Ärztin"
    assert account("early@münchen.de").managed_by == organization


def test_a_run_goes_on_where_another_was_cut_off(organization, idp, monkeypatch):
    domain = domain_of(organization)
    for number in range(5):
        AccountFactory.create(email=f"{number}@acme.example")
    monkeypatch.setattr("directories.services.domain_following._step", lambda: 2)
    job = domains.claim_accounts(domain=domain, by=SYSTEM, now=timezone.now())
    stop = iter([False, False, True])

    def breathe():
        if next(stop, False):
            raise OSError("killed")

    monkeypatch.setattr("directories.services.domain_following._breathe", breathe)
    run_job(job_id=str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.done) == ("queued", 5)

    do(job)

    assert Account.objects.filter(managed_by=organization).count() == 5
    assert AuditEvent.objects.filter(action="become_managed_scim_user").count() == 5


def test_records_of_a_closed_directory_are_left_alone(organization, idp):
    domain = domain_of(organization)
    idp.push(ANNA)
    Directory.objects.filter(pk=idp.directory.pk).update(state=Directory.State.DELETING)

    link(domain, DirectoryFactory.create(organization=organization))

    assert state_of(idp, ANNA)[0] == LinkState.LINKED


def test_a_change_queues_one_job_about_its_people(organization):
    domain = domain_of(organization)
    domains.queue_following(domain, timezone.now())
    domains.claim_accounts(domain=domain, by=SYSTEM, now=timezone.now())

    assert Job.objects.get(kind=domains.FOLLOW).label == "acme.example"


def test_all_domains_of_a_directory_move_together(organization, idp, other):
    for name in ("a.example", "b.example"):
        DomainFactory.create(
            organization=organization, name=name, directory=idp.directory
        )
    untouched = domain_of(organization)

    moved = domains.move_domains(
        directory=idp.directory, to=other.directory, by=SYSTEM, now=timezone.now()
    )

    assert len(moved) == 2
    assert Domain.objects.filter(directory=other.directory).count() == 2
    assert Domain.objects.get(pk=untouched.pk).directory is None


def test_settled_people_are_not_looked_at_again(organization, idp, monkeypatch):
    domain = domain_of(organization, directory=idp.directory)
    idp.push(ANNA)
    UserRecordFactory.create(directory=idp.directory, user_name="x@else.example")
    seen = []
    monkeypatch.setattr(
        "directories.services.domain_following.records.revisit_user",
        lambda **values: seen.append(values),
    )

    do(domains.queue_following(domain, timezone.now()))

    assert seen == []
