"""Identity providers of a site's customers: list, add, the default, the gates."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.forms import posted
from directories.models import Directory
from directories.services import directories
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.provider_forms import ProviderForm
from portals.queries import providers as queries
from portals.queries.gates import Gate, gates_of
from portals.queries.group_conflicts import waiting_groups
from portals.services.customer_directories import providers
from portals.views import crumbs


def find_provider(request: SiteRequest, directory_id: UUID) -> Directory:
    """Return a customer directory of the site, or raise 404."""
    known = queries.directories_of(request.service_site)
    return get_object_or_404(known, pk=directory_id)


def way_to(
    request: SiteRequest, directory: Directory, *below: str
) -> list[crumbs.Crumb]:
    """Return the breadcrumbs of a page below a directory's own."""
    own = reverse("directories:directory-detail", args=[directory.pk])
    lower = [(label, "") for label in below]
    return crumbs.of_providers(request, (directory.name, own), *lower)


@require_safe
@requires_site(SiteRight.PROVIDERS)
def provider_list(request: SiteRequest) -> HttpResponse:
    """List the identity providers of a site's customers, and whose domains are."""
    site = request.service_site
    rows = queries.provider_rows(site, timezone.now())
    default = next((each for each in rows if each.rules.is_default), None)
    elsewhere = 0
    if default is not None and len(rows) > 1:
        elsewhere = queries.unrouted_elsewhere(site, default.directory)
    context = {
        "crumbs": crumbs.of_providers(request),
        "rows": rows,
        "domains": [(row.directory, routed) for row in rows for routed in row.domains],
        "default": default,
        "elsewhere": elsewhere,
        "gates": gates_of(site),
        "choices": Directory.Provider.choices,
    }
    return render(request, "portals/provider_list.html", context)


@require_safe
@requires_site(SiteRight.PROVIDERS)
def provider_choose(request: SiteRequest) -> HttpResponse:
    """Offer the identity providers that can be connected."""
    context = {
        "crumbs": crumbs.of_providers(request, (_("Add identity provider"), "")),
        "choices": Directory.Provider.choices,
    }
    return render(request, "portals/provider_choose.html", context)


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.PROVIDERS)
def provider_add(request: SiteRequest, provider: str) -> HttpResponse:
    """Name the directory of a chosen provider and add it."""
    if provider not in Directory.Provider.values:
        raise Http404
    form = ProviderForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            directory = providers.add_provider(
                site=request.service_site,
                provider=provider,
                name=form.cleaned_data["name"],
                by=request.actor,
                now=timezone.now(),
            )
        except directories.NameTakenError:
            text = _(
                "Another directory of your organization has this name. Choose another."
            )
            form.add_error("name", text)
        else:
            messages.success(request, _("Directory added. Set up provisioning next."))
            return redirect("directories:directory-detail", directory.pk)
    context = {
        "crumbs": crumbs.of_providers(request, (_("Add identity provider"), "")),
        "form": form,
        "provider": Directory.Provider(provider),
    }
    status = 422 if form.errors else 200
    return render(request, "portals/provider_add.html", context, status=status)


@require_POST
@requires_site(SiteRight.PROVIDERS)
def provider_default(request: SiteRequest, directory_id: UUID) -> HttpResponse:
    """Give a directory the customers of the domains that no directory has."""
    directory = find_provider(request, directory_id)
    changed = providers.make_default(
        directory=directory, by=request.actor, now=timezone.now()
    )
    if changed:
        text = _("{name} is the default identity provider now.")
        messages.success(request, text.format(name=directory.name))
    return redirect("portals:provider-list", request.service_site.pk)


@require_safe
@requires_site(SiteRight.PROVIDERS)
def provider_facts(request: SiteRequest, directory_id: UUID) -> HttpResponse:
    """Show what the site says about a directory, for the directory's page."""
    directory = find_provider(request, directory_id)
    site = request.service_site
    context = {
        "directory": directory,
        "rules": queries.rules_of(directory),
        "domains": queries.routed_domains(site).get(directory.pk, []),
        "employees": queries.employees_of(site, directory),
        "waiting": waiting_groups(directory).count(),
        "gates": gates_of(site),
        "several": queries.directories_of(site).count() > 1,
    }
    return render(request, "portals/provider_facts.html", context)


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.PROVIDERS)
def provider_gates(request: SiteRequest) -> HttpResponse:
    """Show what provisioning of customers needs; switch what is set here."""
    if request.method == "POST":
        return _switch(request)
    site = request.service_site
    way = crumbs.of_providers(request, (_("Conditions of provisioning"), ""))
    directories_here = queries.directories_of(site)
    context = {
        "crumbs": way,
        "gates": gates_of(site),
        "running": directories_here.filter(state=Directory.State.ACTIVE).count(),
    }
    return render(request, "portals/provider_gates.html", context)


def _switch(request: SiteRequest) -> HttpResponse:
    gate, value = request.POST.get("gate"), request.POST.get("value")
    if gate in set(providers.SWITCHES) and value in {"on", "off"}:
        changed = providers.switch_gate(
            site=request.service_site,
            gate=Gate(str(gate)),
            value=value == "on",
            by=request.actor,
            now=timezone.now(),
        )
        if changed:
            messages.success(request, _("Saved."))
    return redirect("portals:provider-gates", request.service_site.pk)
