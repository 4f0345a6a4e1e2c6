"""Many at once from a report: chosen rows or all that match, said before, as a job."""

import pytest
from django.utils import timezone

from directories.models import Job, LinkState, Member, UserRecord
from directories.services import jobs
from directories.services.audit import person
from provisioning.models import GroupMember
from provisioning.queries.reports import Report, ReportFilter
from provisioning.reasons import Reason
from provisioning.services.account_links import link_choices
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
    MemberFactory,
    MembershipFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import text_of

URL = "/directory/reports/act/"


@pytest.fixture
def domain(organization):
    return DomainFactory.create(organization=organization, name="acme.example")


@pytest.fixture
def crew(organization, okta):
    """Return a synced group that everybody who is pushed is in."""
    return GroupFactory.create(
        organization=organization, synced=True, record__directory=okta
    )


def paused(okta, crew, name):
    """Return somebody who is paused, though in a synced group by mistake."""
    account = AccountFactory.create(email=f"{name}@acme.example")
    MemberFactory.create(
        organization=okta.organization, account=account, directory=okta
    )
    GroupMemberFactory.create(group=crew, account=account)
    return add(okta, crew, name, LinkState.PAUSED, account)


def add(okta, crew, name, state=LinkState.UNLINKED, account=None):
    record = UserRecordFactory.create(
        directory=okta,
        user_name=f"{name}@acme.example",
        external_id=name,
        link_state=state,
        link_reason=Reason.UNLINKED_BY_ADMIN if account is None else "",
        account=account,
    )
    MembershipFactory.create(group=crew.record, user=record)
    return record


def ask(console, action, *records, **said):
    ids = [str(record.scim_id) for record in records]
    body = {"tab": "not-linked", "action": action, "chosen": ids} | said
    return console.post(URL, body, follow=True)


def state_of(record):
    record.refresh_from_db()
    return record.link_state


def test_unlinking_says_first_what_it_changes(console, okta, crew):
    one, two = paused(okta, crew, "one"), paused(okta, crew, "two")

    page = ask(console, "unlink", one, two)

    assert "Unlink: 2 people" in text_of(page)
    assert "2 accounts become local" in text_of(page)
    assert "2 memberships of synced groups end" in text_of(page)
    assert not Job.objects.exists()
    assert state_of(one) == LinkState.PAUSED


def test_unlinking_many_is_a_job_that_shows_itself(console, okta, crew):
    one, two = paused(okta, crew, "one"), paused(okta, crew, "two")
    stays = paused(okta, crew, "stays")

    page = ask(console, "unlink", one, two, confirmed="1")

    job = Job.objects.get()
    assert page.redirect_chain[-1][0].endswith(f"&job={job.pk}")
    assert "Unlink: Not linked Done" in text_of(page)
    assert (job.state, job.total) == (Job.State.DONE, 2)
    assert state_of(one) == state_of(two) == LinkState.UNLINKED
    assert state_of(stays) == LinkState.PAUSED
    assert GroupMember.objects.count() == 1
    assert Member.objects.filter(directory=okta).count() == 1


def test_all_that_match_can_be_chosen(console, okta, crew, domain):
    records = [add(okta, crew, f"user{n:03}") for n in range(60)]

    page = ask(console, "relink", everything="1", confirmed="1")

    assert page.status_code == 200
    assert {state_of(record) for record in records} == {LinkState.LINKED}
    assert GroupMember.objects.filter(group=crew).count() == 60


def test_all_that_match_means_with_the_filters(console, okta, crew, domain):
    wanted, other = add(okta, crew, "wanted"), add(okta, crew, "other")

    ask(console, "relink", everything="1", confirmed="1", q="wanted")

    assert state_of(wanted) == LinkState.LINKED
    assert state_of(other) == LinkState.UNLINKED


def test_a_job_that_was_cut_off_goes_on(organization, okta, crew, admin, domain):
    records = [add(okta, crew, f"user{n}") for n in range(4)]
    choice = link_choices.Choice(
        action=link_choices.Action.RELINK,
        report=Report.NOT_LINKED,
        wanted=ReportFilter(),
        everything=True,
    )
    job = link_choices.queue_choice(
        organization, choice, total=4, by=person(admin), now=timezone.now()
    )
    Job.objects.filter(pk=job.pk).update(cursor=records[1].pk, done=2)

    run = jobs.claim_job(job.pk)
    assert run
    link_choices.carry_out(run)

    assert [state_of(record) for record in records] == ["unlinked"] * 2 + ["linked"] * 2
    job.refresh_from_db()
    assert job.done == 4


def test_nothing_chosen_says_so(console, okta, crew):
    page = ask(console, "unlink")

    assert "Choose at least one row" in text_of(page)


def test_an_action_that_is_not_offered_does_nothing(console, okta, crew):
    one = paused(okta, crew, "one")

    page = ask(console, "keep", one, confirmed="1")

    assert "Choose at least one row" in text_of(page)
    assert not Job.objects.exists()


def test_people_of_another_organization_are_not_chosen(console, crew):
    stranger = UserRecordFactory.create(linked=True)

    page = ask(console, "unlink", stranger, confirmed="1")

    assert "Choose at least one row" in text_of(page)
    assert state_of(stranger) == LinkState.LINKED


def test_orphans_can_be_kept_as_local_people(console, organization):
    member = MemberFactory.create(
        organization=organization,
        released_at=timezone.now(),
        former_directory="Okta old",
    )

    console.post(
        URL,
        {
            "tab": "no-longer-pushed",
            "action": "keep",
            "chosen": [str(member.account.public_id)],
            "confirmed": "1",
        },
    )

    member.refresh_from_db()
    assert (member.released_at, member.former_directory) == (None, None)


def test_orphans_are_linked_to_who_waits_for_their_address(
    console, organization, okta, crew, domain
):
    account = AccountFactory.create(email="one@acme.example")
    MemberFactory.create(
        organization=organization, account=account, released_at=timezone.now()
    )
    record = add(okta, crew, "one")

    console.post(
        URL,
        {
            "tab": "no-longer-pushed",
            "action": "relink",
            "everything": "1",
            "confirmed": "1",
        },
    )

    assert state_of(record) == LinkState.LINKED
    assert record.account == account
    assert Member.objects.get(account=account).released_at is None


def test_who_has_no_access_is_synced_again(console, organization, okta, crew, domain):
    account = AccountFactory.create(email="one@acme.example", managed_by=organization)
    MemberFactory.create(organization=organization, account=account, directory=okta)
    add(okta, crew, "one", LinkState.LINKED, account)

    console.post(
        URL,
        {"tab": "no-access", "action": "sync", "everything": "1", "confirmed": "1"},
    )

    assert list(crew.members.all()) == [account]


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "1"}])
def test_who_may_only_look_changes_nothing(site_admin, okta, crew, confirmed):
    one = paused(okta, crew, "one")

    answer = site_admin.post(
        URL,
        {"tab": "not-linked", "action": "unlink", "chosen": [str(one.scim_id)]}
        | confirmed,
    )

    assert answer.status_code == 403
    assert UserRecord.objects.get().link_state == LinkState.PAUSED
