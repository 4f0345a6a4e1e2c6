"""Groups of the organization: the list, its export, one group."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.models import Group
from provisioning.queries.organization_groups import groups
from provisioning.queries.review import provider_directories
from provisioning.views.listing import list_page, short, turned_round


@dataclass(frozen=True)
class Row:
    """A group and how many members it has, as text."""

    group: Group
    members: str


@require_safe
@requires(Permission.SEE_DIRECTORY)
def group_list(request: ConsoleRequest) -> HttpResponse:
    """List the groups of the organization, as many as match."""
    organization = request.organization
    wanted = tables.group_filter(request.GET)
    cut = tables.cut_of(request.GET, "name_key")
    total = None if wanted else groups.group_count(organization)
    listing = list_page(
        request, groups.groups_in(organization, wanted), cut, total=total
    )
    counts = groups.member_counts(listing.rows, cap=groups.COUNT_CAP)
    context = {
        "crumbs": [(_("Admin"), "/"), (_("Directory"), ""), (_("Groups"), "")],
        "wanted": wanted,
        "total": total,
        "listing": listing,
        "rows": [
            Row(group, short(counts[group.pk], groups.COUNT_CAP))
            for group in listing.rows
        ],
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
        "manages": Permission.MANAGE_DIRECTORY in request.permissions,
        "kinds": tables.GROUP_KINDS,
        "directories": [
            (str(d.pk), d.name) for d in provider_directories(organization)
        ],
    }
    return render_part(
        request, "provisioning/group_list.html", context, fragment="rows"
    )


@require_POST
@requires(Permission.SEE_DIRECTORY)
def group_export(request: ConsoleRequest) -> HttpResponseBase:
    """Answer with the groups that match, as CSV."""
    organization = request.organization
    wanted = tables.group_filter(request.POST)
    exports.note_export(
        organization=organization,
        target=Target("groups", str(organization.pk), _("Groups")),
        filters={
            "text": wanted.text,
            "kind": wanted.kind,
            "directory": wanted.directory,
        },
        by=request.actor,
        now=timezone.now(),
    )
    rows = groups.groups_in(organization, wanted).order_by("name_key", "pk")
    return csv_response("groups", tables.GROUP_COLUMNS, _lines(rows.iterator()))


def _lines(rows: Iterator[Group]) -> Iterator[list[object]]:
    for group, count in groups.with_member_counts(rows):
        yield [
            group.name,
            group.get_kind_display(),
            group.record.directory.name if group.record else "",
            count,
            group.description,
            group.created_at.date().isoformat(),
            group.public_id,
        ]


def find_group(request: ConsoleRequest, public_id: UUID) -> Group:
    """Return a group of the organization with its source, or answer 404."""
    rows = request.organization.groups.select_related("record__directory", "directory")
    return get_object_or_404(rows, public_id=public_id)
