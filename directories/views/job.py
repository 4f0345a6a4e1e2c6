"""How far background work is."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.permissions import ConsoleRequest, Permission, requires
from directories.views.rendering import render_part


@require_safe
@requires(Permission.SEE_DIRECTORY)
def job_detail(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """Show a job's bar; the fragment asks for itself until the job is over."""
    jobs = request.organization.jobs.select_related("directory")
    context = {
        "crumbs": [(_("Admin"), "/"), (_("Background work"), "")],
        "page": "directory" if request.GET.get("page") == "directory" else "",
        "job": get_object_or_404(jobs, pk=job_id),
    }
    return render_part(request, "directories/job_detail.html", context, fragment="job")
