"""Removes sites with all that runs on them, and restores them within their time."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from directories.events import Event
from directories.models import Job, RoleAssignment, Site
from directories.services import admins
from directories.services.audit import Actor
from directories.services.together import run_anew
from provisioning.models import App
from provisioning.services.sites_and_apps import apps, sites

DELETE = "site-delete"


class GoneError(Exception):
    """The site was restored meanwhile, or is being deleted for good."""


@run_anew
@transaction.atomic
def remove_site(site: Site, *, by: Actor, now: datetime) -> None:
    """Remove a site; it can be restored with everything for some days.

    Access to its apps ends at once, and so do the sessions of whoever was admin of
    this site alone. Raises sites.GoneError.
    """
    held = sites.hold_site(site)
    present = list(_apps(held).filter(removed_at__isnull=True))
    held.removed_at = now
    held.save(update_fields=["removed_at"])
    apps.take_away(present, now)
    admins.end_sessions(_only_here(held).values_list("account", flat=True))
    until = apps.removed_until(now).isoformat()
    details = {"apps": [app.kind for app in present], "restorable_until": until}
    sites.record(Event.SITE_REMOVED, held, by, now, **details)


@run_anew
@transaction.atomic
def restore_site(site: Site, *, by: Actor, now: datetime) -> Site:
    """Bring a removed site back with the apps that it had then; return it.

    Where another site has its name now, it gets the next one that is free. Raises
    GoneError.
    """
    rows = Site.with_removed.select_for_update(of=("self",))
    found = rows.select_related("organization").filter(pk=site.pk).first()
    if found is None or found.removed_at is None or not may_restore(found, now):
        raise GoneError(site.pk)
    removed_at, found.removed_at = found.removed_at, None
    before, found.name = found.name, name_back(found)
    found.save(update_fields=["removed_at", "name"])
    back = list(_apps(found).filter(removed_at=removed_at))
    apps.bring_back(back, now)
    renamed = {} if found.name == before else {"name": [before, found.name]}
    details = {"apps": [app.kind for app in back], **renamed}
    sites.record(Event.SITE_RESTORED, found, by, now, **details)
    return found


def may_restore(site: Site, now: datetime) -> bool:
    """Say whether a removed site is kept, and no job has begun to delete it."""
    if site.removed_at is None or not apps.is_restorable(site.removed_at, now):
        return False
    # One that came too late for a former removal has left the site alone.
    begun = Job.objects.filter(
        kind=DELETE, target=str(site.pk), created_at__gt=site.removed_at
    )
    return not begun.exists()


def name_back(site: Site) -> str:
    """Return the name that a removed site has once it is restored."""
    number, name = 1, site.name
    while sites.is_taken(site.organization, name):
        number += 1
        name = f"{site.name[:59].rstrip('-')}-{number}"
    return name


def _apps(site: Site) -> QuerySet[App]:
    apps_of_site = App.with_removed.select_for_update(of=("self",))
    related = apps_of_site.filter(site=site).select_related("site__organization")
    return related.order_by("pk")


def _only_here(site: Site) -> QuerySet[RoleAssignment]:
    """Return the rights of those who are admins of this site and nothing else."""
    elsewhere = RoleAssignment.objects.filter(
        organization=site.organization_id
    ).exclude(site=site)
    rights = RoleAssignment.objects.filter(site=site)
    return rights.exclude(account__in=elsewhere.values("account")).order_by("pk")
