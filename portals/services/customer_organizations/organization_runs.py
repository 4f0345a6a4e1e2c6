"""Changes many customer organizations, at once or in the background."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from directories import dialect
from directories.models import AuditEvent, Job, Site
from directories.services import jobs
from directories.services.audit import Actor
from portals.models import CustomerOrganization, ServiceProject
from portals.queries.organizations import Choice, OrganizationFilter, chosen
from portals.services import open_sites
from portals.services.customer_organizations import organizations
from portals.services.service_projects import attaching
from provisioning.services.pace import breathe

CHANGE = "customer-organizations-change"
ATTACH, DELETE = "attach", "delete"
ACTIONS = (ATTACH, DELETE)
STEP = 50
# So many are changed while one waits.
FEW = 50


@dataclass(frozen=True)
class Work:
    """What is done to which organizations; `projects` are keys of projects."""

    action: str
    choice: Choice
    by: Actor
    projects: Sequence[str] = field(default_factory=tuple)


def change(site: Site, work: Work, *, now: datetime) -> Job | None:
    """Do the work at once where it is little, else return the job that does it."""
    found = chosen(site, work.choice)
    count = found.count()
    if count > FEW:
        return _queue(site, work, count, now)
    _do(site, work, list(found.order_by("pk")))
    return None


@transaction.atomic
def _queue(site: Site, work: Work, count: int, now: datetime) -> Job:
    content = {
        "site": str(site.pk),
        "action": work.action,
        "choice": work.choice.as_json(),
        "projects": list(work.projects),
        "by": {"id": work.by.id, "name": work.by.name},
    }
    return jobs.enqueue_choice(
        organization=site.organization,
        kind=CHANGE,
        label=_label(work.action, count),
        content=content,
        total=count,
        now=now,
    )


def _label(action: str, count: int) -> str:
    texts = {
        ATTACH: ngettext(
            "Adding {count} organization to projects",
            "Adding {count} organizations to projects",
            count,
        ),
        DELETE: ngettext(
            "Deleting {count} organization", "Deleting {count} organizations", count
        ),
    }
    return texts[action].format(count=f"{count:,}")


def carry_out(run: jobs.Run) -> None:
    """Change organization after organization; the task of CHANGE jobs.

    What is gone by now, and what a directory owns, is passed over.
    """
    content: dict[str, Any] = run.job.input.content
    open_sites.check_open(content["site"])
    site = Site.objects.select_related("organization").get(pk=content["site"])
    work = Work(
        action=content["action"],
        choice=Choice.from_json(content["choice"], OrganizationFilter),
        by=Actor(AuditEvent.ActorKind.ACCOUNT, **content["by"]),
        projects=content["projects"],
    )
    cursor, done = run.job.cursor, run.job.done
    while batch := _next(site, work.choice, after=cursor):
        open_sites.check_open(site.pk)
        _do(site, work, batch)
        cursor, done = batch[-1].pk, done + len(batch)
        run.report(done=min(done, run.job.total), cursor=cursor)
        breathe()


def _next(site: Site, choice: Choice, *, after: int) -> list[CustomerOrganization]:
    found = chosen(site, choice).filter(pk__gt=after)
    return list(found.order_by("pk")[:STEP])


def _do(site: Site, work: Work, batch: Sequence[CustomerOrganization]) -> None:
    ways: dict[str, Callable[[Site, Work, Sequence[CustomerOrganization]], None]] = {
        ATTACH: _attach,
        DELETE: _delete,
    }
    ways[work.action](site, work, batch)


def _attach(site: Site, work: Work, batch: Sequence[CustomerOrganization]) -> None:
    projects = ServiceProject.objects.filter(site=site, key__in=work.projects)
    keys = [each.pk for each in batch]
    for project in projects.select_related("site__organization").order_by("pk"):
        step = partial(attaching.attach, project, keys, by=work.by, now=timezone.now())
        dialect.retrying(step)


def _delete(site: Site, work: Work, batch: Sequence[CustomerOrganization]) -> None:
    for each in batch:
        each.site = site
        with suppress(organizations.OwnedError, organizations.GoneError):
            organizations.archive(each, by=work.by, now=timezone.now())
