"""The mass-change guard: counts what providers take away, and holds too much of it.

Losses of people and of memberships are counted apart, over a sliding hour. What would
pass both the percentage and the number of a directory stops it: from then on nothing
is taken away until an admin has decided. Each loss is a Removal row, applied or held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import caches
from django.db import transaction

from directories import dialect, rows
from directories.models import Directory, Removal, UserRecord
from directories.queries.removals import (
    MEMBERSHIPS,
    PEOPLE,
    memberships_of,
    people_of,
)
from directories.services import guard_news

REMOVAL = Removal._meta.db_table
USER = UserRecord._meta.db_table
WINDOW = timedelta(hours=1)
Kind, State = Removal.Kind, Removal.State
# How much of it a server takes away in a second at most.
PER_S = {PEOPLE: 2_000, MEMBERSHIPS: 100_000}
KEEP_S = 2.0
# Audit log and troubleshooting log tell of it longer.
KEPT = timedelta(days=30)
FORGOTTEN = 1_000
Family = tuple[Removal.Kind, Removal.Kind]


@dataclass(frozen=True)
class Loss:
    """One loss, named as the fields of Removal."""

    kind: Removal.Kind
    user_key: int = 0
    group_key: int = 0
    account_key: int = 0
    scim_id: str = ""
    name: str = ""
    size: int = 1


def watches(directory: Directory) -> bool:
    """Say whether losses of the directory are counted or held at all."""
    return directory.guard_on or directory.guard_stopped_at is not None


def hold_loss(directory: Directory, loss: Loss, *, now: datetime) -> bool:
    """Note a loss that is about to be; return whether it is held, so must not be.

    Call it in the transaction of the loss, before the row that is lost changes, and
    after the directory was held open.
    """
    if not watches(directory):
        return False
    family = PEOPLE if loss.kind in PEOPLE else MEMBERSHIPS
    held = _holds(directory, family, loss.size, now=now)
    rows.insert(
        Removal(
            directory=directory,
            at=now,
            kind=loss.kind,
            state=State.HELD if held else State.APPLIED,
            user_key=loss.user_key,
            group_key=loss.group_key,
            account_key=loss.account_key,
            scim_id=loss.scim_id,
            name=loss.name[:320],
            size=loss.size,
        )
    )
    return held


def hold_losses(
    directory: Directory, *, group_key: int, users: Sequence[int], now: datetime
) -> bool:
    """Note that people leave a group; return whether that is held, all of it.

    `users` are records that are no members any more; those that are not linked
    lose nothing. One statement whatever the size, a second one near the threshold.
    """
    if not watches(directory):
        return False
    wanted = dialect.ids_parameter(users)
    held = directory.guard_stopped_at is not None
    if users and not held and _passes(directory, MEMBERSHIPS, len(users), now):
        held = _holds(directory, MEMBERSHIPS, _linked(wanted), now=now)
    state = State.HELD if held else State.APPLIED
    dialect.rows(
        f"INSERT INTO {REMOVAL} (directory_id, at, kind, state, user_key,"  # noqa: S608
        " group_key, account_key, scim_id, name, size)"
        " SELECT %s, %s, %s, %s, r.id, %s, r.account_id,"
        f" {dialect.uuid_text('r.scim_id')}, r.user_name, 1 FROM {USER} r"
        f" WHERE {dialect.one_of('r.id', 'bigint')} AND r.link_state = 'linked'",
        [
            dialect.uuid_parameter(directory.pk),
            dialect.datetime_parameter(now),
            Kind.LEFT.value,
            state.value,
            group_key,
            wanted,
        ],
    )
    return held


def _linked(users: object) -> int:
    found = dialect.rows(
        f"SELECT count(*) FROM {USER} r WHERE r.link_state = 'linked'"  # noqa: S608
        f" AND {dialect.one_of('r.id', 'bigint')}",
        [users],
    )
    return int(found[0][0])


def regain_person(directory: Directory, account_key: int) -> None:
    """Forget that a person was lost: the provider has brought them back."""
    if not watches(directory):
        return
    # Kinds as they are in the condition of the index.
    dialect.rows(
        f"UPDATE {REMOVAL} SET state = 'undone' WHERE account_key = %s"  # noqa: S608
        " AND kind IN ('deactivated', 'deleted') AND directory_id = %s"
        " AND state IN ('applied', 'held')",
        [account_key, dialect.uuid_parameter(directory.pk)],
    )


def regain_group(directory: Directory, name: str) -> bool:
    """Forget that a group's deletion is held; return whether it was."""
    found = Removal.objects.filter(
        directory=directory, kind=Kind.GROUP_DELETED, state=State.HELD, name=name
    )
    return bool(found.update(state=State.UNDONE))


