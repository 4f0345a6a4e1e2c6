"""The list of portal-only customers, and its export."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import Directory
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from portals import customer_tables as tables
from portals.models import Customer, OrganizationMember
from portals.permissions import SiteRequest, SiteRight, requires_site, site_rights
from portals.queries import customers
from portals.views import crumbs
from provisioning.views.listing import list_page

EXPORT_BATCH = 500


@require_safe
@requires_site(SiteRight.CUSTOMERS)
def customer_list(request: SiteRequest) -> HttpResponse:
    """List the portal-only customers of a site, as many as match."""
    site = request.service_site
    wanted = tables.customer_filter(request.GET)
    numbers = customers.numbers(site)
    cut = tables.cut_of(request.GET)
    by_visit = cut.field == tables.BY_VISIT
    rows = customers.customers_of(site, wanted)
    if by_visit:
        # Who was never there has no place in this order.
        rows = rows.filter(last_active_at__isnull=False)
    total = None if wanted or by_visit else numbers.total
    listing = list_page(request, rows, cut, total=total)
    directories = _directories(request)
    context = {
        "crumbs": crumbs.of_customers(request),
        "wanted": wanted,
        "filters": asdict(wanted),
        "sort": request.GET.get("sort", ""),
        "numbers": numbers,
        "listing": listing,
        "places": customers.places_of(listing.rows),
        "own_domains": customers.own_domains(site),
        "heads": tables.heads_of(request.GET, cut),
        "by_visit": by_visit,
        "statuses": tables.STATUSES,
        "sources": tables.SOURCES,
        "marks": tables.MARKS,
        "directories": [
            (customers.LOCAL, _("No directory")),
            *((str(each.pk), each.name) for each in directories),
        ],
        "organizations": customers.some_organizations(site),
        "connects": SiteRight.PROVIDERS in site_rights(request.rights, site),
        "connected": bool(directories),
        "testing": [d for d in directories if d.scope == Directory.Scope.TEST],
    }
    return render_part(request, "portals/customer_list.html", context, fragment="rows")


def _directories(request: SiteRequest) -> list[Directory]:
    directories = request.service_site.directories.filter(kind=Directory.Kind.CUSTOMERS)
    return list(directories.order_by("name_key", "pk"))


@require_POST
@requires_site(SiteRight.CUSTOMERS)
def customer_export(request: SiteRequest) -> HttpResponseBase:
    """Answer with the customers that match, as CSV."""
    site = request.service_site
    wanted = tables.customer_filter(request.POST)
    name = _("Portal-only customers of {site}").format(site=site.name)
    exports.note_export(
        organization=request.organization,
        target=Target("customers", str(site.pk), name),
        filters=asdict(wanted) | {"text": wanted.text},
        by=request.actor,
        now=timezone.now(),
    )
    rows = customers.customers_of(site, wanted).order_by("name_key", "pk")
    return csv_response("portal-only-customers", tables.COLUMNS, _lines(rows))


def _lines(rows: QuerySet[Customer]) -> Iterator[list[object]]:
    there = rows.iterator(chunk_size=EXPORT_BATCH)
    while batch := list(islice(there, EXPORT_BATCH)):
        organizations = _organizations(batch)
        for customer in batch:
            yield _line(customer, organizations.get(customer.pk, []))


def _organizations(batch: list[Customer]) -> dict[int, list[str]]:
    members = OrganizationMember.objects.filter(
        customer__in=[each.pk for each in batch], organization__archived_at=None
    ).order_by("organization__name_key")
    found: dict[int, list[str]] = {}
    for key, name in members.values_list("customer_id", "organization__name"):
        found.setdefault(key, []).append(name)
    return found


def _line(customer: Customer, organizations: list[str]) -> list[object]:
    visited = customer.last_active_at
    return [
        customer.name,
        customer.email,
        customer.get_status_display(),
        customer.get_source_display(),
        customer.directory.name if customer.directory else "",
        " | ".join(organizations),
        visited.isoformat(timespec="seconds") if visited else "",
        customer.created_at.isoformat(timespec="seconds"),
        _("Set") if customer.password else _("Not set"),
        customer.public_id,
    ]
