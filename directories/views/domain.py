"""Mail domains of the organization."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import organizations


@require_safe
@requires(Permission.SEE_DIRECTORY)
def domain_list(request: ConsoleRequest) -> HttpResponse:
    """List the domains, and what it means that one is verified."""
    context = {
        "crumbs": [(_("Admin"), "/"), (_("Directory"), ""), (_("Domains"), "")],
        "domains": list(organizations.domains_of(request.organization)),
        "may_manage": Permission.MANAGE_PROVIDERS in request.permissions,
    }
    return render(request, "directories/domain_list.html", context)
