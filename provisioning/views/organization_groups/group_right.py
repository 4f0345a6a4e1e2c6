"""The admin rights that a group gives: giving one, taking it away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from directories.models import RoleAssignment
from directories.permissions import ConsoleRequest, Permission, requires
from directories.tasks import wake
from provisioning.forms import RightForm
from provisioning.models import App, Group, GroupRole
from provisioning.queries.accounts import administrators
from provisioning.services.accounts import last_admin
from provisioning.services.admin_rights import group_roles
from provisioning.services.admin_rights.rights import LastAdminError
from provisioning.views.accounts.administrator import last_admin_words
from provisioning.views.organization_groups.group import find_group


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ROLES)
def group_right_add(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Choose a right for a group; say in numbers who gets it; then give it."""
    group = find_group(request, public_id)
    if group.kind in group_roles.FIXED:
        messages.error(request, _fixed_words(group))
        return _back(group)
    form = RightForm(posted(request), sites=request.organization.sites.all())
    context: dict[str, Any] = {
        "crumbs": _crumbs(group, _("Give a right")),
        "group": group,
        "directory": group.record.directory if group.record else None,
        "form": form,
    }
    if request.method == "POST" and form.is_valid():
        if request.POST.get("confirmed"):
            return _give(request, group, form)
        found = form.cleaned_data
        context["effect"] = administrators.effect(
            group, role=found["role"], site=found["site"], app=found["app"]
        )
        context |= _words(found["role"], found["site"], found["app"])
        return render(request, "provisioning/group_right_confirm.html", context)
    return render(
        request,
        "provisioning/group_right_add.html",
        context,
        status=422 if form.errors else 200,
    )


def _give(request: ConsoleRequest, group: Group, form: RightForm) -> HttpResponse:
    found, now = form.cleaned_data, timezone.now()
    role = RoleAssignment.Role(found["role"])
    try:
        new = group_roles.give_role(
            group,
            role,
            site=found["site"],
            app=found["app"],
            by=request.actor,
            now=now,
        )
    except group_roles.FixedRightsError:
        messages.error(request, _fixed_words(group))
        return _back(group)
    for job in last_admin.queue_held(request.organization, now):
        wake(job.pk)
    text = (
        _("Everybody in {name} is {role} now.")
        if new
        else _("Everybody in {name} was {role} already.")
    )
    messages.success(request, text.format(name=group.name, role=role.label))
    return _back(group)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ROLES)
def group_right_remove(
    request: ConsoleRequest, public_id: UUID, right_id: int
) -> HttpResponse:
    """Say in numbers what taking a right from a group changes; a POST does it."""
    group = find_group(request, public_id)
    given = get_object_or_404(administrators.rights_of_group(group), pk=right_id)
    if group.kind in group_roles.FIXED:
        messages.error(request, _fixed_words(group))
        return _back(group)
    if request.method == "POST":
        return _take(request, group, given)
    context = {
        "crumbs": _crumbs(group, _("Revoke right")),
        "group": group,
        "effect": administrators.effect(
            group, role=given.role, site=given.site, app=given.app
        ),
        **_words(given.role, given.site, given.app),
    }
    return render(request, "provisioning/group_right_remove.html", context)


def _take(request: ConsoleRequest, group: Group, given: GroupRole) -> HttpResponse:
    try:
        group_roles.take_role(given, by=request.actor, now=timezone.now())
    except group_roles.FixedRightsError:
        messages.error(request, _fixed_words(group))
    except LastAdminError as error:
        messages.error(request, last_admin_words(error.account.get_full_name()))
    else:
        text = _("{name} no longer gives {role}.").format(
            name=group.name, role=given.get_role_display()
        )
        messages.success(request, text)
    return _back(group)


def _words(role: str, site: object, app: str) -> dict[str, Any]:
    return {
        "role": RoleAssignment.Role(role).label,
        "site": site,
        "app": dict(App.Kind.choices).get(app, ""),
    }


def _fixed_words(group: Group) -> str:
    return _(
        "{name} is a group of Rollcall itself, so what it gives cannot be changed. Use "
        "another group, or add and remove people."
    ).format(name=group.name)


def _back(group: Group) -> HttpResponse:
    answer = redirect("provisioning:group-detail", group.public_id)
    answer["Location"] += "?tab=details"
    return answer


def _crumbs(group: Group, own: str) -> list[tuple[str, str]]:
    return [
        (_("Admin"), "/"),
        (_("Directory"), ""),
        (_("Groups"), reverse("provisioning:group-list")),
        (group.name, reverse("provisioning:group-detail", args=[group.public_id])),
        (own, ""),
    ]
