"""The first page: what needs attention, what goes on, how much there is."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.homes import home_of
from directories.models import Account
from directories.permissions import (
    ConsoleRequest,
    Permission,
    requires,
)
from provisioning.queries import history, overview
from provisioning.queries.access import app_access
from provisioning.queries.accounts import people
from provisioning.queries.organization_groups import groups
from provisioning.queries.overview import Attention
from provisioning.views import charts

EVENTS_SHOWN = 8


def _or_home(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Lead whoever holds no admin right to their own place, where there is one."""

    @wraps(view)
    def led(request: HttpRequest) -> HttpResponseBase:
        try:
            return view(request)
        except PermissionDenied:
            account = request.user
            url = home_of(account) if isinstance(account, Account) else ""
            if not url:
                raise
            return redirect(url)

    return led


@require_safe
@_or_home
@requires(Permission.SEE_SITES)
def organization_overview(request: ConsoleRequest) -> HttpResponse:
    """Show how the organization stands, to each as much as they may do."""
    if Permission.SEE_DIRECTORY not in request.permissions:
        return redirect("provisioning:site-list")
    organization = request.organization
    manages = Permission.MANAGE_PROVIDERS in request.permissions
    now = timezone.now()
    attention = overview.attention_of(organization, now)
    numbers = people.member_numbers(organization)
    directories = attention.connected if manages else []
    context = {
        "crumbs": [(_("Admin"), ""), (_("Overview"), "")],
        "attention": attention if manages else _own(request, attention),
        "manages": manages,
        "jobs": overview.running_jobs(organization),
        "numbers": numbers,
        "groups": groups.group_count(organization),
        "charts": charts.of_organization(
            organization, numbers, directories, rights=request.rights, now=now
        ),
    }
    if Permission.SEE_LOGS in request.permissions:
        context["events"] = history.latest_events(organization, EVENTS_SHOWN)
    return render(request, "provisioning/overview.html", context)


def _own(request: ConsoleRequest, attention: Attention) -> Attention:
    """Return the part that concerns who may look after some apps alone."""
    own = [
        use
        for use in attention.licenses
        if any(app_access.runs(right, use.app) for right in request.rights)
    ]
    return replace(attention.without_providers(), licenses=own)
