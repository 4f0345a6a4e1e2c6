"""Organizations of a project: adding one by name, many at once, removing them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from directories.forms import posted
from directories.tasks import wake
from directories.views.rendering import render_part
from portals import project_tables as tables
from portals.models import CustomerOrganization
from portals.permissions import ProjectRequest, ProjectRight, requires_project
from portals.project_forms import OrganizationNameForm
from portals.queries import project_organizations as queries
from portals.services.customer_organizations import organizations
from portals.services.service_projects import attach_runs, attaching
from portals.services.service_projects.attach_runs import Done
from portals.views.project_frame import (
    frame,
    may_manage_organizations,
    organization_crumbs,
    project_url,
)
from provisioning.views.listing import list_page

NAMED = 20


def refusal(request: ProjectRequest) -> HttpResponse | None:
    """Answer an agent who may not do this with why, and whom to ask; else None."""
    if may_manage_organizations(request):
        return None
    context = {
        **frame(request, *organization_crumbs(request.project, _("Not allowed"))),
        "site": request.service_site,
    }
    return render(
        request, "portals/project_organization_refused.html", context, status=403
    )


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.WORK)
def project_organization_add(request: ProjectRequest) -> HttpResponse:
    """Add the organization that is typed or picked, made if that is asked for."""
    if refused := refusal(request):
        return refused
    form = OrganizationNameForm(posted(request))
    unknown = ""
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        found = organizations.holder_of(request.service_site.pk, name)
        if found is None and request.POST.get("create"):
            found = _created(request, name)
        if found is not None:
            return _attached(request, found)
        unknown = name
    context = {
        **frame(request, *organization_crumbs(request.project, _("Add organization"))),
        "form": form,
        "unknown": unknown,
    }
    return render(
        request,
        "portals/project_organization_add.html",
        context,
        status=422 if form.errors or unknown else 200,
    )


def _created(request: ProjectRequest, name: str) -> CustomerOrganization | None:
    try:
        return organizations.create_organization(
            request.service_site, name=name, by=request.actor, now=timezone.now()
        )
    except organizations.NameTakenError:
        # Made by somebody else at this moment: that one is meant.
        return organizations.holder_of(request.service_site.pk, name)


def _attached(request: ProjectRequest, found: CustomerOrganization) -> HttpResponse:
    new = attaching.attach(
        request.project, [found.pk], by=request.actor, now=timezone.now()
    )
    if new:
        text = ngettext(
            "{name} is added. {count} customer of it can use the portal.",
            "{name} is added. {count} customers of it can use the portal.",
            found.member_count,
        )
        said = text.format(name=found.name, count=f"{found.member_count:,}")
        messages.success(request, said)
    else:
        text = _("{name} was in the project already.")
        messages.info(request, text.format(name=found.name))
    return _back(request)


@require_safe
@requires_project(ProjectRight.WORK)
def project_organization_find(request: ProjectRequest) -> HttpResponse:
    """Answer with the choices below the field of a name."""
    if refused := refusal(request):
        return refused
    text = tables.text_of(request.GET, "name")
    found = queries.offered(request.project, text)
    exact = organizations.holder_of(request.service_site.pk, text) if text else None
    context = {
        "found": found,
        "text": text,
        "offers_new": bool(text) and exact is None,
        "most": queries.OFFERED,
    }
    return render(request, "portals/project/organization_options.html", context)


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.WORK)
def project_organization_choose(request: ProjectRequest) -> HttpResponse:
    """List the organizations that are not in the project; a POST adds those chosen."""
    if refused := refusal(request):
        return refused
    project = request.project
    if request.method == "POST":
        choice = tables.organization_choice(request.POST)
        done = attach_runs.attach_chosen(
            project, choice, by=request.actor, now=timezone.now()
        )
        text = ngettext(
            "{count} organization is added.",
            "{count} organizations are added.",
            done.count,
        )
        return _told(request, done, text)
    wanted = tables.organization_filter(request.GET)
    order = tables.sorted_by(request.GET, tables.ORGANIZATION_SORTS, "name")
    listing = list_page(request, queries.not_attached_to(project, wanted), order.cut)
    context = {
        **frame(request, *organization_crumbs(project, _("Add several"))),
        "wanted": wanted,
        "order": order,
        "listing": listing,
        "newest": queries.newest(request.service_site),
        "sources": tables.SOURCES,
    }
    return render_part(
        request, "portals/project_organization_choose.html", context, fragment="rows"
    )


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.WORK)
def project_organization_remove(request: ProjectRequest) -> HttpResponse:
    """Say who loses the portal and who keeps it; when that is confirmed, remove."""
    if refused := refusal(request):
        return refused
    project = request.project
    choice = tables.organization_choice(request.POST or request.GET)
    found = queries.chosen(queries.attached_to(project, choice.wanted), choice)
    if request.POST.get("confirmed"):
        done = attach_runs.detach_chosen(
            project, choice, by=request.actor, now=timezone.now()
        )
        text = ngettext(
            "{count} organization is removed from the project. It stays on the site.",
            "{count} organizations are removed from the project. They stay on the "
            "site.",
            done.count,
        )
        return _told(request, done, text)
    keys = list(found.values_list("pk", flat=True))
    if not keys:
        messages.info(request, _("No organization of the project was chosen."))
        return _back(request)
    context = {
        **frame(request, *organization_crumbs(project, _("Remove from project"))),
        "choice": choice,
        "count": len(keys),
        "named": found.order_by("name_key", "pk")[:NAMED],
        "more": max(0, len(keys) - NAMED),
        "losses": queries.losses_of(project, keys),
        "by_rule": project.project_organizations.filter(
            organization__in=keys[: queries.COUNTED], rule__isnull=False
        ).count(),
    }
    return render(request, "portals/project_organization_remove.html", context)


def _told(request: ProjectRequest, done: Done, text: str) -> HttpResponse:
    """Say what was done, or lead to the job that does it."""
    if done.job is not None:
        wake(done.job.pk)
        return redirect(project_url(request.project, "project-job", done.job.pk))
    if done.count:
        messages.success(request, text.format(count=done.count))
    else:
        messages.info(request, _("No organization was chosen, or nothing changed."))
    return _back(request)


def _back(request: ProjectRequest) -> HttpResponse:
    return redirect(project_url(request.project, "project-organizations"))
