"""The list of everybody who loses access when a group is deleted, as a file."""

from uuid import UUID

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from directories.exports import csv_response
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from provisioning import app_tables
from provisioning.queries.planning.access_changes import change_by_group_deletion
from provisioning.queries.planning.access_losers import all_losers
from provisioning.views.organization_groups.local_group import changeable_group
from provisioning.views.sites_and_apps.app_removal import loser_lines


@require_POST
@requires(Permission.MANAGE_DIRECTORY)
def group_delete_export(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """Answer with everybody who loses a role or a right with a group, as CSV."""
    group = changeable_group(request, public_id)
    named = _("Who loses access without {name}").format(name=group.name)
    exports.note_export(
        organization=request.organization,
        target=Target("group", str(group.public_id), named),
        filters={},
        by=request.actor,
        now=timezone.now(),
    )
    rows = loser_lines(all_losers(change_by_group_deletion(group)))
    return csv_response("access-lost", app_tables.LOSER_COLUMNS, rows)