def regain_members(directory: Directory, group_key: int, users: Sequence[int]) -> None:
    """Forget that these people left a group: they are in it again."""
    if not users or not watches(directory):
        return
    dialect.rows(
        f"UPDATE {REMOVAL} SET state = 'undone' WHERE group_key = %s"  # noqa: S608
        f" AND {dialect.one_of('user_key', 'bigint')} AND kind = 'left'"
        " AND state IN ('applied', 'held')",
        [group_key, dialect.ids_parameter(users)],
    )


def is_held(directory: Directory, account_key: int) -> bool:
    """Say whether a loss of this person waits for a decision."""
    return Removal.objects.filter(
        account_key=account_key,
        kind__in=PEOPLE,
        directory=directory,
        state=State.HELD,
    ).exists()


def is_waiting(directory_id: UUID) -> bool:
    """Say whether nothing may be taken away: something waits for a decision.

    Also what was decided and is not done yet.
    """
    stopped = Directory.objects.filter(
        pk=directory_id, guard_stopped_at__isnull=False
    ).exists()
    held = Removal.objects.filter(directory=directory_id, state=State.HELD)
    return stopped or held.exists()


def _holds(directory: Directory, family: Family, more: int, *, now: datetime) -> bool:
    if directory.guard_stopped_at is not None:
        return True
    if not more or not _passes(directory, family, more, now):
        return False
    _stop(directory, family, more, now)
    return True


@dataclass(frozen=True)
class Tally:
    """How much was lost since `since`, and of how much it was."""

    lost: int
    base: int
    limit: int


def _passes(directory: Directory, family: Family, more: int, now: datetime) -> bool:
    """Say whether `more` losses are too many; count as seldom as can be.

    A count is kept for as long as other processes cannot reach the limit, two
    seconds at most; what this one adds is added to it.
    """
    counts, key = caches["process"], _key(directory, family)
    known: tuple[int, int, float] | None = counts.get(key)
    if known is not None:
        lost, limit, until = known
        if lost + more <= limit:
            counts.set(key, (lost + more, limit, until), until - now.timestamp())
            return False
    tally = tally_of(directory, family, more=more, now=now)
    left = tally.limit - tally.lost - more
    if left < 0:
        return True
    keep = min(KEEP_S, left / PER_S[family])
    until = now.timestamp() + keep
    counts.set(key, (tally.lost + more, tally.limit, until), keep)
    return False


def _key(directory: Directory, family: Family) -> str:
    rule = (directory.guard_percent, directory.guard_least)
    decided = directory.guard_decided_at
    since = decided.timestamp() if decided else 0
    return f"guard:{directory.pk}:{family[0]}:{rule[0]}:{rule[1]}:{since}"


def tally_of(
    directory: Directory, family: Family, *, more: int, now: datetime
) -> Tally:
    """Count what was lost in the last hour, and what there was at its beginning.

    What there was is counted only when more than `guard_least` would be lost.
    """
    since = now - WINDOW
    if directory.guard_decided_at is not None:
        since = max(since, directory.guard_decided_at)
    least = directory.guard_least
    lost = _lost(directory, family, since, most=least + 1)
    if lost + more <= least:
        return Tally(lost=lost, base=0, limit=least)
    there = people_of(directory) if family == PEOPLE else memberships_of(directory)
    # All who are lost were there; the percentage of those that are is a lower bound.
    most = max(least, there)
    lost = _lost(directory, family, since, most=most + 1)
    base = there + lost + (more if family == MEMBERSHIPS else 0)
    return Tally(
        lost=lost,
        base=base,
        limit=max(least, base * directory.guard_percent // 100),
    )


def _lost(directory: Directory, family: Family, since: datetime, *, most: int) -> int:
    found = dialect.rows(
        "SELECT COALESCE(sum(size), 0) FROM (SELECT size"  # noqa: S608
        f" FROM {REMOVAL} WHERE directory_id = %s AND kind IN (%s, %s) AND at > %s"
        f" AND state = 'applied' AND size > 0 LIMIT {most:d}) counted",
        [
            dialect.uuid_parameter(directory.pk),
            *(kind.value for kind in family),
            dialect.datetime_parameter(since),
        ],
    )
    return int(found[0][0])


@transaction.atomic
def _stop(directory: Directory, family: Family, more: int, now: datetime) -> None:
    """Stop the directory and tell the admins, once whoever else does at the moment."""
    running = Directory.objects.filter(pk=directory.pk, guard_stopped_at=None)
    changed = running.update(guard_stopped_at=now)
    directory.guard_stopped_at = now
    if changed:
        tally = tally_of(directory, family, more=more, now=now)
        news = guard_news.Stop(
            people=family == PEOPLE, lost=tally.lost + more, base=tally.base
        )
        guard_news.tell_stopped(directory, news, now=now)


def forget_old(now: datetime) -> None:
    """Delete what was decided, or carried out, so long ago that nobody asks."""
    over = Removal.objects.filter(at__lt=now - KEPT).exclude(state=State.HELD)
    while keys := list(over.order_by("pk").values_list("pk", flat=True)[:FORGOTTEN]):
        Removal.objects.filter(pk__in=keys).delete()
