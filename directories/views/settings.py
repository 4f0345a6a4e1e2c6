"""How a directory takes requests: mode, unknown attributes, limits, request log."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import SettingsForm, posted
from directories.models import Directory
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import directory_settings as facts
from directories.queries.limits import directory_limits
from directories.queries.removals import threshold_of
from directories.services.directories import RECONCILE
from directories.services.directory_settings import (
    Choices,
    change_settings,
    differences,
)
from directories.tasks import wake
from directories.views.directory import find_directory
from directories.views.mode_rules import SECTIONS
from directories.views.rendering import provider_crumbs

# What is asked about before it is done: it changes what is refused, or who is
# in which group.
ASKED = ("mode", "nested_groups")
# What a directory of customers does not have; it keeps what its row says.
NOT_FOR_CUSTOMERS = (
    "group_conflicts",
    "all_members",
    "guard_on",
    "guard_percent",
    "guard_least",
)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def directory_settings(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Show how a directory takes requests; save what is chosen and confirmed."""
    directory = find_directory(request, directory_id)
    form = SettingsForm(
        posted(request), initial=_present(directory), rates=_default_rates()
    )
    if directory.kind == Directory.Kind.CUSTOMERS:
        for name in NOT_FOR_CUSTOMERS:
            form.fields[name].disabled = True
    asked: dict[str, str] = {}
    if request.method == "POST" and form.is_valid():
        choices = Choices(**form.cleaned_data)
        asked = _asked(directory, choices)
        if _confirmation(asked) == request.POST.get("confirmed", ""):
            return _save(request, directory, choices)
    context = {
        "crumbs": provider_crumbs(directory, _("Provisioning settings")),
        "directory": directory,
        "form": form,
        "asked": asked,
        "confirmation": _confirmation(asked),
        "sections": SECTIONS,
        "standing": facts.standing(directory),
        "limits": directory_limits(directory),
        "guard": threshold_of(directory),
        "comparison": facts.work_under_way(directory, kind=RECONCILE),
    }
    return render(
        request,
        "directories/directory_settings.html",
        context,
        status=422 if form.errors else 200,
    )


def _save(
    request: ConsoleRequest, directory: Directory, choices: Choices
) -> HttpResponse:
    outcome = change_settings(
        directory=directory, choices=choices, by=request.actor, now=timezone.now()
    )
    if outcome.job is not None:
        wake(outcome.job.pk)
        text = _("Settings saved. Who is in which group follows in the background.")
        messages.success(request, text)
    elif outcome.changes:
        messages.success(request, _("Settings saved."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("directories:directory-settings", directory.pk)


def _present(directory: Directory) -> dict[str, Any]:
    return {name: getattr(directory, name) for name in SettingsForm.base_fields}


def _default_rates() -> dict[str, int]:
    rates = facts.default_rates()
    return {"reads_per_minute": rates.reads, "writes_per_minute": rates.writes}


def _asked(directory: Directory, choices: Choices) -> dict[str, str]:
    """Return what would change and is asked about, with its new value."""
    changes = differences(directory, choices)
    return {name: changes[name][1] for name in ASKED if name in changes}


def _confirmation(asked: dict[str, str]) -> str:
    """Return what a confirmation says, so that it holds for nothing else."""
    return " ".join(f"{name}={value}" for name, value in asked.items())
