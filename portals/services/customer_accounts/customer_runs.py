"""Changes many customers in the background, as an admin chose them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from directories import dialect
from directories.models import AuditEvent, Job, Site
from directories.services import jobs
from directories.services.audit import Actor
from portals.models import ChangeResult, Customer
from portals.queries import customer_runs as runs
from portals.queries.customers import Choice, CustomerFilter, chosen
from portals.refusals import Refused
from portals.services import open_sites
from portals.services.customer_accounts import customers, migrating
from provisioning.services.pace import breathe

CHANGE = runs.CHANGE
REVOKE, GRANT, DELETE, MIGRATE = "revoke", "grant", "delete", "migrate"
ACTIONS = (REVOKE, GRANT, DELETE, MIGRATE)
STEP = 50


@dataclass(frozen=True)
class Work:
    """What a job does: which action, to whom, in whose name."""

    action: str
    choice: Choice
    by: Actor


def label_of(action: str, count: int) -> str:
    """Say what a job does to so many customers."""
    texts = {
        REVOKE: ngettext(
            "Revoking access of {count} customer",
            "Revoking access of {count} customers",
            count,
        ),
        GRANT: ngettext(
            "Granting access to {count} customer",
            "Granting access to {count} customers",
            count,
        ),
        DELETE: ngettext(
            "Deleting {count} customer", "Deleting {count} customers", count
        ),
        MIGRATE: ngettext(
            "Migrating {count} customer", "Migrating {count} customers", count
        ),
    }
    return texts[action].format(count=f"{count:,}")


@transaction.atomic
def queue_change(
    site: Site, action: str, choice: Choice, *, by: Actor, now: datetime
) -> Job:
    """Queue the job that does `action` to the chosen customers."""
    count = chosen(site, choice).count()
    return jobs.enqueue_choice(
        organization=site.organization,
        kind=CHANGE,
        label=label_of(action, count),
        content={
            "site": str(site.pk),
            "action": action,
            "choice": choice.as_json(),
            "by": {"id": by.id, "name": by.name},
        },
        total=count,
        now=now,
    )


def work_of(content: dict[str, Any]) -> Work:
    """Return what the input of a job says."""
    by = Actor(AuditEvent.ActorKind.ACCOUNT, **content["by"])
    return Work(
        content["action"], Choice.from_json(content["choice"], CustomerFilter), by
    )


def carry_out(run: jobs.Run) -> None:
    """Change customer after customer; the task of CHANGE jobs.

    What came of each is stored with the change, so that a run that was cut off goes on
    with the rest and says nothing twice.
    """
    content: dict[str, Any] = run.job.input.content
    key = UUID(content["site"])
    open_sites.check_open(key)
    site = Site.objects.select_related("organization").get(pk=key)
    work = work_of(content)
    cursor, done = run.job.cursor, run.job.done
    while batch := _next(site, work.choice, after=cursor):
        open_sites.check_open(key)
        for customer in batch:
            dialect.retrying(partial(_change, run.job, work, customer))
        cursor, done = batch[-1].pk, done + len(batch)
        run.report(done=min(done, run.job.total), cursor=cursor)
        breathe()


def _next(site: Site, choice: Choice, *, after: int) -> list[Customer]:
    customers_left = chosen(site, choice).filter(pk__gt=after)
    batch = list(customers_left.order_by("pk")[:STEP])
    for each in batch:
        each.site = site
    return batch


@transaction.atomic
def _change(job: Job, work: Work, customer: Customer) -> None:
    reason = _try(work, customer)
    outcome = ChangeResult.Outcome.REFUSED if reason else ChangeResult.Outcome.DONE
    result = ChangeResult(
        job=job,
        customer=customer.public_id,
        email=customer.email,
        name=customer.name,
        outcome=outcome,
        reason=reason,
    )
    # A run that was cut off before its report comes here again.
    ChangeResult.objects.bulk_create([result], ignore_conflicts=True)


def _try(work: Work, customer: Customer) -> str:
    """Change one customer; return why not, "" if it was done."""
    told = {"by": work.by, "now": timezone.now()}
    if work.action == REVOKE and not customer.is_active:
        return Refused.ALREADY_REVOKED
    if work.action == GRANT and customer.is_active:
        return Refused.ALREADY_GRANTED
    services: dict[str, Callable[..., object]] = {
        REVOKE: customers.revoke,
        GRANT: customers.grant,
        DELETE: customers.delete_customer,
        MIGRATE: migrating.migrate,
    }
    try:
        # A savepoint: what was refused half way leaves nothing.
        with transaction.atomic():
            services[work.action](customer, **told)
    except customers.GoneError:
        return Refused.GONE
    except migrating.CannotMigrateError as error:
        return error.reason
    return ""
