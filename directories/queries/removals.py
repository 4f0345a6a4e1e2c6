"""Reads about what providers took away, and what of it waits for a decision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Sum

from directories.models import (
    AuditEvent,
    Directory,
    GroupRecord,
    LinkState,
    Removal,
    RoleAssignment,
    UserRecord,
)

Kind, State = Removal.Kind, Removal.State
PEOPLE = (Kind.DEACTIVATED, Kind.DELETED)
MEMBERSHIPS = (Kind.LEFT, Kind.GROUP_DELETED)
# What was taken away can be undone for as long.
UNDO_WITHIN = timedelta(hours=24)
DECISIONS = (
    "scim_removals_stopped",
    "scim_removals_approved",
    "scim_removals_discarded",
    "scim_removals_undone",
)
DECISIONS_SHOWN = 20
# Counting more than this takes long enough that some seconds old will do.
MANY = 20_000
KEEP_S = 60


@dataclass(frozen=True)
class Numbers:
    """How many removals of each kind; `members` are those of the deleted groups."""

    deactivated: int = 0
    deleted: int = 0
    left: int = 0
    group_deleted: int = 0
    members: int = 0

    @property
    def people(self) -> int:
        """Return how many people are deactivated or deleted."""
        return self.deactivated + self.deleted

    @property
    def memberships(self) -> int:
        """Return how many memberships end, by leaving or with their group."""
        return self.left + self.members

    @property
    def total(self) -> int:
        """Return how many removals there are."""
        return self.people + self.left + self.group_deleted

    def __bool__(self) -> bool:
        return self.total > 0


@dataclass(frozen=True)
class Standing:
    """What waits in a directory, what can be undone, and how many admins wait."""

    directory: Directory
    held: Numbers
    undoable: Numbers
    admins: int = 0

    @property
    def stopped(self) -> bool:
        """Say whether removals are stopped."""
        return self.directory.guard_stopped_at is not None

    def __bool__(self) -> bool:
        return self.stopped or bool(self.held)


def held_in(directory: Directory) -> QuerySet[Removal]:
    """Return what waits for a decision in a directory."""
    return Removal.objects.filter(directory=directory, state=State.HELD)


def undoable_in(directory: Directory, now: datetime) -> QuerySet[Removal]:
    """Return what was taken away lately, approved or not, and can be put back."""
    return Removal.objects.filter(
        directory=directory,
        state__in=[State.APPLIED, State.APPROVED],
        kind__in=Kind.values,
        at__gt=now - UNDO_WITHIN,
    )


def numbers_of(removals: QuerySet[Removal]) -> Numbers:
    """Count removals by kind."""
    found = removals.order_by().values_list("kind")
    rows = found.annotate(rows=Count("pk"), size=Sum("size"))
    counts = {kind: (count, size) for kind, count, size in rows}
    return Numbers(
        **{str(kind): counts.get(kind, (0, 0))[0] for kind in Kind.values},
        members=counts.get(Kind.GROUP_DELETED, (0, 0))[1],
    )


def last_key(removals: QuerySet[Removal]) -> int:
    """Return the greatest key, 0 when there are none."""
    return removals.aggregate(last=Max("pk"))["last"] or 0


def standing_of(directory: Directory, now: datetime) -> Standing:
    """Return what waits in a directory, and what can be undone."""
    held = held_in(directory)
    return Standing(
        directory=directory,
        held=numbers_of(held),
        undoable=numbers_of(undoable_in(directory, now)),
        admins=admins_in(held, directory),
    )


def admins_in(removals: QuerySet[Removal], directory: Directory) -> int:
    """Count the people among removals who hold an admin right."""
    rights = RoleAssignment.objects.filter(
        organization=directory.organization_id, account=OuterRef("account_key")
    )
    people = removals.filter(Exists(rights), account_key__gt=0)
    return people.order_by().values("account_key").distinct().count()


@dataclass(frozen=True)
class Threshold:
    """How much there is to lose in a directory, and more than how much stops it."""

    people: int
    memberships: int
    percent: int
    least: int

    @property
    def most_people(self) -> int:
        """Return how many people may be lost within one hour."""
        return max(self.least, self.people * self.percent // 100)

    @property
    def most_memberships(self) -> int:
        """Return how many memberships may be lost within one hour."""
        return max(self.least, self.memberships * self.percent // 100)


def threshold_of(directory: Directory) -> Threshold:
    """Return what the rule of a directory means in numbers; big ones a minute old."""
    people, memberships = _there(directory)
    return Threshold(
        people=people,
        memberships=memberships,
        percent=directory.guard_percent,
        least=directory.guard_least,
    )


def _there(directory: Directory) -> tuple[int, int]:
    key = f"guard-numbers:{directory.pk}"
    known: tuple[int, int] | None = cache.get(key)
    if known is None:
        known = people_of(directory), memberships_of(directory)
        if max(known) > MANY:
            cache.set(key, known, KEEP_S)
    return known


def people_of(directory: Directory) -> int:
    """Count the linked active people of a directory."""
    return UserRecord.objects.filter(
        directory=directory, link_state=LinkState.LINKED, active=True
    ).count()


def memberships_of(directory: Directory) -> int:
    """Count the memberships of a directory, by what its groups have counted."""
    counted = GroupRecord.objects.filter(directory=directory)
    return counted.aggregate(all=Sum("member_count"))["all"] or 0


def banner_of(directory: Directory) -> "Standing | None":
    """Return what waits in a directory, None when nothing does."""
    held = held_in(directory)
    if directory.guard_stopped_at is None and not held.exists():
        return None
    return Standing(
        directory=directory,
        held=numbers_of(held),
        undoable=Numbers(),
        admins=admins_in(held, directory),
    )


def stopped_in(directories: Iterable[Directory]) -> list[Standing]:
    """Return what waits in those of the directories that are stopped."""
    return [
        Standing(each, numbers_of(held_in(each)), Numbers())
        for each in directories
        if each.guard_stopped_at is not None
    ]


def decisions_of(directory: Directory) -> QuerySet[AuditEvent]:
    """Return the latest stops and decisions of a directory, newest first."""
    events = AuditEvent.objects.filter(
        organization=directory.organization_id,
        action__in=DECISIONS,
        target_id=str(directory.pk),
    )
    return events.order_by("-at", "-pk")[:DECISIONS_SHOWN]
