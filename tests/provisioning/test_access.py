"""Access to apps follows groups, grants, members and people, at once."""

import pytest
from django.utils import timezone

from directories.models import Account, Member
from directories.services.accounts import Change
from directories.services.audit import SYSTEM
from provisioning.models import App, AppAccess, AppGrant, AppRole, AppUse, Group
from provisioning.services import consequences
from provisioning.services.access import folding
from provisioning.services.accounts import external_people, managed_accounts
from provisioning.services.organization_groups import deleted_groups, local_groups
from provisioning.services.sites_and_apps import app_grants
from provisioning.tasks import delete_due_accounts
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    OrganizationFactory,
)
from tests.factories.provisioning import (
    AppFactory,
    AppGrantFactory,
    GroupFactory,
    GroupMemberFactory,
)
from tests.provisioning.access import check_access


@pytest.fixture
def organization(db):
    return OrganizationFactory.create()


@pytest.fixture
def app(organization):
    return AppFactory.create(site__organization=organization)


@pytest.fixture
def group(organization, app):
    group = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=group, app=app)
    return group


def somebody(organization, **fields):
    account = AccountFactory.create(managed_by=organization)
    MemberFactory.create(organization=organization, account=account, **fields)
    return account


def add(group, *accounts):
    keys = [each.pk for each in accounts]
    local_groups.add_people(group, keys, by=SYSTEM, now=timezone.now())


def remove(group, *accounts):
    keys = [each.pk for each in accounts]
    local_groups.remove_people(group, keys, by=SYSTEM, now=timezone.now())


def has(account):
    """Return the roles of an account, when rows and counts are what they must be."""
    check_access()
    rows = AppAccess.objects.filter(account=account, state="active")
    return list(rows.order_by("app", "role").values_list("app", "role"))


def test_who_joins_a_group_has_what_it_gives_until_they_leave_it(
    organization, app, group
):
    account = somebody(organization)
    add(group, account)
    assert has(account) == [(app.pk, "user")]

    remove(group, account)
    assert not has(account)


def test_a_way_that_ends_leaves_the_others_and_the_moment(organization, app, group):
    account = somebody(organization)
    other = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=other, app=app)
    AppGrantFactory.create(group=other, app=app, role="guest")
    add(group, account)
    since = AppAccess.objects.get().since
    add(other, account)
    assert has(account) == [(app.pk, "guest"), (app.pk, "user")]

    remove(group, account)

    assert has(account) == [(app.pk, "guest"), (app.pk, "user")]
    assert AppAccess.objects.get(role="user").since == since
    remove(other, account)
    assert not has(account)


def test_a_grant_gives_and_takes(organization, app):
    group = GroupFactory.create(organization=organization)
    account, resting = (
        somebody(organization),
        somebody(organization, status="suspended"),
    )
    add(group, account, resting)
    now = timezone.now()

    app_grants.give_access(app, group, AppRole.USER, by=SYSTEM, now=now)
    assert has(account) == [(app.pk, "user")]
    assert not has(resting)

    app_grants.take_access(AppGrant.objects.get(), by=SYSTEM, now=now)
    assert not has(account)


@pytest.mark.usefixtures("app")
def test_a_deleted_group_takes_access_along_and_brings_it_back(organization, group):
    account = somebody(organization)
    add(group, account)
    now = timezone.now()

    kept = deleted_groups.delete(group, organization=organization, by=SYSTEM, now=now)
    assert not has(account)

    assert kept is not None
    deleted_groups.restore(kept, by=SYSTEM, now=now)
    assert len(has(account)) == 1


def test_who_rests_has_no_access_and_gets_it_back(organization, group):
    account = somebody(organization)
    change = Change(organization, SYSTEM, timezone.now())
    add(group, account)

    consequences.deactivate(account, change=change)
    assert not has(account)
    consequences.reactivate(account, change=change)
    assert len(has(account)) == 1

    place = Member.objects.filter(account=account)
    place.update(status="suspended")
    consequences.follow_account(account)
    assert not has(account)
    place.update(status="active")
    consequences.follow_account(account)
    assert len(has(account)) == 1


def test_who_leaves_the_organization_or_is_deleted_has_no_access(organization, group):
    guest, gone = somebody(organization), somebody(organization)
    guest.managed_by = None
    guest.save()
    add(group, guest, gone)
    now = timezone.now()

    external_people.remove_person(guest, organization, by=SYSTEM, now=now)
    gone.deletion_at = now
    gone.save()
    managed_accounts.delete_account(gone.pk, now=now)

    assert not has(guest)
    assert not AppAccess.objects.exists()


def test_an_app_that_is_removed_gives_nothing_until_it_is_back(
    organization, app, group
):
    account = somebody(organization)
    add(group, account)
    now = timezone.now()

    App.with_removed.filter(pk=app.pk).update(removed_at=now)
    app.refresh_from_db()
    consequences.follow_app(app, now=now)
    late = somebody(organization)
    add(group, late)
    assert not has(account)
    assert not has(late)

    App.with_removed.filter(pk=app.pk).update(removed_at=None)
    app.refresh_from_db()
    consequences.follow_app(app, now=now)
    assert has(account) == has(late) == [(app.pk, "user")]


def test_groups_that_give_nothing_cost_one_look(
    organization, django_assert_num_queries
):
    group = GroupFactory.create(organization=organization)
    account = somebody(organization)
    GroupMemberFactory.create(group=group, account=account)

    with django_assert_num_queries(1):
        consequences.follow([group.pk], [account.pk])
    with django_assert_num_queries(1):
        consequences.follow_account(account)


def test_counts_are_folded(organization, app, group):
    for _number in range(folding.FEW + 1):
        add(group, somebody(organization))
    last = somebody(organization)
    add(group, last)
    remove(group, last)

    assert folding.fold_all() == 1
    assert AppUse.objects.get(app=app).people == folding.FEW + 1
    assert not has(last)
    assert Group.objects.get() == group


def test_a_default_group_is_not_taken_up_again_by_who_let_it_go(organization, app):
    group = GroupFactory.create(organization=organization, released_at=timezone.now())
    AppGrantFactory.create(group=group, app=app)

    app_grants.set_default(app, group, AppRole.USER, by=SYSTEM, now=timezone.now())

    group.refresh_from_db()
    assert group.released_at is None


def test_an_account_that_cannot_be_deleted_keeps_no_other(organization, monkeypatch):
    now = timezone.now()
    spoilt, _gone = somebody(organization), somebody(organization)
    Account.objects.update(deletion_at=now)
    delete = managed_accounts.delete_account

    def fail(key, *, now):
        if key == spoilt.pk:
            raise RuntimeError
        return delete(key, now=now)

    monkeypatch.setattr(managed_accounts, "delete_account", fail)
    delete_due_accounts()

    assert list(Account.objects.values_list("pk", flat=True)) == [spoilt.pk]
