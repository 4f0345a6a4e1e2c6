"""How far background work is."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.permissions import ConsoleRequest, Permission, requires
from directories.views.rendering import render_part

# Pages that show the bar of a job and change when it ends.
PAGES = ("directory", "domain")


@require_safe
@requires(Permission.SEE_DIRECTORY)
def job_detail(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """Show a job's bar; the fragment asks for itself until the job is over."""
    jobs = request.organization.jobs.select_related("directory")
    job = get_object_or_404(jobs, pk=job_id)
    page = request.GET.get("page", "")
    context = {
        "crumbs": [(_("Admin"), "/"), (_("Background work"), "")],
        "page": page if page in PAGES else "",
        "job": job,
    }
    if page == "domain":
        domains = request.organization.domains
        context["domain"] = domains.filter(name=job.label).first()
    return render_part(request, "directories/job_detail.html", context, fragment="job")
