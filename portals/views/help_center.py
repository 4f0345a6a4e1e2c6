"""Pages of the help center: the portals, one portal, one's organizations."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from directories import dialect
from directories.folding import fold
from directories.paging import MAX_INTEGER, Cut, cut_page
from directories.tables import neighbours
from portals.help_center import (
    Desk,
    DeskRequest,
    ask_to_log_in,
    at_help_center,
    desk_at,
    for_visitors,
    site_of,
)
from portals.models import ServiceProject
from portals.queries.access import may_open, portals_of
from portals.queries.access_reasons import barrier
from portals.queries.help_centers import (
    OwnOrganization,
    colleagues_of,
    customer_of,
    organizations_of,
)
from provisioning.tables import text_of

# More than these are searched, not read.
PORTALS_SHOWN, SEARCHED_FROM, COLLEAGUES_SHOWN = 200, 13, 25


@require_safe
@at_help_center
def portal_list(request: DeskRequest) -> HttpResponse:
    """Show the portals that the visitor may use."""
    desk = request.desk
    portals = portals_of(desk.visitor, desk.site).order_by("name_key", "pk")
    known = desk.visitor.is_known
    if not known and not (desk.settings.anonymous and portals.exists()):
        return ask_to_log_in(request, desk)
    text = text_of(request.GET)
    everything = list(portals[: PORTALS_SHOWN + 1])
    shown = everything
    if text:
        shown = list(portals.filter(name_key__contains=fold(text))[: PORTALS_SHOWN + 1])
    context = {
        "desk": desk,
        "portals": shown[:PORTALS_SHOWN],
        "more": len(shown) > PORTALS_SHOWN,
        "searched": len(everything) >= SEARCHED_FROM,
        "text": text,
    }
    if not everything:
        context["barrier"] = barrier(desk.visitor, desk.site)
        context["organizations"] = organizations_of(desk.visitor, desk.site)
    return render(request, "portals/help_center/portal_list.html", context)


@require_safe
@never_cache
def portal_detail(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show one portal; what is not there and what is closed look the same."""
    project = _project(project_id)
    if project is not None:
        desk = desk_at(request, project.site)
        if may_open(desk.visitor, project):
            context = {
                "desk": desk,
                "project": project,
                "request_types": project.request_types.order_by("position", "name"),
            }
            return render(request, "portals/help_center/portal_detail.html", context)
    return _closed(request, project)


def _project(project_id: int) -> ServiceProject | None:
    if project_id > MAX_INTEGER:
        return None
    projects = ServiceProject.objects.select_related("site__organization")
    return projects.filter(pk=project_id).first()


def _closed(request: HttpRequest, project: ServiceProject | None) -> HttpResponse:
    """Answer whoever may not open a portal, so that they learn nothing about it.

    Strangers sign in first, at the help center that it would be of.
    """
    site = site_of(request)
    desk = desk_at(request, site) if site else None
    known = desk.visitor.is_known if desk else request.user.is_authenticated
    if not known:
        there = desk_at(request, project.site) if project else desk
        return ask_to_log_in(request, there)
    context = {"desk": desk, "has_portals": desk and has_portals(desk)}
    return render(request, "portals/help_center/closed.html", context, status=404)


def has_portals(desk: Desk) -> bool:
    """Say whether any portal is open to the visitor."""
    return portals_of(desk.visitor, desk.site).exists()


@require_safe
@for_visitors
def own_organizations(request: DeskRequest) -> HttpResponse:
    """Show the visitor's organizations, and which portals each of them opens."""
    desk = request.desk
    context = {"desk": desk, "organizations": organizations_of(desk.visitor, desk.site)}
    return render(request, "portals/help_center/own_organizations.html", context)


@require_safe
@for_visitors
def colleagues(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """List who else is in an organization of the visitor that a project lets in.

    How far customers see one another is each project's to say; all let see whoever is
    in the same organization.
    """
    desk = request.desk
    own = _own(desk, public_id)
    text = text_of(request.GET)
    people = colleagues_of(own.organization)
    if text:
        people = dialect.search(people, text)
    cut = Cut(
        "name_key",
        size=COLLEAGUES_SHOWN,
        after=request.GET.get("after"),
        before=request.GET.get("before"),
    )
    page = cut_page(people, cut)
    context = {
        "desk": desk,
        "own": own,
        "people": page.rows,
        "links": neighbours(page, request.GET),
        "text": text,
        "me": customer_of(desk.visitor, desk.site),
    }
    return render(request, "portals/help_center/colleagues.html", context)


def _own(desk: Desk, public_id: UUID) -> OwnOrganization:
    for own in organizations_of(desk.visitor, desk.site):
        if own.organization.public_id == public_id and own.portals:
            return own
    raise Http404
