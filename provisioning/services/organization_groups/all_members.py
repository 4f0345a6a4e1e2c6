"""Keeps the groups of everybody in a directory equal to its linked people."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import chain, count

from django.db import transaction
from django.utils import timezone

from directories import dialect
from directories.events import Event
from directories.folding import fold
from directories.models import Account, Directory, UserRecord
from directories.services import guard, jobs
from directories.services.audit import SYSTEM, Target, record_event
from directories.services.opening import ClosedError, hold_open
from provisioning.models import Group, GroupMember
from provisioning.services import consequences, pace
from provisioning.services.organization_groups import letting_go
from provisioning.services.organization_groups.group_names import all_members_name
from provisioning.services.syncing import memberships

MEMBER = GroupMember._meta.db_table
USER = UserRecord._meta.db_table


def join(record: UserRecord, account: Account, *, now: datetime) -> None:
    """Put a linked account into the group of everybody in its directory.

    Costs nothing where the directory has no such group.
    """
    if record.directory.all_members:
        group = _group_of(record.directory) or _make(record.directory, now)
        dialect.rows(
            f"INSERT INTO {MEMBER} (group_id, account_id) VALUES (%s, %s)"  # noqa: S608
            " ON CONFLICT (group_id, account_id) DO NOTHING",
            [group, account.pk],
        )
        consequences.follow([group], [account.pk])


def follow_directory(run: jobs.Run) -> None:
    """Make the group, or let it go as a local one; the task of ALL_MEMBERS jobs."""
    directory = run.job.directory
    if directory is None or directory.state != Directory.State.ACTIVE:
        return
    if directory.all_members:
        people = UserRecord.objects.filter(directory=directory).count()
        run.report(done=0, total=people)
    with suppress(ClosedError):
        bring_in_step(directory, lambda done: run.report(done=done))


def bring_in_step(directory: Directory, progress: Callable[[int], None]) -> None:
    """Make the group of everybody equal to the directory's linked people."""
    now = timezone.now()
    if not directory.all_members:
        release(directory, now=now)
        return
    group = dialect.retrying(lambda: ensure(directory, now=now))
    if not guard.is_waiting(directory.pk):
        dialect.retrying(lambda: _remove_strangers(directory, group))
    after, done = 0, 0
    while users := _next_people(directory, after=after):
        _add(group, users)
        after, done = users[-1], done + len(users)
        progress(done)
        pace.breathe()


def release(directory: Directory, *, now: datetime) -> None:
    """Make the group of everybody in a directory a local one, as it is."""
    own = Group.objects.filter(directory=directory, kind=Group.Kind.ALL_MEMBERS)
    letting_go.release(own, directory, now=now)


def planned(directory: Directory) -> tuple[str, Group | None, bool]:
    """Return name and group that `ensure` would return, and whether it is there now.

    The group is None when it would be made.
    """
    key = _group_of(directory)
    if key is not None:
        group = Group.objects.get(pk=key)
        return group.name, group, True
    name, again = _place(directory)
    return name, again, False


@transaction.atomic
def ensure(directory: Directory, *, now: datetime) -> int:
    """Return the key of the directory's group of everybody, made if it is not there.

    Raises opening.ClosedError: a closed directory lets its group go.
    """
    hold_open(directory)
    return _group_of(directory) or _make(directory, now)


def _group_of(directory: Directory) -> int | None:
    found = Group.objects.filter(directory=directory, kind=Group.Kind.ALL_MEMBERS)
    return found.values_list("pk", flat=True).first()


def _make(directory: Directory, now: datetime) -> int:
    """Make the group, or take the one up again that was let go before."""
    name, again = _place(directory)
    fields = {
        "kind": Group.Kind.ALL_MEMBERS,
        "directory": directory,
        "released_at": None,
    }
    if again is not None:
        Group.objects.filter(pk=again.pk).update(**fields)
        _record(Event.GROUP_UPDATED, again, directory, now)
        return again.pk
    group = Group.objects.create(
        organization_id=directory.organization_id,
        name=name,
        name_key=fold(name),
        created_at=now,
        **fields,
    )
    _record(Event.GROUP_CREATED, group, directory, now)
    return group.pk


def _place(directory: Directory) -> tuple[str, Group | None]:
    """Return the name of the group, and the one to take up again that has it."""
    first = all_members_name(directory)
    own = f"{first} - {directory.pk}"
    there = Group.objects.filter(organization=directory.organization_id)
    for group in there.filter(name_key__in=[fold(first), fold(own)]).order_by("pk"):
        if letting_go.goes_back_to(directory, group):
            return group.name, group
    more = (f"{own} ({number})" for number in count(2))
    free = (
        name
        for name in chain((first, own), more)
        if not there.filter(name_key=fold(name)).exists()
    )
    return next(free), None


def _next_people(directory: Directory, *, after: int) -> list[int]:
    records = UserRecord.objects.filter(directory=directory, pk__gt=after)
    return list(
        records.order_by("pk").values_list("pk", flat=True)[: pace.batch_size()]
    )


def _add(group: int, users: list[int]) -> None:
    @transaction.atomic
    def step() -> None:
        memberships.add_members([group], users)

    dialect.retrying(step)


@transaction.atomic
def _remove_strangers(directory: Directory, group: int) -> None:
    """Take out who is not linked; who becomes linked meanwhile is waited for.

    Raises opening.ClosedError: a closed directory forgets who was linked.
    """
    hold_open(directory)
    place = dialect.uuid_parameter(directory.pk)
    linked = (
        f"SELECT r.account_id FROM {USER} r WHERE r.directory_id = %s"  # noqa: S608
        " AND r.link_state = 'linked'"
    )
    strangers = [
        account
        for (account,) in dialect.rows(
            f"SELECT account_id FROM {MEMBER} WHERE group_id = %s EXCEPT {linked}",  # noqa: S608
            [group, place],
        )
    ]
    if not strangers:
        return
    chosen = dialect.ids_parameter(strangers)
    if dialect.is_postgresql():
        dialect.rows(
            f"SELECT 1 FROM {USER} r WHERE r.directory_id = %s AND"  # noqa: S608
            f" {dialect.one_of('r.account_id', 'bigint')} ORDER BY r.id"
            f" {dialect.share_lock('r')}",
            [place, chosen],
        )
    dialect.rows(
        f"DELETE FROM {MEMBER} WHERE group_id = %s"  # noqa: S608
        f" AND {dialect.one_of('account_id', 'bigint')}"
        f" AND account_id NOT IN ({linked} AND"
        f" {dialect.one_of('r.account_id', 'bigint')})",
        [group, chosen, place, chosen],
    )
    consequences.follow([group], strangers)


def _record(event: Event, group: Group, directory: Directory, now: datetime) -> None:
    record_event(
        event,
        organization=directory.organization,
        by=SYSTEM,
        target=Target(
            "group",
            str(group.public_id),
            group.name,
            {"directory": directory.name, "all_members": True},
        ),
        at=now,
    )
