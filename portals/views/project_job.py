"""How far work on a project is that goes on in the background."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.views.rendering import render_part
from portals.permissions import ProjectRequest, ProjectRight, requires_project
from portals.services.service_projects import attach_runs
from portals.views.project_frame import frame, project_url

KINDS = (
    attach_runs.ATTACH,
    attach_runs.DETACH,
    attach_runs.APPLY,
    attach_runs.END_RULE,
)


@require_safe
@requires_project(ProjectRight.WORK)
def project_job(request: ProjectRequest, job_id: UUID) -> HttpResponse:
    """Show the bar of a job; the fragment asks for itself until the job is over."""
    jobs = request.organization.jobs.filter(kind__in=KINDS).select_related("input")
    job = get_object_or_404(jobs, pk=job_id)
    if job.input.content.get("project") != request.project.pk:
        raise Http404
    context = {
        **frame(request, (_("Background work"), "")),
        "job": job,
        "back": project_url(request.project, "project-organizations"),
    }
    return render_part(request, "portals/project_job.html", context, fragment="job")
