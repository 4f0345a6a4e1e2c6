"""Mails admins when the licenses of an app run out, each time once.

The audit log is the memory: what it last said of an app is how far admins know. They
are told of each step up, of the same one once a day at the most.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from directories.events import Event
from directories.models import AuditEvent, Organization
from directories.services.audit import SYSTEM, Target, record_event
from directories.services.notices import mail_admins
from provisioning.models import App
from provisioning.queries.access.licenses import Licenses, licenses, licenses_of

ONCE_IN = timedelta(days=1)
BATCH = 500
# From one to the next licenses run out further; ROOM is what there was before.
ROOM = Event.LICENSES_FREE
LEVELS = [
    ROOM,
    Event.LICENSES_NEARLY_USED,
    Event.LICENSES_USED,
    Event.LICENSES_EXCEEDED,
]


def watch(now: datetime) -> int:
    """Look at all apps with a user limit; return how many admins are told of.

    Whoever else does the same at this moment: one of the two tells.
    """
    told = 0
    paying = Organization.Subscription.ACTIVE
    apps = App.objects.filter(
        removed_at=None,
        user_limit__isnull=False,
        site__organization__subscription=paying,
    ).select_related("site")
    after = 0
    while batch := list(apps.filter(pk__gt=after).order_by("pk")[:BATCH]):
        after = batch[-1].pk
        known = _known_of(batch)
        for use in licenses_of(batch).values():
            if level_of(use) != known.get(use.app.pk, ROOM):
                told += _tell(use.app.pk, now)
    return told


def level_of(use: Licenses) -> Event:
    """Return how far the licenses of an app have run out."""
    if use.over or use.waiting or use.refused:
        return Event.LICENSES_EXCEEDED
    if use.is_full:
        return Event.LICENSES_USED
    return Event.LICENSES_NEARLY_USED if use.is_nearly_full else ROOM


@transaction.atomic
def _tell(app_id: int, now: datetime) -> bool:
    held = App.objects.select_for_update(of=("self",)).filter(pk=app_id)
    app = held.select_related("site__organization").first()
    if app is None or app.user_limit is None:
        return False
    use = licenses(app)
    level, known = level_of(use), _known_of([app]).get(app.pk, ROOM)
    if level == known:
        return False
    rises = LEVELS.index(level) > LEVELS.index(known)
    mails = rises and not _told_since(app, level, now - ONCE_IN)
    _record(use, level, now)
    if mails:
        _mail(use, level)
    return mails


def _known_of(apps: Sequence[App]) -> dict[int, Event]:
    """Return the level that the audit log last told of each app."""
    found: dict[int, Event] = {}
    events = AuditEvent.objects.filter(
        organization__in={app.site.organization_id for app in apps},
        target_kind="app",
        target_id__in=[str(app.pk) for app in apps],
        action__in=LEVELS,
    ).order_by("pk")
    for target, action in events.values_list("target_id", "action"):
        found[int(target)] = Event(action)
    return found


def _told_since(app: App, level: Event, since: datetime) -> bool:
    return AuditEvent.objects.filter(
        organization=app.site.organization_id,
        target_kind="app",
        target_id=str(app.pk),
        action=level,
        at__gt=since,
    ).exists()


def _record(use: Licenses, level: Event, now: datetime) -> None:
    app = use.app
    details = {
        "app": app.kind,
        "site": str(app.site_id),
        "site_name": app.site.name,
        "used": use.used,
        "limit": use.limit,
        "waiting": use.waiting,
        "refused": use.refused,
    }
    record_event(
        level,
        organization=app.site.organization,
        by=SYSTEM,
        target=Target("app", str(app.pk), named(app), details),
        at=now,
    )


def _mail(use: Licenses, level: Event) -> None:
    app = use.app
    path = reverse("provisioning:app-access", args=[app.site_id, app.kind])
    mail_admins(
        app.site.organization_id,
        template="provisioning/mail/licenses.txt",
        context={
            "app": app.get_kind_display(),
            "site": app.site.name,
            "level": level.value,
            "at_limit": app.at_limit,
            "used": use.used,
            "limit": use.limit,
            "free": use.free,
            "over": use.over,
            "waiting": use.waiting,
            "refused": use.refused,
        },
        path=f"{path}?tab=licenses",
    )


def named(app: App) -> str:
    """Return the name of an app with that of its site, as the audit log keeps it."""
    return f"{app.get_kind_display()} ({app.site.name})"
