"""Background syncing: make groups equal to their records, in short steps."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from directories import dialect
from directories.consumers import Work
from directories.models import (
    Directory,
    GroupRecord,
    Job,
    LinkState,
    UserRecord,
)
from directories.queries import nesting
from directories.services import guard, jobs
from directories.services.opening import ClosedError, hold_open
from provisioning.models import Group
from provisioning.queries.organization_groups import unequal
from provisioning.reasons import Reason
from provisioning.services.admin_rights import rights
from provisioning.services.directory_scope import scope_following
from provisioning.services.name_conflicts import group_conflicts
from provisioning.services.organization_groups import all_members, returning
from provisioning.services.pace import batch_size, breathe
from provisioning.services.syncing import memberships
from provisioning.services.syncing.spoilt import Spoilt

RECONCILE = "directory-reconcile"


def sync_group(run: jobs.Run) -> None:
    """Make one synced group equal to its record; the task of SYNC jobs."""
    record = _record(int(run.job.target))
    if record is None:
        return
    total = _size(record)
    run.report(done=run.job.done, cursor=run.job.cursor, total=total)
    # Rights end first: who must leave leaves before anybody joins.
    _remove_strangers(record)
    cursor, done = run.job.cursor, run.job.done
    while users := _join_next(record, after=cursor):
        cursor, done = users[-1], done + len(users)
        run.report(done=min(done, total), cursor=cursor)
        breathe()


def _record(key: int) -> GroupRecord | None:
    return GroupRecord.objects.select_related("directory").filter(pk=key).first()


def _size(record: GroupRecord) -> int:
    sources = nesting.counted_groups(record)
    return nesting.count_users(sources) if sources[1:] else record.member_count


def _remove_strangers(record: GroupRecord) -> None:
    @transaction.atomic
    def step() -> None:
        locked = _locked(record)
        if locked is None or returning.is_returning(
            locked.group, record, timezone.now()
        ):
            return
        if not guard.is_waiting(record.directory_id):
            memberships.remove_strangers(locked.group.pk, locked.sources)

    dialect.retrying(step)


def _join_next(record: GroupRecord, *, after: int) -> list[int]:
    @transaction.atomic
    def step() -> list[int]:
        locked = _locked(record)
        if locked is None:
            return []
        users = memberships.next_users(locked.sources, after=after, size=batch_size())
        memberships.add_members([locked.group.pk], users)
        return users

    return dialect.retrying(step)


@dataclass(frozen=True)
class _Locked:
    """A synced group, and the records whose members belong into it."""

    group: Group
    sources: list[int]


def _locked(record: GroupRecord) -> _Locked | None:
    """Lock the record as every change of who counts in it does.

    How groups in groups count is read under the lock: a job that begins after that
    has changed has to wait for this one to end. None in a closed directory, which
    forgets who was in its groups.
    """
    try:
        hold_open(record.directory)
    except ClosedError:
        return None
    rows = GroupRecord.objects.select_for_update(of=("self",)).filter(pk=record.pk)
    if not rows.exists():
        return None
    # By queries of their own: what is joined to a lock is read before the wait.
    group = Group.objects.filter(record=record).first()
    current = _record(record.pk)
    if group is None or current is None:
        return None
    return _Locked(group, nesting.counted_groups(current))


def reconcile_directory(run: Work) -> None:
    """Look at waiting people again, then make every synced group equal.

    Groups are compared many at a time; only those that differ are gone through. The
    task of RECONCILE jobs. `cursor` is the last group record done. Of a directory
    that is closed meanwhile nothing is compared any more.
    """
    directory = run.job.directory
    if directory is not None and directory.state == Directory.State.ACTIVE:
        with suppress(ClosedError):
            _reconcile(directory, run)


def _reconcile(directory: Directory, run: Work) -> None:
    groups = GroupRecord.objects.filter(directory=directory).order_by("pk")
    cursor, done, spoilt = run.job.cursor, run.job.done, Spoilt(directory)
    if cursor == 0:
        dialect.retrying(partial(rights.follow_all, directory.organization))
        done = _follow_rule(directory, run, groups.count(), spoilt)
        _revisit_people(directory, run, spoilt)
        all_members.bring_in_step(directory, lambda _done: run.report(done=done))
        group_conflicts.revisit_waiting(directory, now=timezone.now())
    nested = nesting.counts(directory)
    while step := unequal.next_step(directory.pk, after=cursor, nested=nested):
        for record in groups.filter(pk__in=step.unequal):
            with spoilt.group(record.pk):
                fill(record, partial(run.report, done=done, cursor=cursor))
        cursor, done = step.last, done + step.size
        run.report(done=done, cursor=cursor)
        breathe()
    spoilt.tell()


def _follow_rule(directory: Directory, run: Work, groups: int, spoilt: Spoilt) -> int:
    """Take up and leave out whom the sync rules say; return how many that were."""
    total = groups + scope_following.count_misplaced(directory)
    run.report(done=0, total=total)

    def progress(done: int) -> None:
        run.report(done=done)
        breathe()

    return scope_following.follow_rule(directory, progress, spoilt)


def fill(record: GroupRecord, report: Callable[[], None]) -> None:
    """Make the synced group of a record equal to it; report after each step."""
    _remove_strangers(record)
    after = 0
    while users := _join_next(record, after=after):
        after = users[-1]
        report()
        breathe()


def _revisit_people(directory: Directory, run: Work, spoilt: Spoilt) -> None:
    """Take up whom nothing keeps waiting any more.

    Who is left out by the sync rules was looked at already.
    """
    # Who is linked with a reason may be another case by now: an account whose address
    # was left as it is because it was nobody's to change has become ours, say.
    linked = Q(link_state=LinkState.LINKED, link_reason__in=["", Reason.GUARD_HELD])
    waiting = (
        UserRecord.objects.filter(directory=directory)
        .exclude(linked)
        .exclude(link_reason=Reason.OUT_OF_SCOPE)
    )
    after = 0
    while batch := list(
        waiting.filter(pk__gt=after).order_by("pk").values_list("pk", "scim_id")[:100]
    ):
        for pk, scim_id in batch:
            spoilt.revisit_person(pk, scim_id)
        after = batch[-1][0]
        run.report(done=run.job.done)
        breathe()


def queue_reconcile(directory: Directory, now: datetime) -> Job:
    """Queue a comparison of everything the directory pushed."""
    return jobs.enqueue_job(
        kind=RECONCILE,
        target=str(directory.pk),
        label=directory.name,
        directory=directory,
        now=now,
    )


def queue_where_waiting(
    record: UserRecord, now: datetime, *, freed: str = ""
) -> list[Job]:
    """Queue comparisons of the directories that push the same address too.

    The address is that of the record, or the one that it has `freed`.
    """
    address = freed or record.email_key
    return queue_for_address(record.organization_id, address, now, but=record.pk)


def queue_for_address(
    organization_id: UUID, email_key: str, now: datetime, *, but: int = 0
) -> list[Job]:
    """Queue comparisons of the directories whose people wait for an address."""
    waiting = UserRecord.objects.filter(
        organization_id=organization_id,
        email_key=email_key,
        link_state=LinkState.HELD,
    ).exclude(pk=but)
    directories = Directory.objects.filter(
        pk__in=waiting.values("directory"), kind=Directory.Kind.ORGANIZATION
    )
    return [queue_reconcile(each, now) for each in directories.order_by("pk")]


def queue_others(directory: Directory, now: datetime) -> list[Job]:
    """Queue comparisons of the organization's other active directories."""
    others = Directory.objects.filter(
        organization_id=directory.organization_id,
        kind=Directory.Kind.ORGANIZATION,
        state=Directory.State.ACTIVE,
    ).exclude(pk=directory.pk)
    return [queue_reconcile(each, now) for each in others.order_by("pk")]
