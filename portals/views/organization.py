"""The customer organizations of a site: the list, its export, a new one."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
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
from portals import organization_tables as tables
from portals.models import CustomerOrganization
from portals.organization_forms import OrganizationForm
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import organizations as queries
from portals.services.customer_organizations import organizations
from portals.views import crumbs
from provisioning.views.listing import COUNT_CAP, list_page

EXPORTED_AT_ONCE = 500


@dataclass(frozen=True)
class Row:
    """An organization with its projects and domains."""

    organization: CustomerOrganization
    around: queries.Around


@require_safe
@requires_site(SiteRight.SERVICE)
def organization_list(request: SiteRequest) -> HttpResponse:
    """List the organizations of the site, as many as match."""
    site = request.service_site
    wanted = tables.organization_filter(request.GET)
    numbers = queries.numbers(site)
    everything = numbers.archived if wanted.archived else numbers.total
    found = queries.organizations_of(site, wanted)
    total, more = (None, False) if wanted else (everything, False)
    if wanted.attached:
        total, more = queries.count_attached(found, COUNT_CAP)
    listing = list_page(
        request, found, tables.cut_of(request.GET), total=total, more=more
    )
    around = queries.around(listing.rows)
    context = {
        "crumbs": crumbs.of_organizations(request),
        "wanted": wanted,
        "filters": asdict(wanted),
        "numbers": numbers,
        "everything": everything,
        "listing": listing,
        "rows": [Row(each, around[each.pk]) for each in listing.rows],
        "sort": tables.sort_of(request.GET),
        "sorts": tables.sort_links(request.GET),
        "sources": tables.SOURCES,
        "attachments": tables.ATTACHMENTS,
        "sizes": tables.SIZES,
        "directories": [
            (queries.LOCAL, _("No directory")),
            *((str(d.pk), d.name) for d in queries.directories_of(site)),
        ],
        "until": queries.newest_key(site),
    }
    return render_part(
        request, "portals/organization_list.html", context, fragment="rows"
    )


@require_POST
@requires_site(SiteRight.SERVICE)
def organization_export(request: SiteRequest) -> HttpResponseBase:
    """Answer with the organizations that match, as CSV."""
    site = request.service_site
    wanted = tables.organization_filter(request.POST)
    exports.note_export(
        organization=request.organization,
        target=Target("customer-organizations", str(site.pk), _("Organizations")),
        filters={k: str(v) for k, v in asdict(wanted).items() if v},
        by=request.actor,
        now=timezone.now(),
    )
    found = queries.organizations_of(site, wanted).order_by("name_key", "pk")
    return csv_response("organizations", tables.ORGANIZATION_COLUMNS, _lines(found))


def _lines(found: QuerySet[CustomerOrganization]) -> Iterator[list[object]]:
    batch: list[CustomerOrganization] = []
    for each in found.iterator():
        batch.append(each)
        if len(batch) == EXPORTED_AT_ONCE:
            yield from _batch_lines(batch)
            batch = []
    yield from _batch_lines(batch)


def _batch_lines(batch: list[CustomerOrganization]) -> Iterator[list[object]]:
    around = queries.around(batch, projects_shown=None)
    for each in batch:
        beside = around[each.pk]
        yield [
            each.name,
            each.get_source_display(),
            each.directory.name if each.directory else each.former_directory,
            each.member_count,
            ", ".join(beside.projects),
            ", ".join(beside.domains),
            each.created_at.date().isoformat(),
            each.description,
            each.public_id,
        ]


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def organization_add(request: SiteRequest) -> HttpResponse:
    """Make an organization."""
    form = OrganizationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = organizations.create_organization(
                request.service_site,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                by=request.actor,
                now=timezone.now(),
            )
        except organizations.NameTakenError:
            form.add_error("name", name_taken())
        else:
            messages.success(
                request, _("Organization created. Add customers and projects next.")
            )
            return to_organization(request, made)
    context = {
        "crumbs": crumbs.of_organizations(request, (_("Create organization"), "")),
        "form": form,
    }
    return render(
        request,
        "portals/organization_edit.html",
        context,
        status=422 if form.errors else 200,
    )


def name_taken() -> str:
    """Return the words for a name that another organization has."""
    return _("Another organization of this site has this name. Choose another.")


def to_organization(
    request: SiteRequest, organization: CustomerOrganization
) -> HttpResponse:
    """Lead to the page of an organization."""
    return redirect(
        "portals:organization-detail", request.service_site.pk, organization.public_id
    )


def find_organization(
    request: SiteRequest, public_id: UUID, *, archived: bool | None = False
) -> CustomerOrganization:
    """Return an organization of the site with its owner, or answer 404.

    Only live ones, or archived ones; with None either.
    """
    rows = CustomerOrganization.objects.select_related("directory", "record")
    if archived is not None:
        rows = rows.filter(archived_at__isnull=not archived)
    found = get_object_or_404(rows, site=request.service_site, public_id=public_id)
    found.site = request.service_site
    return found
