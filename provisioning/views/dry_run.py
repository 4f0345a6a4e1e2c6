"""Dry runs of a directory: ask for one, look at what it found, apply it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from directories.exports import csv_response
from directories.models import Directory, Job
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.services.directories import NotSetUpError
from directories.tasks import wake
from directories.views.directory import find_own_directory
from directories.views.rendering import provider_crumbs, wants_fragment
from provisioning import tables
from provisioning.models import DryRun, DryRunLine
from provisioning.queries import dry_runs as found
from provisioning.services.directory_scope import scope_rules
from provisioning.services.forecast import dry_runs
from provisioning.views.listing import list_page

NOT_DONE = (Job.State.FAILED, Job.State.CANCELLED)

KINDS = (DryRun.Kind.SYNC, DryRun.Kind.CONFLICTS, DryRun.Kind.DISCONNECT)
EXPORT_BATCH = 1_000


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def dry_run_list(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """List the dry runs of the last days and offer new ones."""
    directory = find_own_directory(request, directory_id)
    context = {
        "crumbs": provider_crumbs(directory, _("Dry runs")),
        "directory": directory,
        "dry_runs": found.dry_runs_of(directory)[: found.RECENT],
        "days": dry_runs.days(),
    }
    return render(request, "provisioning/dry_run_list.html", context)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def dry_run_start(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Have worked out what a sync, all decisions or a disconnect would change."""
    directory = find_own_directory(request, directory_id)
    kind = request.POST.get("kind", "")
    if kind not in KINDS or directory.state != Directory.State.ACTIVE:
        messages.info(request, _("Set up user provisioning first."))
        return redirect("directories:directory-detail", directory.pk)
    return _start(request, directory, kind)


def _start(request: ConsoleRequest, directory: Directory, kind: str) -> HttpResponse:
    dry_run = dry_runs.request_dry_run(
        directory=directory, kind=kind, by=request.actor, now=timezone.now()
    )
    if dry_run.job_id is not None:
        wake(dry_run.job_id)
    return redirect("provisioning:dry-run-detail", directory.pk, dry_run.pk)


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def dry_run_detail(
    request: ConsoleRequest, directory_id: UUID, dry_run_id: UUID
) -> HttpResponse:
    """Show what a dry run found, or how far it is."""
    directory = find_own_directory(request, directory_id)
    dry_run = _find(directory, dry_run_id)
    failed = dry_run.job is None or dry_run.job.state in NOT_DONE
    context = {
        "crumbs": _crumbs(directory, dry_run),
        "directory": directory,
        "dry_run": dry_run,
        "failed": failed,
    }
    if dry_run.finished_at is None:
        return _waiting(request, context, failed=failed)
    if "wait" in request.GET:
        return HttpResponseClientRedirect(request.path)
    name = "provisioning/dry_run_detail.html"
    if wants_fragment(request.htmx):
        name = "provisioning/dry_run/rows.html"
    response = render(request, name, context | _content(request, dry_run))
    # One address, two answers: the browser must not show the one as the other.
    patch_vary_headers(response, ("HX-Request",))
    return response


def _waiting(
    request: ConsoleRequest, context: dict[str, Any], *, failed: bool
) -> HttpResponse:
    if not wants_fragment(request.htmx):
        return render(request, "provisioning/dry_run_detail.html", context)
    if failed:
        return HttpResponseClientRedirect(request.path)
    return render(request, "provisioning/dry_run/waiting.html", context)


def _content(request: ConsoleRequest, dry_run: DryRun) -> dict[str, Any]:
    """Return the figures, and the lines that are asked for."""
    figures = found.figures_of(dry_run)
    effect = _effect(request.GET.get("effect", ""), figures)
    text = tables.text_of(request.GET)
    lines = found.lines_of(dry_run, effect, text)
    total = None if text else int(dry_run.numbers.get(effect, 0))
    listing = list_page(request, lines, tables.cut_of(request.GET, "id"), total=total)
    plan = scope_rules.plan_from(dry_run.plan)
    return {
        "plan": plan,
        "scope_label": Directory.Scope(plan.scope).label,
        "figures": figures,
        "effect": found.BY_WORD.get(effect),
        "joined": int(dry_run.numbers.get("joined", 0)),
        "left": int(dry_run.numbers.get("left", 0)),
        "text": text,
        "listing": listing,
        "rows": [(line, found.detail_of(line)) for line in listing.rows],
    }


def _find(directory: Directory, dry_run_id: UUID) -> DryRun:
    return get_object_or_404(found.dry_runs_of(directory), pk=dry_run_id)


def _effect(asked: str, figures: list[found.Figure]) -> str:
    words = [figure.effect.word for figure in figures]
    return asked if asked in words else next(iter(words), "")


def _crumbs(directory: Directory, dry_run: DryRun) -> list[tuple[str, str]]:
    crumbs = provider_crumbs(directory, _("Dry runs"), dry_run.get_kind_display())
    label, _url = crumbs[-2]
    own = reverse("provisioning:dry-run-list", args=[directory.pk])
    return [*crumbs[:-2], (label, own), crumbs[-1]]


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def dry_run_export(
    request: ConsoleRequest, directory_id: UUID, dry_run_id: UUID
) -> HttpResponseBase:
    """Answer with all lines of a dry run as CSV."""
    directory = find_own_directory(request, directory_id)
    dry_run = _find(directory, dry_run_id)
    named = _("Dry run of {name}").format(name=directory.name)
    exports.note_export(
        organization=request.organization,
        target=Target("directory", str(directory.pk), named),
        filters={"kind": dry_run.kind},
        by=request.actor,
        now=timezone.now(),
    )
    lines = DryRunLine.objects.filter(dry_run=dry_run).order_by("effect", "pk")
    header = (_("Effect"), _("Name"), _("Detail"))
    rows = _cells(lines.iterator(chunk_size=EXPORT_BATCH))
    return csv_response("dry-run", header, rows)


def _cells(lines: Iterator[DryRunLine]) -> Iterator[list[object]]:
    for line in lines:
        effect = found.BY_WORD.get(line.effect)
        label = effect.label if effect else line.effect
        yield [label, line.name, found.detail_of(line)]


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def dry_run_apply(
    request: ConsoleRequest, directory_id: UUID, dry_run_id: UUID
) -> HttpResponse:
    """Do what a dry run looked at."""
    directory = find_own_directory(request, directory_id)
    dry_run = _find(directory, dry_run_id)
    try:
        job = dry_runs.apply_dry_run(dry_run, by=request.actor, now=timezone.now())
    except scope_rules.GuardStoppedError:
        text = _("Removals wait for a decision. Approve or discard them first.")
        messages.error(request, text)
    except (dry_runs.NotReadyError, NotSetUpError):
        messages.info(request, _("There is nothing to apply."))
    else:
        if job is not None:
            wake(job.pk)
        messages.success(request, _("Applied. People and groups follow now."))
    return redirect("directories:directory-detail", directory.pk)
