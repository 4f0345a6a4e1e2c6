"""What a plan says of access is what then happens."""

import random
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from directories.models import Member, RoleAssignment
from directories.services.accounts import Change as AccountChange
from directories.services.audit import SYSTEM
from provisioning.models import App, AppAccess, AppGrant, AppRole, Group
from provisioning.queries.planning.access_changes import Change
from provisioning.queries.planning.access_lines import Effect, Right
from provisioning.queries.planning.access_plan import Kind, Plan, Step
from provisioning.services import consequences
from provisioning.services.access import following
from provisioning.services.access.seats import SeatsError
from provisioning.services.organization_groups import deleted_groups, local_groups
from provisioning.services.sites_and_apps import app_grants
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
    SiteFactory,
)
from tests.factories.provisioning import (
    AppFactory,
    AppGrantFactory,
    GroupFactory,
    GroupMemberFactory,
    GroupRoleFactory,
)
from tests.provisioning.access import check_access

pytestmark = pytest.mark.django_db
SEEDS = range(24)
KINDS = [kind for kind in Kind if kind not in {Kind.LIMIT, Kind.REMOVE_SITE}]


class World:
    """A small organization whose people have access in all kinds of ways."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.organization = OrganizationFactory.create()
        site = SiteFactory.create(organization=self.organization)
        self.apps = [
            AppFactory.create(site=site, kind=kind, **self.limit())
            for kind in (App.Kind.JIRA, App.Kind.CONFLUENCE, App.Kind.TRELLO)
        ]
        self.people = [self.person() for _ in range(7)]
        keeper = RoleAssignmentFactory.create(organization=self.organization)
        MemberFactory.create(organization=self.organization, account=keeper.account)
        self.groups = [self.group() for _ in range(4)]
        keys = [group.pk for group in self.groups]
        consequences.follow(keys, now=timezone.now())

    def limit(self):
        """Return the limit of an app, perhaps none."""
        if self.random.random() < 0.4:
            return {}
        return {
            "user_limit": self.random.randint(0, 5),
            "at_limit": self.random.choice(App.AtLimit.values),
        }

    def person(self):
        """Add somebody, perhaps suspended."""
        account = AccountFactory.create(managed_by=self.organization)
        status = "suspended" if self.random.random() < 0.2 else "active"
        MemberFactory.create(
            organization=self.organization, account=account, status=status
        )
        return account

    def group(self):
        """Add a group that opens two apps and may give an admin right."""
        group = GroupFactory.create(organization=self.organization)
        for app in self.random.sample(self.apps, 2):
            AppGrantFactory.create(group=group, app=app)
        if self.random.random() < 0.3:
            GroupRoleFactory.create(group=group)
        for account in self.random.sample(self.people, self.random.randint(0, 5)):
            GroupMemberFactory.create(group=group, account=account)
        return group

    def step(self, kind: Kind) -> Step:
        """Return a random step of a kind, of groups that are there."""
        self.groups = [g for g in self.groups if g.pk]
        group, source = self.random.sample(self.groups, 2)
        about_group = kind not in {*ENDS, Kind.REMOVE_APP}
        asks_app = kind in {Kind.GIVE, Kind.TAKE, Kind.REMOVE_APP}
        alone = {Kind.JOIN, Kind.LEAVE, *ENDS}
        return Step(
            kind,
            app=self.random.choice(self.apps) if asks_app else None,
            role=AppRole.USER if kind in {Kind.GIVE, Kind.TAKE} else "",
            group=group if about_group else None,
            source=source if kind in {Kind.JOIN_ALL, Kind.LEAVE_ALL} else None,
            account=self.random.choice(self.people) if kind in alone else None,
        )

    def state(self):
        """Return who has what: roles in present apps with their states, rights."""
        rows = AppAccess.objects.filter(app__removed_at=None)
        rights = RoleAssignment.objects.filter(organization=self.organization)
        resting = Member.objects.exclude(status="active").values("account")
        return (
            {(a, app, r): s for a, app, r, s in rows.values_list(*FIELDS)},
            {
                (a, Right(role, site, app))
                for a, role, site, app in rights.exclude(
                    account__in=resting
                ).values_list("account", "role", "site", "app")
            },
        )


FIELDS = ("account", "app", "role", "state")
ENDS = {Kind.SUSPEND, Kind.DEACTIVATE, Kind.RESTORE}


def carry_out(step):
    """Do what a step says, as the pages do; raises SeatsError."""
    about: dict[str, Any] = {"by": SYSTEM, "now": timezone.now()}
    if step.kind == Kind.GIVE:
        app_grants.give_access(step.app, step.group, step.role, **about)
    elif step.kind == Kind.TAKE:
        for grant in AppGrant.objects.filter(app=step.app, group=step.group):
            app_grants.take_access(grant, **about)
    elif step.group and Group.objects.filter(pk=step.group.pk).exists():
        change_group(step, about)
    elif step.account:
        change_person(step)
    elif step.app:
        step.app.removed_at = about["now"]
        step.app.save(update_fields=["removed_at"])
        following.follow_app(step.app, now=about["now"])


def change_group(step, about):
    """Delete a group, or change who is in it."""
    if step.kind in {Kind.DELETE, Kind.UNASSIGN}:
        organization = step.group.organization
        with transaction.atomic():
            deleted_groups.delete(step.group, organization=organization, **about)
        return
    people = [step.account.pk] if step.account else []
    if step.source:
        people = list(step.source.members.values_list("pk", flat=True))
    joins = step.kind in {Kind.JOIN, Kind.JOIN_ALL}
    change = local_groups.add_people if joins else local_groups.remove_people
    change(step.group, people, **about)


def change_person(step):
    """End or restore what a person has."""
    if step.kind == Kind.DEACTIVATE:
        change = AccountChange(
            organization=step.account.managed_by, by=SYSTEM, at=timezone.now()
        )
        consequences.deactivate(step.account, change=change)
        return
    status = "active" if step.kind == Kind.RESTORE else "suspended"
    Member.objects.filter(account=step.account).update(status=status)
    consequences.follow_account(step.account)


def said_of(before, change):
    """Return the state that the lines of a change say there is afterwards."""
    roles, rights = dict(before[0]), set(before[1])
    for line in change.lines():
        key = (line.account, line.app, line.role)
        if line.effect == Effect.RIGHT_GAIN:
            rights.add((line.account, line.right))
        elif line.effect == Effect.RIGHT_LOSE:
            rights.remove((line.account, line.right))
        else:
            assert roles.get(key, "") == line.before, line
            roles.pop(key, None)
            if line.after:
                roles[key] = line.after
    return roles, rights


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_plan_says_is_what_then_happens(seed):
    world = World(seed)
    for kind in world.random.sample(KINDS, 5):
        step = world.step(kind)
        known = AppGrant.objects.filter(app=step.app, group=step.group)
        if kind == Kind.GIVE and known.exists():
            continue
        before = world.state()

        change = Change(Plan(world.organization, [step]))
        numbers = change.numbers()
        said = said_of(before, change)

        assert world.state() == before  # it changes nothing
        try:
            carry_out(step)
        except SeatsError as error:
            shortage = next(s for s in numbers.shortages if s.app == error.app)
            assert world.state() == before
            assert shortage.needed > shortage.free
            return
        assert not numbers.shortages, step
        assert world.state() == said, step
        check_numbers(before, world.state(), numbers)
    check_access()


def check_numbers(before, after, numbers):
    """Hold the numbers against who has access before and afterwards."""
    was = {key for key, state in before[0].items() if state == "active"}
    now = {key for key, state in after[0].items() if state == "active"}
    assert numbers.gained == len(now - was)
    assert numbers.lost == len(was - now)
    assert numbers.rights_gained == len(after[1] - before[1])
    assert numbers.rights_lost == len(before[1] - after[1])


@pytest.mark.parametrize("seed", range(100, 106))
def test_several_steps_come_to_what_one_after_the_other_does(seed):
    world = World(seed)
    App.objects.update(user_limit=None)
    gone = set[int]()
    steps = []
    for kind in world.random.sample(KINDS, 4):
        step = world.step(kind)
        if {g.pk for g in (step.group, step.source) if g} & gone:
            continue
        if kind in {Kind.DELETE, Kind.UNASSIGN}:
            gone |= {group.pk for group in [step.group] if group}
        steps.append(step)
    before = world.state()

    said = said_of(before, Change(Plan(world.organization, steps)))

    for step in steps:
        carry_out(step)
    assert world.state() == said, steps


def test_pages_and_numbers_are_of_everybody(monkeypatch):
    monkeypatch.setattr("provisioning.queries.planning.access_changes.WINDOW", 3)
    monkeypatch.setattr("provisioning.queries.planning.access_changes.PAGE", 2)
    organization = OrganizationFactory.create()
    grant = AppGrantFactory.create(group__organization=organization)
    for _ in range(8):
        account = AccountFactory.create()
        MemberFactory.create(organization=organization, account=account)
        GroupMemberFactory.create(group=grant.group, account=account)
    consequences.follow([grant.group_id], now=timezone.now())
    change = Change(Plan(organization, [Step(Kind.DELETE, group=grant.group)]))

    assert (change.numbers(cap=3).lost, change.numbers().more) == (3, True)
    assert change.numbers(cap=None).lost == 8
    found = list[int]()
    after: int | None = 0
    while after is not None:
        lines, after = change.page(Effect.values, after)
        found += [line.account for line in lines]
    assert found == sorted(found)
    assert len(found) == 8
