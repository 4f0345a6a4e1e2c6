"""Deletes for good the sites and apps whose time to be restored is over."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from directories.events import Event
from directories.models import Job, Organization, RoleAssignment, Site
from directories.services import jobs
from directories.services.audit import SYSTEM
from directories.services.erasing import clear, delete, erase
from provisioning.models import App, AppGrant, DeletedGroupRole, Group, GroupRole
from provisioning.services.pace import breathe
from provisioning.services.sites_and_apps import apps, sites
from provisioning.services.sites_and_apps.apps import DELETE as DELETE_APP
from provisioning.services.sites_and_apps.site_removal import DELETE as DELETE_SITE

M = TypeVar("M", Site, App)


def queue_due(now: datetime) -> list[Job]:
    """Queue the jobs that delete what can be restored no longer."""
    over = now - timedelta(days=settings.REMOVED_SITE_DAYS)
    due_sites = Site.with_removed.filter(removed_at__lte=over)
    due_apps = App.with_removed.filter(
        removed_at__lte=over, site__removed_at__isnull=True
    )
    works = [
        *(
            (DELETE_SITE, site.pk, site.name, site.organization)
            for site in due_sites.select_related("organization").order_by("pk")
        ),
        *(
            (
                DELETE_APP,
                app.pk,
                f"{app.get_kind_display()}, {app.site.name}",
                app.site.organization,
            )
            for app in due_apps.select_related("site__organization").order_by("pk")
        ),
    ]
    return [
        jobs.enqueue_organization_job(
            kind=kind, target=str(key), label=label, organization=owner, now=now
        )
        for kind, key, label, owner in works
    ]


def delete_site(run: jobs.Run) -> None:
    """Delete a removed site with all that is of it; the task of DELETE_SITE jobs.

    A run that was cut off goes on with the rows that are left.
    """
    known = Site.with_removed.select_related("organization")
    site = _hold_gone(known, run.job.target)
    if site is None:
        return
    of = App.with_removed.filter(site=site)
    _make_local(site.organization, of, GroupRole.objects.filter(site=site))
    _work(run, clear(Site, [site.pk]))
    with transaction.atomic():
        delete(Site, [site.pk])
        sites.record(Event.SITE_DELETED, site, SYSTEM, timezone.now())


def delete_app(run: jobs.Run) -> None:
    """Delete a removed app with all that hangs on it; the task of DELETE_APP jobs."""
    known = App.with_removed.select_related("site__organization")
    app = _hold_gone(known, run.job.target)
    if app is None:
        return
    of = App.with_removed.filter(pk=app.pk)
    rights = GroupRole.objects.filter(site=app.site, app=app.kind)
    _make_local(app.site.organization, of, rights)
    _work(run, chain(_parts(app), clear(App, [app.pk])))
    with transaction.atomic():
        delete(App, [app.pk])
        apps.record(Event.APP_DELETED, app, SYSTEM, timezone.now())


@transaction.atomic
def _hold_gone(known: QuerySet[M], key: str) -> M | None:
    """Return what was removed, None where it is back.

    Whoever restores it at this moment is waited for; whoever comes later finds the
    job, and leaves it.
    """
    held = known.select_for_update(of=("self",))
    return held.filter(pk=key, removed_at__isnull=False).first()


def _parts(app: App) -> Iterator[int]:
    """Delete what is kept for an app of a site, and the rights to administer it."""
    for name in settings.APP_PARTS:
        rows: QuerySet[Any]
        for rows in import_string(name)(app):
            yield from erase(rows)
    held = {"site": app.site_id, "app": app.kind}
    for rows in (
        RoleAssignment.objects.filter(**held),
        GroupRole.objects.filter(**held),
        DeletedGroupRole.objects.filter(**held),
    ):
        yield from erase(rows)


def _work(run: jobs.Run, steps: Iterator[int]) -> None:
    done = run.job.done
    for count in steps:
        done += count
        run.report(done=done, total=done)
        breathe()


def _make_local(
    organization: Organization, apps_: QuerySet[App], rights: QuerySet[GroupRole]
) -> None:
    """Make the default groups local that will give nothing any more.

    So admins can change and delete them. Done before anything else goes, so that a
    run that is cut off has not forgotten which ones they are.
    """
    elsewhere = AppGrant.objects.exclude(app__in=apps_).values("group")
    other_rights = GroupRole.objects.exclude(pk__in=rights).values("group")
    default = Group.objects.filter(organization=organization, kind=Group.Kind.DEFAULT)
    here = Q(grants__app__in=apps_) | Q(roles__in=rights)
    found = default.filter(here).distinct().values_list("pk", flat=True)
    idle = default.filter(pk__in=list(found.order_by("pk")))
    idle.exclude(pk__in=elsewhere).exclude(pk__in=other_rights).update(
        kind=Group.Kind.LOCAL
    )
