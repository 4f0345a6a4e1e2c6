"""What came of an action on many rows of a report: who was refused, and why."""

from collections.abc import Iterator
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import Job
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.models import ChoiceRefusal
from provisioning.queries.accounts.choice_refusals import refusals_of, told
from provisioning.services.account_links.link_choices import BULK
from provisioning.services.suspension import suspension_runs
from provisioning.views.listing import list_page

PEOPLE = (suspension_runs.SUSPEND, suspension_runs.RESTORE)


def _find_job(request: ConsoleRequest, job_id: UUID) -> Job:
    kinds = (BULK, *PEOPLE)
    return get_object_or_404(request.organization.jobs, pk=job_id, kind__in=kinds)


def _list_of(job: Job) -> tuple[str, str]:
    """Return the list that the people of a job were chosen in, and its address."""
    if job.kind in PEOPLE:
        return _("Users"), reverse("provisioning:user-list")
    return _("Reports"), reverse("provisioning:report-list")


@require_safe
@requires(Permission.SEE_DIRECTORY)
def report_result(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """Show how far the job is, and who was refused and why."""
    job = _find_job(request, job_id)
    refused = refusals_of(job)
    listing = list_page(request, refused, tables.cut_of(request.GET, "id"))
    list_name, list_url = _list_of(job)
    context = {
        "crumbs": [
            (_("Admin"), "/"),
            (_("Directory"), ""),
            (list_name, list_url),
            (job.label, ""),
        ],
        "job": job,
        "list_name": list_name,
        "list_url": list_url,
        "going_on": job.state in Job.State.going_on(),
        "refused": refused.values("row_key").distinct().count(),
        "listing": listing,
        "rows": [(row, *told(row)) for row in listing.rows],
    }
    return render_part(
        request, "provisioning/report_result.html", context, fragment="result"
    )


@require_POST
@requires(Permission.SEE_DIRECTORY)
def report_result_export(request: ConsoleRequest, job_id: UUID) -> HttpResponseBase:
    """Answer with everybody who was refused, as CSV."""
    job = _find_job(request, job_id)
    exports.note_export(
        organization=request.organization,
        target=Target("job", str(job.pk), job.label),
        filters={},
        by=request.actor,
        now=timezone.now(),
    )
    rows = refusals_of(job).order_by("pk").iterator(chunk_size=2_000)
    return csv_response("refused", tables.REFUSED_COLUMNS, _lines(rows))


def _lines(rows: Iterator[ChoiceRefusal]) -> Iterator[list[object]]:
    for row in rows:
        yield [row.name, row.directory_name, *told(row), row.record or ""]
