"""What an admin decides about removals that wait, or were carried out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from directories.events import Event
from directories.models import Directory, Job, Removal
from directories.queries import removals as facts
from directories.services import guard_news, jobs
from directories.services.audit import Actor

APPROVE, DISCARD, UNDO = "guard-approve", "guard-discard", "guard-undo"
EVENTS = {
    APPROVE: Event.GUARD_APPROVED,
    DISCARD: Event.GUARD_DISCARDED,
    UNDO: Event.GUARD_UNDONE,
}


LIVE = Job.State.going_on()


class NothingWaitsError(Exception):
    """There is nothing to decide about (any more)."""


class UnderWayError(Exception):
    """An earlier decision is still being carried out."""


@dataclass(frozen=True)
class Chosen:
    """What a decision is about: the removals with these keys, or all there are."""

    keys: Sequence[int] | None = None


ALL = Chosen()


@transaction.atomic
def decide(
    kind: str, *, directory: Directory, chosen: Chosen, by: Actor, now: datetime
) -> Job:
    """Queue what an admin decided about held removals; wake the job at the end.

    A decision about all of them ends the stop: what comes next is counted anew.
    What waits keeps waiting until the job gets to it. Raises NothingWaitsError or
    UnderWayError.
    """
    # Whoever writes to the directory is done, and sees what is decided here.
    current = Directory.objects.select_for_update(of=("self",)).get(pk=directory.pk)
    found = _chosen(facts.held_in(current), chosen)
    if not found.exists() and (chosen.keys or current.guard_stopped_at is None):
        raise NothingWaitsError(directory.pk)
    if Job.objects.filter(directory=current, kind__in=EVENTS, state__in=LIVE).exists():
        raise UnderWayError(directory.pk)
    if chosen.keys is None:
        resume(current, now=now)
    return _queue(kind, current, found, chosen, by=by, now=now)


@transaction.atomic
def undo(*, directory: Directory, chosen: Chosen, by: Actor, now: datetime) -> Job:
    """Queue putting back what was taken away in the last day; wake the job.

    Raises NothingWaitsError.
    """
    found = _chosen(facts.undoable_in(directory, now), chosen)
    if not found.exists():
        raise NothingWaitsError(directory.pk)
    return _queue(UNDO, directory, found, chosen, by=by, now=now)


def resume(directory: Directory, *, now: datetime) -> None:
    """End the stop of a locked directory; its losses are counted anew."""
    directory.guard_stopped_at, directory.guard_decided_at = None, now
    directory.save(update_fields=["guard_stopped_at", "guard_decided_at"])


def resume_if_all_decided(directory_id: UUID, *, now: datetime) -> None:
    """End the stop once the last of what waited was decided one by one."""
    with transaction.atomic():
        directory = (
            Directory.objects.select_for_update(of=("self",))
            .filter(pk=directory_id, guard_stopped_at__isnull=False)
            .first()
        )
        if directory is not None and not facts.held_in(directory).exists():
            resume(directory, now=now)


def _chosen(removals: QuerySet[Removal], chosen: Chosen) -> QuerySet[Removal]:
    return removals if chosen.keys is None else removals.filter(pk__in=chosen.keys)


def _queue(
    kind: str,
    directory: Directory,
    found: QuerySet[Removal],
    chosen: Chosen,
    *,
    by: Actor,
    now: datetime,
) -> Job:
    numbers = facts.numbers_of(found)
    content: dict[str, Any] = {
        "last": facts.last_key(found),
        "keys": None if chosen.keys is None else list(chosen.keys),
        "by": {"kind": by.kind.value, "id": by.id, "name": by.name},
    }
    guard_news.tell(EVENTS[kind], directory, asdict(numbers), by=by, now=now)
    job = jobs.enqueue_choice(
        organization=directory.organization,
        kind=kind,
        label=directory.name,
        content=content,
        now=now,
        total=numbers.total,
    )
    Job.objects.filter(pk=job.pk).update(directory=directory)
    return job
