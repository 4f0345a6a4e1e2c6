"""Writes of permissions inside of apps: given to groups and people, and taken away.

Who holds what follows from these rows, memberships and access to the app; nothing is
stored about single people. See provisioning.queries.in_app.app_permissions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.models import Account
from directories.services.audit import Actor, Target, record_events
from directories.services.together import run_anew
from provisioning.app_permissions import BY_KEY, GLOBAL, IN_SPACE
from provisioning.models import (
    App,
    AppPermission,
    DeletedGroupPermission,
    Group,
    Space,
)
from provisioning.queries.in_app.permission_changes import (
    Receiver,
    Wish,
    given_to,
    outside_of,
    resolved,
)


class GoneError(Exception):
    """The group, the person or the space was deleted or left meanwhile."""


class UnknownError(Exception):
    """There is no such permission there, or nobody gives it by hand."""


class NoAccessError(Exception):
    """Who should get a permission has no access to the app in which it counts."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Done:
    """How many rows a change made and deleted."""

    given: int = 0
    taken: int = 0


@run_anew
@transaction.atomic
def change(
    app: App,
    wishes: Sequence[Wish],
    *,
    by: Actor,
    now: datetime,
    space: Space | None = None,
    skips: bool = False,
) -> Done:
    """Give and take permissions inside of an app, or of one space, as one change.

    Whoever gets a permission of a space gets View too, and whoever loses that loses
    all. Raises UnknownError, GoneError, or NoAccessError unless it `skips` who has no
    access to the app; then nothing is changed.
    """
    _check_keys(app, space, wishes)
    _hold(app, space, wishes)
    outside = outside_of(app, wishes)
    if outside and not skips:
        raise NoAccessError(outside[0].receiver.name)
    no_access = {wish.receiver.place for wish in outside}
    left = [wish for wish in wishes if wish.receiver.place not in no_access]
    if made := _apply(app, space, left, now):
        _note_changed(wishes)
        events = [
            _event(app, space, wish.receiver, gives, takes)
            for wish, gives, takes in made
        ]
        record_events(events, organization=app.site.organization, by=by, at=now)
    return Done(
        sum(len(gives) for _wish, gives, _takes in made),
        sum(len(takes) for _wish, _gives, takes in made),
    )


def _apply(
    app: App, space: Space | None, wishes: Sequence[Wish], now: datetime
) -> list[tuple[Wish, set[str], set[str]]]:
    """Write what wishes give and take, whatever their number by the same statements.

    Returns the wishes that changed something, with what.
    """
    has = given_to(app, space, [wish.receiver for wish in wishes])
    made, new, gone = [], [], []
    for wish in wishes:
        own = has.get(wish.receiver.place, {})
        gives, takes = resolved(set(own), wish, in_space=space is not None)
        if gives or takes:
            made.append((wish, gives, takes))
        gone += [own[key] for key in takes]
        new += [
            AppPermission(
                app=app,
                space=space,
                permission=key,
                group=wish.receiver.group,
                account=wish.receiver.account,
                created_at=now,
            )
            for key in sorted(gives)
        ]
    AppPermission.objects.filter(pk__in=gone).delete()
    AppPermission.objects.bulk_create(new, ignore_conflicts=True)
    return made


def give_all(
    given: Iterable[AppPermission | DeletedGroupPermission], group: Group, now: datetime
) -> int:
    """Let a group give what another one gives or gave; return how much is new.

    Call it in a transaction that holds the group.
    """
    has = set(group.app_permissions.values_list("app", "space", "permission"))
    missing = {(each.app_id, each.space_id, each.permission) for each in given} - has
    AppPermission.objects.bulk_create(
        AppPermission(
            app_id=app, space_id=space, permission=key, group=group, created_at=now
        )
        for app, space, key in sorted(missing, key=str)
    )
    return len(missing)


def _check_keys(app: App, space: Space | None, wishes: Sequence[Wish]) -> None:
    known = GLOBAL.get(app.kind, ()) if space is None else IN_SPACE
    givable = {each.key for each in known if not each.automatic}
    for wish in wishes:
        if unknown := (wish.gives | wish.takes) - givable:
            raise UnknownError(min(unknown))


def _hold(app: App, space: Space | None, wishes: Sequence[Wish]) -> None:
    """Lock what the change is about, so that deleting it waits or was before."""
    present = App.objects.filter(pk=app.pk, removed_at__isnull=True)
    if space is not None:
        held = Space.objects.select_for_update(of=("self",))
        if held.filter(pk=space.pk, app__in=present).first() is None:
            raise GoneError(space.pk)
    elif not present.exists():
        raise GoneError(app.pk)
    # Who leaves the organization loses what they were given; first, as inviting does.
    people = {wish.receiver.account.pk for wish in wishes if wish.receiver.account}
    held_people = Account.objects.select_for_update(of=("self",), no_key=True)
    if len(held_people.filter(pk__in=people).order_by("pk")) != len(people):
        raise GoneError
    keys = {wish.receiver.group.pk for wish in wishes if wish.receiver.group}
    groups = Group.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    if len(groups.order_by("pk")) != len(keys):
        raise GoneError


def _note_changed(wishes: Sequence[Wish]) -> None:
    """Whoever let a changed group go does not get it back without review."""
    keys = {wish.receiver.group.pk for wish in wishes if wish.receiver.group}
    local = Group.objects.filter(pk__in=keys, kind=Group.Kind.LOCAL)
    local.exclude(released_at=None).update(released_at=None)


def _event(
    app: App,
    space: Space | None,
    receiver: Receiver,
    gives: Iterable[str],
    takes: Iterable[str],
) -> tuple[Event, Target]:
    order = {key: place for place, key in enumerate(BY_KEY)}
    details: dict[str, object] = {
        "app": app.kind,
        "site": str(app.site_id),
        "site_name": app.site.name,
        "given": sorted(gives, key=lambda key: order.get(key, len(order))),
        "taken": sorted(takes, key=lambda key: order.get(key, len(order))),
    }
    if space is not None:
        details |= {"space": space.key, "space_name": space.name}
    if receiver.group is not None:
        target = Target(
            "group", str(receiver.group.public_id), receiver.group.name, details
        )
    else:
        account = receiver.account
        public_id = str(account.public_id) if account else ""
        target = Target("account", public_id, account.email if account else "", details)
    return Event.APP_PERMISSIONS_CHANGED, target
