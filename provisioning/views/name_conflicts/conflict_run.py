"""Sync every group that waits: what that changes, how far it is, what came of it."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.exports import csv_response
from directories.models import Job
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.tasks import wake
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.limit_consequences import written
from provisioning.models import ConflictResult
from provisioning.queries.name_conflicts import conflicts
from provisioning.services.name_conflicts import conflict_runs
from provisioning.services.name_conflicts.staying_local import BITBUCKET, DEFAULT
from provisioning.views.listing import list_page
from provisioning.views.name_conflicts.conflict import no_longer_waits
from provisioning.views.name_conflicts.conflict_rows import (
    STAYS_LOCAL,
    GroupRow,
    group_rows,
)
from provisioning.views.review import review_crumbs

REASONS = {
    **STAYS_LOCAL,
    "name_not_local": gettext_lazy(
        "No local group has this name any more: another directory syncs it, or the "
        "name is kept for the service."
    ),
    "directory_closed": gettext_lazy("User provisioning of the directory was deleted."),
    "last_admin": gettext_lazy("The last organization admin would lose the right."),
}
# More groups than this are counted, but the people in them are not.
COUNTED = 500


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def groups_sync_all(request: ConsoleRequest) -> HttpResponse:
    """Say in numbers what syncing all groups that wait changes; a POST starts it."""
    query = request.POST if request.method == "POST" else request.GET
    wanted = tables.conflict_filter(query)
    if request.method == "POST":
        try:
            job = conflict_runs.sync_all(
                request.organization, wanted, by=request.actor, now=timezone.now()
            )
        except conflict_runs.NothingWaitsError:
            return no_longer_waits(request)
        wake(job.pk)
        messages.success(request, _("Syncing has begun. You can leave this page."))
        return redirect("provisioning:groups-sync-result", job.pk)
    waiting = conflicts.conflicts_in(request.organization, wanted).order_by("pk")
    first = group_rows(list(waiting[:COUNTED]))
    # A name may be another directory's by now; that group waits on.
    rows = [row for row in first if row.group is not None]
    if not rows:
        return no_longer_waits(request)
    total = waiting.count() if len(first) == COUNTED else len(rows)
    staying = Counter(row.stays for row in rows if row.stays)
    rows = [row for row in rows if not row.stays]
    total -= staying.total()
    context = {
        "crumbs": review_crumbs(
            reverse("provisioning:review-list"), _("Sync all groups")
        ),
        "wanted": wanted,
        "total": total,
        "staying": _staying_words(staying),
        **_sums(rows),
        "uncounted": total - sum(row.difference is not None for row in rows),
    }
    return render(request, "provisioning/groups_sync_all.html", context)


def _staying_words(staying: Counter[str]) -> list[str]:
    """Say how many groups cannot be synced, by the reason."""
    defaults = ngettext(
        "{number} group is a default group of an app: people are invited into it.",
        "{number} groups are default groups of apps: people are invited into them.",
        staying[DEFAULT],
    )
    bitbucket = ngettext(
        "{number} group opens Bitbucket, which takes no synced groups.",
        "{number} groups open Bitbucket, which takes no synced groups.",
        staying[BITBUCKET],
    )
    return [
        words.format(number=written(staying[why]))
        for why, words in ((DEFAULT, defaults), (BITBUCKET, bitbucket))
        if staying[why]
    ]


def _sums(rows: list[GroupRow]) -> dict[str, int]:
    known = [row.difference for row in rows if row.difference is not None]
    return {
        "joining": sum(difference.joining for difference in known),
        "leaving": sum(difference.leaving for difference in known),
        "giving": sum(bool(row.rights) for row in rows),
        "granting": sum(bool(row.grants) for row in rows),
    }


def _find_job(request: ConsoleRequest, job_id: UUID) -> Job:
    jobs = request.organization.jobs.filter(kind=conflict_runs.SYNC_ALL)
    return get_object_or_404(jobs, pk=job_id)


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def groups_sync_result(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """Show how far the job is, what was synced, and what was refused and why."""
    job = _find_job(request, job_id)
    asked = request.GET.get("outcome", "")
    outcome = asked if asked in ConflictResult.Outcome.values else ""
    results = conflicts.results_of(job, outcome)
    refused = conflicts.results_of(job, ConflictResult.Outcome.REFUSED).count()
    listing = list_page(request, results, tables.cut_of(request.GET, "id"))
    context = {
        "crumbs": review_crumbs(
            reverse("provisioning:review-list"), _("Sync all groups")
        ),
        "job": job,
        "going_on": job.state in Job.State.going_on(),
        "synced": conflicts.results_of(job).count() - refused,
        "refused": refused,
        "outcome": outcome,
        "outcomes": ConflictResult.Outcome.choices,
        "listing": listing,
        "rows": [(row, REASONS.get(row.reason, "")) for row in listing.rows],
    }
    return render_part(
        request, "provisioning/groups_sync_result.html", context, fragment="result"
    )


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def groups_sync_result_export(
    request: ConsoleRequest, job_id: UUID
) -> HttpResponseBase:
    """Answer with what came of each group, as CSV."""
    job = _find_job(request, job_id)
    exports.note_export(
        organization=request.organization,
        target=Target("job", str(job.pk), _("Sync all groups")),
        filters={},
        by=request.actor,
        now=timezone.now(),
    )
    results = conflicts.results_of(job).order_by("pk")
    return csv_response(
        "synced-groups", tables.RESULT_COLUMNS, _lines(results.iterator())
    )


def _lines(results: Iterator[ConflictResult]) -> Iterator[list[object]]:
    for row in results:
        yield [
            row.name,
            row.directory_name,
            row.get_outcome_display(),
            REASONS.get(row.reason, ""),
            row.joined,
            row.left,
        ]
