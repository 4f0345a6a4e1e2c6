"""Suspending people: what ends, what stays, what comes back, what a provider may do."""

import pytest
from django.test import Client
from django.utils import timezone

from directories.events import Event
from directories.models import (
    Account,
    AuditEvent,
    Job,
    Member,
    TroubleshootingEntry,
    UserRecord,
)
from directories.services.admins import LastAdminError
from directories.services.audit import SYSTEM, person
from directories.tasks import run_job
from provisioning.models import App, AppAccess, ChoiceRefusal, GroupMember
from provisioning.queries.accounts import suspension
from provisioning.queries.accounts.people import Choice, MemberFilter
from provisioning.reasons import Reason
from provisioning.services import consequences
from provisioning.services.organization_groups import local_groups
from provisioning.services.suspension import suspending
from provisioning.services.suspension import suspension_runs as runs
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.factories.provisioning import (
    AppFactory,
    AppGrantFactory,
    GroupFactory,
    GroupRoleFactory,
)
from tests.provisioning.conftest import account as account_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ACTIVE, SUSPENDED = Member.Status.ACTIVE, Member.Status.SUSPENDED


@pytest.fixture
def jira(organization):
    """Return a group that opens Jira."""
    group = GroupFactory.create(organization=organization, name="developers")
    AppGrantFactory.create(group=group)
    return group


def join(organization, *groups, **values):
    """Return an account of the organization that is in these groups."""
    made = MemberFactory.create(organization=organization, **values).account
    for group in groups:
        local_groups.add_people(group, [made.pk], by=SYSTEM, now=NOW)
    return made


def suspend(account, organization, **values):
    values = {"by": SYSTEM, "now": NOW, **values}
    return suspending.suspend_person(account, organization, **values)


def restore(account, organization):
    return suspending.restore_person(account, organization, by=SYSTEM, now=NOW)


def states_of(account):
    return list(
        AppAccess.objects.filter(account=account).values_list("state", flat=True)
    )


def limit(group, number, at_limit):
    App.objects.filter(grants__group=group).update(user_limit=number, at_limit=at_limit)


def test_everything_ends_and_comes_back_but_the_places_in_groups(organization, jira):
    GroupRoleFactory.create(group=jira)
    keeper = join(organization)
    RoleAssignmentFactory.create(organization=organization, account=keeper)
    anna = join(organization, jira)
    client = Client()
    client.force_login(anna)
    assert client.get("/").status_code == 200

    assert suspend(anna, organization) is True
    assert suspend(anna, organization) is False

    assert states_of(anna) == []
    assert not anna.role_assignments.exists()
    assert GroupMember.objects.filter(account=anna).exists()
    assert client.get("/").status_code == 302
    client.force_login(Account.objects.get(pk=anna.pk))
    assert client.get("/directory/users/").status_code == 403

    assert restore(anna, organization) is True
    assert restore(anna, organization) is False
    assert states_of(anna) == ["active"]
    assert anna.role_assignments.count() == 1
    found = AuditEvent.objects.filter(target_id=str(anna.public_id))
    actions = list(found.order_by("pk").values_list("action", flat=True))
    assert [a for a in actions if a in {Event.USER_SUSPENDED, Event.USER_RESTORED}] == [
        Event.USER_SUSPENDED,
        Event.USER_RESTORED,
    ]


def test_the_last_admin_and_oneself_stay(organization):
    ada = join(organization)
    RoleAssignmentFactory.create(organization=organization, account=ada)

    with pytest.raises(LastAdminError):
        suspend(ada, organization)
    with pytest.raises(suspending.OwnAccountError):
        suspend(ada, organization, by=person(ada))
    with pytest.raises(suspending.NotAMemberError):
        suspend(AccountFactory.create(), organization)

    assert ada.memberships.get().status == ACTIVE


def test_a_free_license_goes_to_who_waits_and_restoring_waits_in_turn(
    organization, jira
):
    limit(jira, 1, App.AtLimit.QUEUE)
    anna, ben = join(organization, jira), join(organization, jira)
    assert [states_of(anna), states_of(ben)] == [["active"], ["waiting"]]

    suspend(anna, organization)
    assert states_of(ben) == ["active"]

    restore(anna, organization)
    assert states_of(anna) == ["waiting"]


