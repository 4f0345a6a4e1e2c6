"""One service project: its start page, its details, its end."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from directories.forms import posted
from portals.permissions import ProjectRequest, ProjectRight, requires_project
from portals.project_forms import DetailsForm
from portals.queries import projects as queries
from portals.services.service_projects import projects
from portals.services.service_projects.projects import Details
from portals.views.project_frame import frame, is_jira_admin, may_manage_organizations


@require_safe
@requires_project(ProjectRight.WORK)
def project_detail(request: ProjectRequest) -> HttpResponse:
    """Show what a project is, who is let in, and the next steps."""
    project = request.project
    context = {
        **frame(request),
        "tab": "start",
        "numbers": queries.numbers_of([project])[project.pk],
        "most": queries.MOST_COUNTED,
        "request_types": project.request_types.order_by("position", "pk"),
        "people": project.project_roles.count(),
        "rules": project.attach_rules.count(),
        "manages": may_manage_organizations(request),
    }
    return render(request, "portals/project_detail.html", context)


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.ADMINISTER)
def project_edit(request: ProjectRequest) -> HttpResponse:
    """Change what a project says about itself."""
    project = request.project
    now = {name: getattr(project, name) for name in Details.__dataclass_fields__}
    form = DetailsForm(posted(request), initial=now)
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        messages.success(request, _("The details are saved."))
        return redirect("portals:project-edit", project.site_id, project.key)
    context = {
        **frame(request, (_("Project settings"), ""), (_("Details"), "")),
        "tab": "settings",
        "section": "details",
        "form": form,
    }
    return render(
        request,
        "portals/project_edit.html",
        context,
        status=422 if form.errors else 200,
    )


def _changed(request: ProjectRequest, form: DetailsForm) -> bool:
    try:
        projects.change_project(
            request.project, form.details(), by=request.actor, now=timezone.now()
        )
    except projects.NameTakenError:
        form.add_error(
            "name", _("Another project of the site has this name. Choose another.")
        )
        return False
    return True


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.ADMINISTER)
def project_delete(request: ProjectRequest) -> HttpResponse:
    """Say what goes with a project; typed and posted, delete it."""
    project = request.project
    wrong = False
    if request.method == "POST":
        if request.POST.get("confirmation", "").strip() == project.key:
            return _deleted(request)
        wrong = True
    context = {
        **frame(request, (_("Project settings"), ""), (_("Delete project"), "")),
        "numbers": queries.numbers_of([project])[project.pk],
        "most": queries.MOST_COUNTED,
        "people": project.project_roles.count(),
        "rules": project.attach_rules.count(),
        "request_types": project.request_types.count(),
        "wrong": wrong,
    }
    return render(
        request, "portals/project_delete.html", context, status=422 if wrong else 200
    )


def _deleted(request: ProjectRequest) -> HttpResponse:
    project, looks_after = request.project, is_jira_admin(request)
    site = project.site_id
    projects.delete_project(project, by=request.actor, now=timezone.now())
    text = _("{name} is deleted. Its customers and organizations stay on the site.")
    messages.success(request, text.format(name=project.name))
    if looks_after:
        return redirect("portals:project-list", site)
    return redirect("portals:own-projects")
