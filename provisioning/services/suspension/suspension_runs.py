"""Suspends or restores many people: a few at once, more in the background."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from directories import dialect
from directories.models import AuditEvent, Job, Member, Organization
from directories.services import jobs
from directories.services.audit import Actor
from provisioning.models import ChoiceRefusal
from provisioning.queries.accounts import people
from provisioning.services import consequences
from provisioning.services.account_links import choice_refusals
from provisioning.services.pace import breathe
from provisioning.services.suspension import suspending

SUSPEND, RESTORE = "people-suspend", "people-restore"
# More are done in the background.
AT_ONCE = 100
STEP = 50
# Why somebody stays as they are, and the machine word for it.
WORDS: dict[type[Exception], str] = {
    suspending.NotAMemberError: "not_here",
    suspending.OwnAccountError: "own_account",
    consequences.LastAdminError: "only_admin",
    consequences.SeatsError: "no_license",
}


@dataclass
class Done:
    """How many people were changed, and who was not: a person and the reason."""

    changed: int = 0
    refused: list[tuple[Member, str]] = field(default_factory=list)


def change_now(
    kind: str, organization: Organization, members: Iterable[Member], *, by: Actor
) -> Done:
    """Suspend or restore some people, each in a transaction of their own."""
    done = Done()
    for member in members:
        try:
            done.changed += _change(kind, organization, member, by)
        except tuple(WORDS) as error:
            done.refused.append((member, word_of(error)))
    return done


def word_of(error: Exception) -> str:
    """Return the machine word of why somebody stays as they are."""
    return next(word for kind, word in WORDS.items() if isinstance(error, kind))


def _change(kind: str, organization: Organization, member: Member, by: Actor) -> bool:
    call: Callable[..., bool] = (
        suspending.suspend_person if kind == SUSPEND else suspending.restore_person
    )
    step = partial(call, member.account, organization, by=by, now=timezone.now())
    return dialect.retrying(step)


@transaction.atomic
def queue_change(
    kind: str,
    organization: Organization,
    choice: people.Choice,
    *,
    by: Actor,
    now: datetime,
) -> Job:
    """Queue the job that suspends or restores the chosen people."""
    count = people.chosen(organization, choice).count()
    if kind == SUSPEND:
        label = ngettext(
            "Suspending {count} person", "Suspending {count} people", count
        )
    else:
        label = ngettext(
            "Restoring access of {count} person",
            "Restoring access of {count} people",
            count,
        )
    return jobs.enqueue_choice(
        organization=organization,
        kind=kind,
        label=label.format(count=f"{count:,}"),
        content={"choice": choice.as_json(), "by": {"id": by.id, "name": by.name}},
        total=count,
        now=now,
    )


def carry_out(run: jobs.Run) -> None:
    """Change person after person; the task of SUSPEND and RESTORE jobs."""
    content: dict[str, Any] = run.job.input.content
    choice = people.Choice.from_json(content["choice"], people.MemberFilter)
    by = Actor(AuditEvent.ActorKind.ACCOUNT, **content["by"])
    organization = run.job.organization
    cursor, done = run.job.cursor, run.job.done
    choice_refusals.forget_from(run.job, after=cursor)
    while batch := _next(organization, choice, after=cursor):
        came = change_now(run.job.kind, organization, batch, by=by)
        choice_refusals.keep(_kept(run.job, came))
        cursor, done = batch[-1].pk, done + len(batch)
        run.report(done=min(done, run.job.total), cursor=cursor)
        breathe()


def _next(
    organization: Organization, choice: people.Choice, *, after: int
) -> list[Member]:
    members = people.chosen(organization, choice).filter(pk__gt=after)
    return list(members.order_by("pk")[:STEP])


def _kept(job: Job, came: Done) -> list[ChoiceRefusal]:
    return [
        ChoiceRefusal(
            job=job,
            row_key=member.pk,
            name=member.account.email[:320],
            directory_name=member.directory.name if member.directory else "",
            reason=word,
        )
        for member, word in came.refused
    ]
