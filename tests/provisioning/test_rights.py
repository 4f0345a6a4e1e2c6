"""Rights by groups begin and end with the place in the group, at once."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import OperationalError, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from directories.models import Account, AuditEvent, Member, RoleAssignment
from directories.services.accounts import Change
from directories.services.audit import SYSTEM
from provisioning.models import GroupMember, GroupRole
from provisioning.services import consequences
from provisioning.services.admin_rights import rights
from provisioning.services.organization_groups import local_groups
from provisioning.services.organization_groups.built_in import found_organization
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
)
from tests.factories.provisioning import (
    GroupFactory,
    GroupMemberFactory,
    GroupRoleFactory,
)

ADMIN = RoleAssignment.Role.ORGANIZATION_ADMIN


@pytest.fixture
def organization(db):
    return OrganizationFactory.create()


@pytest.fixture
def other_admin(organization):
    return admin_of(organization)


@pytest.fixture
def change(organization):
    return Change(organization=organization, by=SYSTEM, at=timezone.now())


def admin_of(organization):
    account = AccountFactory.create()
    MemberFactory.create(organization=organization, account=account)
    RoleAssignmentFactory.create(organization=organization, account=account)
    return account


@pytest.fixture
def group(organization):
    group = GroupFactory.create(organization=organization)
    GroupRoleFactory.create(group=group)
    return group


def put_in(group, account=None):
    account = account or AccountFactory.create()
    Member.objects.get_or_create(
        organization=group.organization,
        account=account,
        defaults={"name": "x", "search_text": "x", "joined_at": timezone.now()},
    )
    GroupMemberFactory.create(group=group, account=account)
    consequences.follow([group.pk], [account.pk])
    return account


def take_out(group, account, **how):
    GroupMember.objects.filter(group=group, account=account).delete()
    consequences.follow([group.pk], [account.pk], **how)


def held(account):
    rows = RoleAssignment.objects.filter(account=account).order_by("pk")
    return list(rows.values_list("role", "group_id"))


def epoch(account):
    return Account.objects.get(pk=account.pk).session_epoch


def actions(account):
    told = AuditEvent.objects.filter(target_id=str(account.public_id)).order_by("pk")
    return list(told.values_list("action", flat=True))


def test_who_joins_a_group_gets_its_right(group):
    account = put_in(group)

    assert held(account) == [(ADMIN, group.pk)]
    assert actions(account) == ["added_org_admin"]
    assert epoch(account) == account.session_epoch


def test_who_leaves_loses_right_and_sessions(group, other_admin):
    account = put_in(group)

    take_out(group, account)

    assert held(account) == []
    assert epoch(account) == account.session_epoch + 1
    assert actions(account) == ["added_org_admin", "removed_org_admin"]


def test_who_is_in_two_groups_keeps_the_right_and_the_session(group, other_admin):
    second = GroupFactory.create(organization=group.organization)
    GroupRoleFactory.create(group=second)
    account = put_in(second, put_in(group))

    take_out(group, account)

    assert held(account) == [(ADMIN, second.pk)]
    assert epoch(account) == account.session_epoch
    assert actions(account) == ["added_org_admin"]


def test_a_deactivated_account_has_no_right_until_it_is_back(
    group, other_admin, change
):
    account = put_in(group)

    consequences.deactivate(account, change=change)
    gone = held(account)
    consequences.reactivate(account, change=change)

    assert gone == []
    assert held(account) == [(ADMIN, group.pk)]


def test_a_deleted_group_takes_its_rights_along(group, other_admin):
    account = put_in(group)

    consequences.end_group(group)
    group.delete()

    assert held(account) == []


def test_the_last_admin_keeps_the_right_directly(group):
    account = put_in(group)

    take_out(group, account)

    assert held(account) == [(ADMIN, 0)]
    assert epoch(account) == account.session_epoch


def test_of_many_last_admins_who_signed_in_last_keeps_the_right(group):
    first, second, third = (put_in(group) for _ in range(3))
    Account.objects.filter(pk=second.pk).update(last_login=timezone.now())

    consequences.end_group(group)

    assert [held(each) for each in (first, second, third)] == [[], [(ADMIN, 0)], []]
    assert epoch(first) == first.session_epoch + 1


def test_the_last_admin_is_not_taken_out_by_an_admin(group):
    account = put_in(group)

    with pytest.raises(rights.LastAdminError), transaction.atomic():
        take_out(group, account, refuses=True)

    assert held(account) == [(ADMIN, group.pk)]
    assert GroupMember.objects.filter(group=group).exists()


def test_the_last_admin_is_not_deactivated(group, change):
    account = put_in(group)
    admin_of(OrganizationFactory.create())
    idle = admin_of(group.organization)
    Account.objects.filter(pk=idle.pk).update(status="deactivated")

    with pytest.raises(rights.LastAdminError):
        consequences.deactivate(account, change=change)

    assert Account.objects.get(pk=account.pk).is_active


def test_a_suspended_admin_is_no_admin_to_rely_on(group, other_admin, change):
    account = put_in(group)
    Member.objects.filter(account=other_admin).update(status="suspended")

    assert rights.is_last_admin(account)


def test_what_an_admin_does_runs_anew_when_a_push_was_in_its_way(
    group, other_admin, monkeypatch
):
    account = put_in(group)
    follow, tries = consequences.follow, []

    def meets(*args, **kwargs):
        tries.append(args)
        if len(tries) == 1:
            lost = OperationalError()
            lost.__cause__ = DeadlockDetected()
            raise lost
        follow(*args, **kwargs)

    monkeypatch.setattr(consequences, "follow", meets)
    now = timezone.now()
    local_groups.remove_people(group, [account.pk], by=SYSTEM, now=now)

    assert len(tries) == 2
    assert not held(account)


def test_who_is_suspended_elsewhere_is_an_admin_here(organization, other_admin):
    there = MemberFactory.create(account=other_admin, status="suspended").organization
    RoleAssignmentFactory.create(organization=there, account=other_admin)
    admin_of(there)

    assert rights.is_last_admin(other_admin)


def test_groups_that_give_nothing_cost_one_look(
    organization, django_assert_num_queries
):
    group = GroupFactory.create(organization=organization)
    account = AccountFactory.create()

    with django_assert_num_queries(1):
        consequences.follow([group.pk], [account.pk])
    with django_assert_num_queries(1):
        consequences.follow_account(account)


def test_an_organization_is_founded_with_groups_that_give_rights(db):
    made = found_organization(name="Acme", now=timezone.now())

    given = made.groups.values_list("name", "kind", "roles__role").order_by("name")
    assert list(given) == [
        ("org-admins", "built_in", "organization_admin"),
        ("site-admins", "built_in", "site_admin"),
    ]


def test_the_migration_gives_an_older_organization_the_same(organization):
    old = GroupFactory.create(
        organization=organization, name="org-admins", kind="built_in"
    )
    GroupFactory.create(organization=organization, name="site-admins")
    member = MemberFactory.create(organization=organization)
    GroupMemberFactory.create(group=old, account=member.account)
    migration = import_module("provisioning.migrations.0004_built_in_rights")

    migration.give_rights(apps, None)
    migration.give_rights(apps, None)

    assert held(member.account) == [(ADMIN, old.pk)]
    assert GroupRole.objects.count() == 1
