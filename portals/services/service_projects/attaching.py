"""Writes that let organizations into service projects, and take them out again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from directories import dialect
from directories.events import Event
from directories.services.audit import Actor, Target, record_events
from portals.models import (
    AttachRule,
    CustomerOrganization,
    Detachment,
    ProjectOrganization,
    ServiceProject,
)
from portals.services.service_projects.projects import project_target, stays

ORGANIZATION = CustomerOrganization._meta.db_table
ATTACHED = ProjectOrganization._meta.db_table
DETACHED = Detachment._meta.db_table
# So many names the history of a project keeps of one change.
NAMES_KEPT = 20


def attach(
    project: ServiceProject,
    organizations: Sequence[int],
    *,
    by: Actor,
    now: datetime,
    rule: AttachRule | None = None,
) -> int:
    """Let live organizations of the site into a project; return how many were not.

    By a rule, those stay out that somebody took out since the rule was made.
    """
    if not organizations:
        return 0
    with transaction.atomic():
        if not stays(project):
            return 0
        added = _insert(project, organizations, rule, by, now)
        if rule is None:
            _forget_detachments(project, organizations)
        _note(Event.ORGANIZATION_ATTACHED, project, added, by, now, rule)
    return len(added)


def attach_to(
    organization: CustomerOrganization,
    projects: Sequence[ServiceProject],
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Let one organization into several projects; return into how many anew."""
    with transaction.atomic():
        return sum(
            attach(project, [organization.pk], by=by, now=now)
            for project in sorted(projects, key=lambda each: each.pk)
        )


def _insert(
    project: ServiceProject,
    organizations: Sequence[int],
    rule: AttachRule | None,
    by: Actor,
    now: datetime,
) -> list[int]:
    # Held while it is looked at: what is archived at this moment comes in nowhere.
    left_out, since = "", []
    if rule is not None:
        left_out = (
            f" AND NOT EXISTS (SELECT 1 FROM {DETACHED} d"  # noqa: S608
            " WHERE d.organization_id = o.id AND d.project_id = %s"
            " AND d.detached_at >= %s)"
        )
        since = [project.pk, dialect.datetime_parameter(rule.created_at)]
    added = dialect.rows(
        f"INSERT INTO {ATTACHED}"  # noqa: S608
        " (project_id, organization_id, rule_id, added_at, added_by)"
        " SELECT %s, live.id, %s, %s, %s FROM (SELECT o.id"
        f" FROM {ORGANIZATION} o WHERE {dialect.one_of('o.id', 'bigint')}"
        f" AND o.site_id = %s AND o.archived_at IS NULL{left_out}"
        f" ORDER BY o.id {dialect.share_lock('o')}) live WHERE true"
        " ON CONFLICT (project_id, organization_id) DO NOTHING"
        " RETURNING organization_id",
        [
            project.pk,
            dialect.uuid_parameter(rule.pk) if rule else None,
            dialect.datetime_parameter(now),
            by.name,
            dialect.ids_parameter(organizations),
            dialect.uuid_parameter(project.site_id),
            *since,
        ],
    )
    return [organization for (organization,) in added]


def _forget_detachments(project: ServiceProject, organizations: Sequence[int]) -> None:
    dialect.rows(
        f"DELETE FROM {DETACHED} WHERE project_id = %s"  # noqa: S608
        f" AND {dialect.one_of('organization_id', 'bigint')}",
        [project.pk, dialect.ids_parameter(organizations)],
    )


def detach(
    project: ServiceProject,
    organizations: Sequence[int],
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Take organizations out of a project; return how many were in it.

    The rules that the project has leave them out from now on.
    """
    if not organizations:
        return 0
    with transaction.atomic():
        removed = take_out(project, organizations)
        _remember_detachments(project, removed, now)
        _note(Event.ORGANIZATION_DETACHED, project, removed, by, now, None)
    return len(removed)


def take_out(project: ServiceProject, organizations: Sequence[int]) -> list[int]:
    """Delete the places of organizations in a project; return whose there were."""
    removed = dialect.rows(
        f"DELETE FROM {ATTACHED} WHERE project_id = %s"  # noqa: S608
        f" AND {dialect.one_of('organization_id', 'bigint')} RETURNING organization_id",
        [project.pk, dialect.ids_parameter(organizations)],
    )
    return [organization for (organization,) in removed]


def _remember_detachments(
    project: ServiceProject, organizations: Sequence[int], now: datetime
) -> None:
    if not project.attach_rules.exists():
        return
    dialect.rows(
        f"INSERT INTO {DETACHED} (project_id, organization_id, detached_at)"  # noqa: S608
        f" SELECT %s, o.id, %s FROM {ORGANIZATION} o"
        f" WHERE {dialect.one_of('o.id', 'bigint')}"
        " ON CONFLICT (project_id, organization_id)"
        " DO UPDATE SET detached_at = excluded.detached_at",
        [
            project.pk,
            dialect.datetime_parameter(now),
            dialect.ids_parameter(organizations),
        ],
    )


def note_detached(
    project: ServiceProject, organizations: Sequence[int], *, by: Actor, now: datetime
) -> None:
    """Write into the histories that organizations left a project."""
    _note(Event.ORGANIZATION_DETACHED, project, organizations, by, now, None)


def _note(
    event: Event,
    project: ServiceProject,
    organizations: Sequence[int],
    by: Actor,
    now: datetime,
    rule: AttachRule | None,
) -> None:
    """Write one event for each organization, and one for the project."""
    if not organizations:
        return
    named = CustomerOrganization.objects.filter(pk__in=organizations)
    shown = list(named.order_by("name_key").values_list("public_id", "name"))
    why = {"rule": str(rule.pk)} if rule else {}
    about = {"project": project.name, "key": project.key, **why}
    names = [name for _, name in shown[:NAMES_KEPT]]
    events = [
        (event, Target("customer-organization", str(public_id), name, about))
        for public_id, name in shown
    ]
    summary = {"count": len(shown), "organizations": names, **why}
    record_events(
        [*events, (event, project_target(project, summary))],
        organization=project.site.organization,
        by=by,
        at=now,
    )
