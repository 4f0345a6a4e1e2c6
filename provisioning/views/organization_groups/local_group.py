"""Local groups: making one, changing it, deleting it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services.admins import LastAdminError
from directories.views.rendering import Crumbs
from provisioning.forms import GroupForm
from provisioning.models import Group
from provisioning.queries.access import app_access
from provisioning.queries.accounts.rights import rights_of
from provisioning.queries.in_app.app_permissions import given_places
from provisioning.queries.organization_groups import groups
from provisioning.queries.planning.access_changes import change_by_group_deletion
from provisioning.queries.planning.access_losers import first_losers
from provisioning.services.access.seats import SeatsError
from provisioning.services.organization_groups import local_groups
from provisioning.services.organization_groups.local_groups import (
    FixedError,
    GoneError,
    OwnedError,
)
from provisioning.views.accounts.administrator import last_admin_words
from provisioning.views.in_app.app_rights import may_hand_out
from provisioning.views.organization_groups.group import find_group
from provisioning.views.sites_and_apps import license_messages
from provisioning.views.sites_and_apps.app import may_manage

REFUSALS = (OwnedError, FixedError, GoneError, LastAdminError, SeatsError)


def group_crumbs(group: Group | None, *more: str) -> Crumbs:
    """Return the breadcrumbs of a page about groups, `more` names those below."""
    crumbs = [
        (_("Admin"), "/"),
        (_("Directory"), ""),
        (_("Groups"), reverse("provisioning:group-list")),
    ]
    if group is not None:
        own = reverse("provisioning:group-detail", args=[group.public_id])
        crumbs.append((group.name, own))
    return [*crumbs, *((label, "") for label in more)]


def changeable_group(request: ConsoleRequest, public_id: UUID) -> Group:
    """Return a group that the admin may change; 403 where it gives too much.

    Whoever may not give a right, or access to an app, may not put people into a group
    that gives it either.
    """
    group = find_group(request, public_id)
    if not may_change(request, group):
        raise PermissionDenied(
            _(
                "%(group)s gives an admin right, access to an app that you do not "
                "administer, or makes administrators inside of one. An organization "
                "admin can change it."
            )
            % {"group": group.name}
        )
    return group


def may_change(request: ConsoleRequest, group: Group) -> bool:
    """Say whether the admin's own rights allow changes of a group."""
    if Permission.MANAGE_ROLES in request.permissions:
        return True
    if Permission.MANAGE_DIRECTORY not in request.permissions:
        return False
    # What it gives again once a site is restored counts too.
    if rights_of([group], removed=True):
        return False
    given = app_access.grants_of([group], removed=True).get(group.pk, [])
    opens = all(may_manage(request, grant.app) for grant in given)
    return opens and group.pk in may_hand_out(request, [group])


def refused(request: ConsoleRequest, group: Group, error: Exception) -> HttpResponse:
    """Say why a change of a group was refused, and lead back to the group."""
    messages.error(request, refusal_words(error))
    if isinstance(error, GoneError):
        return redirect("provisioning:group-list")
    return redirect("provisioning:group-detail", group.public_id)


def refusal_words(error: Exception) -> str:
    """Return why a change of a group was refused, and what to do."""
    if isinstance(error, OwnedError):
        return _(
            "Nothing was changed: {directory} manages this group. Change it in your "
            "identity provider."
        ).format(directory=error.owner.name)
    if isinstance(error, LastAdminError):
        return last_admin_words(error.account.get_full_name())
    if isinstance(error, SeatsError):
        return license_messages.refusal_words(error)
    if isinstance(error, GoneError):
        return _("That group was deleted meanwhile.")
    return _(
        "Nothing was changed: built-in and default groups keep their name and cannot "
        "be deleted. You can change who is in them."
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_DIRECTORY)
def group_add(request: ConsoleRequest) -> HttpResponse:
    """Make a local group."""
    form = GroupForm(posted(request))
    if request.method == "POST" and form.is_valid():
        made: list[Group] = []

        def make() -> None:
            made.append(
                local_groups.create_group(
                    request.organization,
                    name=form.cleaned_data["name"],
                    description=form.cleaned_data["description"],
                    by=request.actor,
                    now=timezone.now(),
                )
            )

        if _named(form, make):
            messages.success(request, _("Group created. Add people to it next."))
            return redirect("provisioning:group-detail", made[0].public_id)
    context = {"crumbs": group_crumbs(None, _("Create group")), "form": form}
    return render(
        request,
        "provisioning/group_edit.html",
        context,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_DIRECTORY)
def group_edit(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Give a local group another name and description."""
    group = changeable_group(request, public_id)
    initial = {"name": group.name, "description": group.description}
    form = GroupForm(posted(request), initial=initial)
    try:
        local_groups.check_local(group)
        if request.method == "POST" and form.is_valid():

            def change() -> None:
                local_groups.edit_group(
                    group,
                    name=form.cleaned_data["name"],
                    description=form.cleaned_data["description"],
                    by=request.actor,
                    now=timezone.now(),
                )

            if _named(form, change):
                messages.success(request, _("Group changed."))
                return redirect("provisioning:group-detail", group.public_id)
    except REFUSALS as error:
        return refused(request, group, error)
    context = {
        "crumbs": group_crumbs(group, _("Edit group")),
        "form": form,
        "group": group,
    }
    return render(
        request,
        "provisioning/group_edit.html",
        context,
        status=422 if form.errors else 200,
    )


def _named(form: GroupForm, write: Callable[[], None]) -> bool:
    """Write a group; say at the name when it cannot have it."""
    try:
        write()
    except local_groups.NameTakenError:
        form.add_error(
            "name",
            _("Another group of your organization has this name. Choose another."),
        )
    except local_groups.ReservedNameError:
        form.add_error(
            "name", _("This name is kept for a group that Rollcall makes itself.")
        )
    return not form.errors


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_DIRECTORY)
def group_delete(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Say in numbers what deleting a group changes; a POST deletes it."""
    group = changeable_group(request, public_id)
    try:
        local_groups.check_local(group)
        if request.method == "POST":
            local_groups.delete_group(group, by=request.actor, now=timezone.now())
            text = _("{name} is deleted.").format(name=group.name)
            messages.success(request, text)
            return redirect("provisioning:group-list")
    except REFUSALS as error:
        return refused(request, group, error)
    change = change_by_group_deletion(group)
    losers, more = first_losers(change)
    context = {
        "crumbs": group_crumbs(group, _("Delete group")),
        "numbers": change.numbers(),
        "losers": losers,
        "more_losers": more,
        "group": group,
        "count": groups.member_counts([group])[group.pk],
        "rights": rights_of([group]).get(group.pk, []),
        "grants": app_access.grants_of([group]).get(group.pk, []),
        "places": given_places(group),
    }
    return render(request, "provisioning/group_delete.html", context)
