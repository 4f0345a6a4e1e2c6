"""Takes a role in an app from a group, after saying who loses it."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from directories.exports import csv_response
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from provisioning import app_tables
from provisioning.queries.planning.access_changes import change_by_grant
from provisioning.queries.planning.access_lines import Effect
from provisioning.queries.planning.access_losers import Loser, all_losers, first_losers
from provisioning.services.sites_and_apps import app_grants
from provisioning.views.sites_and_apps.app import (
    app_crumbs,
    back_to,
    find_grant,
    managed_app,
)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ACCESS)
def app_access_remove(
    request: ConsoleRequest, site_id: UUID, kind: str, grant_id: int
) -> HttpResponse:
    """Say in numbers who loses access with a group; a POST takes it away."""
    app = managed_app(request, site_id, kind)
    grant = find_grant(app, grant_id)
    if request.method == "POST":
        app_grants.take_access(grant, by=request.actor, now=timezone.now())
        text = _("{name} gives no {role} in {app} any more.").format(
            name=grant.group.name,
            role=grant.get_role_display(),
            app=app.get_kind_display(),
        )
        messages.success(request, text)
        return back_to(app)
    change = change_by_grant(app, grant.group, grant.role, given=False)
    numbers = change.numbers()
    losers, more = first_losers(change)
    context = {
        "crumbs": app_crumbs(app, _("Remove group")),
        "app": app,
        "grant": grant,
        "numbers": numbers,
        "waits": numbers.total(Effect.DROP),
        "losers": losers,
        "more_losers": more,
        "last_default": grant.is_default,
    }
    return render(request, "provisioning/app_access_remove.html", context)


@require_POST
@requires(Permission.MANAGE_ACCESS)
def app_access_remove_export(
    request: ConsoleRequest, site_id: UUID, kind: str, grant_id: int
) -> HttpResponseBase:
    """Answer with everybody who loses access with a group, as CSV."""
    app = managed_app(request, site_id, kind)
    grant = find_grant(app, grant_id)
    group = grant.group
    named = _("Who loses access without {name}").format(name=group.name)
    exports.note_export(
        organization=request.organization,
        target=Target("group", str(group.public_id), named),
        filters={"app": app.kind, "site": app.site.name, "role": grant.role},
        by=request.actor,
        now=timezone.now(),
    )
    change = change_by_grant(app, group, grant.role, given=False)
    rows = loser_lines(all_losers(change))
    return csv_response("access-lost", app_tables.LOSER_COLUMNS, rows)


def loser_lines(losers: Iterable[Loser]) -> Iterator[list[object]]:
    """Return the lines of a file about people who lose access."""
    for loser in losers:
        account, directory = loser.member.account, loser.member.directory
        yield [
            account.name,
            account.email,
            loser.app.get_kind_display() if loser.app else "",
            loser.app.site.name if loser.app else "",
            loser.role,
            app_tables.STATES.get(loser.state, ""),
            directory.name if directory else _("Local"),
            account.public_id,
        ]
