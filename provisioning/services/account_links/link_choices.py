"""Links of many people at once, as a job without a cap."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db.models import QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directories.models import AuditEvent, Job, Member, Organization, UserRecord
from directories.services import jobs
from directories.services.audit import Actor
from directories.tasks import wake
from provisioning.models import ChoiceRefusal
from provisioning.queries import reports
from provisioning.queries.reports import Report, ReportFilter
from provisioning.services import pace
from provisioning.services.account_links import choice_refusals, links

BULK = "link-choice"
STEP = 100


class Action(TextChoices):
    """What can be done to many at once."""

    RELINK = "relink", _("Re-link")
    UNLINK = "unlink", _("Unlink")
    SYNC = "sync", _("Sync again")
    KEEP = "keep", _("Keep as local")


OFFERED: dict[Report, tuple[Action, ...]] = {
    Report.NOT_LINKED: (Action.RELINK, Action.UNLINK, Action.SYNC),
    Report.NO_LONGER_PUSHED: (Action.RELINK, Action.KEEP),
    Report.NOT_SEEN: (Action.SYNC, Action.UNLINK),
    Report.NO_ACCESS: (Action.SYNC,),
}


class NotOfferedError(Exception):
    """The action means nothing in that report."""


@dataclass(frozen=True)
class Choice:
    """What to do to which rows of a report: those of `keys`, or all that match."""

    action: Action
    report: Report
    wanted: ReportFilter
    everything: bool = False
    keys: Sequence[int] = field(default_factory=tuple)


def chosen_records(
    organization: Organization, choice: Choice, now: datetime
) -> QuerySet[UserRecord]:
    """Return the records of a choice, in a report about records."""
    if choice.everything:
        return reports.records_of(choice.report, organization, choice.wanted, now)
    own = UserRecord.objects.filter(organization=organization, pk__in=choice.keys)
    return own.select_related("directory__organization", "account")


def chosen_members(organization: Organization, choice: Choice) -> QuerySet[Member]:
    """Return the people of a choice, in a report about people."""
    if choice.everything:
        return reports.members_of(choice.report, organization, choice.wanted)
    return organization.members.filter(pk__in=choice.keys).select_related("account")


def queue_choice(
    organization: Organization, choice: Choice, *, total: int, by: Actor, now: datetime
) -> Job:
    """Queue the job that carries a choice out; raises NotOfferedError."""
    if choice.action not in OFFERED[choice.report]:
        raise NotOfferedError(choice.action)
    actor = {"kind": by.kind.value, "id": by.id, "name": by.name}
    return jobs.enqueue_choice(
        organization=organization,
        kind=BULK,
        label=f"{choice.action.label}: {choice.report.label}",
        content={"choice": asdict(choice), "by": actor},
        total=total,
        now=now,
    )


def carry_out(run: jobs.Run) -> None:
    """Do to each of a choice what was asked for; the task of BULK jobs.

    In the order of keys, so that a run that was cut off goes on behind the last one.
    """
    choice, by = _read(run.job)
    cursor, done = run.job.cursor, run.job.done
    choice_refusals.forget_from(run.job, after=cursor)
    while batch := _next(run.job, choice, after=cursor):
        # Whom it refuses stays as they are.
        choice_refusals.keep(
            [no for each in batch for no in _do(run.job, choice.action, each, by)]
        )
        cursor, done = batch[-1].pk, done + len(batch)
        run.report(done=min(done, run.job.total), cursor=cursor)
        pace.breathe()


def _read(job: Job) -> tuple[Choice, Actor]:
    content = job.input.content
    said, by = content["choice"], content["by"]
    choice = Choice(
        action=Action(said["action"]),
        report=Report(said["report"]),
        wanted=ReportFilter(**said["wanted"]),
        everything=said["everything"],
        keys=said["keys"],
    )
    kind = AuditEvent.ActorKind(by["kind"])
    return choice, Actor(kind, id=by["id"], name=by["name"])


def _next(job: Job, choice: Choice, *, after: int) -> Sequence[UserRecord | Member]:
    if choice.report in reports.OF_RECORDS:
        records = chosen_records(job.organization, choice, job.created_at)
        return list(records.filter(pk__gt=after).order_by("pk")[:STEP])
    members = chosen_members(job.organization, choice)
    return list(members.filter(pk__gt=after).order_by("pk")[:STEP])


def _do(
    job: Job, action: Action, each: UserRecord | Member, by: Actor
) -> list[ChoiceRefusal]:
    """Do it to one row; return what was refused."""
    now = timezone.now()
    if action == Action.KEEP:
        if isinstance(each, Member):
            links.keep_local(each, by=by, now=now)
        return []
    records = list(_records(action, each))
    if not records and isinstance(each, Member):
        return [choice_refusals.of_member(job, each)]
    return [
        refused
        for record in records
        if (refused := _attempt(job, action, each.pk, record, by, now=now))
    ]


def _attempt(
    job: Job, action: Action, key: int, record: UserRecord, by: Actor, *, now: datetime
) -> ChoiceRefusal | None:
    """Do it to one record; return what to keep if nothing came of it."""
    try:
        came = DO[action](record, by=by, now=now)
    except choice_refusals.REFUSALS as error:
        return choice_refusals.of_error(job, key, record, error)
    if isinstance(came, UserRecord):
        return choice_refusals.of_state(job, key, came)
    for freed in came:
        wake(freed.pk)
    return None


DO: dict[Action, Callable[..., UserRecord | list[Job]]] = {
    Action.RELINK: links.look_again,
    Action.UNLINK: links.unlink,
    Action.SYNC: links.sync_person,
}


def _records(action: Action, each: UserRecord | Member) -> Iterable[UserRecord]:
    if isinstance(each, UserRecord):
        return [each]
    if action == Action.RELINK:
        return links.waiting_records(each.organization_id, each.account)
    owned = reports.records_by_account(each.organization, [each.account_id])
    return owned.values()
