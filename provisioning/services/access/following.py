"""Brings access in step after changes of members, grants, groups, people and apps.

Called through provisioning.services.consequences in the transaction of the change.
Losses are written there and then. Gains of very many people by one grant, group or
app are carried on by a job, batch by batch.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction

from directories import dialect
from directories.models import Job, Organization
from directories.services import jobs
from directories.services.audit import SYSTEM, Actor
from directories.tasks import wake
from provisioning.models import App, AppAccess, AppGrant, Group, GroupMember
from provisioning.services import pace
from provisioning.services.access import folding, notes, rows, seats
from provisioning.services.access.looks import Found
from provisioning.services.access.rows import Scope

FOLLOW = "access-follow"
GROUP_MEMBER = GroupMember._meta.db_table
ACCESS = AppAccess._meta.db_table


def bring_in_step(
    scope: Scope,
    *,
    now: datetime,
    by: Actor | None = None,
    refuses: bool = False,
) -> None:
    """Write and end the roles of some people in some apps, whatever changed them.

    Raises seats.SeatsError where it `refuses`.
    """
    if not scope.apps or not scope.accounts:
        return
    apps = rows.hold(scope)
    changes = rows.Uses()
    if scope.loses:
        changes.subtract(rows.end(scope))
    limited = [app for app in apps if app.limit is not None]
    if scope.gains:
        changes.update(rows.give(scope, now, but=limited))
    over = [
        seats.settle(app, scope, changes, now=now, refuses=refuses) for app in limited
    ]
    folding.note(changes)
    notes.note_over([each for each in over if each], by=by, now=now)


def follow(
    found: Found,
    accounts: Sequence[int] | None,
    *,
    now: datetime,
    by: Actor | None = None,
    refuses: bool = False,
    came: bool | None = None,
) -> None:
    """Bring in step whom groups that give access have gained or lost.

    With `accounts` None that is everybody in them, by a job when they are many. `came`
    says of people whether they came or left, None: either. Raises
    seats.SeatsError where it `refuses`.
    """
    if not found.groups:
        return
    if accounts is None:
        most = settings.ACCESS_IN_REQUEST
        accounts = people_of(found.groups, most=most + 1)
        if len(accounts) > most:
            if refuses:
                _check(found.groups)
            for group in Group.objects.filter(pk__in=found.groups).order_by("pk"):
                later(group.organization, f"group:{group.pk}", group.name, now)
            return
    scope = Scope(
        found.apps,
        accounts,
        found.groups,
        found.bounded,
        gains=came is not False,
        loses=came is not True,
    )
    bring_in_step(scope, now=now, by=by, refuses=refuses)


def follow_account(
    account: int,
    found: Found,
    *,
    now: datetime,
    by: Actor | None = None,
    refuses_in: UUID | None = None,
) -> None:
    """Bring the access of one person in step with their groups and their state.

    Raises seats.SeatsError for apps of the organization `refuses_in`; no admin is
    refused for what another one has decided.
    """
    own: list[int] = []
    if refuses_in is not None:
        apps = App.with_removed.filter(site__organization=refuses_in)
        own = sorted(apps.filter(pk__in=found.apps).values_list("pk", flat=True))
    others = [app for app in found.apps if app not in own]
    for apps_, refuses in ((own, True), (others, False)):
        bounded = [app for app in found.bounded if app in apps_]
        scope = Scope(apps_, [account], None, bounded)
        bring_in_step(scope, now=now, by=by, refuses=refuses)


def _check(groups: Sequence[int]) -> None:
    """Raise SeatsError when an app would refuse somebody in one of many groups."""
    grants = AppGrant.objects.filter(group__in=groups).select_related("app", "group")
    for grant in grants.order_by("pk"):
        seats.check_group(grant.app, grant.group, grant.role)


def follow_grant(
    app: App, group: Group, *, now: datetime, by: Actor, refuses: bool
) -> None:
    """Let everybody in a group have what it has just been given in an app.

    Raises seats.SeatsError where it `refuses`.
    """
    most = settings.ACCESS_IN_REQUEST
    accounts = people_of([group.pk], most=most + 1)
    if len(accounts) > most:
        later(group.organization, f"group:{group.pk}:{app.pk}", group.name, now)
        return
    scope = Scope([app.pk], accounts, [group.pk], _bounded([app.pk]))
    bring_in_step(scope, now=now, by=by, refuses=refuses)


def end_grants(groups: Sequence[int], apps: Sequence[int], *, now: datetime) -> None:
    """End what groups gave in apps; call it when they give it no more.

    At once for everybody in them, however many they are.
    """
    bounded = _bounded(apps)
    for batch in _batches(people_of(groups)):
        # No group: nothing is given, but to those who wait for a license.
        bring_in_step(Scope(apps, batch, [], bounded, gains=False), now=now)


def end_account(account: int, *, now: datetime) -> None:
    """End all access of an account that is deleted, and count it no more."""
    held = AppAccess.objects.filter(account=account)
    apps = sorted(set(held.values_list("app", flat=True)))
    if not apps:
        return
    GroupMember.objects.filter(account=account).delete()
    scope = Scope(apps, [account], [], _bounded(apps), gains=False)
    bring_in_step(scope, now=now)


def follow_app(app: App, *, now: datetime) -> None:
    """Bring everybody in step with an app that was removed, restored or changed.

    By a job when they are many: whoever reads access asks for present apps.
    """
    most = settings.ACCESS_IN_REQUEST
    if app.removed_at is not None:
        accounts = _next_users(app, after=0, size=most + 1)
    else:
        groups = list(AppGrant.objects.filter(app=app).values_list("group", flat=True))
        accounts = people_of(groups, most=most + 1)
    if len(accounts) > most:
        label = f"{app.get_kind_display()} - {app.site.name}"
        later(app.site.organization, f"app:{app.pk}", label, now)
        return
    # A removed app gives nothing: nobody's place need be held, and waited for.
    gains = app.removed_at is None
    scope = Scope([app.pk], accounts, None, _bounded([app.pk]), gains=gains)
    bring_in_step(scope, now=now, by=SYSTEM)


def later(organization: Organization, target: str, label: str, now: datetime) -> Job:
    """Queue the job that brings a group or an app in step, batch by batch."""
    job = jobs.enqueue_organization_job(
        kind=FOLLOW, target=target, label=label, organization=organization, now=now
    )
    transaction.on_commit(partial(wake, job.pk))
    return job


def people_of(groups: Sequence[int], *, most: int | None = None) -> list[int]:
    """Return who is in groups, each once, in the order of their keys."""
    limit = "" if most is None else f" LIMIT {most:d}"
    found = dialect.rows(
        f"SELECT DISTINCT account_id FROM {GROUP_MEMBER}"  # noqa: S608
        f" WHERE {dialect.one_of('group_id', 'bigint')} ORDER BY account_id{limit}",
        [dialect.ids_parameter(groups)],
    )
    return [account for (account,) in found]


def _next_users(app: App, *, after: int, size: int) -> list[int]:
    held = AppAccess.objects.filter(app=app, account__gt=after)
    found = held.order_by("account").values_list("account", flat=True).distinct()
    return list(found[:size])


def _bounded(apps: Sequence[int]) -> list[int]:
    return [app.pk for app in rows.held_apps(apps) if app.bounded]


def _batches(accounts: Sequence[int]) -> list[Sequence[int]]:
    size = pace.batch_size()
    return [accounts[at : at + size] for at in range(0, len(accounts), size)]
