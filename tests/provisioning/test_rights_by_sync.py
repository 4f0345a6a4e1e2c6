"""What a provider takes away ends rights and sessions in the same request."""

import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directories import dialect
from directories.models import (
    Account,
    Job,
    Member,
    RoleAssignment,
    TroubleshootingEntry,
    UserRecord,
)
from directories.services import admins, audit
from directories.services.accounts import Change
from directories.tasks import run_job
from provisioning.models import Group
from provisioning.services.accounts import last_admin
from provisioning.services.admin_rights import group_roles
from provisioning.services.name_conflicts import group_conflicts
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.provisioning.conftest import account
from tests.scim.invariants import check_rights

pytestmark = pytest.mark.django_db

ADMIN = RoleAssignment.Role.ORGANIZATION_ADMIN
ADA, BO = "ada@example.com", "bo@example.com"


@pytest.fixture
def owner(organization):
    """Return an admin whom no provider knows."""
    member = MemberFactory.create(organization=organization)
    RoleAssignmentFactory.create(organization=organization, account=member.account)
    return member.account


@pytest.fixture
def ada(idp):
    return idp.push(ADA)


@pytest.fixture
def crew(idp, ada):
    """Return a synced group with Ada in it that gives organization admin."""
    group = idp.group("Crew", ada)
    give("Crew")
    return group


def give(name, role=ADMIN):
    group_roles.give_role(
        Group.objects.get(name=name),
        role,
        site=None,
        app="",
        by=audit.SYSTEM,
        now=timezone.now(),
    )


def session_of(email):
    client = Client()
    client.force_login(account(email))
    return client


def opens(client):
    return client.get(reverse("provisioning:user-list")).status_code


def rights_of(email):
    held = RoleAssignment.objects.filter(account=account(email)).order_by("pk")
    return list(held.values_list("role", "group_id"))


def reasons():
    entries = TroubleshootingEntry.objects.order_by("pk")
    return list(entries.values_list("kind", flat=True))


def remove_member(idp, ada, crew):
    idp.members(crew, "remove", ada)


def replace_members(idp, ada, crew):
    body = {"schemas": [], "displayName": "Crew", "members": []}
    assert idp.send("PUT", f"/Groups/{crew['id']}", body).status_code == 200


def deactivate(idp, ada, crew):
    idp.change(ada, active=False)


def delete_person(idp, ada, crew):
    assert idp.send("DELETE", f"/Users/{ada['id']}").status_code == 204


def delete_group(idp, ada, crew):
    assert idp.send("DELETE", f"/Groups/{crew['id']}").status_code == 204


def move_away(idp, ada, crew):
    idp.move(ada, "ada@elsewhere.example")


ENDS = [
    remove_member,
    replace_members,
    deactivate,
    delete_person,
    delete_group,
    move_away,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda each: each.__name__)
def test_the_next_page_is_refused(idp, owner, ada, crew, end):
    session = session_of(ADA)
    assert opens(session) == 200

    end(idp, ada, crew)

    assert opens(session) == 302
    assert not RoleAssignment.objects.filter(account__email_key=ADA).exists()
    check_rights()


@pytest.mark.parametrize("end", ENDS, ids=lambda each: each.__name__)
def test_the_last_admin_stays_and_the_log_says_so(idp, ada, crew, end):
    session = session_of(ADA)

    end(idp, ada, crew)

    last = account(ADA)
    assert last.is_active
    assert ADMIN in dict(rights_of(ADA))
    assert opens(session) == 200
    assert any(reason.startswith("last_admin") for reason in reasons())
    check_rights()


def test_a_whole_group_of_admins_is_left_to_a_job_but_not_its_rights(
    idp, owner, ada, crew, settings
):
    settings.MEMBERS_IN_REQUEST = 0
    session = session_of(ADA)

    idp.members(crew, "remove", ada)

    assert opens(session) == 302
    assert rights_of(ADA) == []


def test_who_is_in_a_group_in_the_group_is_admin_too(idp, owner, crew):
    bo = idp.push(BO)
    inner = idp.group("Inner", bo)
    idp.members(crew, "add", inner)
    session = session_of(BO)
    assert opens(session) == 200

    idp.members(inner, "remove", bo)

    assert opens(session) == 302
    assert rights_of(BO) == []


def test_a_right_comes_back_with_the_account(idp, owner, ada, crew):
    idp.change(ada, active=False)
    gone = rights_of(ADA)
    idp.change(ada, active=True)

    assert gone == []
    assert [role for role, _group in rights_of(ADA)] == [ADMIN]


def test_a_new_address_ends_the_session_of_who_holds_no_right(idp, owner):
    bo = idp.push(BO)
    before = account(BO).session_epoch

    idp.move(bo, "bo.b@example.com")

    assert account("bo.b@example.com").session_epoch == before + 1


