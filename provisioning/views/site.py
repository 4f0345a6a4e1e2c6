"""Sites of the organization and their apps."""

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.permissions import ConsoleRequest, Permission, requires
from provisioning.models import App


@require_safe
@requires(Permission.SEE_SITES)
def site_list(request: ConsoleRequest) -> HttpResponse:
    """List the sites with what runs on them."""
    sites = request.organization.sites.order_by("name", "pk")
    if request.site_ids is not None:
        sites = sites.filter(pk__in=request.site_ids)
    context = {
        "crumbs": [
            (_("Admin"), "/"),
            (_("Apps"), ""),
            (_("Sites and products"), ""),
        ],
        "sites": sites.prefetch_related(
            Prefetch("apps", App.objects.order_by("kind", "pk"))
        ),
    }
    return render(request, "provisioning/site_list.html", context)
