"""The groups of the organization as a site sees them: the list and its export."""

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import Site
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from provisioning import site_tables
from provisioning.models import Group
from provisioning.queries.organization_groups import groups
from provisioning.queries.review import provider_directories
from provisioning.queries.sites_and_apps import site_groups
from provisioning.queries.sites_and_apps.site_groups import Given
from provisioning.tables import GROUP_KINDS, cut_of
from provisioning.views.listing import list_page, short, turned_round
from provisioning.views.sites_and_apps.site import find_site, site_crumbs


@require_safe
@requires(Permission.SEE_DIRECTORY)
def site_group_list(request: ConsoleRequest, site_id: UUID) -> HttpResponse:
    """List every group of the organization with what it gives on a site."""
    site, organization = find_site(request, site_id), request.organization
    wanted = site_tables.group_filter(request.GET)
    cut = cut_of(request.GET, "name_key")
    total = None if wanted else groups.group_count(organization)
    found = site_groups.groups_of(organization, wanted, list(site.apps.all()))
    listing = list_page(request, found, cut, total=total)
    counts = groups.member_counts(listing.rows, cap=groups.COUNT_CAP)
    given = site_groups.given_on(site, listing.rows)
    context = {
        "crumbs": site_crumbs(site, _("Groups")),
        "site": site,
        "tab": "groups",
        "wanted": wanted,
        "listing": listing,
        "rows": [
            (group, short(counts[group.pk], groups.COUNT_CAP), given[group.pk])
            for group in listing.rows
        ],
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
        "kinds": GROUP_KINDS,
        "directories": [
            (str(each.pk), each.name) for each in provider_directories(organization)
        ],
        "gives": site_tables.GIVES,
    }
    return render_part(
        request, "provisioning/site_groups.html", context, fragment="rows"
    )


@require_POST
@requires(Permission.SEE_DIRECTORY)
def site_group_export(request: ConsoleRequest, site_id: UUID) -> HttpResponseBase:
    """Answer with the groups that match and what they give on a site, as CSV."""
    site = find_site(request, site_id)
    wanted = site_tables.group_filter(request.POST)
    filters = {
        "text": wanted.text,
        "kind": wanted.kind,
        "directory": wanted.directory,
        "gives": wanted.gives,
    }
    exports.note_export(
        organization=request.organization,
        target=Target("site", str(site.pk), site.name),
        filters=filters,
        by=request.actor,
        now=timezone.now(),
    )
    found = site_groups.groups_of(request.organization, wanted, list(site.apps.all()))
    rows = found.order_by("name_key", "pk").iterator(groups.EXPORT_BATCH)
    lines = _lines(site, rows)
    return csv_response(f"groups-{site.name}", site_tables.GROUP_COLUMNS, lines)


def _lines(site: Site, rows: Iterator[Group]) -> Iterator[list[object]]:
    while batch := list(islice(rows, groups.EXPORT_BATCH)):
        counts = groups.member_counts(batch)
        given = site_groups.given_on(site, batch)
        for group in batch:
            yield [
                group.name,
                group.get_kind_display(),
                group.record.directory.name if group.record else "",
                counts[group.pk],
                _said(given[group.pk]),
                group.public_id,
            ]


def _said(given: Given) -> str:
    access = [
        f"{grant.app.get_kind_display()}: {grant.get_role_display()}"
        for grant in given.grants
    ]
    return "; ".join([*access, *(str(r.get_role_display()) for r in given.rights)])
