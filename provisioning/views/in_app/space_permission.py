"""Permissions of a space: the table of ticks, adding to it, copying, who holds what."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
)

from directories.paging import given_key
from directories.permissions import ConsoleRequest, Permission, requires
from directories.views.rendering import Crumbs, render_part
from provisioning import tables
from provisioning.app_permissions import IN_SPACE, SPACE_ADMIN, VIEW, InApp
from provisioning.models import AppPermission, Space
from provisioning.queries.in_app.app_permissions import spaces_of
from provisioning.queries.in_app.permission_changes import (
    Receiver,
    Wish,
    copied,
    outside_of,
    plan,
)
from provisioning.services.in_app import spaces
from provisioning.views.in_app.app_permission import (
    GROUPS,
    HOLDERS,
    TABS,
    export,
    listed,
    offered,
)
from provisioning.views.in_app.app_rights import find_space
from provisioning.views.in_app.permission_wishes import (
    REFUSALS,
    carried_wishes,
    carry_out,
    confirmed,
    receivers_of,
    refusal_words,
    review,
    ticked_wishes,
)
from provisioning.views.in_app.space import space_crumbs
from provisioning.views.listing import list_page

# What is given together to who is added to a space.
SETS = {
    "view": (gettext_lazy("View only"), frozenset({VIEW})),
    "write": (
        gettext_lazy("View, add and comment"),
        frozenset(
            {
                VIEW,
                "delete-own",
                "add-page",
                "add-blog",
                "add-attachment",
                "add-comment",
            }
        ),
    ),
    "admin": (gettext_lazy("Admin"), frozenset({SPACE_ADMIN, VIEW})),
}


@dataclass(frozen=True)
class Cell:
    """A tick of the table; one that is `included` comes with Admin."""

    permission: InApp
    ticked: bool
    included: bool


@dataclass(frozen=True)
class Row:
    """A group or person of the table; `outside` has no access to the app."""

    receiver: Receiver
    cells: list[Cell]
    was: str
    outside: bool


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_APP_PERMISSIONS)
def space_permissions(
    request: ConsoleRequest, site_id: UUID, kind: str, space_id: int
) -> HttpResponse:
    """Show who may do what in a space; review changed ticks, then save them."""
    space = find_space(request, site_id, kind, space_id)
    own = space_url(space)
    if request.method == "POST":
        if confirmed(request.POST):
            carry_out(request, space.app, carried_wishes(request), space=space)
            return redirect(own)
        crumbs = below_space(space, _("Review changes"))
        wishes = ticked_wishes(request)
        return review(request, space.app, wishes, space=space, crumbs=crumbs, back=own)
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else GROUPS
    named = request.GET.get("permission", "")
    permission = _in_space(named) or IN_SPACE[0]
    found = listed(
        request,
        space.app,
        tab,
        space=space,
        permission=permission.key if tab == HOLDERS else "",
    )
    context = {
        "crumbs": [*space_crumbs(space.app, space.name)],
        "app": space.app,
        "space": space,
        "tab": tab,
        "tabs": TABS,
        "permission": permission,
        "choices": [(each.key, each.label) for each in IN_SPACE],
        "columns": IN_SPACE,
        "rows": [] if tab == HOLDERS else _rows(space, found["receivers"]),
        "links": Permission.SEE_DIRECTORY in request.permissions,
        **found,
    }
    return render_part(
        request, "provisioning/space_permissions.html", context, fragment="rows"
    )


def _in_space(key: str) -> InApp | None:
    return next((each for each in IN_SPACE if each.key == key), None)


def _rows(space: Space, receivers: list[tuple[Receiver, bool]]) -> list[Row]:
    groups = [each.group for each, _outside in receivers if each.group]
    people = [each.account for each, _outside in receivers if each.account]
    given = AppPermission.objects.filter(app=space.app_id, space=space)
    given = (
        given.filter(group__in=groups) if groups else given.filter(account__in=people)
    )
    has: dict[tuple[int | None, int | None], set[str]] = {}
    for group, account, key in given.values_list("group", "account", "permission"):
        has.setdefault((group, account), set()).add(key)
    rows = []
    for receiver, outside in receivers:
        own = has.get(
            (
                receiver.group.pk if receiver.group else None,
                receiver.account.pk if receiver.account else None,
            ),
            set(),
        )
        cells = [
            Cell(each, each.key in own, SPACE_ADMIN in own and each.key not in own)
            for each in IN_SPACE
        ]
        rows.append(Row(receiver, cells, ",".join(sorted(own)), outside))
    return rows


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_APP_PERMISSIONS)
def space_permission_add(
    request: ConsoleRequest, site_id: UUID, kind: str, space_id: int
) -> HttpResponse:
    """Search groups and people with access, and let them into a space."""
    space = find_space(request, site_id, kind, space_id)
    own = space_url(space)
    crumbs = below_space(space, _("Add groups and people"))
    if request.method == "POST":
        if confirmed(request.POST):
            carry_out(request, space.app, carried_wishes(request), space=space)
            return redirect(own)
        _label, gives = SETS.get(request.POST.get("set", ""), SETS["view"])
        chosen = receivers_of(request, request.POST.getlist("receiver"))
        wishes = [Wish(each, gives=gives) for each in chosen]
        return review(request, space.app, wishes, space=space, crumbs=crumbs, back=own)
    has = AppPermission.objects.filter(app=space.app_id, space=space)
    context = {
        "crumbs": crumbs,
        "app": space.app,
        "space": space,
        "sets": [(key, label) for key, (label, _gives) in SETS.items()],
        "back": own,
        **offered(request, space.app, has),
    }
    return render_part(
        request, "provisioning/permission_receivers.html", context, fragment="rows"
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_APP_PERMISSIONS)
def space_permission_copy(
    request: ConsoleRequest, site_id: UUID, kind: str, space_id: int
) -> HttpResponse:
    """Choose a space; say what copying its permissions gives; then copy them."""
    space = find_space(request, site_id, kind, space_id)
    crumbs = below_space(space, _("Copy permissions"))
    if request.method == "POST":
        key = given_key(request.POST.get("source", ""))
        others = Space.objects.select_related("app").exclude(pk=space.pk)
        source = get_object_or_404(others, app=space.app_id, pk=key)
        if confirmed(request.POST):
            return _copy(request, source, space)
        wishes = copied(source)
        outside = outside_of(space.app, wishes)
        planned = plan(space.app, space, [w for w in wishes if w not in outside])
        context = {
            "crumbs": crumbs,
            "app": space.app,
            "space": space,
            "source": source,
            "plan": planned,
            "outside": len(outside),
            "back": space_url(space),
        }
        return render(request, "provisioning/permission_review.html", context)
    text = tables.text_of(request.GET)
    found = spaces_of(space.app, text).exclude(pk=space.pk)
    context = {
        "crumbs": crumbs,
        "app": space.app,
        "space": space,
        "text": text,
        "listing": list_page(request, found, tables.cut_of(request.GET, "name")),
        "back": space_url(space),
    }
    return render_part(
        request, "provisioning/space_permission_copy.html", context, fragment="rows"
    )


def _copy(request: ConsoleRequest, source: Space, space: Space) -> HttpResponse:
    try:
        spaces.copy_permissions(source, space, by=request.actor, now=timezone.now())
    except REFUSALS as error:
        messages.error(request, refusal_words(error, space.app))
    else:
        text = _("What is given in {source} is given in {name} too.")
        messages.success(request, text.format(source=source.name, name=space.name))
    return redirect(space_url(space))


@require_POST
@requires(Permission.MANAGE_APP_PERMISSIONS)
def space_permission_export(
    request: ConsoleRequest, site_id: UUID, kind: str, space_id: int
) -> HttpResponseBase:
    """Answer with who holds what in a space, through what, as CSV."""
    space = find_space(request, site_id, kind, space_id)
    asked = request.POST.get("permission", "")
    wanted = [each for each in IN_SPACE if asked in {"", each.key}]
    if not wanted:
        raise Http404
    return export(request, space.app, wanted, space=space)


def space_url(space: Space) -> str:
    """Return the address of the permissions of a space."""
    place: list[Any] = [space.app.site_id, space.app.kind, space.pk]
    return reverse("provisioning:space-permissions", args=place)


def below_space(space: Space, own: str) -> Crumbs:
    """Return the breadcrumbs of a page below the permissions of a space."""
    crumbs = space_crumbs(space.app, space.name, own)
    return [*crumbs[:-2], (space.name, space_url(space)), crumbs[-1]]
