"""Compares everybody's access with what grants and members imply, from scratch.

Expected to find nothing. What differs is mended, and told to the admins and the log.
An app whose access a job is still following is compared when that job has ended.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from directories import dialect
from directories.events import Event
from directories.models import Account, Job, Member, Organization
from directories.services import jobs
from directories.services.audit import SYSTEM, Target, record_event
from provisioning.models import AccessCheck, App, AppGrant, AppUse
from provisioning.queries.access.access_checks import CHECK
from provisioning.services import pace
from provisioning.services.access import folding, following, rows, unfinished
from provisioning.services.access.rows import ACCESS, SOURCE, Scope, Use, Uses

USE = AppUse._meta.db_table
# So many differences are named, and checks kept for each organization.
NAMED = 20
KEPT = 100
logger = structlog.get_logger(__name__)


class Difference(NamedTuple):
    """A role that somebody has and should not, or should have and has not."""

    account: int
    role: str
    missing: bool


def queue_check(organization: Organization, now: datetime) -> Job:
    """Queue a comparison of everybody's access; the caller wakes it."""
    return jobs.enqueue_organization_job(
        kind=CHECK,
        target=str(organization.pk),
        label=organization.name,
        organization=organization,
        now=now,
    )


def check_access(run: jobs.Run) -> None:
    """Compare and mend app by app; the task of CHECK jobs. `cursor` is an app."""
    organization = run.job.organization
    unfinished.try_again(organization, timezone.now())
    apps = App.with_removed.filter(site__organization=organization).order_by("pk")
    check = _check_of(organization, run)
    busy = busy_apps(organization)
    wanted = [app for app in apps if app.pk not in busy]
    run.report(done=0, total=len(wanted), cursor=run.job.cursor)
    for done, app in enumerate(wanted, start=1):
        if app.pk > run.job.cursor:
            _check_app(check, app, run)
            run.report(done=done, cursor=app.pk)
    _finish(check)


def check_after(run: jobs.Run) -> None:
    """Compare the apps that a check has left to this job, which has done its work."""
    organization = run.job.organization
    last = AccessCheck.objects.filter(organization=organization).order_by("-at").first()
    if last is None or (last.finished_at and last.finished_at < run.job.created_at):
        return
    wanted = set(apps_of(run.job.target)) - busy_apps(organization, but=run.job)
    if not wanted:
        return
    check = AccessCheck.objects.create(organization=organization, at=timezone.now())
    for app in App.with_removed.filter(pk__in=wanted).order_by("pk"):
        _check_app(check, app, run)
    _finish(check)


def _named(app: App) -> dict[str, Any]:
    return {"app": app.kind, "site": app.site.name}


def _check_of(organization: Organization, run: jobs.Run) -> AccessCheck:
    """Return the check that a job that was cut off has begun, or a new one."""
    begun = AccessCheck.objects.filter(
        organization=organization, finished_at=None, at__gte=run.job.created_at
    )
    found = begun.order_by("-at").first() if run.job.cursor else None
    return found or AccessCheck.objects.create(
        organization=organization, at=timezone.now()
    )


def busy_apps(organization: Organization, *, but: Job | None = None) -> set[int]:
    """Return the apps whose access a job is still following, not counting one."""
    work = Job.objects.filter(
        organization=organization,
        kind=following.FOLLOW,
        state__in=Job.State.going_on(),
    )
    if but is not None:
        work = work.exclude(pk=but.pk)
    found: set[int] = set()
    for target in work.values_list("target", flat=True):
        found.update(apps_of(target))
    return found


def apps_of(target: str) -> list[int]:
    """Return the apps that a job of this target follows."""
    what, key, *more = target.split(":")
    if what != "group":
        return [int(key)]
    if more:
        return [int(more[0])]
    given = AppGrant.objects.filter(group=int(key))
    return sorted(set(given.values_list("app", flat=True)))


def _check_app(check: AccessCheck, app: App, run: jobs.Run) -> None:
    """Compare everybody in an app, some thousand at a time, then counts and line.

    Where a job has begun to follow the app meanwhile, the rest is left to that.
    """
    organization = check.organization_id
    after = 0
    while people := _next_people(organization, app, after=after):
        after = people[-1]
        if compare(app.pk, people):
            if _is_followed(check, app, run):
                return
            dialect.retrying(partial(_mend, check, app, people))
        compared = F("compared") + len(people)
        AccessCheck.objects.filter(pk=check.pk).update(compared=compared)
        run.beat()
        pace.breathe()
    dialect.retrying(partial(_mend_counts, check, app))
    if unfinished.waits_for_nothing(app) and not _is_followed(check, app, run):
        _mend_line(check, app, run)


def _is_followed(check: AccessCheck, app: App, run: jobs.Run) -> bool:
    """Say whether another job follows an app, as of now."""
    return app.pk in busy_apps(check.organization, but=run.job)


