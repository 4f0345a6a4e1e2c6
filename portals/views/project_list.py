"""The service projects of a site: the list, its export, a new one."""

from collections.abc import Iterator, Sequence

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.exports import csv_response
from directories.forms import posted
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from portals import project_tables as tables
from portals.models import ServiceProject
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.project_forms import NewProjectForm
from portals.queries import projects as queries
from portals.services.service_projects import projects
from portals.views import crumbs
from provisioning.views.listing import list_page


@require_safe
@requires_site(SiteRight.SERVICE)
def project_list(request: SiteRequest) -> HttpResponse:
    """List the projects of a site with their numbers."""
    wanted = tables.project_filter(request.GET)
    order = tables.sorted_by(request.GET, tables.PROJECT_SORTS, "name")
    listing = list_page(
        request, queries.projects_of(request.service_site, wanted), order.cut
    )
    numbers = queries.numbers_of(listing.rows)
    context = {
        "crumbs": crumbs.of_projects(request),
        "site": request.service_site,
        "wanted": wanted,
        "order": order,
        "listing": listing,
        "projects": [(each, numbers[each.pk]) for each in listing.rows],
        "most": queries.MOST_COUNTED,
        "accesses": ServiceProject.Access.choices,
        "csm": tables.CSM,
    }
    return render_part(request, "portals/project_list.html", context, fragment="rows")


@require_POST
@requires_site(SiteRight.SERVICE)
def project_export(request: SiteRequest) -> HttpResponseBase:
    """Answer with the projects that match, as CSV."""
    site, wanted = request.service_site, tables.project_filter(request.POST)
    exports.note_export(
        organization=request.organization,
        target=Target("site", str(site.pk), site.name),
        filters={"text": wanted.text, "access": wanted.access, "csm": wanted.csm},
        by=request.actor,
        now=timezone.now(),
    )
    found = queries.projects_of(site, wanted).order_by("name_key", "pk")
    return csv_response("service-projects", tables.PROJECT_COLUMNS, _lines(list(found)))


def _lines(found: Sequence[ServiceProject]) -> Iterator[list[object]]:
    on, off = _("On"), _("Off")
    numbers = queries.numbers_of(found)
    for project in found:
        count = numbers[project.pk]
        yield [
            project.key,
            project.name,
            project.get_access_display(),
            project.get_sharing_display(),
            count.customers,
            count.organizations,
            on if project.customer_service_management else off,
            project.created_at.date().isoformat(),
        ]


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def project_create(request: SiteRequest) -> HttpResponse:
    """Make a project."""
    form = NewProjectForm(posted(request))
    if request.method == "POST" and form.is_valid():
        project = _created(request, form)
        if project is not None:
            messages.success(request, _("{name} is created.").format(name=project.name))
            return redirect("portals:project-detail", project.site_id, project.key)
    return render(
        request,
        "portals/project_create.html",
        {
            "crumbs": crumbs.of_projects(request, (_("Create service project"), "")),
            "site": request.service_site,
            "form": form,
            "request_types": projects.default_request_types(),
        },
        status=422 if form.errors else 200,
    )


def _created(request: SiteRequest, form: NewProjectForm) -> ServiceProject | None:
    try:
        return projects.create_project(
            request.service_site,
            form.cleaned_data["key"],
            form.details(),
            by=request.actor,
            now=timezone.now(),
        )
    except projects.KeyTakenError:
        form.add_error(
            "key", _("Another project of the site has this key. Choose another.")
        )
    except projects.NameTakenError:
        form.add_error(
            "name", _("Another project of the site has this name. Choose another.")
        )
    return None
