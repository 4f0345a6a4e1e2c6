"""Carries big changes of access on, batch by batch; the task of FOLLOW jobs."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.utils import timezone

from directories import dialect
from directories.models import Job, Member
from directories.services import jobs
from directories.services.audit import SYSTEM
from provisioning.models import App, AppAccess, AppGrant, GroupMember
from provisioning.services import pace
from provisioning.services.access import checking, following, rows, seats
from provisioning.services.access.rows import Scope


def carry_on(run: jobs.Run) -> None:
    """Bring in step who is in a group, or everybody in an app; `cursor` is a person.

    Targets are "group:<key>", "group:<key>:<app>", "app:<key>" and, for who is let in
    by a higher limit, "seats:<app>:<whether those who were refused too>".
    """
    what, key, *more = run.job.target.split(":")
    if what == "seats":
        _let_in(run, int(key), refused=more == ["1"])
        return
    apps = [int(each) for each in more]
    people: _Group | _App
    people = _Group(int(key), apps) if what == "group" else _App(run.job, int(key))
    cursor, done = run.job.cursor, run.job.done
    run.report(done=done, cursor=cursor, total=people.total())
    while batch := people.next(after=cursor, size=pace.batch_size()):
        dialect.retrying(partial(_step, people, batch))
        cursor, done = batch[-1], done + len(batch)
        run.report(done=done, cursor=cursor)
        pace.breathe()


def follow_on(run: jobs.Run) -> None:
    """Carry a change on, then make the comparison that has waited for it.

    The task of FOLLOW jobs.
    """
    carry_on(run)
    checking.check_after(run)


def _let_in(run: jobs.Run, app: int, *, refused: bool) -> None:
    @transaction.atomic
    def step() -> tuple[int, bool]:
        held = rows.held_apps([app], "FOR NO KEY UPDATE OF a")
        if not held or not held[0].here:
            return 0, False
        return seats.let_in(held[0], refused=refused, most=pace.batch_size())

    more, done = True, run.job.done
    while more:
        count, more = dialect.retrying(step)
        done += count
        run.report(done=done, total=done)
        pace.breathe()


@transaction.atomic
def _step(people: "_Group | _App", accounts: Sequence[int]) -> None:
    apps = people.apps()
    bounded = [app.pk for app in rows.held_apps(apps) if app.bounded]
    scope = Scope(apps, accounts, people.groups, bounded)
    # What jobs carry on an admin has decided here, however long ago.
    following.bring_in_step(scope, now=timezone.now(), by=SYSTEM)


class _Group:
    """Everybody in a group, and what it gives."""

    def __init__(self, key: int, apps: list[int]) -> None:
        self.groups: Sequence[int] | None = [key]
        self._apps = apps
        self._inside = GroupMember.objects.filter(group=key)

    def apps(self) -> list[int]:
        if self._apps:
            return self._apps
        grants = AppGrant.objects.filter(group__in=self.groups or [])
        return sorted(set(grants.values_list("app", flat=True)))

    def total(self) -> int:
        return self._inside.count()

    def next(self, *, after: int, size: int) -> list[int]:
        further = self._inside.filter(account__gt=after).order_by("account")
        return list(further.values_list("account", flat=True)[:size])


class _App:
    """Everybody of the organization, or who has access still to a removed app."""

    groups: Sequence[int] | None = None

    def __init__(self, job: Job, key: int) -> None:
        self._key = key
        self._members = Member.objects.filter(organization=job.organization_id)
        self._users = AppAccess.objects.filter(app=key)

    def apps(self) -> list[int]:
        return [self._key]

    def _here(self) -> bool:
        return App.objects.filter(pk=self._key, removed_at__isnull=True).exists()

    def total(self) -> int:
        return (self._members if self._here() else self._users).count()

    def next(self, *, after: int, size: int) -> list[int]:
        people = self._members if self._here() else self._users
        further = people.filter(account__gt=after).order_by("account")
        return list(further.values_list("account", flat=True).distinct()[:size])
