"""Project settings: what customers can ask for."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from directories.forms import posted
from portals.models import RequestType
from portals.permissions import ProjectRequest, ProjectRight, requires_project
from portals.project_forms import RequestTypeForm
from portals.services.service_projects import request_types
from portals.views.project_frame import frame, project_url


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.ADMINISTER)
def request_type_list(request: ProjectRequest) -> HttpResponse:
    """List the request types; a POST adds one."""
    form = RequestTypeForm(posted(request))
    if request.method == "POST" and form.is_valid() and _saved(request, form, None):
        messages.success(request, _("The request type is added."))
        return _back(request)
    context = {
        **frame(request, (_("Project settings"), ""), (_("Request types"), "")),
        "tab": "settings",
        "section": "types",
        "form": form,
        "request_types": request.project.request_types.order_by("position", "pk"),
    }
    return render(
        request,
        "portals/request_type_list.html",
        context,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.ADMINISTER)
def request_type_edit(request: ProjectRequest, type_id: int) -> HttpResponse:
    """Rename a request type, or describe it anew."""
    found = _find(request, type_id)
    now = {"name": found.name, "description": found.description}
    form = RequestTypeForm(posted(request), initial=now)
    if request.method == "POST" and form.is_valid() and _saved(request, form, found):
        messages.success(request, _("The request type is saved."))
        return _back(request)
    types = project_url(request.project, "request-type-list")
    context = {
        **frame(
            request,
            (_("Project settings"), ""),
            (_("Request types"), types),
            (found.name, ""),
        ),
        "form": form,
        "request_type": found,
    }
    return render(
        request,
        "portals/request_type_edit.html",
        context,
        status=422 if form.errors else 200,
    )


def _saved(
    request: ProjectRequest, form: RequestTypeForm, found: RequestType | None
) -> bool:
    said = (form.cleaned_data["name"], form.cleaned_data["description"])
    now = timezone.now()
    try:
        if found is None:
            request_types.add_request_type(
                request.project, *said, by=request.actor, now=now
            )
        else:
            request_types.change_request_type(found, *said, by=request.actor, now=now)
    except request_types.NameTakenError:
        form.add_error(
            "name", _("The project has a request type of this name. Choose another.")
        )
        return False
    return True


@require_POST
@requires_project(ProjectRight.ADMINISTER)
def request_type_move(request: ProjectRequest, type_id: int) -> HttpResponse:
    """Move a request type one place up or down."""
    request_types.move_request_type(
        _find(request, type_id),
        up=request.POST.get("to") == "up",
        by=request.actor,
        now=timezone.now(),
    )
    return _back(request)


@require_POST
@requires_project(ProjectRight.ADMINISTER)
def request_type_remove(request: ProjectRequest, type_id: int) -> HttpResponse:
    """Take a request type away."""
    found = _find(request, type_id)
    request_types.remove_request_type(found, by=request.actor, now=timezone.now())
    messages.success(request, _("{name} is removed.").format(name=found.name))
    return _back(request)


def _find(request: ProjectRequest, type_id: int) -> RequestType:
    found = get_object_or_404(request.project.request_types, pk=type_id)
    found.project = request.project
    return found


def _back(request: ProjectRequest) -> HttpResponse:
    project = request.project
    return redirect("portals:request-type-list", project.site_id, project.key)
