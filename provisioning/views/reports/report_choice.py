"""What is done to many rows of a report at once: asked about first, then a job."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from directories.permissions import ConsoleRequest, Permission, requires
from directories.tasks import wake
from provisioning import tables
from provisioning.queries import reports
from provisioning.queries.reports import OF_RECORDS
from provisioning.services.account_links import link_choices
from provisioning.services.account_links.link_choices import OFFERED, Action, Choice

# Of more accounts than this the groups are not counted.
COUNTED = 10_000
MOST_CHOSEN = 1_000


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def report_act(request: ConsoleRequest) -> HttpResponse:
    """Say in numbers what an action changes; when that was confirmed, queue it."""
    own = reverse("provisioning:report-list")
    choice = _choice(request)
    total = _count(request, choice) if choice else 0
    if choice is None or not total:
        messages.info(request, _("Choose at least one row first, or all that match."))
        return redirect(f"{own}?{_query(request)}")
    if "confirmed" in request.POST:
        job = link_choices.queue_choice(
            request.organization,
            choice,
            total=total,
            by=request.actor,
            now=timezone.now(),
        )
        wake(job.pk)
        return redirect(f"{own}?{_query(request)}&job={job.pk}")
    context = {
        "crumbs": [
            (_("Admin"), "/"),
            (_("Directory"), ""),
            (_("Reports"), own),
            (choice.action.label, ""),
        ],
        "choice": choice,
        "chosen": request.POST.getlist("chosen")[:MOST_CHOSEN],
        "total": total,
        "back": f"{own}?{_query(request)}",
        **_effect(request, choice),
    }
    return render(request, "provisioning/report_act.html", context)


def _choice(request: ConsoleRequest) -> Choice | None:
    report = tables.report_of(request.POST)
    asked = request.POST.get("action", "")
    if asked not in OFFERED[report]:
        return None
    everything = "everything" in request.POST
    ids = [] if everything else request.POST.getlist("chosen")[:MOST_CHOSEN]
    return Choice(
        action=Action(asked),
        report=report,
        wanted=tables.report_filter(request.POST, report),
        everything=everything,
        keys=reports.keys_of(report, request.organization, ids),
    )


def _count(request: ConsoleRequest, choice: Choice) -> int:
    if choice.report in OF_RECORDS:
        found = link_choices.chosen_records(
            request.organization, choice, timezone.now()
        )
        return found.count()
    return link_choices.chosen_members(request.organization, choice).count()


def _effect(request: ConsoleRequest, choice: Choice) -> dict[str, Any]:
    """Return what unlinking changes; None for too many to count."""
    if choice.action != Action.UNLINK:
        return {}
    found = link_choices.chosen_records(request.organization, choice, timezone.now())
    owners = found.exclude(account=None).order_by("pk")
    accounts = list(owners.values_list("account_id", flat=True)[: COUNTED + 1])
    if len(accounts) > COUNTED:
        return {"effect": None}
    return {"effect": reports.effect_of_unlinking(request.organization, accounts)}


def _query(request: ConsoleRequest) -> str:
    """Return the filters of the report as the query of its address."""
    query = request.POST.copy()
    kept = {"tab", "q", "directory", "state", "reason", "days", "sort"}
    for name in [name for name in query if name not in kept]:
        del query[name]
    return query.urlencode()
