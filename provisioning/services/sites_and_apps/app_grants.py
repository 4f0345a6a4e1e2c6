"""Writes of what groups give in apps."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.services.audit import Actor, Target, record_event
from directories.services.together import run_anew
from provisioning.models import (
    ROLES_IN_APPS,
    App,
    AppGrant,
    AppRole,
    DeletedGroupGrant,
    Group,
)
from provisioning.services import consequences
from provisioning.services.access import seats

# Kinds of groups that people are put into here, not by a provider.
MAY_BE_DEFAULT = {Group.Kind.LOCAL, Group.Kind.DEFAULT}


class NoSyncedGroupsError(Exception):
    """The app takes no groups of identity providers."""


class NotLocalError(Exception):
    """The group is an identity provider's, or built in, so it is no default group."""


class RoleError(Exception):
    """The app has no such role."""


class GoneError(Exception):
    """The group, or what it gave, was taken away meanwhile."""


@run_anew
@transaction.atomic
def give_access(
    app: App, group: Group, role: AppRole, *, by: Actor, now: datetime
) -> bool:
    """Let everybody in a group have a role in an app; return whether that is new.

    Raises GoneError, NoSyncedGroupsError, RoleError or seats.SeatsError.
    """
    if role not in ROLES_IN_APPS[app.kind]:
        raise RoleError(role)
    held = _hold(group)
    if not takes(app, held):
        raise NoSyncedGroupsError(app.pk)
    seats.check_group(app, held, role)
    _grant, new = AppGrant.objects.get_or_create(
        app=app, group=held, role=role, defaults={"created_at": now}
    )
    if new:
        _note_changed(held)
        _record(Event.APP_ACCESS_GRANTED, app, held, role, by, now)
        consequences.follow_grant(app, held, by=by, now=now, refuses=True)
    return new


def takes(app: App, group: Group) -> bool:
    """Say whether a group can give access to an app: Bitbucket takes local ones."""
    synced = group.kind in {Group.Kind.SYNCED, Group.Kind.ALL_MEMBERS}
    return not (synced and app.kind == App.Kind.BITBUCKET)


@run_anew
@transaction.atomic
def take_access(grant: AppGrant, *, by: Actor, now: datetime) -> None:
    """Take a role in an app from a group; what is gone already stays so."""
    group = _hold(grant.group)
    if AppGrant.objects.filter(pk=grant.pk).delete()[0]:
        role = AppRole(grant.role)
        _record(Event.APP_ACCESS_REVOKED, grant.app, group, role, by, now)
        consequences.end_grant(grant.app, group, now=now)


@run_anew
@transaction.atomic
def set_default(
    app: App, group: Group, role: AppRole | None, *, by: Actor, now: datetime
) -> None:
    """Make a group the default one of a role in an app that it gives, or of none.

    Raises GoneError when it does not give that role, NotLocalError for groups that
    nobody is put into here.
    """
    held = _hold(group)
    if role is not None and held.kind not in MAY_BE_DEFAULT:
        raise NotLocalError(held.kind)
    grants = AppGrant.objects.filter(app=app, group=held)
    if role is not None and not grants.filter(role=role).exists():
        raise GoneError(group.pk)
    for grant in grants.exclude(role=role or "").filter(is_default=True):
        grants.filter(pk=grant.pk).update(is_default=False)
        former = AppRole(grant.role)
        _record(Event.APP_DEFAULT_REMOVED, app, held, former, by, now)
    if role is None and not held.grants.filter(is_default=True).exists():
        # One that came with a site is like any other local group from now on.
        mine = Group.objects.filter(pk=held.pk, kind=Group.Kind.DEFAULT)
        mine.update(kind=Group.Kind.LOCAL)
    fresh = grants.filter(role=role or "", is_default=False)
    if fresh.update(is_default=True) and role is not None:
        _note_changed(held)
        _record(Event.APP_DEFAULT_ADDED, app, held, role, by, now)


def give_all(
    given: Collection[AppGrant | DeletedGroupGrant], group: Group, now: datetime
) -> int:
    """Let a group give what another one gives or gave; return how much is new.

    What an app takes from no group of its kind is left out. Call it in a transaction,
    and consequences.follow when all is given.
    """
    _hold(group)
    has = set(group.grants.values_list("app", "role"))
    wanted = {(each.app_id, each.role) for each in given}
    apps = App.with_removed.in_bulk({app for app, _role in wanted - has})
    missing = {(app, role) for app, role in wanted - has if takes(apps[app], group)}
    defaults = {(each.app_id, each.role) for each in given if each.is_default}
    if group.kind not in MAY_BE_DEFAULT:
        defaults = set()
    AppGrant.objects.bulk_create(
        AppGrant(
            app_id=app,
            group=group,
            role=role,
            is_default=(app, role) in defaults,
            created_at=now,
        )
        for app, role in sorted(missing)
    )
    return len(missing)


def _note_changed(group: Group) -> None:
    """Let nobody who let a group go get it back without review."""
    local = Group.objects.filter(pk=group.pk, kind=Group.Kind.LOCAL)
    local.update(released_at=None)


def _hold(group: Group) -> Group:
    held = Group.objects.select_for_update(of=("self",)).filter(pk=group.pk).first()
    if held is None:
        raise GoneError(group.pk)
    return held


def _record(
    event: Event, app: App, group: Group, role: AppRole, by: Actor, now: datetime
) -> None:
    details = {
        "role": role.value,
        "app": app.kind,
        "site": str(app.site_id),
        "site_name": app.site.name,
    }
    record_event(
        event,
        organization=group.organization,
        by=by,
        target=Target("group", str(group.public_id), group.name, details),
        at=now,
    )
