"""Which identity provider owns the customers of a mail domain."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.domain_forms import given
from directories.models import Directory, Site
from portals.models import RoutedDomain
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.provider_forms import RouteForm
from portals.queries import providers as queries
from portals.services.customer_directories import routing
from portals.views import crumbs


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.PROVIDERS)
def provider_domain_add(request: SiteRequest) -> HttpResponse:
    """Ask for a domain and a directory, say what changes, route or move it."""
    site = request.service_site
    asked = given(request, "name")
    first = {"directory": request.GET.get("directory", "")}
    form = RouteForm(asked, directories=queries.directories_of(site), initial=first)
    ready = asked is not None and form.is_valid()
    if ready and request.method == "POST":
        return _route(request, form)
    context = {
        "crumbs": crumbs.of_providers(request, (_("Route domain"), "")),
        "form": form,
        **(_preview(site, form) if ready else {}),
    }
    status = 422 if form.errors else 200
    return render(request, "portals/provider_domain_add.html", context, status=status)


def _preview(site: Site, form: RouteForm) -> dict[str, Any]:
    """Return what a page says before a domain is routed."""
    name, directory = form.cleaned_data["name"], form.cleaned_data["directory"]
    present = RoutedDomain.objects.filter(site=site, name=name)
    return {
        "chosen": name,
        "directory": directory,
        "present": present.select_related("directory").first(),
        "owners": _owners(site, name, directory),
    }


def _owners(site: Site, name: str, directory: Directory) -> dict[str, Any]:
    counts = queries.owners_in(site, [name]).get(name, {})
    names = dict(queries.directories_of(site).values_list("pk", "name"))
    return {
        "own": counts.get(directory.pk, 0),
        "local": counts.get(None, 0),
        "others": [
            (names.get(owner, ""), count)
            for owner, count in counts.items()
            if owner not in {None, directory.pk}
        ],
    }


def _route(request: SiteRequest, form: RouteForm) -> HttpResponse:
    name, directory = form.cleaned_data["name"], form.cleaned_data["directory"]
    try:
        routing.route_domain(
            directory=directory, name=name, by=request.actor, now=timezone.now()
        )
    except routing.RoutedHereError:
        messages.info(request, _("The domain was routed already."))
    else:
        text = _("Customers of {domain} belong to {name} from now on.")
        messages.success(request, text.format(domain=name, name=directory.name))
    return redirect("portals:provider-list", request.service_site.pk)


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.PROVIDERS)
def provider_domain_remove(request: SiteRequest, domain_id: int) -> HttpResponse:
    """Say what changes when a domain is routed no longer; do it."""
    site = request.service_site
    routed = RoutedDomain.objects.select_related(
        "directory__organization", "directory__site"
    )
    domain = get_object_or_404(routed, pk=domain_id, site=site)
    if request.method == "POST":
        routing.unroute_domain(domain=domain, by=request.actor, now=timezone.now())
        text = _("{domain} is routed no longer.")
        messages.success(request, text.format(domain=domain.name))
        return redirect("portals:provider-list", site.pk)
    heirs = queries.directories_of(site).filter(customer_directory__is_default=True)
    context = {
        "crumbs": crumbs.of_providers(request, (_("Remove domain"), "")),
        "domain": domain,
        "default": heirs.first(),
        "owners": _owners(site, domain.name, domain.directory),
    }
    return render(request, "portals/provider_domain_remove.html", context)
