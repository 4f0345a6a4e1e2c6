"""Project settings: who works in the project."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from directories.folding import fold
from directories.forms import posted
from directories.models import Account, Member
from directories.views.rendering import render_part
from portals.models import ProjectRole
from portals.permissions import ProjectRequest, ProjectRight, requires_project
from portals.project_forms import RoleForm
from portals.project_tables import one_of, text_of
from portals.services.service_projects import project_roles
from portals.views.project_frame import frame

# A project has tens of people, not thousands.
SHOWN = 500


@require_safe
@requires_project(ProjectRight.ADMINISTER)
def project_people(request: ProjectRequest) -> HttpResponse:
    """List the admins and agents of a project."""
    text = fold(text_of(request.GET))
    role = one_of(request.GET, "role", ProjectRole.Role.values)
    held = request.project.project_roles.select_related("account")
    if role:
        held = held.filter(role=role)
    people = sorted(
        (
            each
            for each in held
            if text in fold(f"{each.account.name} {each.account.email}")
        ),
        key=lambda each: fold(each.account.get_full_name()),
    )
    context = {
        **frame(request, (_("Project settings"), ""), (_("People"), "")),
        "tab": "settings",
        "section": "people",
        "people": people[:SHOWN],
        "more": len(people) > SHOWN,
        "text": text_of(request.GET),
        "role": role,
        "roles": ProjectRole.Role.choices,
        "own": request.account.pk,
    }
    return render_part(request, "portals/project_people.html", context, fragment="rows")


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.ADMINISTER)
def project_person_add(request: ProjectRequest) -> HttpResponse:
    """Make a user of the organization admin or agent of the project."""
    project = request.project
    form = RoleForm(posted(request), initial={"role": ProjectRole.Role.AGENT})
    if request.method == "POST" and form.is_valid():
        account = _account(request, form)
        if account is not None:
            role = ProjectRole.Role(form.cleaned_data["role"])
            project_roles.give_role(
                project, account, role, by=request.actor, now=timezone.now()
            )
            text = _("{name} is {role} now.")
            messages.success(
                request, text.format(name=account.get_full_name(), role=role.label)
            )
            return redirect("portals:project-people", project.site_id, project.key)
    context = {
        **frame(
            request, (_("Project settings"), ""), (_("People"), ""), (_("Add"), "")
        ),
        "form": form,
    }
    return render(
        request,
        "portals/project_person_add.html",
        context,
        status=422 if form.errors else 200,
    )


def _account(request: ProjectRequest, form: RoleForm) -> Account | None:
    members = request.organization.members.select_related("account")
    member = members.filter(account__email_key=fold(form.cleaned_data["email"])).first()
    if member is None:
        form.add_error(
            "email",
            _(
                "No user of the organization has this address. Customers work in no "
                "project: ask an organization admin to add the person under "
                "Directory, Users first."
            ),
        )
        return None
    if member.status != Member.Status.ACTIVE:
        form.add_error(
            "email",
            _("This user is not active, so no role can be given to them."),
        )
        return None
    return member.account


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.ADMINISTER)
def project_person_remove(request: ProjectRequest, public_id: UUID) -> HttpResponse:
    """Say what somebody loses with their role; a POST takes it."""
    project = request.project
    roles = project.project_roles.select_related("account")
    held = get_object_or_404(roles, account__public_id=public_id)
    if request.method == "POST":
        project_roles.take_role(
            project, held.account, by=request.actor, now=timezone.now()
        )
        text = _("{name} works in the project no longer.")
        messages.success(request, text.format(name=held.account.get_full_name()))
        if held.account_id == request.account.pk:
            return redirect("/")
        return redirect("portals:project-people", project.site_id, project.key)
    same = roles.filter(role=held.role).exclude(pk=held.pk)
    context = {
        **frame(
            request, (_("Project settings"), ""), (_("People"), ""), (_("Remove"), "")
        ),
        "held": held,
        "left": same.count(),
        "own": held.account_id == request.account.pk,
    }
    return render(request, "portals/project_person_remove.html", context)
