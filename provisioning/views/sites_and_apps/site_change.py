"""Adding, renaming, removing and restoring sites."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from directories.models import Site
from directories.permissions import ConsoleRequest, Permission, requires
from provisioning.models import App
from provisioning.queries.accounts import people
from provisioning.queries.organization_groups import groups
from provisioning.queries.sites_and_apps import site_numbers
from provisioning.services.sites_and_apps import (
    apps,
    default_groups,
    site_removal,
    sites,
)
from provisioning.site_forms import SiteForm, SiteNameForm
from provisioning.views.sites_and_apps.site import (
    find_site,
    last_day,
    site_crumbs,
    written,
)

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SITES)
def site_add(request: ConsoleRequest) -> HttpResponse:
    """Ask for name and apps of a site; say what it gets; then make it."""
    organization = request.organization
    form = SiteForm(
        posted(request), organization=organization, initial={"apps": App.Kind.values}
    )
    context = {"crumbs": site_crumbs(None, _("Add a site")), "form": form}
    if request.method != "POST" or not form.is_valid() or "change" in request.POST:
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "provisioning/site_add.html", context, status=status)
    if "confirmed" in request.POST:
        return _add(request, form)
    name, kinds = form.cleaned_data["name"], form.cleaned_data["apps"]
    context |= {
        "name": name,
        "kinds": kinds,
        "groups": default_groups.planned(organization, name, kinds),
        "people": people.member_numbers(organization).total,
        "group_count": groups.group_count(organization),
    }
    return render(request, "provisioning/site_add_confirm.html", context)


def _add(request: ConsoleRequest, form: SiteForm) -> HttpResponse:
    try:
        site = sites.add_site(
            request.organization,
            name=form.cleaned_data["name"],
            kinds=form.cleaned_data["apps"],
            by=request.actor,
            now=timezone.now(),
        )
    except sites.NameTakenError:
        messages.error(
            request, _("Another site got this name meanwhile. Choose another.")
        )
        return redirect("provisioning:site-add")
    text = _("{site} is added. All people and groups are seen there already.")
    messages.success(request, text.format(site=site.name))
    return redirect("provisioning:site-detail", site.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SITES)
def site_rename(request: ConsoleRequest, site_id: UUID) -> HttpResponse:
    """Give a site another name, after saying what keeps the former one."""
    site = find_site(request, site_id)
    form = SiteNameForm(
        posted(request),
        organization=request.organization,
        present=site.name,
        initial={"name": site.name},
    )
    if request.method == "POST" and form.is_valid():
        return _rename(request, site, form.cleaned_data["name"])
    context = {
        "crumbs": site_crumbs(site, _("Rename")),
        "site": site,
        "form": form,
        "serves": any(
            app.kind == App.Kind.SERVICE_MANAGEMENT for app in site.apps.all()
        ),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "provisioning/site_rename.html", context, status=status)


def _rename(request: ConsoleRequest, site: Site, name: str) -> HttpResponse:
    try:
        sites.rename_site(site, name=name, by=request.actor, now=timezone.now())
    except sites.NameTakenError:
        messages.error(
            request, _("Another site got this name meanwhile. Choose another.")
        )
    except sites.GoneError:
        messages.error(request, _("That site was removed meanwhile."))
        return redirect("provisioning:site-list")
    else:
        text = _("The site is called {site} now.").format(site=name)
        messages.success(request, text)
    return redirect("provisioning:site-detail", site.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SITES)
def site_remove(request: ConsoleRequest, site_id: UUID) -> HttpResponse:
    """Say in numbers what ends with a site; its typed name removes it."""
    site = find_site(request, site_id)
    wrong = False
    now = timezone.now()
    if request.method == "POST":
        if request.POST.get("confirmation", "").strip() == site.name:
            return _remove(request, site)
        wrong = True
    loss = site_numbers.loss_of_site(site)
    context = {
        "crumbs": site_crumbs(site, _("Remove site")),
        "site": site,
        "loss": loss,
        "groups": written(loss.groups),
        "people": written(loss.people),
        "until": apps.removed_until(now),
        "wrong": wrong,
    }
    status = UNPROCESSABLE if wrong else 200
    return render(request, "provisioning/site_remove.html", context, status=status)


def _remove(request: ConsoleRequest, site: Site) -> HttpResponse:
    now = timezone.now()
    try:
        site_removal.remove_site(site, by=request.actor, now=now)
    except sites.GoneError:
        messages.info(request, _("That site was removed already."))
    else:
        text = _("{site} is removed. It can be restored below until {day}.")
        messages.success(request, text.format(site=site.name, day=last_day(now)))
    return redirect("provisioning:site-list")


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SITES)
def site_restore(request: ConsoleRequest, site_id: UUID) -> HttpResponse:
    """Say what comes back with a removed site; a POST restores it."""
    gone = Site.with_removed.select_related("organization").filter(
        organization=request.organization, removed_at__isnull=False
    )
    site = get_object_or_404(gone, pk=site_id)
    if not site_removal.may_restore(site, timezone.now()):
        raise Http404
    if request.method == "POST":
        return _restore(request, site)
    back = App.with_removed.filter(site=site, removed_at=site.removed_at)
    context = {
        "crumbs": site_crumbs(None, _("Restore site")),
        "site": site,
        "apps": list(back.order_by("kind", "pk")),
        "name": site_removal.name_back(site),
    }
    return render(request, "provisioning/site_restore.html", context)


def _restore(request: ConsoleRequest, site: Site) -> HttpResponse:
    try:
        back = site_removal.restore_site(site, by=request.actor, now=timezone.now())
    except site_removal.GoneError:
        messages.error(request, _("That site can be restored no longer."))
        return redirect("provisioning:site-list")
    messages.success(request, _("{site} is back.").format(site=back.name))
    return redirect("provisioning:site-detail", back.pk)
