"""Which organization an admin of several works in."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from directories.models import Account
from directories.permissions import CHOSEN
from directories.queries.organizations import administered_by


@login_required
@require_http_methods(["GET", "POST"])
def organization_choose(request: HttpRequest) -> HttpResponse:
    """Choose an organization; with only one there is nothing to choose."""
    found = list(administered_by(cast("Account", request.user)))
    if not found:
        raise PermissionDenied
    if request.method == "POST":
        ids = {str(organization.pk) for organization in found}
        if request.POST.get("organization") not in ids:
            raise Http404
        request.session[CHOSEN] = request.POST["organization"]
        return redirect("/")
    if len(found) == 1:
        return redirect("/")
    context = {"organizations": found}
    return render(request, "directories/organization_choose.html", context)
