"""Writes to how a directory takes requests."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from directories.events import Event
from directories.models import Directory, Job
from directories.services import jobs
from directories.services.audit import Actor, Target, record_event
from directories.services.directories import ALL_MEMBERS, request_sync


@dataclass(frozen=True, kw_only=True)
class Choices:
    """All that can be chosen, named as the fields of Directory."""

    mode: str
    unknown_attributes: str
    nested_groups: str
    group_conflicts: str
    all_members: bool
    reads_per_minute: int | None
    writes_per_minute: int | None
    request_log_days: int
    request_log_bodies: bool
    troubleshooting_days: int
    guard_on: bool
    guard_percent: int
    guard_least: int


@dataclass(frozen=True)
class Outcome:
    """What became different, each as [before, after], and the work it brings."""

    changes: dict[str, list[Any]]
    job: Job | None = None


@transaction.atomic
def change_settings(
    *, directory: Directory, choices: Choices, by: Actor, now: datetime
) -> Outcome:
    """Take over what differs from the directory's settings; write nothing else.

    Who is in which group follows by a job when groups in groups count in another
    way; wake it when the transaction has ended.
    """
    current = Directory.objects.select_for_update(of=("self",)).get(pk=directory.pk)
    changes = differences(current, choices)
    if not changes:
        return Outcome(changes)
    for name, (_before, after) in changes.items():
        setattr(current, name, after)
    current.save(update_fields=list(changes))
    target = Target("directory", str(current.pk), current.name, changes)
    record_event(
        Event.DIRECTORY_CHANGED,
        organization=directory.organization,
        by=by,
        target=target,
        at=now,
    )
    if "nested_groups" in changes and current.state == Directory.State.ACTIVE:
        return Outcome(changes, request_sync(directory=directory, by=by, now=now))
    if "all_members" in changes and current.state == Directory.State.ACTIVE:
        return Outcome(changes, _follow_all(directory, now))
    return Outcome(changes)


def _follow_all(directory: Directory, now: datetime) -> Job:
    """Queue the job that fills the group of everybody, or makes it a local one."""
    return jobs.enqueue_job(
        kind=ALL_MEMBERS,
        target=str(directory.pk),
        label=directory.name,
        directory=directory,
        now=now,
    )


def differences(directory: Directory, choices: Choices) -> dict[str, list[Any]]:
    """Return what `choices` would change, each as [before, after]."""
    return {
        name: [before, after]
        for name, after in asdict(choices).items()
        if (before := getattr(directory, name)) != after
    }
