"""Writes of the spaces of Confluence: added, renamed, deleted."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from directories.events import Event
from directories.services.audit import Actor, Target, record_event
from directories.services.together import run_anew
from provisioning.app_permissions import SPACE_ADMIN
from provisioning.models import App, AppPermission, Space
from provisioning.queries.in_app.permission_changes import Receiver, Wish, copied
from provisioning.services.in_app import app_permissions
from provisioning.services.in_app.app_permissions import Done, GoneError

KEY = re.compile(r"[A-Z0-9]{1,255}")


class KeyTakenError(Exception):
    """Another space of the site has this key."""


class KeyFormError(Exception):
    """A key is made of the letters A to Z and digits alone."""


class NoSpacesError(Exception):
    """The app has no spaces, or is there no longer."""


@transaction.atomic
def add_space(
    app: App,
    *,
    name: str,
    key: str,
    admin: Receiver | None,
    by: Actor,
    now: datetime,
) -> Space:
    """Make a space, with an administrator if one is named.

    Raises KeyTakenError, KeyFormError, NoSpacesError, or what giving a permission
    raises.
    """
    key = key.upper()
    if not KEY.fullmatch(key):
        raise KeyFormError(key)
    present = App.objects.filter(pk=app.pk, removed_at__isnull=True)
    if app.kind != App.Kind.CONFLUENCE or not present.exists():
        raise NoSpacesError(app.pk)
    try:
        with transaction.atomic():
            space = Space.objects.create(app=app, key=key, name=name, created_at=now)
    except IntegrityError as error:
        raise KeyTakenError(key) from error
    _record(Event.SPACE_CREATED, space, by, now)
    if admin is not None:
        wish = Wish(admin, gives=frozenset({SPACE_ADMIN}))
        app_permissions.change(app, [wish], space=space, by=by, now=now)
    return space


@transaction.atomic
def rename_space(space: Space, *, name: str, by: Actor, now: datetime) -> None:
    """Give a space another name; its key stays. Raises GoneError."""
    held = _hold(space)
    if held.name == name:
        return
    former, held.name = held.name, name
    held.save(update_fields=["name"])
    _record(Event.SPACE_UPDATED, held, by, now, change={"name": [former, name]})


@run_anew
@transaction.atomic
def delete_space(space: Space, *, by: Actor, now: datetime) -> None:
    """Delete a space with all its permissions, for good. Raises GoneError."""
    held = _hold(space)
    count = AppPermission.objects.filter(space=held).count()
    _record(Event.SPACE_DELETED, held, by, now, permissions=count)
    held.delete()


def copy_permissions(source: Space, target: Space, *, by: Actor, now: datetime) -> Done:
    """Give in one space what is given in another of the same app; take nothing.

    Who has no access to the app any more is left out. Raises GoneError.
    """
    return app_permissions.change(
        target.app, copied(source), space=target, by=by, now=now, skips=True
    )


def _hold(space: Space) -> Space:
    held = (
        Space.objects.select_for_update(of=("self",))
        .select_related("app__site__organization")
        .filter(pk=space.pk, app__removed_at__isnull=True)
        .first()
    )
    if held is None:
        raise GoneError(space.pk)
    return held


def _record(
    event: Event, space: Space, by: Actor, now: datetime, **details: object
) -> None:
    app = space.app
    about = {
        "key": space.key,
        "app": app.kind,
        "site": str(app.site_id),
        "site_name": app.site.name,
        **details,
    }
    record_event(
        event,
        organization=app.site.organization,
        by=by,
        target=Target("space", str(space.pk), space.name, about),
        at=now,
    )
