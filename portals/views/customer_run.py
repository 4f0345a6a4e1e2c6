"""Changes of many customers: asked about in numbers, followed, and what came of it."""

from collections.abc import Iterator
from dataclasses import asdict
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import Job
from directories.paging import Cut
from directories.queries.jobs import ACTIVE
from directories.services import exports
from directories.services.audit import Target
from directories.tasks import wake
from directories.views.rendering import render_part
from portals import customer_tables as tables
from portals.customer_words import sentences
from portals.models import ChangeResult
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import customer_runs as runs
from portals.queries import customers
from portals.services.customer_accounts import customer_runs
from portals.views import crumbs
from provisioning.views.listing import list_page

TITLES = {
    customer_runs.REVOKE: gettext_lazy("Revoke access"),
    customer_runs.GRANT: gettext_lazy("Grant access"),
    customer_runs.DELETE: gettext_lazy("Delete customers"),
    customer_runs.MIGRATE: gettext_lazy("Migrate to Atlassian account"),
}
COLUMNS = (
    gettext_lazy("Name"),
    gettext_lazy("Email"),
    gettext_lazy("Result"),
    gettext_lazy("Reason"),
    gettext_lazy("Customer ID"),
)


@require_POST
@requires_site(SiteRight.CUSTOMERS)
def customers_change(request: SiteRequest) -> HttpResponse:
    """Say in numbers what a change of chosen customers does; queue it confirmed."""
    action = request.POST.get("action", "")
    if action not in customer_runs.ACTIONS:
        msg = "Choose what to do with the customers."
        raise BadRequest(msg)
    site = request.service_site
    choice = tables.choice_of(request.POST)
    if request.POST.get("confirmed"):
        job = customer_runs.queue_change(
            site, action, choice, by=request.actor, now=timezone.now()
        )
        wake(job.pk)
        return redirect("portals:customer-run-detail", site.pk, job.pk)
    context = {
        "crumbs": crumbs.of_customers(request, (str(TITLES[action]), "")),
        "action": action,
        "title": TITLES[action],
        "choice": choice,
        "until": customers.newest_key(site),
        "filters": asdict(choice.wanted),
        "effect": customers.effect_of(site, choice),
    }
    return render(request, "portals/customers_change.html", context)


@require_safe
@requires_site(SiteRight.CUSTOMERS)
def run_detail(request: SiteRequest, job_id: UUID) -> HttpResponse:
    """Show how far a change of many customers is, and what came of each."""
    job = _find(request, job_id)
    asked = request.GET.get("outcome", "")
    outcome = asked if asked in ChangeResult.Outcome.values else ""
    numbers = runs.numbers_of(job)
    before = request.GET.get("before") or None
    after = None if before else request.GET.get("after") or None
    total = numbers[outcome] if outcome else sum(numbers.values())
    listing = list_page(
        request,
        runs.results_of(job, outcome),
        Cut(field="pk", after=after, before=before),
        total=total,
    )
    title = TITLES[job.input.content["action"]]
    context = {
        "crumbs": crumbs.of_customers(request, (str(title), "")),
        "title": title,
        "job": job,
        "goes_on": job.state in ACTIVE,
        "outcome": outcome,
        "numbers": numbers,
        "listing": listing,
        "words": sentences(each.reason for each in listing.rows),
    }
    return render_part(request, "portals/customer_run.html", context, fragment="run")


@require_POST
@requires_site(SiteRight.CUSTOMERS)
def run_export(request: SiteRequest, job_id: UUID) -> HttpResponseBase:
    """Answer with what came of each customer, as CSV."""
    job = _find(request, job_id)
    exports.note_export(
        organization=request.organization,
        target=Target("job", str(job.pk), job.label),
        filters={},
        by=request.actor,
        now=timezone.now(),
    )
    words = sentences(runs.reasons_of(job))
    lines = _lines(runs.results_of(job).order_by("pk"), words)
    return csv_response("customers-changed", COLUMNS, lines)


def _lines(
    results: QuerySet[ChangeResult], words: dict[str, str]
) -> Iterator[list[object]]:
    for each in results.iterator():
        yield [
            each.name,
            each.email,
            each.get_outcome_display(),
            words.get(each.reason, ""),
            each.customer,
        ]


def _find(request: SiteRequest, job_id: UUID) -> Job:
    job = runs.run_of(request.organization, request.service_site, job_id)
    if job is None:
        raise Http404(_("There is no such work on this site."))
    return job
