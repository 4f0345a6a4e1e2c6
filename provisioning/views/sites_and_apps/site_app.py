"""Adding apps to a site, and removing them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.models import Site
from directories.permissions import ConsoleRequest, Permission, requires
from provisioning.models import App
from provisioning.queries.sites_and_apps import site_numbers
from provisioning.services.sites_and_apps import apps, default_groups
from provisioning.views.sites_and_apps.site import (
    find_site,
    last_day,
    site_crumbs,
    written,
)

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SITES)
def site_app_add(request: ConsoleRequest, site_id: UUID) -> HttpResponse:
    """Offer the apps that a site has not, with their default groups; add one."""
    site = find_site(request, site_id)
    present = {app.kind for app in site.apps.all()}
    kinds = [kind for kind in App.Kind if kind not in present]
    if request.method == "POST":
        asked = request.POST.get("kind", "")
        if asked not in App.Kind.values:
            raise Http404
        return _add(request, site, App.Kind(asked))
    kept = App.with_removed.filter(site=site, removed_at__isnull=False)
    removed = {app.kind for app in kept}
    context = {
        "crumbs": site_crumbs(site, _("Add app")),
        "site": site,
        "rows": [
            (
                kind,
                kind in removed,
                default_groups.planned(request.organization, site.name, [kind]),
            )
            for kind in kinds
        ],
    }
    return render(request, "provisioning/site_app_add.html", context)


def _add(request: ConsoleRequest, site: Site, kind: App.Kind) -> HttpResponse:
    try:
        added = apps.add_app(site, kind, by=request.actor, now=timezone.now())
    except apps.ThereError:
        messages.info(request, _("The site has this app already."))
    except apps.BeingDeletedError:
        messages.error(
            request,
            _(
                "This app was removed before and is being deleted for good at this "
                "moment. Add it when that is done."
            ),
        )
    except apps.GoneError:
        messages.error(request, _("That site was removed meanwhile."))
        return redirect("provisioning:site-list")
    else:
        words = {"app": kind.label, "site": site.name}
        if added.restored:
            text = _("{app} is back on {site} with all that gave access to it.")
        else:
            text = _("{app} is added to {site}.")
        messages.success(request, text.format(**words))
    return redirect("provisioning:site-detail", site.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SITES)
def site_app_remove(request: ConsoleRequest, site_id: UUID, kind: str) -> HttpResponse:
    """Say in numbers what ends with an app; its typed name removes it."""
    site = find_site(request, site_id)
    app = next((each for each in site.apps.all() if each.kind == kind), None)
    if app is None:
        raise Http404
    app.site = site
    phrase, wrong = app.get_kind_display(), False
    if request.method == "POST":
        if request.POST.get("confirmation", "").strip() == phrase:
            return _remove(request, app)
        wrong = True
    loss = site_numbers.loss_of_app(app)
    context = {
        "crumbs": site_crumbs(site, _("Remove app")),
        "site": site,
        "app": app,
        "loss": loss,
        "groups": written(loss.groups),
        "people": written(loss.people),
        "until": apps.removed_until(timezone.now()),
        "phrase": phrase,
        "wrong": wrong,
    }
    status = UNPROCESSABLE if wrong else 200
    return render(request, "provisioning/site_app_remove.html", context, status=status)


def _remove(request: ConsoleRequest, app: App) -> HttpResponse:
    words = {"app": app.get_kind_display(), "site": app.site.name}
    now = timezone.now()
    try:
        apps.remove_app(app, by=request.actor, now=now)
    except apps.GoneError:
        messages.info(request, _("That app was removed already."))
    else:
        text = _("{app} is removed from {site}. It can be restored until {day}.")
        messages.success(request, text.format(**words, day=last_day(now)))
    return redirect("provisioning:site-detail", app.site_id)
