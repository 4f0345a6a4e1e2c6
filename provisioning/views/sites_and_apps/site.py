"""Sites of the organization and their apps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.models import Site
from directories.permissions import ConsoleRequest, Permission, requires
from directories.views.rendering import Crumbs
from provisioning.models import App
from provisioning.queries.access import app_access
from provisioning.queries.access.licenses import Licenses, licenses_of
from provisioning.queries.sites_and_apps import site_numbers, trello
from provisioning.services.sites_and_apps import apps, site_removal
from provisioning.views.listing import short
from provisioning.views.sites_and_apps.app import permissions_url

CAP = site_numbers.COUNTED


@dataclass(frozen=True)
class Removed:
    """A removed site, or app of a site, and until when it can be restored."""

    of: Site | App
    until: datetime


@dataclass(frozen=True)
class AppRow:
    """An app of a site: who gets in, its licenses, and whether one may look closer."""

    app: App
    groups: str
    use: Licenses
    opens: bool
    permissions_url: str


@require_safe
@requires(Permission.SEE_SITES)
def site_list(request: ConsoleRequest) -> HttpResponse:
    """List the sites with what runs on them, and those that were removed."""
    sites = list(_sites(request))
    on_them = [app for site in sites for app in site.apps.all()]
    people = site_numbers.people_on(on_them)
    none = site_numbers.Number(0)
    manages = Permission.MANAGE_SITES in request.permissions
    context = {
        "crumbs": site_crumbs(None),
        "rows": [(site, written(people.get(site.pk, none))) for site in sites],
        "manages": manages,
        "removed": _removed_sites(request) if manages else [],
        "enterprise": trello.enterprise_of(request.organization) if manages else None,
    }
    return render(request, "provisioning/site_list.html", context)


@require_safe
@requires(Permission.SEE_SITES)
def site_detail(request: ConsoleRequest, site_id: UUID) -> HttpResponse:
    """Show one site and the apps that run on it."""
    site = find_site(request, site_id)
    present = list(site.apps.all())
    numbers, uses = site_numbers.groups_giving(present), licenses_of(present)
    manages = Permission.MANAGE_SITES in request.permissions
    context = {
        "crumbs": site_crumbs(site),
        "site": site,
        "tab": "apps",
        "rows": [
            AppRow(
                app,
                written(numbers[app.pk]),
                uses[app.pk],
                _opens(request, app),
                permissions_url(request, app),
            )
            for app in present
        ],
        "manages": manages,
        "sees_directory": Permission.SEE_DIRECTORY in request.permissions,
        "removed": _removed_apps(site) if manages else [],
        "complete": len(present) == len(App.Kind),
    }
    return render(request, "provisioning/site_detail.html", context)


def find_site(request: ConsoleRequest, site_id: UUID) -> Site:
    """Return a present site that the admin's rights are about, or answer 404."""
    return get_object_or_404(_sites(request), pk=site_id)


def site_crumbs(site: Site | None, *more: str) -> Crumbs:
    """Return the breadcrumbs of a page about sites, `more` names those below."""
    crumbs = [(_("Admin"), "/"), (_("Apps"), "")]
    everything = reverse("provisioning:site-list") if site or more else ""
    crumbs.append((_("Sites and products"), everything))
    if site is not None:
        own = reverse("provisioning:site-detail", args=[site.pk]) if more else ""
        crumbs.append((site.name, own))
    return [*crumbs, *((label, "") for label in more)]


def written(number: site_numbers.Number) -> str:
    """Write a number that may be at least so many."""
    return short(number.count + number.more, number.count or CAP)


def last_day(removed_at: datetime) -> str:
    """Write the day until which what was removed at a moment can be restored."""
    return date_format(apps.removed_until(removed_at), "DATE_FORMAT")


def _opens(request: ConsoleRequest, app: App) -> bool:
    """Say whether the admin may see who gets into an app."""
    return any(app_access.runs(right, app) for right in request.rights)


def _sites(request: ConsoleRequest) -> QuerySet[Site]:
    sites = request.organization.sites.order_by("name", "pk")
    if request.site_ids is not None:
        sites = sites.filter(pk__in=request.site_ids)
    return sites.prefetch_related(Prefetch("apps", App.objects.order_by("kind", "pk")))


def _removed_sites(request: ConsoleRequest) -> Sequence[Removed]:
    now = timezone.now()
    gone = Site.with_removed.filter(
        organization=request.organization, removed_at__isnull=False
    )
    found = gone.order_by("-removed_at", "pk")
    return [
        Removed(site, apps.removed_until(site.removed_at))
        for site in found
        if site.removed_at and site_removal.may_restore(site, now)
    ]


def _removed_apps(site: Site) -> Sequence[Removed]:
    gone = App.with_removed.filter(site=site, removed_at__isnull=False)
    found = gone.order_by("kind", "pk")
    now = timezone.now()
    return [
        Removed(app, apps.removed_until(app.removed_at))
        for app in found
        if app.removed_at and apps.is_restorable(app.removed_at, now)
    ]
