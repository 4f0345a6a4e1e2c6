"""Organizations of a project: the list and its export."""

from collections.abc import Iterator
from itertools import islice

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.services import exports
from directories.views.rendering import render_part
from portals import project_tables as tables
from portals.models import CustomerOrganization
from portals.permissions import ProjectRequest, ProjectRight, requires_project
from portals.queries import project_organizations as queries
from portals.services.service_projects.projects import project_target
from portals.views.project_frame import (
    frame,
    may_manage_organizations,
    organization_crumbs,
)
from provisioning.views.listing import list_page

BATCH = 500


@require_safe
@requires_project(ProjectRight.WORK)
def project_organizations(request: ProjectRequest) -> HttpResponse:
    """List the organizations that a project lets in."""
    project = request.project
    wanted = tables.organization_filter(request.GET)
    order = tables.sorted_by(request.GET, tables.ORGANIZATION_SORTS, "name")
    listing = list_page(request, queries.attached_to(project, wanted), order.cut)
    places = queries.inside_of(project, [each.pk for each in listing.rows])
    context = {
        **frame(request, *organization_crumbs(project)),
        "tab": "organizations" if project.customer_service_management else "customers",
        "section": "organizations",
        "wanted": wanted,
        "order": order,
        "listing": listing,
        "rows": [(each, places[each.pk]) for each in listing.rows if each.pk in places],
        "newest": queries.newest(request.service_site),
        "ways": tables.WAYS,
        "sources": tables.SOURCES,
        "manages": may_manage_organizations(request),
    }
    return render_part(
        request, "portals/project_organizations.html", context, fragment="rows"
    )


@require_POST
@requires_project(ProjectRight.WORK)
def project_organization_export(request: ProjectRequest) -> HttpResponseBase:
    """Answer with the organizations that match, as CSV."""
    project, wanted = request.project, tables.organization_filter(request.POST)
    exports.note_export(
        organization=request.organization,
        target=project_target(project, {"key": project.key}),
        filters={"text": wanted.text, "source": wanted.source, "way": wanted.way},
        by=request.actor,
        now=timezone.now(),
    )
    found = queries.attached_to(project, wanted).order_by("name_key", "pk")
    lines = _lines(request, found.iterator(BATCH))
    name = f"organizations-{project.key}"
    return csv_response(name, tables.ORGANIZATION_COLUMNS, lines)


def _lines(
    request: ProjectRequest, found: Iterator[CustomerOrganization]
) -> Iterator[list[object]]:
    while some := list(islice(found, BATCH)):
        places = queries.inside_of(request.project, [each.pk for each in some])
        for organization in some:
            place = places.get(organization.pk)
            rule = place.rule if place else None
            yield [
                organization.name,
                organization.get_source_display(),
                organization.member_count,
                place.added_at.date().isoformat() if place else "",
                place.added_by if place else "",
                f"{rule.get_match_display()} {rule.text}".strip() if rule else "",
                organization.public_id,
            ]