def test_a_limit_that_refuses_is_said_before_and_keeps_the_person_suspended(
    organization, jira
):
    anna = join(organization, jira)
    suspend(anna, organization)
    join(organization, jira)
    limit(jira, 1, App.AtLimit.REFUSE)

    people = Member.objects.filter(account=anna)
    effect = suspension.effect_of_restoring(organization, people)
    assert [(each.people, each.free, each.short) for each in effect.licenses] == [
        (1, 0, 1)
    ]
    with pytest.raises(consequences.SeatsError):
        restore(anna, organization)

    assert anna.memberships.get().status == SUSPENDED


def test_a_deactivated_account_stays_deactivated(organization, jira):
    anna = join(organization, jira, account__managed_by=organization)
    suspend(anna, organization)
    Account.objects.filter(pk=anna.pk).update(status="deactivated")

    restore(anna, organization)

    assert anna.memberships.get().status == Member.Status.DEACTIVATED
    assert states_of(anna) == []


def test_a_push_gives_a_suspended_person_nothing_and_the_log_says_why(
    organization, idp
):
    user = idp.push("anna@example.com")
    idp.group("staff", user)
    group = organization.groups.get(name="staff")
    app = AppFactory.create(site__organization=organization)
    AppGrantFactory.create(group=group, app=app)
    consequences.follow([group.pk])
    anna = account_of("anna@example.com")
    suspend(anna, organization)

    idp.change(user, active=True, title="Lead")
    idp.change(user, active=False)
    answer = idp.change(user, active=True)

    assert answer["active"] is True
    assert UserRecord.objects.get().link_reason == Reason.SUSPENDED
    assert anna.memberships.get().status == SUSPENDED
    assert states_of(anna) == []
    assert account_of("anna@example.com").job_title == "Lead"
    entry = TroubleshootingEntry.objects.get(kind=Reason.SUSPENDED)
    assert entry.times == 2

    restore(anna, organization)
    assert UserRecord.objects.get().link_reason == ""
    assert states_of(anna) == ["active"]


def test_a_suspended_person_who_is_linked_stays_suspended(organization, idp):
    made = AccountFactory.create(email="ben@example.com")
    MemberFactory.create(organization=organization, account=made, status=SUSPENDED)

    idp.push("ben@example.com")

    assert made.memberships.get().status == SUSPENDED
    assert UserRecord.objects.get().link_reason == Reason.SUSPENDED


def test_the_numbers_are_those_of_the_change(organization, jira, idp):
    idp.push("anna@example.com")
    anna, ben = account_of("anna@example.com"), join(organization, jira)
    RoleAssignmentFactory.create(organization=organization, account=ben)
    join(organization)
    Member.objects.filter(account=anna).update(status=SUSPENDED)
    every = organization.members.all()

    effect = suspension.effect_of_suspending(organization, every)

    assert (effect.people, effect.already, effect.synced) == (2, 1, 0)
    assert (effect.roles, effect.rights, effect.license_count) == (1, 1, 1)
    back = suspension.effect_of_restoring(organization, every)
    assert (back.people, back.already, back.synced, back.roles) == (1, 2, 1, 0)


def test_many_are_changed_in_the_background_and_who_is_not_is_named(organization, jira):
    ada = join(organization)
    RoleAssignmentFactory.create(organization=organization, account=ada)
    people = [join(organization, jira) for _ in range(3)]
    choice = Choice(wanted=MemberFilter(status=ACTIVE), all=True)

    job = runs.queue_change(
        runs.SUSPEND, organization, choice, by=person(people[0]), now=NOW
    )
    run_job(job_id=str(job.pk))

    assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    assert organization.members.filter(status=SUSPENDED).count() == 2
    refused = ChoiceRefusal.objects.filter(job=job).order_by("pk")
    assert [each.reason for each in refused] == ["only_admin", "own_account"]
