"""External people whose access ends altogether when the provider lets them go."""

import pytest
from django.utils import timezone

from directories.models import (
    Account,
    Member,
    RoleAssignment,
    TroubleshootingEntry,
    UserRecord,
)
from directories.services.audit import SYSTEM
from provisioning.models import AppAccess, AppPermission, Group, GroupMember
from provisioning.services.accounts.external_people import remove_person
from provisioning.services.suspension.suspending import suspend_person
from tests.factories.directories import MemberFactory, RoleAssignmentFactory
from tests.factories.provisioning import (
    AppFactory,
    AppGrantFactory,
    GroupFactory,
    GroupMemberFactory,
)
from tests.provisioning.conftest import account, people_in

pytestmark = pytest.mark.django_db

EMAIL = "bo@partner.example"


@pytest.fixture
def strict(organization):
    organization.removes_external = True
    organization.save()
    return organization


def holds_much(organization, *, role=RoleAssignment.Role.SITE_ADMIN):
    """Give the external person a local group and an admin right."""
    local = GroupFactory.create(organization=organization, name="Locals")
    GroupMemberFactory.create(group=local, account=account(EMAIL))
    RoleAssignmentFactory.create(
        organization=organization, account=account(EMAIL), role=role
    )


@pytest.mark.parametrize("deletes", [False, True])
def test_everything_ends(idp, strict, deletes):
    user = idp.push(EMAIL)
    idp.group("Partners", user)
    holds_much(strict)
    session = account(EMAIL).get_session_auth_hash()

    if deletes:
        idp.send("DELETE", f"/Users/{user['id']}")
    else:
        idp.change(user, active=False)

    assert not Member.objects.exists()
    assert not GroupMember.objects.exists()
    assert not RoleAssignment.objects.exists()
    assert account(EMAIL).get_session_auth_hash() != session
    assert account(EMAIL).status == Account.Status.ACTIVE


def test_who_is_activated_again_joins_as_somebody_new(idp, strict):
    user = idp.push(EMAIL)
    idp.group("Partners", user)
    holds_much(strict)
    idp.change(user, active=False)

    idp.change(user, active=True)

    assert Member.objects.get().directory == idp.directory
    assert people_in("Partners") == {EMAIL}
    assert people_in("Locals") == set()


@pytest.mark.parametrize("deletes", [False, True])
def test_who_is_suspended_is_so_when_pushed_anew(idp, strict, deletes):
    user = idp.push(EMAIL)
    idp.group("Partners", user)
    AppGrantFactory.create(group=Group.objects.get(name="Partners"))
    suspend_person(account(EMAIL), strict, by=SYSTEM, now=timezone.now())

    if deletes:
        idp.send("DELETE", f"/Users/{user['id']}")
        user = idp.push(EMAIL)
    else:
        idp.change(user, active=False)
        assert people_in("Partners") == set()
        idp.change(user, active=True)
        assert people_in("Partners") == {EMAIL}

    assert Member.objects.get().status == Member.Status.SUSPENDED
    assert UserRecord.objects.get().link_reason == "suspended"
    assert not AppAccess.objects.exists()


def test_permissions_inside_of_apps_end_with_the_place(organization):
    bo = MemberFactory.create(organization=organization).account
    here = AppFactory.create(site__organization=organization)
    for app in (here, AppFactory.create()):
        AppPermission.objects.create(
            app=app,
            permission="administer-jira",
            account=bo,
            created_at=timezone.now(),
        )

    remove_person(bo, organization, by=SYSTEM, now=timezone.now())

    assert not AppPermission.objects.filter(app=here).exists()
    assert AppPermission.objects.count() == 1


def test_who_comes_back_with_another_address_is_listed_too(idp, strict):
    user = idp.push(EMAIL)
    idp.group("Partners", user)
    idp.move(user, "bo@example.com")
    idp.change(user, active=False)
    assert not Member.objects.exists()

    idp.change(user, active=True)

    assert UserRecord.objects.get().link_state == "linked"
    assert people_in("Partners") == {EMAIL}
    assert Member.objects.get().directory == idp.directory


def test_who_came_back_by_hand_is_left_alone(idp, strict):
    user = idp.push(EMAIL)
    user = idp.change(user, active=False)
    Member.objects.create(
        organization=strict,
        account=account(EMAIL),
        name="Bo",
        search_text="bo",
        joined_at=strict.created_at,
    )

    idp.change(user, title="Guest")

    assert Member.objects.get().name == "Bo"


def test_the_last_admin_keeps_everything(idp, strict):
    user = idp.push(EMAIL)
    holds_much(strict, role=RoleAssignment.Role.ORGANIZATION_ADMIN)

    idp.change(user, active=False)

    record = UserRecord.objects.get()
    assert (record.link_state, record.link_reason) == ("linked", "last_admin")
    assert RoleAssignment.objects.exists()
    assert Member.objects.exists()
    assert TroubleshootingEntry.objects.filter(kind="last_admin").exists()


@pytest.mark.parametrize("deletes", [False, True])
def test_the_last_managed_admin_is_not_deactivated(idp, organization, deletes):
    user = idp.push("ada@example.com")
    RoleAssignmentFactory.create(
        organization=organization, account=account("ada@example.com")
    )

    if deletes:
        idp.send("DELETE", f"/Users/{user['id']}")
    else:
        idp.change(user, active=False)

    assert account("ada@example.com").is_active
    assert TroubleshootingEntry.objects.get(kind="last_admin")


def test_an_admin_among_others_is_deactivated(idp, organization):
    user = idp.push("ada@example.com")
    ada = account("ada@example.com")
    RoleAssignmentFactory.create(organization=organization, account=ada)
    RoleAssignmentFactory.create(organization=organization)

    idp.change(user, active=False)

    assert not account("ada@example.com").is_active
