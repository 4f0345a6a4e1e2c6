"""What a group comes to: which apps it opens, and for whom it alone does."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from provisioning.models import App, AppGrant, Group
from provisioning.queries.accounts.administrators import given_by
from provisioning.queries.planning import access_changes
from provisioning.queries.planning.access_lines import Effect
from provisioning.views.access.access_choice import access_crumbs, apps_of
from provisioning.views.access.access_told import COLUMNS, Telling, cap_of, streamed
from provisioning.views.organization_groups.group import find_group

ALONE, SHARED = Effect.LOSE, Effect.KEEP


@dataclass(frozen=True)
class Opened:
    """An app that a group opens: how many have the role by it alone, or otherwise too.

    `waiting` would have it by this group alone, and wait for a license.
    """

    grant: AppGrant
    alone: int
    shared: int
    waiting: int


@require_safe
@requires(Permission.SEE_DIRECTORY)
def access_group(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Show what a group opens, and who has that by it alone."""
    group = find_group(request, public_id)
    apps = apps_of(request)
    change = access_changes.change_by_group_deletion(group)
    numbers = change.numbers(cap=cap_of(request))
    wanted = request.GET.get("has", "")
    effects = {wanted} if wanted in {ALONE, SHARED} else {ALONE, SHARED, Effect.DROP}
    context = {
        "crumbs": access_crumbs(group.name),
        "group": group,
        "numbers": numbers,
        "opened": [
            Opened(
                grant,
                alone=numbers.of_role(grant.app_id, grant.role, ALONE),
                shared=numbers.of_role(grant.app_id, grant.role, SHARED),
                waiting=numbers.of_role(grant.app_id, grant.role, Effect.DROP),
            )
            for grant in _grants(group, apps)
        ],
        "rights": given_by(group),
        "wanted": wanted,
        "choices": [
            (str(ALONE), _("By this group alone")),
            (str(SHARED), _("By other groups too")),
        ],
        "page": Telling(change, apps).page(request, effects),
    }
    return render_part(
        request, "provisioning/access_group.html", context, fragment="rows"
    )


def _grants(group: Group, apps: list[App]) -> list[AppGrant]:
    """Return what a group gives in these apps, in their order."""
    places = {app.pk: number for number, app in enumerate(apps)}
    grants = list(group.grants.filter(app__in=places).order_by("pk"))
    known = {app.pk: app for app in apps}
    for grant in grants:
        grant.app = known[grant.app_id]
    return sorted(grants, key=lambda each: (places[each.app_id], each.role))


@require_POST
@requires(Permission.SEE_DIRECTORY)
def access_group_export(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """Answer with everybody who has access by a group, and if by it alone, as CSV."""
    group = find_group(request, public_id)
    exports.note_export(
        organization=request.organization,
        target=Target("group", str(public_id), group.name),
        filters={"list": "access"},
        by=request.actor,
        now=timezone.now(),
    )
    change = access_changes.change_by_group_deletion(group)
    rows = streamed(change, Telling(change, apps_of(request)))
    return csv_response("access-by-group", COLUMNS, rows)
