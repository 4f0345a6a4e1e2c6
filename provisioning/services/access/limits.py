"""What admins decide about user limits, and who gets in by it."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from directories.events import Event
from directories.services.audit import Actor, Target, record_event
from directories.services.together import run_anew
from provisioning.models import App
from provisioning.services.access import following, rows, seats


class GoneError(Exception):
    """The app was removed meanwhile."""


@run_anew
@transaction.atomic
def change_limit(
    app: App,
    *,
    limit: int | None,
    at_limit: str,
    by: Actor,
    now: datetime,
    lets_refused_in: bool = False,
) -> int:
    """Set how many people an app takes and what becomes of others.

    Nobody loses access. Who waits is let in as far as it goes now, with
    `lets_refused_in` who was refused too; returns how many at once, a job does more.
    Raises GoneError.
    """
    present = App.objects.select_for_update(of=("self",), no_key=True)
    held = present.filter(pk=app.pk).first()
    if held is None:
        raise GoneError(app.pk)
    before = {"user_limit": held.user_limit, "at_limit": held.at_limit}
    after = {"user_limit": limit, "at_limit": str(at_limit)}
    if before != after:
        held.user_limit, held.at_limit = limit, at_limit
        held.save(update_fields=["user_limit", "at_limit"])
        change = {k: [v, after[k]] for k, v in before.items() if v != after[k]}
        _record(Event.APP_LIMIT_CHANGED, app, {"change": change}, by, now)
    return _let_in(app, refused=lets_refused_in, now=now)


@run_anew
@transaction.atomic
def try_again(app: App, *, by: Actor, now: datetime) -> int:
    """Let in whom the limit of an app refused, as far as it goes now.

    Returns how many at once; a job does more. Raises GoneError.
    """
    count = _let_in(app, refused=True, now=now)
    _record(Event.APP_REFUSED_LET_IN, app, {"people": count}, by, now)
    return count


def _let_in(app: App, *, refused: bool, now: datetime) -> int:
    found = rows.held_apps([app.pk], "FOR NO KEY UPDATE OF a")
    if not found or not found[0].here:
        raise GoneError(app.pk)
    most = settings.ACCESS_IN_REQUEST
    count, more = seats.let_in(found[0], refused=refused, most=most)
    if more:
        target = f"seats:{app.pk}:{int(refused)}"
        label = f"{app.get_kind_display()} - {app.site.name}"
        following.later(app.site.organization, target, label, now)
    return count


def _record(
    event: Event, app: App, details: dict[str, object], by: Actor, now: datetime
) -> None:
    said = {"app": app.kind, "site": str(app.site_id), "site_name": app.site.name}
    target = Target(
        "app", str(app.pk), f"{app.get_kind_display()}", {**said, **details}
    )
    record_event(
        event, organization=app.site.organization, by=by, target=target, at=now
    )