def _next_people(organization: UUID, app: App, *, after: int) -> list[int]:
    """Return the next who may have access, or have: members and whoever has rows."""
    size = pace.batch_size()
    members = Member.objects.filter(organization=organization, account__gt=after)
    here = members.order_by("account").values_list("account", flat=True)[:size]
    held = app.accesses.filter(account__gt=after).order_by("account")
    there = held.values_list("account", flat=True).distinct()[:size]
    return sorted({*here, *there})[:size]


def compare(app: int, accounts: Sequence[int]) -> list[Difference]:
    """Return what is wrong in an app about some people, by one consistent look."""
    keys = dialect.ids_parameter(accounts)
    found = dialect.rows(
        "SELECT account_id, role, sum(here) FROM"  # noqa: S608
        " (SELECT DISTINCT gm.account_id, gr.role, 1 AS here"
        f" FROM {SOURCE} WHERE gr.app_id = %s"
        f" AND {dialect.one_of('gm.account_id', 'bigint')}"
        f" UNION ALL SELECT account_id, role, -1 FROM {ACCESS} WHERE app_id = %s"
        f" AND {dialect.one_of('account_id', 'bigint')}) AS both_ways"
        " GROUP BY account_id, role HAVING sum(here) <> 0",
        [app, keys] * 2,
    )
    return [Difference(account, role, here > 0) for account, role, here in found]


@transaction.atomic
def _mend(check: AccessCheck, app: App, people: Sequence[int]) -> None:
    # Compared anew: what a job has just followed to its end is no difference.
    found = compare(app.pk, people)
    if not found:
        return
    accounts = sorted({each.account for each in found})
    bounded = [each.pk for each in rows.held_apps([app.pk]) if each.bounded]
    scope = Scope([app.pk], accounts, None, bounded)
    following.bring_in_step(scope, now=timezone.now(), by=SYSTEM)
    missing = sum(each.missing for each in found)
    held = AccessCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
    held.missing += missing
    held.surplus += len(found) - missing
    room = NAMED - len(held.examples)
    held.examples += _examples(app, found[: max(0, room)])
    held.save(update_fields=["missing", "surplus", "examples"])


def _examples(app: App, found: Sequence[Difference]) -> list[dict[str, Any]]:
    people = Account.objects.in_bulk([each.account for each in found])
    return [
        {
            **_named(app),
            "role": each.role,
            "person": people[each.account].email if each.account in people else "",
            "missing": each.missing,
        }
        for each in found
    ]


@transaction.atomic
def _mend_counts(check: AccessCheck, app: App) -> None:
    """Compare the sums with the rows by one consistent look, and add what is off."""
    if not _off(app):
        return
    # Two that found the same would both add it: one at a time, and each looks anew.
    rows.held_apps([app.pk], "FOR NO KEY UPDATE OF a")
    found = _off(app)
    folding.note(found)
    held = AccessCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
    held.examples += [
        {**_named(app), "role": use.role, "state": use.state, "count_off_by": number}
        for use, number in found.items()
    ]
    held.save(update_fields=["examples"])


def _off(app: App) -> Uses:
    """Return what the sums of an app lack, or have too much, beside its rows."""
    found = dialect.rows(
        "SELECT role, state, sum(people) FROM"  # noqa: S608
        f" (SELECT role, state, count(*) AS people FROM {ACCESS} WHERE app_id = %s"
        f" GROUP BY role, state UNION ALL SELECT role, state, -people FROM {USE}"
        " WHERE app_id = %s) AS both_ways GROUP BY role, state"
        " HAVING sum(people) <> 0",
        [app.pk, app.pk],
    )
    return Uses({Use(app.pk, role, state): int(n) for role, state, n in found})


def _mend_line(check: AccessCheck, app: App, run: jobs.Run) -> None:
    """Let in who waits for a license though some are free."""
    more = True
    while more:
        more = dialect.retrying(partial(_let_in, check, app))
        run.beat()
        pace.breathe()


@transaction.atomic
def _let_in(check: AccessCheck, app: App) -> bool:
    """Let in the next of them; say whether there are more."""
    count, more = unfinished.let_in_next(app.pk)
    if count:
        held = AccessCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
        held.missing += count
        held.examples.append({**_named(app), "waited_for_nothing": count})
        held.save(update_fields=["missing", "examples"])
    return more


@transaction.atomic
def _finish(check: AccessCheck) -> None:
    check.refresh_from_db()
    check.finished_at = timezone.now()
    check.save(update_fields=["finished_at"])
    kept = AccessCheck.objects.filter(organization=check.organization_id)
    for old in kept.order_by("-at")[KEPT : 2 * KEPT]:
        old.delete()
    if not check.examples:
        return
    details = {"missing": check.missing, "surplus": check.surplus}
    record_event(
        Event.ACCESS_CHECKED,
        organization=check.organization,
        by=SYSTEM,
        target=Target(
            "organization",
            str(check.organization_id),
            check.organization.name,
            {**details, "examples": check.examples[:NAMED]},
        ),
        at=check.finished_at,
    )
    logger.error(
        "access_drift",
        organization=str(check.organization_id),
        examples=check.examples[:NAMED],
        **details,
    )
