"""Many organizations at once: into projects, or deleted."""

from dataclasses import asdict
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.tasks import wake
from directories.views.rendering import render_part
from portals import organization_tables as tables
from portals.organization_forms import ProjectsForm
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import organizations as queries
from portals.services.customer_organizations import (
    organization_domains,
    organization_runs,
)
from portals.views import crumbs

KINDS = (organization_runs.CHANGE, organization_domains.FILL)


@require_POST
@requires_site(SiteRight.SERVICE)
def organizations_attach(request: SiteRequest) -> HttpResponse:
    """Ask into which projects the chosen organizations come; do it confirmed."""
    projects = queries.projects_of(request.service_site)
    confirmed = bool(request.POST.get("confirmed"))
    form = ProjectsForm(request.POST if confirmed else None, projects=projects)
    if confirmed and form.is_valid():
        return _carry_out(
            request, organization_runs.ATTACH, form.cleaned_data["project"]
        )
    return _ask(request, "portals/organizations_attach.html", form)


@require_POST
@requires_site(SiteRight.SERVICE)
def organizations_delete(request: SiteRequest) -> HttpResponse:
    """Say in numbers what deleting the chosen organizations does; do it confirmed."""
    if request.POST.get("confirmed"):
        return _carry_out(request, organization_runs.DELETE)
    return _ask(request, "portals/organizations_delete.html")


def _ask(
    request: SiteRequest, template: str, form: ProjectsForm | None = None
) -> HttpResponse:
    choice = tables.choice_of(request.POST)
    effect = queries.effect_of(request.service_site, choice)
    if not effect.chosen:
        messages.info(request, _("No organization was chosen."))
        return redirect("portals:organization-list", request.service_site.pk)
    context = {
        "crumbs": crumbs.of_organizations(request, (_("Chosen organizations"), "")),
        "choice": choice,
        "filters": asdict(choice.wanted),
        "effect": effect,
        "form": form,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, template, context, status=status)


def _carry_out(
    request: SiteRequest, action: str, projects: list[str] | None = None
) -> HttpResponse:
    site = request.service_site
    work = organization_runs.Work(
        action=action,
        choice=tables.choice_of(request.POST),
        by=request.actor,
        projects=projects or [],
    )
    job = organization_runs.change(site, work, now=timezone.now())
    if job is not None:
        return follow(request, job.pk)
    messages.success(request, _("Done."))
    return redirect("portals:organization-list", site.pk)


def follow(request: SiteRequest, job_id: UUID) -> HttpResponse:
    """Wake a job and lead to its bar."""
    wake(job_id)
    return redirect("portals:organizations-job", request.service_site.pk, job_id)


@require_safe
@requires_site(SiteRight.SERVICE)
def organizations_job(request: SiteRequest, job_id: UUID) -> HttpResponse:
    """Show the bar of work on organizations; it asks for itself until it is over."""
    site = request.service_site
    rows = request.organization.jobs.filter(
        kind__in=KINDS, input__content__site=str(site.pk)
    )
    context = {
        "crumbs": crumbs.of_organizations(request, (_("Background work"), "")),
        "job": get_object_or_404(rows, pk=job_id),
        "own_job_url": reverse("portals:organizations-job", args=[site.pk, job_id]),
    }
    return render_part(request, "directories/job_detail.html", context, fragment="job")
