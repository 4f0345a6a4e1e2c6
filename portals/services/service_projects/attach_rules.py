"""Rules by which synced organizations come into service projects by themselves."""

from datetime import datetime

from django.db import IntegrityError, transaction

from directories import dialect
from directories.events import Event
from directories.folding import fold
from directories.services.audit import (
    SYSTEM,
    Actor,
    Target,
    record_event,
    record_events,
)
from portals.models import (
    AttachRule,
    CustomerOrganization,
    ServiceProject,
)
from portals.queries.attach_rules import SYNCED, matches
from portals.services.service_projects.attaching import ATTACHED, DETACHED
from portals.services.service_projects.projects import project_target

RULE = AttachRule._meta.db_table
Match = AttachRule.Match


class RuleExistsError(Exception):
    """The project has this rule already."""


def add_rule(
    project: ServiceProject, match: str, text: str, *, by: Actor, now: datetime
) -> AttachRule:
    """Make a rule of a project; raises RuleExistsError.

    It counts for organizations that are made or renamed afterwards.
    """
    rule = AttachRule(
        site_id=project.site_id,
        project=project,
        match=match,
        text="" if match == Match.ALL else fold(text),
        created_at=now,
        created_by=by.name,
    )
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
            _note(Event.ATTACH_RULE_ADDED, rule, by, now)
    except IntegrityError as error:
        if not dialect.is_lost_race(error):
            raise RuleExistsError(text) from None
        raise
    return rule


def forget_rule(rule: AttachRule, *, by: Actor, now: datetime) -> None:
    """Delete a rule; what it attached stays, as if it had been added by hand."""
    with transaction.atomic():
        _note(Event.ATTACH_RULE_REMOVED, rule, by, now)
        rule.delete()


def follow_rules(organization: CustomerOrganization, now: datetime) -> int:
    """Let a synced organization into the projects whose rules are about its name.

    Call it in the transaction that made, renamed or synced it. It never takes one
    out, and may be called again. Returns the number of projects that are new.
    """
    if organization.source != SYNCED or organization.archived_at:
        return 0
    rules = AttachRule.objects.filter(site_id=organization.site_id)
    wanted = [
        each.pk
        for each in rules.only("pk", "match", "text")
        if matches(each.match, each.text, organization.name_key)
    ]
    if not wanted:
        return 0
    added = dialect.rows(
        f"INSERT INTO {ATTACHED}"  # noqa: S608
        " (project_id, organization_id, rule_id, added_at, added_by)"
        f" SELECT r.project_id, %s, r.id, %s, %s FROM {RULE} r"
        f" WHERE {dialect.one_of('r.id', 'uuid')} AND NOT EXISTS"
        f" (SELECT 1 FROM {DETACHED} d WHERE d.project_id = r.project_id"
        " AND d.organization_id = %s AND d.detached_at >= r.created_at)"
        " ORDER BY r.project_id, r.created_at"
        " ON CONFLICT (project_id, organization_id) DO NOTHING RETURNING rule_id",
        [
            organization.pk,
            dialect.datetime_parameter(now),
            SYSTEM.name,
            dialect.ids_parameter(wanted),
            organization.pk,
        ],
    )
    return _note_attached(organization, [rule for (rule,) in added], now)


def _note_attached(
    organization: CustomerOrganization, rules: list[str], now: datetime
) -> int:
    """Write one event for the organization and one for each project that is new."""
    found = AttachRule.objects.filter(pk__in=rules)
    events = []
    for rule in found.select_related("project"):
        project = rule.project
        why = {"match": rule.match, "text": rule.text, "key": project.key}
        about = {**why, "project": project.name}
        attached = (str(organization.public_id), organization.name, about)
        events.append(Target("customer-organization", *attached))
        summary = {**why, "count": 1, "organizations": [organization.name]}
        events.append(project_target(project, summary))
    if events:
        record_events(
            [(Event.ORGANIZATION_ATTACHED, target) for target in events],
            organization=organization.site.organization,
            by=SYSTEM,
            at=now,
        )
    return len(rules)


def _note(event: Event, rule: AttachRule, by: Actor, now: datetime) -> None:
    project = rule.project
    details = {"match": rule.match, "text": rule.text, "key": project.key}
    target: Target = project_target(project, details)
    record_event(
        event, organization=project.site.organization, by=by, target=target, at=now
    )
