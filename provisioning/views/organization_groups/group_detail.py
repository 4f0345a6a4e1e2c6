"""One group: its members, its record, its history."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import GroupRecord, Member
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.models import Group
from provisioning.queries.access import group_access
from provisioning.queries.accounts import administrators, invitations
from provisioning.queries.in_app.app_permissions import given_places
from provisioning.queries.name_conflicts.conflicts import waiting_for
from provisioning.queries.organization_groups import groups
from provisioning.queries.removals import deletion_of
from provisioning.reasons import EXPLANATIONS
from provisioning.services.admin_rights.group_roles import FIXED
from provisioning.services.organization_groups import returning
from provisioning.services.syncing.group_members import SYNC
from provisioning.views.listing import list_page, turned_round
from provisioning.views.organization_groups.group import find_group
from provisioning.views.organization_groups.local_group import may_change
from provisioning.views.timeline import of_group, shown_timeline

MEMBERS, DETAILS, HISTORY = "members", "details", "history"
FRAGMENTS = {MEMBERS: "rows", DETAILS: "details", HISTORY: "history"}


@require_safe
@requires(Permission.SEE_DIRECTORY)
def group_detail(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Show one group under the tab that is asked for."""
    group = find_group(request, public_id)
    tabs = [MEMBERS, DETAILS]
    if Permission.SEE_LOGS in request.permissions:
        tabs.append(HISTORY)
    asked = request.GET.get("tab", "")
    tab = asked if asked in tabs else MEMBERS
    count = groups.member_counts([group])[group.pk]
    waiting = waiting_for(group)
    context = {
        "crumbs": [
            (_("Admin"), "/"),
            (_("Directory"), ""),
            (_("Groups"), reverse("provisioning:group-list")),
            (group.name, ""),
        ],
        "group": group,
        "directory": group.record.directory if group.record else group.directory,
        "changes": may_change(request, group)
        and group.kind not in {Group.Kind.SYNCED, Group.Kind.ALL_MEMBERS},
        "count": count,
        "deletion": deletion_of(group),
        "returns_until": _returns_until(group),
        "waiting": waiting,
        "tab": tab,
        "manages": Permission.MANAGE_PROVIDERS in request.permissions,
        "tabs": tabs,
        "job": groups.sync_job(group, kind=SYNC),
        **_content(request, group, waiting, tab=tab, count=count),
    }
    return render_part(
        request, "provisioning/group_detail.html", context, fragment=FRAGMENTS[tab]
    )


def _returns_until(group: Group) -> datetime | None:
    """Return how long nobody leaves a group that came back, None for all others."""
    if group.record is None:
        return None
    until = returning.grace_ends_at(group, group.record)
    return until if until > timezone.now() else None


def _content(
    request: ConsoleRequest,
    group: Group,
    waiting: GroupRecord | None,
    *,
    tab: str,
    count: int,
) -> dict[str, Any]:
    """Return what one tab shows."""
    if tab == DETAILS:
        record = _details(group.record, count=count) if group.record else {}
        given = administrators.given_by(group)
        return {
            "rights": given,
            "fixed": group.kind in FIXED,
            "grants": group_access.with_alone(group, count=count),
            "places": given_places(group),
            **record,
        }
    if tab == HISTORY:
        return {
            "timeline": shown_timeline(request, of_group(group, waiting)),
            "export_url": reverse(
                "provisioning:group-timeline-export", args=[group.public_id]
            ),
        }
    text = tables.text_of(request.GET)
    cut = tables.cut_of(request.GET, "name")
    people = groups.people_in(group, text, count=count)
    listing = list_page(request, people, cut, total=None if text else count)
    return {
        "text": text,
        "listing": listing,
        "invited": invitations.invited_among(
            request.organization, [each.account_id for each in listing.rows]
        ),
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
    }


def _details(record: GroupRecord, *, count: int) -> dict[str, Any]:
    loose = groups.loose_members(record, count=count)
    return {
        "record": record,
        "explanation": EXPLANATIONS.get(record.link_reason),
        "loose": loose,
        "nested": groups.nested_groups(
            record, linked=record.member_count - loose, count=count
        ),
    }


@require_POST
@requires(Permission.SEE_DIRECTORY)
def group_member_export(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """Answer with the members of a group that match, as CSV."""
    group = find_group(request, public_id)
    text = tables.text_of(request.POST)
    named = _("Members of {name}").format(name=group.name)
    exports.note_export(
        organization=request.organization,
        target=Target("group", str(group.public_id), named),
        filters={"text": text},
        by=request.actor,
        now=timezone.now(),
    )
    count = groups.member_counts([group])[group.pk]
    people = groups.people_in(group, text, count=count).order_by("name", "pk")
    invited = invitations.invited_accounts(request.organization)
    rows = _lines(people.iterator(chunk_size=groups.EXPORT_BATCH), invited)
    return csv_response("group-members", tables.GROUP_MEMBER_COLUMNS, rows)


def _lines(
    people: Iterator[Member], invited: Collection[int]
) -> Iterator[list[object]]:
    for member in people:
        yield [
            member.account.name,
            member.account.email,
            invitations.status_of(member, invited),
            member.directory.name if member.directory else _("Local"),
            member.account.public_id,
        ]
