"""Dry runs: asked for, worked out by a job, kept for some days, applied."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from directories.models import Directory, GroupRecord, Job, UserRecord
from directories.services import directories, jobs
from directories.services.audit import Actor
from provisioning.models import DryRun, DryRunLine
from provisioning.services.directory_scope import scope, scope_rules
from provisioning.services.directory_scope.scope_rules import Plan
from provisioning.services.forecast import (
    access,
    disconnecting,
    elsewhere,
    everybody,
    groups,
    members,
    people,
)
from provisioning.services.forecast.run import Forecast, drop_tables, make_tables

DRY_RUN = "dry-run"
FORGOTTEN = 10_000
Kind = DryRun.Kind


class NotReadyError(Exception):
    """The dry run has not been worked out yet, or its directory is closed."""


@transaction.atomic
def request_dry_run(
    *,
    directory: Directory,
    kind: str,
    by: Actor,
    now: datetime,
    plan: Plan | None = None,
) -> DryRun:
    """Queue the work on a dry run; wake its job when the transaction has ended."""
    dry_run = DryRun.objects.create(
        directory=directory,
        kind=kind,
        plan=plan.as_json() if plan else {},
        created_at=now,
        created_by=by.name,
    )
    dry_run.job = jobs.enqueue_job(
        kind=DRY_RUN,
        target=str(dry_run.pk),
        label=directory.name,
        directory=directory,
        now=now,
    )
    dry_run.save(update_fields=["job"])
    return dry_run


def work_out(run: jobs.Run) -> None:
    """Work a dry run out; the task of DRY_RUN jobs. Run again, it begins anew."""
    found = DryRun.objects.select_related("directory__organization")
    dry_run = found.filter(pk=run.job.target).first()
    if dry_run is None:
        return
    _forget_lines(dry_run, lambda: run.report(done=0))
    forecast = Forecast(
        dry_run=dry_run,
        directory=dry_run.directory,
        rule=_rule(dry_run),
        report=lambda done: run.report(done=done),
    )
    make_tables()
    try:
        _WAYS[Kind(dry_run.kind)](forecast, run)
    finally:
        drop_tables()
    dry_run.numbers = dict(forecast.numbers)
    dry_run.finished_at = timezone.now()
    dry_run.save(update_fields=["numbers", "finished_at"])


def _rule(dry_run: DryRun) -> scope.Rule:
    if dry_run.kind == Kind.SCOPE:
        return scope_rules.plan_from(dry_run.plan).rule
    return scope.rule_of(dry_run.directory)


def _compare(forecast: Forecast, run: jobs.Run) -> None:
    """Work out people, groups and members, as a comparison treats them."""
    records = groups.looked_at(forecast)
    everything = GroupRecord.objects.filter(directory=forecast.directory).count()
    run.report(done=0, total=people.count(forecast) + records.count() + everything)
    people.work_out(forecast)
    groups.work_out(forecast, records)
    members.work_out(forecast)
    elsewhere.work_out(forecast, but=everybody.work_out(forecast))
    access.work_out(forecast)


def _sync_waiting(forecast: Forecast, run: jobs.Run) -> None:
    """Work out what syncing every group that waits does; people stay as they are."""
    records = groups.waiting(forecast)
    run.report(done=0, total=2 * records.count())
    groups.work_out(forecast, records, alone=True)
    members.work_out(forecast)
    access.work_out(forecast)


def _disconnect(forecast: Forecast, run: jobs.Run) -> None:
    users = UserRecord.objects.filter(directory=forecast.directory).count()
    everything = GroupRecord.objects.filter(directory=forecast.directory).count()
    run.report(done=0, total=users + everything)
    disconnecting.work_out(forecast)


_WAYS: dict[DryRun.Kind, Callable[[Forecast, jobs.Run], None]] = {
    Kind.SYNC: _compare,
    Kind.SCOPE: _compare,
    Kind.CONFLICTS: _sync_waiting,
    Kind.DISCONNECT: _disconnect,
}


def apply_dry_run(dry_run: DryRun, *, by: Actor, now: datetime) -> Job | None:
    """Do what a dry run of a sync or of a rule looked at; return the job to wake.

    Raises NotReadyError, directories.NotSetUpError or scope_rules.GuardStoppedError.
    """
    directory = dry_run.directory
    if dry_run.finished_at is None or dry_run.kind not in {Kind.SYNC, Kind.SCOPE}:
        raise NotReadyError(dry_run.pk)
    if dry_run.kind == Kind.SYNC:
        return directories.request_sync(directory=directory, by=by, now=now)
    plan = scope_rules.plan_from(dry_run.plan)
    return scope_rules.change_rule(directory=directory, plan=plan, by=by, now=now)


def days() -> int:
    """Return for how many days a dry run is kept."""
    return int(settings.DRY_RUN_DAYS)


def forget_old(now: datetime) -> None:
    """Delete the dry runs that were made some days ago, in short transactions."""
    ends = now - timedelta(days=days())
    for dry_run in DryRun.objects.filter(created_at__lt=ends).order_by("pk"):
        _forget_lines(dry_run, lambda: None)
        dry_run.delete()


def _forget_lines(dry_run: DryRun, report: Callable[[], None]) -> None:
    lines = DryRunLine.objects.filter(dry_run=dry_run).order_by("effect", "pk")
    while keys := list(lines.values_list("pk", flat=True)[:FORGOTTEN]):
        DryRunLine.objects.filter(pk__in=keys).delete()
        report()
