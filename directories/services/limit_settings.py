"""Writes to the limits of organizations and directories."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.models import Directory, Organization
from directories.services.audit import Actor, Target, record_event

Changes = dict[str, list[int | None]]
# The fields of each, by the kind of limit.
OF_ORGANIZATION = {
    "users": "limit_users",
    "members": "limit_users_per_group",
    "groups": "limit_groups_per_directory",
}
OF_DIRECTORY = {
    "users": "limit_users",
    "members": "limit_users_per_group",
    "groups": "limit_groups",
}


@transaction.atomic
def change_limits(
    *,
    organization: Organization,
    limits: Mapping[str, int | None],
    by: Actor,
    now: datetime,
) -> Changes:
    """Take over the limits by kind, None for the installation's; return the changes.

    They count from the next request on; what is there already stays.
    """
    locked = Organization.objects.select_for_update(of=("self",))
    current = locked.get(pk=organization.pk)
    changes = _take_over(current, OF_ORGANIZATION, limits)
    if changes:
        target = Target(
            "organization", str(organization.pk), organization.name, dict(changes)
        )
        record_event(
            Event.LIMITS_CHANGED,
            organization=organization,
            by=by,
            target=target,
            at=now,
        )
    return changes


@transaction.atomic
def change_directory_limits(
    *, directory: Directory, limits: Mapping[str, int | None], by: Actor, now: datetime
) -> Changes:
    """Take over a directory's own limits by kind, None for the organization's."""
    locked = Directory.objects.select_for_update(of=("self",))
    current = locked.get(pk=directory.pk)
    changes = _take_over(current, OF_DIRECTORY, limits)
    if changes:
        target = Target("directory", str(directory.pk), directory.name, dict(changes))
        record_event(
            Event.DIRECTORY_CHANGED,
            organization=directory.organization,
            by=by,
            target=target,
            at=now,
        )
    return changes


def _take_over(
    row: Organization | Directory,
    fields: Mapping[str, str],
    limits: Mapping[str, int | None],
) -> Changes:
    changes: Changes = {}
    for kind, field in fields.items():
        before, after = getattr(row, field), limits[kind]
        if before != after:
            setattr(row, field, after)
            changes[field] = [before, after]
    if changes:
        row.save(update_fields=list(changes))
    return changes
