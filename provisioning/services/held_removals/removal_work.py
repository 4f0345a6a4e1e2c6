"""Carries out what an admin decided about removals, in short transactions.

Each removal changes its state in the transaction that carries it out, so a run that
was cut off goes on with those that are left, and none is done twice.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone

from directories.consumers import RefusedError
from directories.models import AuditEvent, Directory, Job, Removal
from directories.queries import removals as facts
from directories.services import jobs, together
from directories.services.audit import SYSTEM, Actor, in_the_name_of
from directories.services.limits import LimitReachedError
from directories.services.opening import ClosedError
from directories.services.records import UnknownRecordError
from provisioning.services import pace
from provisioning.services.held_removals import putting_back, removals, taking_away
from provisioning.services.syncing import sync

Kind, State = Removal.Kind, Removal.State
# What a removal can meet that has nothing left to be done about it.
OVER = (UnknownRecordError, RefusedError, ClosedError, LimitReachedError)
AT_A_TIME = 500
One = Callable[[Directory, Removal, datetime], None]
Some = Callable[[Directory, int, Sequence[Removal], datetime], None]


def approve(run: jobs.Run) -> list[Job]:
    """Carry out held removals; the task of APPROVE jobs."""
    one = {
        Kind.DEACTIVATED: taking_away.deactivate,
        Kind.DELETED: taking_away.delete_person,
        Kind.GROUP_DELETED: taking_away.delete_group,
    }
    return _work(run, State.APPROVED, one, taking_away.take_out)


def discard(run: jobs.Run) -> list[Job]:
    """Put back what held removals are about; the task of DISCARD jobs."""
    one = {
        Kind.DEACTIVATED: putting_back.activate,
        Kind.DELETED: putting_back.keep_person,
        Kind.GROUP_DELETED: putting_back.keep_group,
    }
    with in_the_name_of(_decider(run)):
        return _work(run, State.DISCARDED, one, putting_back.bring_in)


def undo(run: jobs.Run) -> list[Job]:
    """Put back what removals took away; the task of UNDO jobs."""
    one = {
        Kind.DEACTIVATED: putting_back.activate,
        Kind.DELETED: putting_back.bring_back_person,
        Kind.GROUP_DELETED: putting_back.restore_group,
    }
    with in_the_name_of(_decider(run)):
        return _work(run, State.UNDONE, one, putting_back.bring_in)


def _decider(run: jobs.Run) -> Actor:
    """Return the admin who decided; the system for work that was queued long ago."""
    said = run.job.input.content.get("by")
    if said is None:
        return SYSTEM
    kind = AuditEvent.ActorKind(said["kind"])
    return Actor(kind, id=said["id"], name=said["name"])


def _work(
    run: jobs.Run, state: Removal.State, one: Mapping[Removal.Kind, One], some: Some
) -> list[Job]:
    """Carry all of a decision out, then compare the directory; return that job."""
    directory = run.job.directory
    if directory is None:
        return []
    found = _decided(run, directory)
    work = _Work(run, state, done=max(0, run.job.total - found.count()))
    for kind, call in one.items():
        of_kind = found.filter(kind=kind).order_by("pk")
        while batch := list(of_kind[:AT_A_TIME]):
            for removal in batch:
                work.settle([removal], partial(_first, call, directory))
    left = found.filter(kind=Kind.LEFT).order_by("group_key", "pk")
    while first := left.first():
        group = first.group_key
        batch = list(left.filter(group_key=group)[: pace.batch_size()])
        work.settle(batch, partial(_together, some, directory, group))
    removals.resume_if_all_decided(directory.pk, now=timezone.now())
    return [sync.queue_reconcile(directory, timezone.now())]


def _first(call: One, directory: Directory, rows: Sequence[Removal]) -> None:
    call(directory, rows[0], timezone.now())


def _together(
    call: Some, directory: Directory, group: int, rows: Sequence[Removal]
) -> None:
    call(directory, group, rows, timezone.now())


def _decided(run: jobs.Run, directory: Directory) -> QuerySet[Removal]:
    """Return what the decision is about and has not been carried out yet."""
    content = run.job.input.content
    if run.job.kind == removals.UNDO:
        found = facts.undoable_in(directory, run.job.created_at)
    else:
        found = facts.held_in(directory)
    found = found.filter(pk__lte=content["last"])
    return found if content["keys"] is None else found.filter(pk__in=content["keys"])


class _Work:
    """Settles removals one after the other, and says how far it is."""

    def __init__(self, run: jobs.Run, state: Removal.State, *, done: int) -> None:
        self.run, self.state, self.done = run, state, done

    def settle(
        self, batch: Sequence[Removal], call: Callable[[Sequence[Removal]], None]
    ) -> None:
        """Carry removals out and give them their state, together or not at all.

        What cannot be carried out any more has its state all the same.
        """

        def both() -> None:
            # The provider may have changed its mind meanwhile.
            if found := self._mark(batch):
                call(found)

        try:
            together.all_or_nothing(both)
        except OVER:
            together.all_or_nothing(lambda: self._mark(batch))
        self.done += len(batch)
        self.run.report(done=self.done)
        pace.breathe()

    def _mark(self, batch: Sequence[Removal]) -> Sequence[Removal]:
        keys = [removal.pk for removal in batch]
        rows = Removal.objects.select_for_update(of=("self",)).filter(
            pk__in=keys, state__in={removal.state for removal in batch}
        )
        found = list(rows.order_by("pk"))
        Removal.objects.filter(pk__in=[row.pk for row in found]).update(
            state=self.state
        )
        return found