def test_the_last_admin_is_deactivated_when_there_is_another(
    idp, organization, ada, crew
):
    idp.change(ada, active=False)
    held = UserRecord.objects.get(user_name=ADA)
    member = MemberFactory.create(organization=organization)
    change = Change(organization=organization, by=audit.SYSTEM, at=timezone.now())

    admins.grant_role(member.account, ADMIN, change=change)
    for job in last_admin.queue_held(organization, timezone.now()):
        run_job(job_id=str(job.pk))

    assert (held.link_state, held.link_reason) == ("linked", "last_admin")
    assert not account(ADA).is_active
    assert rights_of(ADA) == []
    assert not Job.objects.exclude(state="done").exists()


def test_a_group_handed_over_takes_rights_at_once(idp, organization, owner):
    group = GroupFactory.create(organization=organization, name="Staff")
    member = MemberFactory.create(organization=organization)
    GroupMemberFactory.create(group=group, account=member.account)
    give("Staff")
    bo = idp.push(BO)
    idp.group("Staff", bo)
    record = idp.directory.grouprecords.get()

    group_conflicts.decide(
        record,
        group_conflicts.Decision.SYNC,
        by=audit.SYSTEM,
        now=timezone.now(),
    )

    assert not RoleAssignment.objects.filter(account=member.account).exists()


def test_another_organization_keeps_its_last_admin_too(idp, owner, ada):
    elsewhere = MemberFactory.create(account=account(ADA)).organization
    RoleAssignmentFactory.create(organization=elsewhere, account=account(ADA))

    idp.change(ada, active=False)

    assert account(ADA).is_active
    assert "last_admin" in reasons()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_admins_who_are_removed_at_once_leave_one(organization, idp):
    for _round in range(8):
        RoleAssignment.objects.all().delete()
        pair = [idp_admin(organization) for _ in range(2)]
        start = threading.Barrier(2)

        def revoke(right, start=start):
            change = Change(
                organization=organization, by=audit.SYSTEM, at=timezone.now()
            )
            start.wait()
            try:
                admins.revoke_role(right, change=change)
            except admins.LastAdminError:
                pass
            finally:
                connection.close()

        run_all([lambda right=right: revoke(right) for right in pair])

        assert RoleAssignment.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_admins_who_are_deactivated_at_once_leave_one(organization, idp):
    for number in range(8):
        RoleAssignment.objects.all().delete()
        people = [idp.push(f"{name}{number}@example.com") for name in ("ada", "bo")]
        for user in people:
            RoleAssignmentFactory.create(
                organization=organization, account=account(user["userName"])
            )

        run_all(
            [
                lambda user=user: closing(idp.change, user, active=False)
                for user in people
            ]
        )

        active = Account.objects.filter(role_assignments__role=ADMIN, status="active")
        assert active.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_leaves_while_the_group_gets_a_right_has_none(organization, idp):
    owner = AccountFactory.create()
    MemberFactory.create(organization=organization, account=owner)
    RoleAssignmentFactory.create(organization=organization, account=owner)
    user = idp.push(ADA)
    group = idp.group("Crew")
    synced = Group.objects.get()
    for _round in range(8):
        idp.members(group, "add", user)
        synced.roles.all().delete()
        RoleAssignment.objects.exclude(group_id=0).delete()

        run_all(
            [
                lambda: closing(idp.members, group, "remove", user),
                lambda: closing(give, "Crew"),
            ]
        )

        assert rights_of(ADA) == []
        check_rights()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_joins_while_the_group_gets_a_right_has_it(organization, idp):
    user = idp.push(ADA)
    group = idp.group("Crew")
    synced = Group.objects.get()
    for _round in range(8):
        synced.roles.all().delete()
        RoleAssignment.objects.all().delete()
        synced.group_members.all().delete()
        idp.members(group, "remove", user)

        run_all(
            [
                lambda: closing(idp.members, group, "add", user),
                lambda: closing(give, "Crew"),
            ]
        )

        assert [role for role, _group in rights_of(ADA)] == [ADMIN]
        check_rights()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_right_for_a_group_does_not_wait_for_changes_of_others(organization, idp):
    if not dialect.is_postgresql():
        pytest.skip("SQLite lets one writer in at a time, whatever they write")
    user = idp.push(ADA)
    idp.group("Crew")
    other = GroupFactory.create(organization=organization)

    def give_soon():
        with transaction.atomic():
            dialect.rows("SET LOCAL lock_timeout = '1s'", [])
            give("Crew")

    with transaction.atomic():
        GroupMemberFactory.create(group=other, account=account(user["userName"]))
        run_all([lambda: closing(give_soon)])

    assert Group.objects.get(name="Crew").roles.exists()


def idp_admin(organization):
    account = AccountFactory.create()
    Member.objects.create(
        organization=organization,
        account=account,
        name="x",
        search_text="x",
        joined_at=timezone.now(),
    )
    return RoleAssignmentFactory.create(organization=organization, account=account)


def closing(call, *args, **how):
    try:
        call(*args, **how)
    finally:
        connection.close()


def run_all(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
