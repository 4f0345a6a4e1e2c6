"""Who gets into an app of a site: the groups that give access, and their roles."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from directories.permissions import ROLES, ConsoleRequest, Permission, requires
from directories.views.rendering import Crumbs, render_part
from provisioning import app_tables, tables
from provisioning.app_permissions import GLOBAL
from provisioning.models import ROLES_IN_APPS, App, AppGrant, AppRole, Group
from provisioning.queries.access import app_access
from provisioning.queries.access.licenses import licenses
from provisioning.queries.organization_groups.groups import GroupFilter, groups_in
from provisioning.services.sites_and_apps import app_grants
from provisioning.views.listing import list_page
from provisioning.views.sites_and_apps.app_giving import forecast_of, give_groups
from provisioning.views.sites_and_apps.app_tabs import TAB_CONTENT

NONE = "none"


def find_app(request: ConsoleRequest, site_id: UUID, kind: str) -> App:
    """Return an app of a site that the admin's rights are about, or answer 404."""
    apps = App.objects.select_related("site__organization")
    app = get_object_or_404(
        apps, site__organization=request.organization, site=site_id, kind=kind
    )
    if not any(app_access.runs(right, app) for right in request.rights):
        raise Http404
    return app


def may_manage(request: ConsoleRequest, app: App) -> bool:
    """Say whether the admin decides who gets into an app."""
    return any(
        Permission.MANAGE_ACCESS in ROLES[right.role] and app_access.runs(right, app)
        for right in request.rights
    )


def sets_permissions(request: ConsoleRequest, app: App) -> bool:
    """Say whether the admin sets permissions inside of an app."""
    return any(
        Permission.MANAGE_APP_PERMISSIONS in ROLES[right.role]
        and app_access.runs(right, app)
        for right in request.rights
    )


def permissions_url(request: ConsoleRequest, app: App) -> str:
    """Return the address of the permissions inside of an app, "" for who sets none."""
    if app.kind not in GLOBAL or not sets_permissions(request, app):
        return ""
    return reverse("provisioning:app-permissions", args=[app.site_id, app.kind])


def why_url(request: ConsoleRequest, app: App) -> str:
    """Return the address of why people have access, "" for who may not see people."""
    if Permission.SEE_DIRECTORY not in request.permissions:
        return ""
    return reverse("provisioning:access-app", args=[app.site_id, app.kind])


def managed_app(request: ConsoleRequest, site_id: UUID, kind: str) -> App:
    """Return an app that the admin decides about; 403 where others do, or 404."""
    app = find_app(request, site_id, kind)
    if not may_manage(request, app):
        raise PermissionDenied(
            _(
                "Who gets into %(app)s is decided by organization admins, and by site "
                "admins and user access admins of %(site)s."
            )
            % {"app": app.get_kind_display(), "site": app.site.name}
        )
    return app


@require_safe
@requires(Permission.SEE_SITES)
def app_access_list(request: ConsoleRequest, site_id: UUID, kind: str) -> HttpResponse:
    """Show who gets into an app: its groups, its people, or its licenses."""
    app = find_app(request, site_id, kind)
    tab = app_tables.tab_of(request.GET)
    use = licenses(app)
    context = {
        "crumbs": app_crumbs(app),
        "app": app,
        "tab": tab,
        "tabs": app_tables.TABS,
        "use": use,
        "manages": may_manage(request, app),
        "sets_defaults": Permission.MANAGE_ROLES in request.permissions,
        "sets_limits": Permission.MANAGE_PROVIDERS in request.permissions,
        "takes_synced": app.kind != App.Kind.BITBUCKET,
        "inside_url": permissions_url(request, app),
        "why_url": why_url(request, app),
        **TAB_CONTENT[tab](request, app, use),
    }
    return render_part(
        request, "provisioning/app_access.html", context, fragment="rows"
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCESS)
def app_access_add(request: ConsoleRequest, site_id: UUID, kind: str) -> HttpResponse:
    """Search groups, and let those that are chosen have a role in an app."""
    app = managed_app(request, site_id, kind)
    roles = [(role.value, role.label) for role in ROLES_IN_APPS[app.kind]]
    role = request.POST.get("role") or request.GET.get("role") or roles[0][0]
    if role not in dict(roles):
        raise Http404
    if request.method == "POST":
        return _give(request, app, AppRole(role))
    text = tables.text_of(request.GET)
    found = groups_in(request.organization, GroupFilter(text=text))
    listing = list_page(request, found, tables.cut_of(request.GET, "name_key"))
    inside = set(
        app.grants.filter(group__in=listing.rows, role=role).values_list(
            "group", flat=True
        )
    )
    context = {
        "crumbs": app_crumbs(app, _("Add groups")),
        "app": app,
        "roles": roles,
        "role": role,
        "text": text,
        "listing": listing,
        "rows": [
            (group, group.pk in inside, app_grants.takes(app, group))
            for group in listing.rows
        ],
    }
    return render_part(
        request, "provisioning/app_access_add.html", context, fragment="rows"
    )


