"""Writes to groups in groups, and the locks that they and their members need.

Who changes the members of a group, or which groups are in it, holds the rows of
the group, of all groups above it, and of the groups that come: then whatever
another write does to who is in a group above is over, or begins after. Groups are
locked in the order of their keys, so nobody waits for who waits for them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from directories import dialect
from directories.consumers import MembersChange
from directories.models import GroupRecord, Nesting
from directories.queries import nesting
from directories.services import limits

T = TypeVar("T")
Held = frozenset[int]
NESTING = Nesting._meta.db_table


class MoreGroupsError(Exception):
    """A write needs these groups locked from its beginning."""

    def __init__(self, groups: Held) -> None:
        super().__init__(len(groups))
        self.groups = groups


class GroupInItselfError(Exception):
    """A group was to become its own member."""


def widening(call: Callable[[Held], T]) -> T:
    """Return what `call` returns, running it anew with the groups that it lacks.

    `call` is one whole transaction, which locks the groups that it is given before
    any other. Only what groups in groups are about runs more than once.
    """
    held: Held = frozenset()
    while True:
        try:
            return call(held)
        except MoreGroupsError as error:
            held |= error.groups


def lock(groups: Held) -> None:
    """Lock groups in the order of their keys."""
    if groups:
        locked = GroupRecord.objects.select_for_update(of=("self",))
        list(locked.filter(pk__in=groups).order_by("pk").values_list("pk"))


def hold(record: GroupRecord, come: Sequence[int], held: Held) -> list[int]:
    """Lock the groups above a locked one and those that come; return those above.

    `held` are locked already. Raises MoreGroupsError where a lock would be out of
    order. What is above may grow while a lock is waited for, so it is read again.
    """
    mine = held | {record.pk}
    while True:
        above = nesting.above([record.pk]) if record.was_nested else []
        missing = frozenset([*above, *come]) - mine
        if not missing or not dialect.is_postgresql():
            return [group for group in above if group != record.pk]
        if min(missing) < max(mine):
            raise MoreGroupsError(mine | missing)
        lock(missing)
        mine |= missing


@dataclass(frozen=True)
class Difference:
    """Which groups come into a group and which go."""

    come: Sequence[int] = ()
    go: Sequence[int] = ()


def difference(
    record: GroupRecord,
    wanted: Sequence[int],
    *,
    replaces: bool,
    remove: Sequence[UUID],
) -> Difference:
    """Compare the groups in a locked group with those that are wanted in it.

    A group without any is not looked at. Raises GroupInItselfError; longer circles
    are taken: all groups of one have the same members.
    """
    if record.pk in wanted:
        raise GroupInItselfError(record.pk)
    if not record.nested_count:
        return Difference(come=wanted)
    rows = Nesting.objects.filter(parent=record)
    inside = dict(rows.values_list("child", "child__scim_id"))
    kept, named = set(wanted), set(remove)
    return Difference(
        come=[group for group in wanted if group not in inside],
        go=[
            group
            for group, scim_id in inside.items()
            if group not in kept and (replaces or scim_id in named)
        ],
    )


def carry_out(record: GroupRecord, change: Difference) -> None:
    """Put groups into a group and take groups out; the caller saves the count."""
    if change.go:
        Nesting.objects.filter(parent=record, child__in=change.go).delete()
    if change.come:
        Nesting.objects.bulk_create(
            Nesting(directory_id=record.directory_id, parent=record, child_id=group)
            for group in change.come
        )
        GroupRecord.objects.filter(pk__in=change.come, was_nested=False).update(
            was_nested=True
        )
    record.nested_count += len(change.come) - len(change.go)


def take_out(
    parent: GroupRecord, child: GroupRecord, *, now: datetime
) -> MembersChange:
    """Take one group out of another; both and all above them are locked."""
    carry_out(parent, Difference(go=[child.pk]))
    parent.version += 1
    parent.updated_at = now
    parent.save(update_fields=["nested_count", "version", "updated_at"])
    above = nesting.above([parent.pk]) if parent.was_nested else []
    return MembersChange(
        removed=[child.pk], above=[each for each in above if each != parent.pk]
    )


def check_sizes(record: GroupRecord, above: Sequence[int]) -> None:
    """Raise limits.LimitReachedError if too many count as members now."""
    if not nesting.counts(record.directory) or not (record.nested_count or above):
        return
    whole = [record.pk, *above]
    limit = limits.members_limit(record.directory)
    for group in nesting.perhaps_larger(whole, limit.value):
        users = nesting.count_users(nesting.with_nested([group]))
        limits.check_members(record.directory, users)
