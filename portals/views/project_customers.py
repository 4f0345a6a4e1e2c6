"""Customers of a project: who is let in and why, adding people, taking them out."""

from collections.abc import Iterator
from itertools import islice

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.exports import csv_response
from directories.forms import posted
from directories.services import exports
from directories.views.rendering import render_part
from portals import project_tables as tables
from portals.models import Customer
from portals.permissions import ProjectRequest, ProjectRight, requires_project
from portals.project_forms import AddressesForm
from portals.queries import project_people as queries
from portals.services.service_projects import project_addresses
from portals.services.service_projects import project_customers as services
from portals.services.service_projects.project_addresses import Line, Result
from portals.services.service_projects.projects import project_target
from portals.views.project_frame import frame, may_manage_organizations, project_url
from provisioning.views.listing import list_page

BATCH = 500


@require_safe
@requires_project(ProjectRight.WORK)
def project_customers(request: ProjectRequest) -> HttpResponse:
    """List the customers of a project with the way by which each gets in."""
    project = request.project
    wanted = tables.customer_filter(request.GET)
    order = tables.sorted_by(request.GET, tables.CUSTOMER_SORTS, "name")
    listing = list_page(
        request,
        queries.customers_of(project, wanted),
        order.cut,
        total=queries.total_of(project, wanted),
    )
    ways = queries.ways_of(project, listing.rows)
    context = {
        **frame(request, (_("Customers"), "")),
        "tab": "customers",
        "section": "customers",
        "wanted": wanted,
        "who": wanted.who or queries.usual_who(project),
        "order": order,
        "listing": listing,
        "rows": [(each, ways[each.pk]) for each in listing.rows],
        "whos": tables.WHOS,
        "statuses": tables.STATUSES,
        "sources": tables.CUSTOMER_SOURCES,
        "kinds": tables.KINDS,
        "manages": may_manage_organizations(request),
    }
    return render_part(
        request, "portals/project_customers.html", context, fragment="rows"
    )


@require_POST
@requires_project(ProjectRight.WORK)
def project_customer_export(request: ProjectRequest) -> HttpResponseBase:
    """Answer with the customers that match, as CSV."""
    project, wanted = request.project, tables.customer_filter(request.POST)
    exports.note_export(
        organization=request.organization,
        target=project_target(project, {"key": project.key}),
        filters={
            "text": wanted.text,
            "who": wanted.who,
            "status": wanted.status,
            "source": wanted.source,
            "kind": wanted.kind,
        },
        by=request.actor,
        now=timezone.now(),
    )
    found = queries.customers_of(project, wanted).order_by("name_key", "pk")
    lines = _lines(request, found.iterator(BATCH))
    return csv_response(f"customers-{project.key}", tables.CUSTOMER_COLUMNS, lines)


def _lines(
    request: ProjectRequest, found: Iterator[Customer]
) -> Iterator[list[object]]:
    yes = _("Yes")
    while some := list(islice(found, BATCH)):
        ways = queries.ways_of(request.project, some)
        for customer in some:
            way = ways[customer.pk]
            yield [
                customer.name,
                customer.email,
                customer.get_kind_display(),
                customer.get_status_display(),
                customer.get_source_display(),
                way.added.added_at.date().isoformat() if way.added else "",
                ", ".join(way.organizations) + ("…" if way.more_organizations else ""),
                yes if way.open else "",
                customer.public_id,
            ]


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.WORK)
def project_customer_add(request: ProjectRequest) -> HttpResponse:
    """Add the people of typed or pasted addresses; say what came of each."""
    form = AddressesForm(posted(request))
    lines: list[Line] = []
    if request.method == "POST" and form.is_valid():
        lines = _added(request, form)
        if lines and all(line.result != Result.REFUSED for line in lines):
            messages.success(request, _summary(lines))
            project = request.project
            return redirect("portals:project-customers", project.site_id, project.key)
    refused = [line for line in lines if line.result == Result.REFUSED]
    if refused:
        left = "\n".join(line.email for line in refused)
        form = AddressesForm(initial={"addresses": left})
    context = {
        **frame(
            request,
            (_("Customers"), project_url(request.project, "project-customers")),
            (_("Add customers"), ""),
        ),
        "form": form,
        "lines": lines,
        "refused": refused,
        "summary": _summary(lines) if len(refused) < len(lines) else "",
    }
    return render(
        request,
        "portals/project_customer_add.html",
        context,
        status=422 if form.errors or refused else 200,
    )


def _added(request: ProjectRequest, form: AddressesForm) -> list[Line]:
    try:
        lines = project_addresses.add_addresses(
            request.project,
            form.cleaned_data["addresses"],
            invite=form.cleaned_data["invite"],
            by=request.actor,
            now=timezone.now(),
        )
    except project_addresses.TooManyError as error:
        text = _(
            "These are {count} addresses; {most} can be added at once. Add them in "
            "parts, or import a file under Portal-only customers."
        )
        most = project_addresses.MOST
        form.add_error("addresses", text.format(count=error.count, most=most))
        return []
    if not lines:
        form.add_error("addresses", _("Enter an email address."))
    return lines


def _summary(lines: list[Line]) -> str:
    results = [line.result for line in lines]
    new = results.count(Result.CREATED) + results.count(Result.ADDED)
    text = ngettext("{count} customer added.", "{count} customers added.", new)
    told = [text.format(count=new)]
    if made := results.count(Result.CREATED):
        text = ngettext(
            "{count} of them is new on the site.",
            "{count} of them are new on the site.",
            made,
        )
        told.append(text.format(count=made))
    if there := results.count(Result.THERE):
        text = ngettext(
            "{count} was in the project already.",
            "{count} were in the project already.",
            there,
        )
        told.append(text.format(count=there))
    return " ".join(told)


@require_POST
@requires_project(ProjectRight.WORK)
def project_customer_remove(request: ProjectRequest) -> HttpResponse:
    """Say what the chosen customers keep; when that is confirmed, take them out."""
    project = request.project
    chosen = _chosen(request)
    if not chosen:
        messages.info(
            request,
            _(
                "Nobody was chosen who had been added one by one. Who gets in by an "
                "organization leaves with it, or is removed from it."
            ),
        )
        return _back(request)
    if request.POST.get("confirmed"):
        keys = [customer.pk for customer in chosen]
        gone = services.remove_customers(
            project, keys, by=request.actor, now=timezone.now()
        )
        text = ngettext(
            "{count} customer removed from {name}.",
            "{count} customers removed from {name}.",
            len(gone),
        )
        messages.success(request, text.format(count=len(gone), name=project.name))
        return _back(request)
    ways = queries.ways_of(project, chosen)
    rows = [(each, ways[each.pk]) for each in chosen]
    keeping = sum(1 for _each, way in rows if way.organizations or way.open)
    context = {
        **frame(
            request,
            (_("Customers"), project_url(project, "project-customers")),
            (_("Remove customers"), ""),
        ),
        "rows": rows,
        "keeping": keeping,
        "losing": len(rows) - keeping,
    }
    return render(request, "portals/project_customer_remove.html", context)


def _chosen(request: ProjectRequest) -> list[Customer]:
    """Return the ticked customers that were added to the project one by one."""
    added = Customer.objects.filter(
        site=request.service_site,
        public_id__in=tables.chosen_ids(request.POST, "customer"),
        project_customers__project=request.project,
    )
    return list(added.order_by("name_key", "pk"))


def _back(request: ProjectRequest) -> HttpResponse:
    project = request.project
    return redirect("portals:project-customers", project.site_id, project.key)
