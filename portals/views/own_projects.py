"""The service projects of whoever is signed in: where agents begin."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.models import Account
from directories.permissions import let_in, rights_of
from portals.permissions import SiteRight, site_rights
from portals.queries import projects as queries


@require_safe
@login_required
def own_projects(request: HttpRequest) -> HttpResponse:
    """List the projects somebody works in, and the sites they look after."""
    account = cast("Account", request.user)
    rights = rights_of(account)
    roles = list(queries.roles_of(account))
    if not roles and not rights:
        raise PermissionDenied
    sites = [
        site
        for site in queries.service_sites(rights)
        if SiteRight.SERVICE
        in site_rights(
            [r for r in rights if r.organization_id == site.organization_id], site
        )
    ]
    organization = (
        rights[0].organization if rights else roles[0].project.site.organization
    )
    let_in(
        request,
        organization,
        [each for each in rights if each.organization_id == organization.pk],
    )
    numbers = queries.numbers_of([role.project for role in roles])
    context = {
        "crumbs": [(_("Service projects"), "")],
        "roles": [(role, numbers[role.project_id]) for role in roles],
        "sites": sites,
        "most": queries.MOST_COUNTED,
    }
    return render(request, "portals/own_projects.html", context)
