"""What an admin decides about removals that wait, or were carried out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, QuerySet, Sum

from directories.events import Event
from directories.models import Directory, Job, Removal
from directories.services import guard_news, jobs
from directories.services.audit import Actor

APPROVE, DISCARD, UNDO = "guard-approve", "guard-discard", "guard-undo"
EVENTS = {
    APPROVE: Event.GUARD_APPROVED,
    DISCARD: Event.GUARD_DISCARDED,
    UNDO: Event.GUARD_UNDONE,
}
# What was applied can be undone for as long.
UNDO_WITHIN = timedelta(hours=24)
Kind, State = Removal.Kind, Removal.State


class NothingWaitsError(Exception):
    """There is nothing to decide about (any more)."""


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
    What waits keeps waiting until the job gets to it. Raises NothingWaitsError.
    """
    # Whoever writes to the directory is done, and sees what is decided here.
    current = Directory.objects.select_for_update(of=("self",)).get(pk=directory.pk)
    found = _chosen(held(current), chosen)
    if not found.exists() and (chosen.keys or current.guard_stopped_at is None):
        raise NothingWaitsError(directory.pk)
    if chosen.keys is None:
        resume(current, now=now)
    return _queue(kind, current, found, chosen, by=by, now=now)


@transaction.atomic
def undo(*, directory: Directory, chosen: Chosen, by: Actor, now: datetime) -> Job:
    """Queue putting back what was taken away in the last day; wake the job.

    Raises NothingWaitsError.
    """
    found = _chosen(undoable(directory, now=now), chosen)
    if not found.exists():
        raise NothingWaitsError(directory.pk)
    return _queue(UNDO, directory, found, chosen, by=by, now=now)


def held(directory: Directory) -> QuerySet[Removal]:
    """Return what waits for a decision in a directory."""
    return Removal.objects.filter(directory=directory, state=State.HELD)


def undoable(directory: Directory, *, now: datetime) -> QuerySet[Removal]:
    """Return what was taken away and can be put back, approved or not."""
    return Removal.objects.filter(
        directory=directory,
        state__in=[State.APPLIED, State.APPROVED],
        kind__in=Kind.values,
        at__gt=now - UNDO_WITHIN,
    )


def numbers_of(removals: QuerySet[Removal]) -> dict[str, int]:
    """Count removals by kind, those of groups with their members as `memberships`."""
    found = removals.order_by().values("kind").annotate(n=Count("pk"), size=Sum("size"))
    numbers = {str(kind): 0 for kind in Kind.values}
    numbers["memberships"] = 0
    for row in found:
        numbers[row["kind"]] = row["n"]
        if row["kind"] in {Kind.LEFT, Kind.GROUP_DELETED}:
            numbers["memberships"] += row["size"]
    numbers["people"] = numbers[Kind.DEACTIVATED] + numbers[Kind.DELETED]
    numbers["total"] = sum(numbers[str(kind)] for kind in Kind.values)
    return numbers


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
        if directory is not None and not held(directory).exists():
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
    numbers = numbers_of(found)
    content: dict[str, Any] = {
        "last": found.aggregate(last=Max("pk"))["last"] or 0,
        "keys": None if chosen.keys is None else list(chosen.keys),
    }
    guard_news.tell(EVENTS[kind], directory, dict(numbers), by=by, now=now)
    job = jobs.enqueue_choice(
        organization=directory.organization,
        kind=kind,
        label=directory.name,
        content=content,
        now=now,
        total=numbers["total"],
    )
    Job.objects.filter(pk=job.pk).update(directory=directory)
    return job