def _give(request: ConsoleRequest, app: App, role: AppRole) -> HttpResponse:
    """Let chosen groups have a role; say first what it means for the licenses."""
    chosen = tables.chosen_ids(request.POST, "group")
    wanted = request.organization.groups.filter(public_id__in=chosen)
    given = list(wanted.order_by("name_key", "pk"))
    forecast = forecast_of(app, role, given) if given else None
    if forecast is None or (forecast.may_go_on and "confirmed" in request.POST):
        give_groups(request, app, role, given)
        return back_to(app)
    context = {
        "crumbs": app_crumbs(app, _("Add groups")),
        "app": app,
        "role": role,
        "groups": given,
        "forecast": forecast,
        "sets_limits": Permission.MANAGE_PROVIDERS in request.permissions,
    }
    return render(request, "provisioning/app_access_confirm.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ROLES)
def app_default(
    request: ConsoleRequest, site_id: UUID, kind: str, grant_id: int
) -> HttpResponse:
    """Say for which role a group is the default one, or for none."""
    app = managed_app(request, site_id, kind)
    grant = find_grant(app, grant_id)
    given = list(app.grants.filter(group=grant.group).order_by("pk"))
    present = next((each.role for each in given if each.is_default), NONE)
    others = app.grants.filter(is_default=True).exclude(group=grant.group)
    is_local = grant.group.kind in app_grants.MAY_BE_DEFAULT
    if request.method == "POST":
        return _set_default(request, app, grant.group)
    context = {
        "crumbs": app_crumbs(app, _("Update default group setting")),
        "app": app,
        "group": grant.group,
        "choices": [
            *((each.role, each.get_role_display()) for each in given),
            (NONE, _("None")),
        ],
        "is_local": is_local,
        "is_only": present != NONE and not others.filter(role=present).exists(),
        "present": present,
    }
    return render(request, "provisioning/app_default.html", context)


def _set_default(request: ConsoleRequest, app: App, group: Group) -> HttpResponse:
    wanted = request.POST.get("role", "")
    role = AppRole(wanted) if wanted in AppRole.values else None
    if role is None and wanted != NONE:
        raise Http404
    try:
        app_grants.set_default(app, group, role, by=request.actor, now=timezone.now())
    except app_grants.GoneError:
        messages.error(request, _("That group gives this role no longer."))
    except app_grants.NotLocalError:
        messages.error(request, _("Only local groups can be default groups of an app."))
    else:
        messages.success(request, _("Default group setting updated."))
    return back_to(app)


def find_grant(app: App, grant_id: int) -> AppGrant:
    """Return what a group gives in an app, or answer 404."""
    grants = app.grants.select_related("group__organization", "app__site")
    return get_object_or_404(grants, pk=grant_id)


def back_to(app: App) -> HttpResponse:
    """Lead back to the page of an app."""
    return redirect("provisioning:app-access", app.site_id, app.kind)


def app_crumbs(app: App, *more: str) -> Crumbs:
    """Return the breadcrumbs of an app's page, or of one below it."""
    own = reverse("provisioning:app-access", args=[app.site_id, app.kind])
    crumbs: list[tuple[str, Any]] = [
        (_("Admin"), "/"),
        (_("Apps"), ""),
        (_("Sites and products"), reverse("provisioning:site-list")),
        (app.site.name, reverse("provisioning:site-detail", args=[app.site_id])),
        (app.get_kind_display(), own if more else ""),
        *((label, "") for label in more),
    ]
    return crumbs


def part_crumbs(app: App, label: str, route: str, *more: str) -> Crumbs:
    """Return the breadcrumbs of a part of an app with a page, or of one below it."""
    own = reverse(route, args=[app.site_id, app.kind])
    above = app_crumbs(app, label)[:-1]
    return [*above, (label, own if more else ""), *((each, "") for each in more)]
