"""Spaces of Confluence: the list, adding, renaming and deleting one."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from directories.folding import fold
from directories.forms import posted
from directories.models import Account
from directories.permissions import ConsoleRequest, Permission, requires
from directories.views.rendering import Crumbs, render_part
from provisioning import tables
from provisioning.models import App, AppPermission
from provisioning.queries.in_app.app_permissions import spaces_of
from provisioning.queries.in_app.permission_changes import Receiver, plan_of_deleting
from provisioning.queries.in_app.permission_receivers import people_without_access
from provisioning.services.in_app import app_permissions, spaces
from provisioning.space_forms import SpaceForm, SpaceNameForm
from provisioning.views.in_app.app_rights import find_space, spaces_app
from provisioning.views.in_app.permission_wishes import REFUSALS, refusal_words
from provisioning.views.listing import list_page, turned_round
from provisioning.views.sites_and_apps.app import part_crumbs


@require_safe
@requires(Permission.MANAGE_APP_PERMISSIONS)
def space_list(request: ConsoleRequest, site_id: UUID, kind: str) -> HttpResponse:
    """List the spaces of Confluence on a site."""
    app = spaces_app(request, site_id, kind)
    text = tables.text_of(request.GET)
    cut = tables.cut_of(request.GET, "name")
    listing = list_page(request, spaces_of(app, text), cut)
    given = AppPermission.objects.filter(app=app, space__in=listing.rows)
    counted = given.order_by("space").values_list("space")
    counts = {
        space: (groups, people)
        for space, groups, people in counted.annotate(
            groups=Count("group", distinct=True),
            people=Count("account", distinct=True),
        )
    }
    context = {
        "crumbs": space_crumbs(app),
        "app": app,
        "text": text,
        "listing": listing,
        "rows": [(each, *counts.get(each.pk, (0, 0))) for each in listing.rows],
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
    }
    return render_part(
        request, "provisioning/space_list.html", context, fragment="rows"
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_APP_PERMISSIONS)
def space_add(request: ConsoleRequest, site_id: UUID, kind: str) -> HttpResponse:
    """Add a space, with the administrator that its maker names."""
    app = spaces_app(request, site_id, kind)
    form = SpaceForm(posted(request), initial=_initial(request, app))
    if request.method == "POST" and form.is_valid():
        admin = _receiver(request, form)
        if form.is_valid() and (space_id := _add(request, app, form, admin)):
            return redirect("provisioning:space-permissions", site_id, kind, space_id)
    context = {
        "crumbs": space_crumbs(app, _("Add space")),
        "app": app,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "provisioning/space_add.html", context, status=status)


def _initial(request: ConsoleRequest, app: App) -> dict[str, str]:
    """Propose whoever makes a space as its administrator, if that would count."""
    own = request.account
    return {} if people_without_access(app, [own.pk]) else {"admin": own.email}


def _receiver(request: ConsoleRequest, form: SpaceForm) -> Receiver | None:
    """Return the group or person that a form names as administrator."""
    named = form.cleaned_data["admin"]
    if not named:
        return None
    key = fold(named)
    account = Account.objects.filter(
        email_key=key, memberships__organization=request.organization
    ).first()
    group = request.organization.groups.filter(name_key=key).first()
    if account is None and group is None:
        form.add_error(
            "admin",
            _("No person and no group of your organization is called so."),
        )
    return Receiver(account=account) if account else Receiver(group=group)


def _add(
    request: ConsoleRequest, app: App, form: SpaceForm, admin: Receiver | None
) -> int:
    """Add a space and return its key, 0 where the form says why not."""
    try:
        space = spaces.add_space(
            app,
            name=form.cleaned_data["name"],
            key=form.cleaned_data["key"],
            admin=admin,
            by=request.actor,
            now=timezone.now(),
        )
    except spaces.KeyTakenError:
        form.add_error(
            "key", _("Another space of this site has this key. Choose another.")
        )
    except app_permissions.NoAccessError as error:
        form.add_error("admin", refusal_words(error, app))
    except (spaces.NoSpacesError, app_permissions.GoneError):
        form.add_error(None, _("Confluence was removed from the site meanwhile."))
    else:
        text = _("{name} is added. Now decide who may do what in it.")
        messages.success(request, text.format(name=space.name))
        return space.pk
    return 0


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_APP_PERMISSIONS)
def space_rename(
    request: ConsoleRequest, site_id: UUID, kind: str, space_id: int
) -> HttpResponse:
    """Give a space another name."""
    space = find_space(request, site_id, kind, space_id)
    form = SpaceNameForm(posted(request), initial={"name": space.name})
    if request.method == "POST" and form.is_valid():
        try:
            spaces.rename_space(
                space,
                name=form.cleaned_data["name"],
                by=request.actor,
                now=timezone.now(),
            )
        except REFUSALS as error:
            messages.error(request, refusal_words(error, space.app))
        else:
            messages.success(request, _("Space renamed."))
        return redirect("provisioning:space-list", site_id, kind)
    context = {
        "crumbs": space_crumbs(space.app, space.name, _("Rename space")),
        "app": space.app,
        "space": space,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "provisioning/space_rename.html", context, status=status)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_APP_PERMISSIONS)
def space_delete(
    request: ConsoleRequest, site_id: UUID, kind: str, space_id: int
) -> HttpResponse:
    """Say in numbers who loses what with a space; a POST deletes it."""
    space = find_space(request, site_id, kind, space_id)
    if request.method == "POST":
        try:
            spaces.delete_space(space, by=request.actor, now=timezone.now())
        except REFUSALS as error:
            messages.error(request, refusal_words(error, space.app))
        else:
            text = _("{name} is deleted.").format(name=space.name)
            messages.success(request, text)
        return redirect("provisioning:space-list", site_id, kind)
    context = {
        "crumbs": space_crumbs(space.app, space.name, _("Delete space")),
        "app": space.app,
        "space": space,
        "effect": plan_of_deleting(space),
        "count": AppPermission.objects.filter(space=space).count(),
    }
    return render(request, "provisioning/space_delete.html", context)


def space_crumbs(app: App, *more: str) -> Crumbs:
    """Return the breadcrumbs of the list of spaces, or of a page below it."""
    return part_crumbs(app, _("Spaces"), "provisioning:space-list", *more)
