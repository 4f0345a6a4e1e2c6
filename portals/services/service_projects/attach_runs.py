"""Adds and removes many organizations of a project in the background."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from directories import dialect
from directories.models import AuditEvent, Job
from directories.services import jobs
from directories.services.audit import Actor
from portals.models import (
    AttachRule,
    CustomerOrganization,
    ProjectOrganization,
    ServiceProject,
)
from portals.queries import attach_rules as rules
from portals.queries import project_organizations as queries
from portals.queries.project_organizations import Choice, OrganizationFilter
from portals.services import open_sites
from portals.services.service_projects import attach_rules, attaching
from provisioning.services.pace import batch_size, breathe

ATTACH, DETACH = "organizations-attach", "organizations-detach"
APPLY, END_RULE = "attach-rule-apply", "attach-rule-end"
# So many are done in the request.
AT_ONCE = 200


@dataclass(frozen=True)
class Done:
    """How many organizations were changed at once, or the job that goes on."""

    count: int
    job: Job | None


def attach_chosen(
    project: ServiceProject, choice: Choice, *, by: Actor, now: datetime
) -> Done:
    """Let the chosen organizations of the site into a project."""
    found = queries.chosen(queries.not_attached_to(project, choice.wanted), choice)
    label = _("Adding organizations to {project}").format(project=project.name)
    keys = _few(found)
    if keys is None:
        content = {"choice": choice.as_json()}
        return Done(0, _queue(ATTACH, project, label, content, found.count(), by))
    return Done(attaching.attach(project, keys, by=by, now=now), None)


def detach_chosen(
    project: ServiceProject, choice: Choice, *, by: Actor, now: datetime
) -> Done:
    """Take the chosen organizations out of a project."""
    found = queries.chosen(queries.attached_to(project, choice.wanted), choice)
    label = _("Removing organizations from {project}").format(project=project.name)
    keys = _few(found)
    if keys is None:
        content = {"choice": choice.as_json()}
        return Done(0, _queue(DETACH, project, label, content, found.count(), by))
    return Done(attaching.detach(project, keys, by=by, now=now), None)


def apply_rule(rule: AttachRule, *, by: Actor, now: datetime) -> Done:
    """Let the organizations that are there already in by a rule."""
    project = rule.project
    found = rules.would_attach(rule)
    label = _("Adding organizations to {project} by a rule").format(
        project=project.name
    )
    keys = _few(found)
    if keys is None:
        content = {"rule": str(rule.pk)}
        return Done(0, _queue(APPLY, project, label, content, found.count(), by))
    return Done(attaching.attach(project, keys, by=by, now=now, rule=rule), None)


def end_rule(rule: AttachRule, *, by: Actor, now: datetime) -> Done:
    """Delete a rule and take out what it attached and no other rule is about."""
    project, attached = rule.project, rules.attached_by(rule)
    if _few(attached) is not None:
        with transaction.atomic():
            gone = _leave_rule(rule, list(attached.values_list("pk", flat=True)), by)
            attach_rules.forget_rule(rule, by=by, now=now)
        return Done(gone, None)
    label = _("Removing what a rule added to {project}").format(project=project.name)
    content = {"rule": str(rule.pk)}
    return Done(0, _queue(END_RULE, project, label, content, attached.count(), by))


def _few(found: "QuerySet[CustomerOrganization]") -> list[int] | None:
    keys = list(found.order_by("pk").values_list("pk", flat=True)[: AT_ONCE + 1])
    return keys if len(keys) <= AT_ONCE else None


def _queue(
    kind: str,
    project: ServiceProject,
    label: str,
    content: dict[str, Any],
    total: int,
    by: Actor,
) -> Job:
    told = {"project": project.pk, "by": {"id": by.id, "name": by.name}}
    return jobs.enqueue_choice(
        organization=project.site.organization,
        kind=kind,
        label=label,
        content={**content, **told},
        total=total,
        now=timezone.now(),
    )


def carry_out(run: jobs.Run) -> None:
    """Do what a job of this module says, batch after batch; the task of all of them.

    A project or rule that was deleted meanwhile ends it.
    """
    content: dict[str, Any] = run.job.input.content
    by = Actor(AuditEvent.ActorKind.ACCOUNT, **content["by"])
    projects = ServiceProject.objects.select_related("site__organization")
    project = projects.filter(pk=content["project"]).first()
    if project is None:
        return
    open_sites.check_open(project.site_id)
    if "choice" in content:
        _change(
            run, project, Choice.from_json(content["choice"], OrganizationFilter), by
        )
        return
    rule = AttachRule.objects.filter(pk=UUID(content["rule"])).first()
    if rule is None:
        return
    rule.project = project
    if run.job.kind == APPLY:
        _apply(run, rule, by)
    else:
        _end(run, rule, by)


def _change(run: jobs.Run, project: ServiceProject, choice: Choice, by: Actor) -> None:
    work = attaching.attach if run.job.kind == ATTACH else attaching.detach
    look = queries.not_attached_to if run.job.kind == ATTACH else queries.attached_to
    cursor, done = run.job.cursor, run.job.done
    while True:
        found = queries.chosen(look(project, choice.wanted), choice)
        keys = _batch(found, after=cursor)
        if not keys:
            return
        open_sites.check_open(project.site_id)
        dialect.retrying(partial(work, project, keys, by=by, now=timezone.now()))
        cursor, done = keys[-1], done + len(keys)
        run.report(done=min(done, run.job.total), cursor=cursor)
        breathe()


def _apply(run: jobs.Run, rule: AttachRule, by: Actor) -> None:
    cursor, done = run.job.cursor, run.job.done
    while keys := _batch(rules.would_attach(rule), after=cursor):
        open_sites.check_open(rule.project.site_id)
        work = partial(
            attaching.attach, rule.project, keys, by=by, now=timezone.now(), rule=rule
        )
        dialect.retrying(work)
        cursor, done = keys[-1], done + len(keys)
        run.report(done=min(done, run.job.total), cursor=cursor)
        breathe()


def _end(run: jobs.Run, rule: AttachRule, by: Actor) -> None:
    cursor, done = run.job.cursor, run.job.done
    attached = rules.attached_by(rule)
    # What the rule added meanwhile may lie before the cursor.
    while keys := _batch(attached, after=cursor) or _batch(attached, after=0):
        open_sites.check_open(rule.project.site_id)
        dialect.retrying(partial(_leave_rule, rule, keys, by))
        cursor, done = keys[-1], done + len(keys)
        run.report(done=min(done, run.job.total), cursor=cursor)
        breathe()
    attach_rules.forget_rule(rule, by=by, now=timezone.now())


def _batch(found: "QuerySet[CustomerOrganization]", *, after: int) -> list[int]:
    keys: Iterable[int] = (
        found.filter(pk__gt=after)
        .order_by("pk")
        .values_list("pk", flat=True)[: batch_size()]
    )
    return list(keys)


@transaction.atomic
def _leave_rule(rule: AttachRule, organizations: list[int], by: Actor) -> int:
    """Hand organizations to another rule that is about them, take the rest out."""
    others = list(rule.project.attach_rules.exclude(pk=rule.pk).order_by("created_at"))
    kept: dict[UUID, list[int]] = {}
    gone = []
    named = CustomerOrganization.objects.filter(pk__in=organizations)
    for key, name_key in named.values_list("pk", "name_key"):
        heir = next(
            (o for o in others if rules.matches(o.match, o.text, name_key)), None
        )
        if heir is None:
            gone.append(key)
        else:
            kept.setdefault(heir.pk, []).append(key)
    places = ProjectOrganization.objects.filter(project=rule.project)
    for heir_id, keys in kept.items():
        places.filter(organization__in=keys).update(rule=heir_id)
    removed = attaching.take_out(rule.project, gone)
    attaching.note_detached(rule.project, removed, by=by, now=timezone.now())
    return len(removed)
