"""Deactivates many managed accounts in the background, as an admin chose them."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from directories import dialect
from directories.models import Account, AuditEvent, Job, Organization
from directories.services import jobs
from directories.services.audit import Actor
from provisioning.queries.accounts import managed_accounts as managed
from provisioning.services.accounts import managed_accounts
from provisioning.services.admin_rights import rights
from provisioning.services.pace import breathe

DEACTIVATE = "accounts-deactivate"
STEP = 50
NOT_DONE = (
    managed_accounts.NotManagedError,
    managed_accounts.OwnedError,
    managed_accounts.OwnAccountError,
    rights.LastAdminError,
)


@transaction.atomic
def queue_deactivation(
    organization: Organization, choice: managed.Choice, *, by: Actor, now: datetime
) -> Job:
    """Queue the job that deactivates the chosen accounts."""
    count = managed.chosen(organization, choice).count()
    label = ngettext(
        "Deactivating {count} account", "Deactivating {count} accounts", count
    )
    return jobs.enqueue_choice(
        organization=organization,
        kind=DEACTIVATE,
        label=label.format(count=f"{count:,}"),
        content={"choice": choice.as_json(), "by": {"id": by.id, "name": by.name}},
        total=count,
        now=now,
    )


def carry_out(run: jobs.Run) -> None:
    """Deactivate account after account; the task of DEACTIVATE jobs.

    Whom a provider owns by now, and the last admin, are passed over.
    """
    content: dict[str, Any] = run.job.input.content
    choice = managed.Choice.from_json(content["choice"], managed.ManagedFilter)
    by = Actor(AuditEvent.ActorKind.ACCOUNT, **content["by"])
    cursor, done = run.job.cursor, run.job.done
    organization = run.job.organization
    while batch := _next(organization, choice, after=cursor):
        for account in batch:
            _deactivate(account, organization, by)
        cursor, done = batch[-1].pk, done + len(batch)
        run.report(done=min(done, run.job.total), cursor=cursor)
        breathe()


def _next(
    organization: Organization, choice: managed.Choice, *, after: int
) -> list[Account]:
    accounts = managed.chosen(organization, choice).filter(pk__gt=after)
    return list(accounts.order_by("pk")[:STEP])


def _deactivate(account: Account, organization: Organization, by: Actor) -> None:
    def step() -> None:
        managed_accounts.deactivate_account(
            account, organization, by=by, now=timezone.now()
        )

    with suppress(*NOT_DONE):
        dialect.retrying(step)
