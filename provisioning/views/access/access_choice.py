"""The page "Access": choose the person, the group or the app that a question is about.

What pages about access share is here too: which apps somebody may ask about.
"""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.events import Event
from directories.permissions import ConsoleRequest, Permission, requires
from directories.views.rendering import Crumbs, render_part
from provisioning import tables
from provisioning.models import App
from provisioning.queries.access.access_checks import (
    check_under_way,
    latest_check,
)
from provisioning.queries.access.app_access import runs
from provisioning.queries.accounts.people import MemberFilter, members_of
from provisioning.queries.organization_groups.groups import GroupFilter, groups_in
from provisioning.views.listing import list_page

USERS, GROUPS, APPS = "users", "groups", "apps"


def apps_of(request: ConsoleRequest, *, removed: bool = False) -> list[App]:
    """Return the apps that the admin's rights are about, by site and name.

    With `removed` those that wait to be deleted come too.
    """
    every = App.with_removed if removed else App.objects
    apps = every.filter(site__organization=request.organization)
    found = apps.select_related("site__organization").order_by(
        "site__name", "kind", "pk"
    )
    return [app for app in found if any(runs(right, app) for right in request.rights)]


def access_crumbs(*more: str) -> Crumbs:
    """Return the breadcrumbs of the page, or of one below it."""
    own = reverse("provisioning:access-why")
    return [
        (_("Admin"), "/"),
        (_("Apps"), ""),
        (_("Access"), own if more else ""),
        *((label, "") for label in more),
    ]


@require_safe
@requires(Permission.SEE_DIRECTORY)
def access_why(request: ConsoleRequest) -> HttpResponse:
    """Search the person, the group or the app that one wants to know about."""
    by = request.GET.get("by", "")
    by = by if by in {GROUPS, APPS} else USERS
    text = tables.text_of(request.GET)
    context: dict[str, Any] = {"crumbs": access_crumbs(), "by": by, "text": text}
    if by == APPS:
        context["apps"] = apps_of(request)
        if Permission.MANAGE_PROVIDERS in request.permissions:
            context["checks"] = True
            context["check"] = latest_check(request.organization)
            context["check_job"] = check_under_way(request.organization)
            context["corrected"] = Event.ACCESS_CHECKED.value
    elif by == GROUPS:
        found = groups_in(request.organization, GroupFilter(text=text))
        cut = tables.cut_of(request.GET, "name_key")
        context["listing"] = list_page(request, found, cut)
    else:
        people = members_of(request.organization, MemberFilter(text=text))
        cut = tables.cut_of(request.GET, "name")
        context["listing"] = list_page(request, people, cut)
    return render_part(
        request, "provisioning/access_why.html", context, fragment="rows"
    )
