"""Limits of the organization, and of one directory."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from directories.limit_forms import LimitsForm
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries.limits import (
    Standing,
    directory_limits,
    organization_limits,
)
from directories.services import limit_settings
from directories.services.limit_settings import Changes
from directories.views.directory import find_directory
from directories.views.rendering import provider_crumbs


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def limits(request: ConsoleRequest) -> HttpResponse:
    """Show the limits of the organization with their use; save others."""
    standings = organization_limits(request.organization)
    form = _form(request, standings, of_directory=False)
    if request.method == "POST" and form.is_valid():
        changes = limit_settings.change_limits(
            organization=request.organization,
            limits=form.cleaned_data,
            by=request.actor,
            now=timezone.now(),
        )
        _tell(request, changes)
        return redirect("directories:limits")
    crumbs = [(_("Admin"), "/"), (_("Settings"), ""), (_("Limits"), "")]
    context = {"crumbs": crumbs, "form": form, "limits": _paired(form, standings)}
    return _page(request, context, form)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def directory_own_limits(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Show the limits of a directory with their use; save others."""
    directory = find_directory(request, directory_id)
    directory.organization = request.organization
    standings = directory_limits(directory)
    form = _form(request, standings, of_directory=True)
    if request.method == "POST" and form.is_valid():
        changes = limit_settings.change_directory_limits(
            directory=directory,
            limits=form.cleaned_data,
            by=request.actor,
            now=timezone.now(),
        )
        _tell(request, changes)
        return redirect("directories:directory-limits", directory.pk)
    context = {
        "crumbs": provider_crumbs(directory, _("Limits")),
        "directory": directory,
        "form": form,
        "limits": _paired(form, standings),
    }
    return _page(request, context, form)


def _form(
    request: ConsoleRequest, standings: Sequence[Standing], *, of_directory: bool
) -> LimitsForm:
    return LimitsForm(
        posted(request),
        initial={each.kind: each.own for each in standings},
        rest={each.kind: each.rest for each in standings},
        of_directory=of_directory,
    )


def _paired(form: LimitsForm, standings: Sequence[Standing]) -> list[dict[str, object]]:
    return [{"standing": each, "field": form[each.kind]} for each in standings]


def _page(
    request: ConsoleRequest, context: dict[str, object], form: LimitsForm
) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "directories/limits.html", context, status=status)


def _tell(request: ConsoleRequest, changes: Changes) -> None:
    if changes:
        messages.success(request, _("Limits saved. They count from now on."))
    else:
        messages.info(request, _("Nothing was changed."))
