"""Background work: what goes on, how far it is, what an admin does about it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)
from django_stubs_ext import StrPromise

from directories import tables
from directories.exports import csv_response
from directories.job_kinds import KINDS, kind_of
from directories.models import Job
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import job_list as listed
from directories.queries.providers import connected_directories
from directories.services import exports, job_changes
from directories.services.audit import Target
from directories.tasks import wake
from directories.views.job_words import told
from directories.views.rendering import Crumbs, render_part, wants_fragment

# Pages that show the bar of a job and change when it ends.
PAGES = ("directory", "domain", "access")


def _crumbs(*more: tuple[str, str]) -> Crumbs:
    own = (_("Background work"), reverse("directories:job-list") if more else "")
    return [(_("Admin"), "/"), (_("Security"), ""), own, *more]


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def job_list(request: ConsoleRequest) -> HttpResponse:
    """List what goes on in the order in which it will be done, then what is over."""
    filters = tables.job_filters(request.GET)
    organization = request.organization
    cut = tables.newest_first(request.GET, "created_at")
    page = listed.history(organization, filters, cut)
    context: dict[str, Any] = {
        "crumbs": _crumbs(),
        "filters": filters,
        "goes_on": listed.going_on(organization, filters),
        "here": request.GET.urlencode(),
        "rows": page.rows,
        "links": tables.neighbours(page, request.GET),
        "states": Job.State.choices,
        "kinds": sorted(
            ((name, kind.name) for name, kind in KINDS.items()),
            key=lambda choice: str(choice[1]),
        ),
        "directories": [
            (str(each.pk), each.name)
            for each in connected_directories(organization).order_by("name_key", "pk")
        ],
    }
    return render_part(request, "directories/job_list.html", context, fragment="jobs")


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def job_export(request: ConsoleRequest) -> HttpResponseBase:
    """Answer with the work that is over and passes the filters, as CSV."""
    filters = tables.job_filters(request.POST)
    organization = request.organization
    exports.note_export(
        organization=organization,
        target=Target("jobs", str(organization.pk), _("Background work")),
        filters=asdict(filters),
        by=request.actor,
        now=timezone.now(),
    )
    header = (
        *(_("Queued"), _("Started"), _("Ended"), _("Kind"), _("About")),
        *(_("Directory"), _("State"), _("Done"), _("Total"), _("Runs")),
        *(_("Error"), _("ID")),
    )
    jobs = listed.all_over(organization, filters).order_by("-created_at", "pk")
    return csv_response("background-work", header, _lines(jobs.iterator()))


def _lines(jobs: Iterator[Job]) -> Iterator[list[object]]:
    for job in jobs:
        times = (job.created_at, job.started_at, job.finished_at)
        yield [
            *(at.isoformat() if at else "" for at in times),
            kind_of(job.kind).name,
            job.label,
            job.directory.name if job.directory else "",
            job.get_state_display(),
            job.done,
            job.total,
            job.run,
            job.error,
            job.pk,
        ]


@require_safe
@requires(Permission.SEE_DIRECTORY)
def job_detail(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """Show a job and its bar; both fragments ask for themselves until it is over.

    The bar is part of other pages too, everything about the job of its own page.
    """
    job = _find(request, job_id)
    page = request.GET.get("page", "")
    whole = page == "work" or not wants_fragment(request.htmx)
    context: dict[str, Any] = {
        "crumbs": _crumbs((str(kind_of(job.kind).name), "")),
        "page": page if page in PAGES else "",
        "job": job,
        "may_change": Permission.MANAGE_PROVIDERS in request.permissions,
    }
    if page == "domain":
        domains = request.organization.domains
        context["domain"] = domains.filter(name=job.label).first()
    if whole:
        context["told"] = told(job)
    part = "work" if whole else "job"
    return render_part(request, "directories/job_detail.html", context, fragment=part)


def _jobs(request: ConsoleRequest) -> "QuerySet[Job]":
    return request.organization.jobs.select_related(
        "directory", "organization", "input"
    )


def _find(request: ConsoleRequest, job_id: UUID) -> Job:
    return get_object_or_404(_jobs(request), pk=job_id)


@dataclass(frozen=True)
class _Change:
    """What can be done to a job: by which service, and what is said then."""

    do: Callable[..., object]
    said: StrPromise
    wakes: bool = False


CHANGES = {
    "pause": _Change(
        job_changes.pause_job,
        gettext_lazy("Paused. It rests where it is until somebody resumes it."),
    ),
    "cancel": _Change(
        job_changes.cancel_job,
        gettext_lazy("Cancelled. What was done stays done."),
    ),
    "resume": _Change(
        job_changes.resume_job,
        gettext_lazy("Resumed. It goes on where it was, when its turn comes."),
        wakes=True,
    ),
    "retry": _Change(
        job_changes.retry_job,
        gettext_lazy("Queued again. It goes on where it stopped."),
        wakes=True,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def job_stop(request: ConsoleRequest, job_id: UUID, action: str) -> HttpResponse:
    """Pause or cancel a job, after telling what that leaves undone."""
    job = _find(request, job_id)
    if request.method == "POST":
        return _change(request, job, action)
    if action == "cancel" and not kind_of(job.kind).can_be_cancelled:
        raise Http404
    own = reverse("directories:job-detail", args=[job.pk])
    word = _("Pause") if action == "pause" else _("Cancel")
    context = {
        "crumbs": _crumbs((str(kind_of(job.kind).name), own), (word, "")),
        "job": job,
        "told": told(job),
        "action": action,
    }
    return render(request, "directories/job_stop.html", context)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def job_continue(request: ConsoleRequest, job_id: UUID, action: str) -> HttpResponse:
    """Resume a paused job, or try a failed one again."""
    return _change(request, _find(request, job_id), action)


def _change(request: ConsoleRequest, job: Job, action: str) -> HttpResponse:
    change = CHANGES[action]
    try:
        change.do(job=job, by=request.actor, now=timezone.now())
    except job_changes.NotPossibleError as error:
        state = Job.State(str(error)).label
        text = _("Nothing was changed: the work is in another state by now ({state}).")
        messages.info(request, text.format(state=state))
    except job_changes.NotCancellableError:
        messages.error(request, str(kind_of(job.kind).lasting))
    else:
        if change.wakes:
            wake(job.pk)
        messages.success(request, str(change.said))
    return redirect(_back(request.POST) or _own(job))


def _back(params: QueryDict) -> str:
    """Return the page of ours that a form was on, as it names it."""
    back = params.get("back", "")
    return reverse("directories:job-list") if back == "list" else ""


def _own(job: Job) -> str:
    return reverse("directories:job-detail", args=[job.pk])
