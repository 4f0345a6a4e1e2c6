"""Project settings: whom the project lets in, with whom its customers share."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from portals.models import ServiceProject
from portals.permissions import ProjectRequest, ProjectRight, requires_project
from portals.project_forms import PermissionsForm
from portals.queries.project_access import reach_of
from portals.queries.settings import settings_of
from portals.services.service_projects import projects
from portals.views.project_frame import frame, project_url


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.ADMINISTER)
def project_permissions(request: ProjectRequest) -> HttpResponse:
    """Show the permissions; a POST saves them, after the numbers if access changes."""
    project = request.project
    now = {"access": project.access, "sharing": project.sharing}
    form = PermissionsForm(posted(request), initial=now)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        if wanted["access"] == project.access or request.POST.get("confirmed"):
            return _saved(request, form)
        return render(
            request,
            "portals/project_permissions_confirm.html",
            {
                **_frame(request),
                "wanted": wanted,
                "opens": wanted["access"] == ServiceProject.Access.OPEN,
                "reach": reach_of(project),
                "settings": settings_of(request.service_site),
            },
        )
    context = {
        **_frame(request),
        "tab": "settings",
        "section": "permissions",
        "form": form,
        "settings": settings_of(request.service_site),
    }
    return render(
        request,
        "portals/project_permissions.html",
        context,
        status=422 if form.errors else 200,
    )


def _saved(request: ProjectRequest, form: PermissionsForm) -> HttpResponse:
    changed = projects.change_permissions(
        request.project,
        form.cleaned_data["access"],
        form.cleaned_data["sharing"],
        by=request.actor,
        now=timezone.now(),
    )
    if changed:
        messages.success(request, _("Customer permissions are saved."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect(project_url(request.project, "project-permissions"))


def _frame(request: ProjectRequest) -> dict[str, object]:
    return frame(request, (_("Project settings"), ""), (_("Customer permissions"), ""))
