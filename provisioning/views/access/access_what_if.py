"""What would change if: steps are put together, and what they come to is shown."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from provisioning.models import App
from provisioning.queries.planning.access_changes import Change
from provisioning.queries.planning.access_lines import Effect, Numbers
from provisioning.queries.planning.access_permissions import Permissions
from provisioning.queries.planning.access_plan import Plan, Step
from provisioning.queries.planning.access_steps import MOST_STEPS, Reader, UnknownError
from provisioning.views.access import what_if_steps
from provisioning.views.access.access_choice import access_crumbs, apps_of
from provisioning.views.access.access_told import COLUMNS, Telling, cap_of, streamed
from provisioning.views.access.what_if_adding import adding_of

SHOWN = (
    Effect.GAIN,
    Effect.ADMIT,
    Effect.WAIT,
    Effect.REFUSED,
    Effect.LOSE,
    Effect.DROP,
    Effect.KEEP,
    Effect.RIGHT_GAIN,
    Effect.RIGHT_LOSE,
)
# Who keeps what they have is listed when it is asked for.
LISTED = frozenset(SHOWN) - {Effect.KEEP}


@dataclass(frozen=True)
class Planned:
    """A step of the plan in words: where it is carried out, the plan without it."""

    label: str
    page: str
    without: str


@dataclass(frozen=True)
class Row:
    """How many people each effect concerns, for one role in an app or one right."""

    name: str
    detail: str
    cells: list[tuple[str, int]]


@require_safe
@requires(Permission.SEE_DIRECTORY)
def access_what_if(request: ConsoleRequest) -> HttpResponse:
    """Show who would gain or lose access by the steps in the address."""
    apps = apps_of(request)
    reader = Reader(request.organization, apps)
    steps = _steps(request.GET, reader)
    adding = adding_of(request, reader) if len(steps) < MOST_STEPS else None
    if adding and adding.step is not None:
        return redirect(_address([*steps, adding.step]))
    context: dict[str, Any] = {
        "crumbs": access_crumbs(_("What would change if…")),
        "steps": [_planned(request, steps, number) for number in range(len(steps))],
        "words": [what_if_steps.written(step) for step in steps],
        "adding": adding,
        "full": len(steps) >= MOST_STEPS,
    }
    if steps:
        context |= _outcome(request, steps, apps)
    return render_part(
        request, "provisioning/access_what_if.html", context, fragment="rows"
    )


def _outcome(
    request: ConsoleRequest, steps: list[Step], apps: list[App]
) -> dict[str, Any]:
    """Return what the page shows of the plan's outcome."""
    change = Change(Plan(request.organization, steps))
    numbers = change.numbers(cap=cap_of(request))
    permissions = Permissions(change, apps)
    telling = Telling(change, apps)
    wanted = request.GET.get("effect", "")
    effects = {wanted} if wanted in Effect.values else LISTED
    shown = [effect for effect in SHOWN if numbers.of(effect)]
    return {
        "numbers": numbers,
        "columns": [str(effect.label) for effect in shown],
        "rows": _rows(numbers, shown, telling),
        "inside": permissions.effects(cap_of(request)),
        "more_inside": permissions.more,
        "shortages": [
            (*telling.app_label(each.app), each.free, each.needed)
            for each in numbers.shortages
            if any(app.pk == each.app for app in apps)
        ],
        "wanted": wanted,
        "effects": [(str(effect), effect.label) for effect in shown],
        "page": telling.page(request, effects),
    }


def _rows(numbers: Numbers, shown: list[Effect], telling: Telling) -> list[Row]:
    found = []
    for (app, role), counted in numbers.roles.items():
        if telling.knows(app):
            name, site = telling.app_label(app)
            detail = f"{site}, {what_if_steps.role_label(role)}"
            found.append(Row(name, detail, _cells(counted, shown)))
    for right, counted in numbers.rights.items():
        name, app_name, site = telling.right_label(right)
        detail = ", ".join(word for word in (app_name, site) if word)
        found.append(Row(name, detail, _cells(counted, shown)))
    return sorted(found, key=lambda row: (row.detail, row.name))


def _cells(counted: Counter[str], shown: list[Effect]) -> list[tuple[str, int]]:
    return [(str(effect.label), counted[effect]) for effect in shown]


def _steps(query: QueryDict, reader: Reader) -> list[Step]:
    try:
        return [reader.step(text) for text in query.getlist("step")[:MOST_STEPS]]
    except UnknownError as error:
        raise Http404 from error


def _planned(request: ConsoleRequest, steps: list[Step], number: int) -> Planned:
    rest = [*steps[:number], *steps[number + 1 :]]
    step = steps[number]
    page = what_if_steps.page_of(step, request.permissions)
    return Planned(what_if_steps.label(step), page, _address(rest))


def _address(steps: list[Step]) -> str:
    query = urlencode({"step": [what_if_steps.written(s) for s in steps]}, doseq=True)
    return f"{reverse('provisioning:access-what-if')}?{query}"


@require_POST
@requires(Permission.SEE_DIRECTORY)
def access_what_if_export(request: ConsoleRequest) -> HttpResponseBase:
    """Answer with everybody whom the plan concerns, as CSV."""
    apps = apps_of(request)
    steps = _steps(request.POST, Reader(request.organization, apps))
    if not steps:
        messages.info(request, _("The plan has no step yet, so nothing would change."))
        return redirect("provisioning:access-what-if")
    exports.note_export(
        organization=request.organization,
        target=Target("plan", str(request.organization.pk), _("What would change if…")),
        filters={
            f"step {number}": what_if_steps.label(step)
            for number, step in enumerate(steps, 1)
        },
        by=request.actor,
        now=timezone.now(),
    )
    change = Change(Plan(request.organization, steps))
    return csv_response("what-if", COLUMNS, streamed(change, Telling(change, apps)))
