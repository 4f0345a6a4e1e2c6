"""Global permissions inside of an app: the page, one permission, giving and taking."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories import dialect
from directories.exports import csv_response
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import Crumbs, render_part
from provisioning import tables
from provisioning.app_permissions import GLOBAL, InApp
from provisioning.models import App, AppAccess, AppPermission, Space
from provisioning.queries.access.app_people import PeopleFilter, people_of
from provisioning.queries.accounts.people import MemberFilter, members_of
from provisioning.queries.in_app import app_permissions, permission_export
from provisioning.queries.in_app.permission_changes import Receiver, Wish
from provisioning.queries.in_app.permission_receivers import (
    LOOKED,
    groups_without_access,
    people_without_access,
)
from provisioning.queries.organization_groups.groups import GroupFilter, groups_in
from provisioning.views.in_app.app_rights import permission_app
from provisioning.views.in_app.permission_wishes import (
    carried_wishes,
    carry_out,
    confirmed,
    receivers_of,
    review,
)
from provisioning.views.listing import list_page
from provisioning.views.sites_and_apps.app import part_crumbs

GROUPS, PEOPLE, HOLDERS = "groups", "people", "holders"
TABS = (GROUPS, PEOPLE, HOLDERS)
SHOWN = 5
ACTIVE = AppAccess.State.ACTIVE.value


@dataclass(frozen=True)
class Row:
    """A permission on the page, with some of those who were given it."""

    permission: InApp
    receivers: list[Receiver]
    count: int

    @property
    def more(self) -> int:
        """Return how many are not shown."""
        return self.count - len(self.receivers)


@require_safe
@requires(Permission.MANAGE_APP_PERMISSIONS)
def app_permission_list(
    request: ConsoleRequest, site_id: UUID, kind: str
) -> HttpResponse:
    """Show the global permissions of an app, and who was given them."""
    app = permission_app(request, site_id, kind)
    given = AppPermission.objects.filter(app=app, space__isnull=True)
    counted = given.order_by("permission").values_list("permission")
    counts = dict(counted.annotate(number=Count("pk")))
    rows = []
    for permission in GLOBAL[app.kind]:
        first = given.filter(permission=permission.key).select_related(
            "group", "account"
        )
        number = counts.get(permission.key, 0)
        receivers = [
            Receiver(row.group, row.account)
            for row in (first.order_by("pk")[:SHOWN] if number else ())
        ]
        rows.append(Row(permission, receivers, number))
    context = {
        "crumbs": permission_crumbs(app),
        "app": app,
        "rows": rows,
        "has_spaces": app.kind == App.Kind.CONFLUENCE,
    }
    return render(request, "provisioning/app_permission_list.html", context)


@require_safe
@requires(Permission.MANAGE_APP_PERMISSIONS)
def app_permission_detail(
    request: ConsoleRequest, site_id: UUID, kind: str, permission: str
) -> HttpResponse:
    """Show who was given a permission, or who holds it."""
    app = permission_app(request, site_id, kind)
    known = find_permission(app, permission)
    asked = request.GET.get("tab", "")
    tabs = (HOLDERS,) if known.automatic else TABS
    tab = asked if asked in tabs else tabs[0]
    context = {
        "crumbs": permission_crumbs(app, str(known.label)),
        "app": app,
        "permission": known,
        "tab": tab,
        "tabs": tabs,
        "links": Permission.SEE_DIRECTORY in request.permissions,
        **listed(request, app, tab, permission=known.key),
    }
    return render_part(
        request, "provisioning/app_permission_detail.html", context, fragment="rows"
    )


def listed(
    request: ConsoleRequest,
    app: App,
    tab: str,
    *,
    permission: str = "",
    space: Space | None = None,
) -> dict[str, Any]:
    """Return a page of groups or people that were given something, or of holders."""
    text = tables.text_of(request.GET)
    if tab == GROUPS:
        groups = app_permissions.groups_given(
            app, text, permission=permission, space=space
        )
        page = list_page(request, groups, tables.cut_of(request.GET, "name_key"))
        outside = groups_without_access(app, page.rows, look=LOOKED)
        receivers = [(Receiver(group=g), g.pk in outside) for g in page.rows]
        return {"text": text, "listing": page, "receivers": receivers}
    if tab == PEOPLE:
        people = app_permissions.people_given(
            app, text, permission=permission, space=space
        )
    else:
        people = dialect.search(
            app_permissions.holders_of(app, permission, space), text
        ).prefetch_related("account", "directory")
    listing = list_page(request, people, tables.cut_of(request.GET, "name"))
    without = people_without_access(app, [m.account_id for m in listing.rows])
    return {
        "text": text,
        "listing": listing,
        "receivers": [
            (Receiver(account=m.account), m.account_id in without) for m in listing.rows
        ],
    }


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_APP_PERMISSIONS)
def app_permission_give(
    request: ConsoleRequest, site_id: UUID, kind: str, permission: str
) -> HttpResponse:
    """Search groups and people with access; say what giving changes; then give."""
    app = permission_app(request, site_id, kind)
    known = _givable(app, permission)
    own = reverse("provisioning:app-permission", args=[app.site_id, kind, permission])
    crumbs = permission_crumbs(app, str(known.label), _("Give permission"))
    if request.method == "POST":
        if confirmed(request.POST):
            carry_out(request, app, carried_wishes(request), space=None)
            return redirect(own)
        chosen = receivers_of(request, request.POST.getlist("receiver"))
        wishes = [Wish(each, gives=frozenset({known.key})) for each in chosen]
        return review(request, app, wishes, space=None, crumbs=crumbs, back=own)
    has = AppPermission.objects.filter(app=app, space=None, permission=known.key)
    context = {
        "crumbs": crumbs,
        "app": app,
        "permission": known,
        "back": own,
        **offered(request, app, has),
    }
    return render_part(
        request, "provisioning/permission_receivers.html", context, fragment="rows"
    )


def offered(request: ConsoleRequest, app: App, has: Any) -> dict[str, Any]:
    """Return a page of groups or people to choose from, with why some cannot be.

    `has` are the rows of those who have all already.
    """
    text = tables.text_of(request.GET)
    of_people = request.GET.get("of") == PEOPLE
    if of_people:
        people = (
            members_of(request.organization, MemberFilter(text=text))
            if text
            else people_of(request.organization, [app], PeopleFilter(state=ACTIVE))
        )
        page = list_page(request, people, tables.cut_of(request.GET, "name"))
        accounts = [member.account for member in page.rows]
        outside = people_without_access(app, [each.pk for each in accounts])
        inside = set(has.filter(account__in=accounts).values_list("account", flat=True))
        found = [
            (Receiver(account=a), a.pk in inside, a.pk in outside) for a in accounts
        ]
        return _offer(text, PEOPLE, page, found)
    groups = groups_in(request.organization, GroupFilter(text=text))
    listing = list_page(request, groups, tables.cut_of(request.GET, "name_key"))
    outside = groups_without_access(app, listing.rows, look=LOOKED)
    inside = set(has.filter(group__in=listing.rows).values_list("group", flat=True))
    found = [(Receiver(group=g), g.pk in inside, g.pk in outside) for g in listing.rows]
    return _offer(text, GROUPS, listing, found)


def _offer(text: str, of: str, listing: Any, rows: list[Any]) -> dict[str, Any]:
    kinds = [(GROUPS, _("Groups")), (PEOPLE, _("People"))]
    return {"text": text, "of": of, "kinds": kinds, "listing": listing, "rows": rows}


@require_POST
@requires(Permission.MANAGE_APP_PERMISSIONS)
def app_permission_take(
    request: ConsoleRequest, site_id: UUID, kind: str, permission: str
) -> HttpResponse:
    """Say in numbers who loses a permission; take it when that is confirmed."""
    app = permission_app(request, site_id, kind)
    known = _givable(app, permission)
    own = reverse("provisioning:app-permission", args=[app.site_id, kind, permission])
    if confirmed(request.POST):
        carry_out(request, app, carried_wishes(request), space=None)
        return redirect(own)
    chosen = receivers_of(request, request.POST.getlist("receiver"))
    wishes = [Wish(each, takes=frozenset({known.key})) for each in chosen]
    crumbs = permission_crumbs(app, str(known.label), _("Take permission"))
    return review(request, app, wishes, space=None, crumbs=crumbs, back=own)


@require_POST
@requires(Permission.MANAGE_APP_PERMISSIONS)
def app_permission_export(
    request: ConsoleRequest, site_id: UUID, kind: str
) -> HttpResponseBase:
    """Answer with who holds which global permission, through what, as CSV."""
    app = permission_app(request, site_id, kind)
    asked = request.POST.get("permission", "")
    wanted = [each for each in GLOBAL[app.kind] if asked in {"", each.key}]
    return export(request, app, wanted, space=None)


def export(
    request: ConsoleRequest, app: App, wanted: list[InApp], *, space: Space | None
) -> HttpResponseBase:
    """Answer with who holds permissions in an app or a space, as CSV."""
    place = f"{app.get_kind_display()} ({app.site.name})"
    exports.note_export(
        organization=request.organization,
        target=Target(
            "space" if space else "app",
            str(space.pk if space else app.pk),
            space.name if space else place,
        ),
        filters={"permissions": ", ".join(each.key for each in wanted)},
        by=request.actor,
        now=timezone.now(),
    )
    rows = permission_export.lines(app, wanted, space)
    return csv_response("permissions", permission_export.COLUMNS, rows)


def find_permission(app: App, key: str) -> InApp:
    """Return a global permission of an app by its key, or answer 404."""
    for each in GLOBAL[app.kind]:
        if each.key == key:
            return each
    raise Http404


def _givable(app: App, key: str) -> InApp:
    known = find_permission(app, key)
    if known.automatic:
        raise Http404
    return known


def permission_crumbs(app: App, *more: str) -> Crumbs:
    """Return the breadcrumbs of the page of permissions, or of one below it."""
    return part_crumbs(
        app, _("Global permissions"), "provisioning:app-permissions", *more
    )
