"""Sites of the organization and their apps."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.models import Site
from directories.permissions import ConsoleRequest, Permission, requires
from provisioning.models import App
from provisioning.queries import app_access


@require_safe
@requires(Permission.SEE_SITES)
def site_list(request: ConsoleRequest) -> HttpResponse:
    """List the sites with what runs on them."""
    context = {
        "crumbs": [
            (_("Admin"), "/"),
            (_("Apps"), ""),
            (_("Sites and products"), ""),
        ],
        "sites": _sites(request),
    }
    return render(request, "provisioning/site_list.html", context)


@require_safe
@requires(Permission.SEE_SITES)
def site_detail(request: ConsoleRequest, site_id: UUID) -> HttpResponse:
    """Show one site and the apps that run on it."""
    site = get_object_or_404(_sites(request), pk=site_id)
    context = {
        "crumbs": [
            (_("Admin"), "/"),
            (_("Apps"), ""),
            (_("Sites and products"), reverse("provisioning:site-list")),
            (site.name, ""),
        ],
        "site": site,
        "apps": [(app, _opens(request, app)) for app in site.apps.all()],
    }
    return render(request, "provisioning/site_detail.html", context)


def _opens(request: ConsoleRequest, app: App) -> bool:
    """Say whether the admin may see who gets into an app."""
    return any(app_access.runs(right, app) for right in request.rights)


def _sites(request: ConsoleRequest) -> QuerySet[Site]:
    sites = request.organization.sites.order_by("name", "pk")
    if request.site_ids is not None:
        sites = sites.filter(pk__in=request.site_ids)
    return sites.prefetch_related(Prefetch("apps", App.objects.order_by("kind", "pk")))
