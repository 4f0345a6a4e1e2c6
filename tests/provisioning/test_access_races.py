"""Two changes of access at the same moment leave what one after the other leaves."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import timezone

from directories import dialect
from directories.events import Event
from directories.models import AuditEvent
from directories.services.accounts import Change
from directories.services.audit import SYSTEM
from provisioning.models import AppAccess, AppGrant, AppRole, DeletedGroup
from provisioning.services import consequences
from provisioning.services.organization_groups import deleted_groups, local_groups
from provisioning.services.sites_and_apps import app_grants
from tests.factories.directories import OrganizationFactory
from tests.factories.provisioning import AppFactory, AppGrantFactory, GroupFactory
from tests.provisioning.access import check_access
from tests.provisioning.test_access import add, remove, somebody
from tests.provisioning.test_races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 4


class World:
    """Somebody, an app and two groups that may give it."""

    def __init__(self) -> None:
        self.organization = OrganizationFactory.create()
        self.app = AppFactory.create(site__organization=self.organization)
        self.one, self.two = [
            GroupFactory.create(organization=self.organization) for _number in range(2)
        ]
        self.account = somebody(self.organization)

    def open(self, *groups) -> None:
        """Let groups give the app."""
        for group in groups:
            AppGrantFactory.create(app=self.app, group=group)

    def give(self, group, app=None) -> Callable[[], object]:
        """Return what lets a group give the app, or another one."""
        return lambda: app_grants.give_access(
            app or self.app, group, AppRole.USER, by=SYSTEM, now=timezone.now()
        )

    def take(self, group) -> Callable[[], object]:
        """Return what takes the app from a group."""
        grant = AppGrant.objects.get(app=self.app, group=group)
        return lambda: app_grants.take_access(grant, by=SYSTEM, now=timezone.now())

    def add(self, group) -> Callable[[], object]:
        """Return what puts the person into a group."""
        return lambda: add(group, self.account)

    def remove(self, group) -> Callable[[], object]:
        """Return what takes the person out of a group."""
        return lambda: remove(group, self.account)

    def active(self, active: bool) -> Callable[[], object]:
        """Return what changes whether the person is active."""
        change = Change(self.organization, SYSTEM, timezone.now())
        do = consequences.reactivate if active else consequences.deactivate
        return lambda: do(self.account, change=change)

    def inside(self, *groups) -> None:
        """Have the person in these groups alone."""
        for group in (self.one, self.two):
            (add if group in groups else remove)(group, self.account)


@pytest.fixture
def world(db):
    return World()


def has(world) -> bool:
    check_access()
    return AppAccess.objects.filter(account=world.account).exists()


def test_two_ways_that_end_at_once_leave_no_access(world):
    world.open(world.one, world.two)
    for _ in range(ROUNDS):
        world.inside(world.one, world.two)
        at_once(world.remove(world.one), world.remove(world.two))
        assert not has(world)


def test_a_way_that_ends_while_another_begins_leaves_access(world):
    world.open(world.one, world.two)
    for _ in range(ROUNDS):
        world.inside(world.one)
        at_once(world.remove(world.one), world.add(world.two))
        assert has(world)


def test_who_joins_while_the_group_is_given_access_has_it(world):
    for _ in range(ROUNDS):
        world.inside()
        AppGrant.objects.filter(group=world.one).delete()
        at_once(world.give(world.one), world.add(world.one))
        assert has(world)
        world.take(world.one)()


def test_who_joins_or_leaves_while_access_is_taken_has_none(world):
    for number in range(ROUNDS):
        world.inside(*([world.one] if number % 2 else []))
        world.give(world.one)()
        change = world.remove if number % 2 else world.add
        at_once(world.take(world.one), change(world.one))
        assert not has(world)


def test_who_leaves_while_the_group_is_given_access_has_none(world):
    for _ in range(ROUNDS):
        world.inside(world.one)
        at_once(world.give(world.one), world.remove(world.one))
        assert not has(world)
        world.take(world.one)()


def test_two_grants_at_once_give_once(world):
    other = AppFactory.create(site=world.app.site, kind="confluence")
    world.inside(world.one, world.two)
    for _ in range(ROUNDS):
        at_once(
            world.give(world.one), world.give(world.two), world.give(world.one, other)
        )
        assert has(world)
        at_once(world.take(world.one), world.take(world.two))
        check_access()


def test_who_is_deactivated_while_joining_or_while_access_is_given_has_none(world):
    world.open(world.one)
    for number in range(ROUNDS):
        world.inside()
        at_once(world.active(active=False), world.add(world.one))
        assert not has(world)
        world.take(world.one)()
        at_once(world.active(active=True), world.give(world.one))
        assert has(world), number


def test_a_license_is_given_away_once(world):
    if not dialect.is_postgresql():
        pytest.skip("SQLite lets one writer in at a time, so no two can meet")
    world.open(world.one, world.two)
    world.app.user_limit = 1
    world.app.save()
    other = somebody(world.organization)
    for _ in range(ROUNDS):
        world.inside()
        remove(world.two, other)
        at_once(world.add(world.one), lambda: add(world.two, other))
        check_access()
        assert AppAccess.objects.filter(state="active").count() == 1
        assert AppAccess.objects.filter(state="waiting").count() == 1
        at_once(world.remove(world.one), lambda: remove(world.two, other))
        check_access()
        assert not AppAccess.objects.exists()


def test_a_group_that_is_restored_when_its_time_ends_is_not_forgotten(world):
    if not dialect.is_postgresql():
        pytest.skip("SQLite lets one writer in at a time, so no two can meet")
    add(world.one, world.account)
    now = timezone.now()
    local_groups.delete_group(world.one, by=SYSTEM, now=now)
    kept = DeletedGroup.objects.get()

    def forget():
        try:
            deleted_groups.forget_due(kept.expires_at)
        finally:
            connection.close()

    forgetting = threading.Thread(target=forget)
    with transaction.atomic():
        # As its restoring does, at a moment when that is still possible.
        held = DeletedGroup.objects.select_for_update().get(pk=kept.pk)
        forgetting.start()
        forgetting.join(0.4)
        restored = deleted_groups.restore(held, by=SYSTEM, now=now)
    forgetting.join()

    assert restored.people == 1
    assert not AuditEvent.objects.filter(action=Event.GROUP_FORGOTTEN).exists()
