"""The people of the organization as a site sees them: the list and its export."""

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import Member
from directories.paging import Cut, cut_sparse
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.tables import neighbours
from directories.views.rendering import render_part
from provisioning import site_tables
from provisioning.models import App, AppAccess
from provisioning.queries.accounts import invitations, people
from provisioning.queries.review import provider_directories
from provisioning.queries.sites_and_apps import site_people
from provisioning.queries.sites_and_apps.site_people import SiteUserFilter
from provisioning.tables import cut_of
from provisioning.views.listing import Listing, list_page, turned_round
from provisioning.views.sites_and_apps.site import find_site, site_crumbs


@require_safe
@requires(Permission.SEE_DIRECTORY)
def site_user_list(request: ConsoleRequest, site_id: UUID) -> HttpResponse:
    """List everybody in the organization with what they open on a site."""
    site = find_site(request, site_id)
    apps = list(site.apps.all())
    wanted = site_tables.user_filter(request.GET)
    cut = cut_of(request.GET, "name")
    listing = _page(request, wanted, apps, cut)
    opened = site_people.opened_by(listing.rows, apps)
    directories = provider_directories(request.organization)
    context = {
        "crumbs": site_crumbs(site, _("Users")),
        "site": site,
        "tab": "users",
        "wanted": wanted,
        "listing": listing,
        "invited": invitations.invited_among(
            request.organization, [each.account_id for each in listing.rows]
        ),
        "rows": [(each, opened.get(each.account_id, [])) for each in listing.rows],
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
        "accesses": site_tables.ACCESS,
        "apps": [(app.kind, app.get_kind_display()) for app in apps],
        "sources": [
            (people.LOCAL, _("Local")),
            *((str(each.pk), each.name) for each in directories),
        ],
    }
    return render_part(
        request, "provisioning/site_users.html", context, fragment="rows"
    )


def _page(
    request: ConsoleRequest, wanted: SiteUserFilter, apps: Sequence[App], cut: Cut
) -> Listing[Member]:
    organization = request.organization
    keys = site_people.apps_of(apps, wanted)
    found = site_people.people_of(organization, wanted, keys)
    if wanted.leaves_out:
        # Of hundreds of thousands hardly anybody may be without access.
        page = cut_sparse(found, site_people.without(keys), cut)
        shown = _("Showing {shown}").format(shown=len(page.rows))
        return Listing(page.rows, neighbours(page, request.GET), shown)
    total = None if wanted else people.member_numbers(organization).total
    return list_page(request, found, cut, total=total)


@require_POST
@requires(Permission.SEE_DIRECTORY)
def site_user_export(request: ConsoleRequest, site_id: UUID) -> HttpResponseBase:
    """Answer with the people that match and what they open on a site, as CSV."""
    site = find_site(request, site_id)
    apps = list(site.apps.all())
    wanted = site_tables.user_filter(request.POST)
    filters = {
        "text": wanted.text,
        "directory": wanted.directory,
        "access": wanted.access,
        "app": wanted.app,
    }
    exports.note_export(
        organization=request.organization,
        target=Target("site", str(site.pk), site.name),
        filters=filters,
        by=request.actor,
        now=timezone.now(),
    )
    keys = site_people.apps_of(apps, wanted)
    found = site_people.people_of(request.organization, wanted, keys)
    if wanted.leaves_out:
        found = found.filter(site_people.without(keys))
    rows = found.order_by("name", "pk").iterator(site_people.EXPORT_BATCH)
    invited = invitations.invited_accounts(request.organization)
    lines = _lines(site_people.in_batches(rows, apps), invited)
    return csv_response(f"users-{site.name}", site_tables.USER_COLUMNS, lines)


def _lines(
    rows: Iterator[tuple[Member, list[AppAccess]]], invited: Collection[int]
) -> Iterator[list[object]]:
    for member, opened in rows:
        yield [
            member.account.name,
            member.account.email,
            invitations.status_of(member, invited),
            member.directory.name if member.directory else _("Local"),
            "; ".join(_said(access) for access in opened),
            member.account.public_id,
        ]


def _said(access: AppAccess) -> str:
    text = f"{access.app.get_kind_display()}: {access.get_role_display()}"
    if access.state == AppAccess.State.ACTIVE:
        return text
    return f"{text} ({access.get_state_display()})"
