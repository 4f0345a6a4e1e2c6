"""Writes to the apps of sites: adding, removing and restoring them.

Whoever changes the apps of a site holds its row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from directories.events import Event
from directories.models import Job, RoleAssignment, Site
from directories.services import admins
from directories.services.audit import Actor, Target, record_event
from directories.services.together import run_anew
from provisioning.models import App, Group
from provisioning.services import consequences
from provisioning.services.sites_and_apps import default_groups

DELETE = "app-delete"


class ThereError(Exception):
    """The app is on the site already."""


class GoneError(Exception):
    """The app, or its site, was removed meanwhile, or cannot be restored any more."""


class BeingDeletedError(Exception):
    """The app was removed so long ago that it is being deleted at this moment."""


@dataclass(frozen=True)
class Added:
    """An app that was added, or brought back with all it gave; its new groups."""

    app: App
    restored: bool
    groups: Sequence[Group]


def add_apps(site: Site, kinds: Iterable[App.Kind]) -> None:
    """Put apps on a site, without groups; what is there already stays."""
    App.objects.bulk_create(
        (App(site=site, kind=kind) for kind in kinds), ignore_conflicts=True
    )


@run_anew
@transaction.atomic
def add_app(site: Site, kind: App.Kind, *, by: Actor, now: datetime) -> Added:
    """Add an app with its default groups, or restore the one that was removed.

    Raises ThereError, GoneError or BeingDeletedError.
    """
    held = _hold(site)
    app = _locked(held).filter(kind=kind).first()
    if app is None:
        app = App.objects.create(site=held, kind=kind)
        record(Event.APP_ADDED, app, by, now)
        groups = default_groups.make(app, held.organization, by=by, now=now)
        return Added(app, restored=False, groups=groups)
    if app.removed_at is None:
        raise ThereError(app.pk)
    if not is_restorable(app.removed_at, now) or _is_deleted(app):
        raise BeingDeletedError(app.pk)
    bring_back([app], now)
    record(Event.APP_RESTORED, app, by, now)
    return Added(app, restored=True, groups=[])


@run_anew
@transaction.atomic
def remove_app(app: App, *, by: Actor, now: datetime) -> None:
    """Remove an app from its site; it can be restored for some days.

    Access ends at once, and so do the sessions of whoever was admin of this app
    alone; grants, permissions and rights rest. Raises GoneError.
    """
    held = _hold(app.site)
    found = _locked(held).filter(pk=app.pk, removed_at__isnull=True).first()
    if found is None:
        raise GoneError(app.pk)
    take_away([found], now)
    admins.end_sessions(_only_about(found).values_list("account", flat=True))
    until = removed_until(now).isoformat()
    record(Event.APP_REMOVED, found, by, now, restorable_until=until)


def _only_about(app: App) -> QuerySet[RoleAssignment]:
    """Return the rights of those who are admins of this app and nothing else."""
    rights = RoleAssignment.objects.filter(site=app.site_id, app=app.kind)
    others = RoleAssignment.objects.filter(
        organization=app.site.organization_id
    ).exclude(site=app.site_id, app=app.kind)
    return rights.exclude(account__in=others.values("account")).order_by("pk")


def take_away(apps: Sequence[App], now: datetime) -> None:
    """End what present apps give; call it in a transaction that holds their site."""
    for app in apps:
        app.removed_at = now
        app.save(update_fields=["removed_at"])
        consequences.follow_app(app, now=now)


def bring_back(apps: Sequence[App], now: datetime) -> None:
    """Let removed apps give again what they gave; as take_away."""
    for app in apps:
        app.removed_at = None
        app.save(update_fields=["removed_at"])
        consequences.follow_app(app, now=now)


def removed_until(at: datetime) -> datetime:
    """Return until when that can be restored which is removed at a moment."""
    return at + timedelta(days=settings.REMOVED_SITE_DAYS)


def is_restorable(removed_at: datetime, now: datetime) -> bool:
    """Say whether what was removed may still come back."""
    return removed_until(removed_at) > now


def _hold(site: Site) -> Site:
    rows = Site.objects.select_for_update(of=("self",))
    held = rows.select_related("organization").filter(pk=site.pk).first()
    if held is None:
        raise GoneError(site.pk)
    return held


def _locked(site: Site) -> QuerySet[App]:
    apps = App.with_removed.select_for_update(of=("self",))
    return apps.filter(site=site).select_related("site__organization").order_by("pk")


def _is_deleted(app: App) -> bool:
    """Say whether a job has begun to delete an app, whatever the clock says."""
    begun = Job.objects.filter(kind=DELETE, target=str(app.pk))
    # One that came too late for a former removal has left the app alone.
    return begun.filter(created_at__gt=app.removed_at).exists()


def record(event: Event, app: App, by: Actor, now: datetime, **details: object) -> None:
    """Write an event about an app; call it in the transaction of the change."""
    about = {"app": app.kind, "site_name": app.site.name, **details}
    record_event(
        event,
        organization=app.site.organization,
        by=by,
        target=Target("site", str(app.site_id), app.site.name, about),
        at=now,
    )
