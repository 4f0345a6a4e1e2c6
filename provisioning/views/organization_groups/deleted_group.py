"""Deleted groups: the list, its export, restoring one."""

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.exports import csv_response
from directories.paging import Cut
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import Crumbs, render_part
from provisioning import tables
from provisioning.models import DeletedGroup
from provisioning.queries.access.app_access import grants_of_deleted
from provisioning.queries.accounts.rights import rights_of_deleted
from provisioning.queries.in_app.app_permissions import given_places_of_deleted
from provisioning.queries.organization_groups import deleted_groups as queries
from provisioning.services.access.seats import SeatsError
from provisioning.services.organization_groups import deleted_groups
from provisioning.views.in_app.app_rights import may_hand_out
from provisioning.views.listing import list_page
from provisioning.views.organization_groups.local_group import group_crumbs
from provisioning.views.sites_and_apps.app import may_manage
from provisioning.views.sites_and_apps.license_messages import refusal_words, telling

BATCH = 500


def _crumbs(*more: str) -> Crumbs:
    own = reverse("provisioning:deleted-group-list") if more else ""
    crumbs = [*group_crumbs(None), (_("Deleted groups"), own)]
    return [*crumbs, *((label, "") for label in more)]


@require_safe
@requires(Permission.SEE_DIRECTORY)
def deleted_group_list(request: ConsoleRequest) -> HttpResponse:
    """List the groups that were deleted and can be restored, newest first."""
    text = tables.text_of(request.GET)
    found = queries.deleted_groups_in(request.organization, text, now=timezone.now())
    before = request.GET.get("before") or None
    cut = Cut(
        field="deleted_at",
        descending=True,
        after=None if before else request.GET.get("after") or None,
        before=before,
    )
    listing = list_page(request, found, cut)
    given = rights_of_deleted(listing.rows)
    granted = grants_of_deleted(listing.rows)
    may_restore = _restorable(request, listing.rows)
    context = {
        "crumbs": _crumbs(),
        "text": text,
        "listing": listing,
        "rows": [
            (
                group,
                given.get(group.pk, []),
                granted.get(group.pk, []),
                group.pk in may_restore,
            )
            for group in listing.rows
        ],
        "days": request.organization.grace_days,
        "manages": Permission.MANAGE_DIRECTORY in request.permissions,
    }
    return render_part(
        request, "provisioning/deleted_group_list.html", context, fragment="rows"
    )


@require_POST
@requires(Permission.SEE_DIRECTORY)
def deleted_group_export(request: ConsoleRequest) -> HttpResponseBase:
    """Answer with the deleted groups that match, as CSV."""
    organization = request.organization
    text = tables.text_of(request.POST)
    exports.note_export(
        organization=organization,
        target=Target("groups", str(organization.pk), _("Deleted groups")),
        filters={"text": text},
        by=request.actor,
        now=timezone.now(),
    )
    found = queries.deleted_groups_in(organization, text, now=timezone.now())
    rows = found.order_by("-deleted_at", "-pk").iterator(BATCH)
    return csv_response("deleted-groups", tables.DELETED_GROUP_COLUMNS, _lines(rows))


def _lines(rows: Iterator[DeletedGroup]) -> Iterator[list[object]]:
    while batch := list(islice(rows, BATCH)):
        given = rights_of_deleted(batch)
        for group in batch:
            yield [
                group.name,
                group.directory_name,
                group.member_count,
                ", ".join(str(r.get_role_display()) for r in given.get(group.pk, [])),
                group.deleted_at.isoformat(),
                group.deleted_by,
                group.expires_at.isoformat(),
            ]


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_DIRECTORY)
def group_restore(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Say in numbers what restoring a group brings back; a POST restores it."""
    known = DeletedGroup.objects.filter(
        organization=request.organization, expires_at__gt=timezone.now()
    )
    deleted = get_object_or_404(known, public_id=public_id)
    if not _restorable(request, [deleted]):
        raise PermissionDenied
    if request.method == "POST":
        return _restore(request, deleted)
    context = {
        "crumbs": _crumbs(_("Restore")),
        "deleted": deleted,
        "rights": rights_of_deleted([deleted]).get(deleted.pk, []),
        "grants": grants_of_deleted([deleted]).get(deleted.pk, []),
        "places": given_places_of_deleted(deleted),
        "same_name": queries.same_name(deleted),
        "count": queries.people_to_restore(deleted),
    }
    return render(request, "provisioning/group_restore.html", context)


def _restorable(request: ConsoleRequest, groups: Sequence[DeletedGroup]) -> set[int]:
    """Return the groups of which the admin may bring back all that they gave."""
    if Permission.MANAGE_ROLES in request.permissions:
        return {group.pk for group in groups}
    # What comes back once a site is restored counts too.
    rights = rights_of_deleted(groups, removed=True)
    grants = grants_of_deleted(groups, removed=True)
    return {
        key
        for key in may_hand_out(request, groups)
        if key not in rights
        and all(may_manage(request, each.app) for each in grants.get(key, []))
    }


def _restore(request: ConsoleRequest, deleted: DeletedGroup) -> HttpResponse:
    grants = grants_of_deleted([deleted]).get(deleted.pk, [])
    try:
        with telling(request, [grant.app for grant in grants]):
            done = deleted_groups.restore(deleted, by=request.actor, now=timezone.now())
    except SeatsError as error:
        messages.error(request, refusal_words(error))
        return redirect("provisioning:group-restore", deleted.public_id)
    except deleted_groups.GoneError:
        messages.info(request, _("That group was restored or forgotten meanwhile."))
        return redirect("provisioning:deleted-group-list")
    if done.made:
        text = _("{name} is back as a local group.").format(name=done.group.name)
    else:
        text = _("{name} gives again what the deleted group gave.").format(
            name=done.group.name
        )
    messages.success(request, text)
    return redirect("provisioning:group-detail", done.group.public_id)
