"""Writes to the groups that live in the organization: made and changed by admins."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from directories import dialect
from directories.events import Event
from directories.folding import fold
from directories.models import Account, Directory, Member, Organization
from directories.services.audit import Actor, Target, record_event, record_events
from directories.services.together import run_anew
from provisioning.models import Group, GroupMember
from provisioning.services import consequences
from provisioning.services.name_conflicts import group_conflicts
from provisioning.services.organization_groups import deleted_groups
from provisioning.services.organization_groups.group_names import (
    is_built_in,
    is_of_system,
)

MEMBER = GroupMember._meta.db_table
PERSON = Member._meta.db_table


class NameTakenError(Exception):
    """Another group of the organization has this name."""


class ReservedNameError(Exception):
    """The name is kept for a group that the service makes itself."""


class OwnedError(Exception):
    """A directory owns the group: only its identity provider changes it."""

    def __init__(self, owner: Directory) -> None:
        super().__init__(owner.pk)
        self.owner = owner


class FixedError(Exception):
    """A group of the service cannot be changed in this way."""


class GoneError(Exception):
    """The group was deleted meanwhile."""


@transaction.atomic
def create_group(
    organization: Organization,
    *,
    name: str,
    description: str,
    by: Actor,
    now: datetime,
    kind: Group.Kind = Group.Kind.LOCAL,
) -> Group:
    """Make a group that lives in the organization only.

    Raises NameTakenError, or ReservedNameError.
    """
    if kind == Group.Kind.LOCAL:
        _check_name(name)
    try:
        with transaction.atomic():
            group = Group.objects.create(
                organization=organization,
                kind=kind,
                name=name,
                name_key=fold(name),
                description=description,
                created_at=now,
            )
    except IntegrityError as error:
        raise NameTakenError(name) from error
    _record(Event.GROUP_CREATED, group, organization, by, now)
    return group


def add_accounts(group: Group, accounts: list[Account]) -> None:
    """Put accounts into a local group; who is in it already stays."""
    GroupMember.objects.bulk_create(
        (GroupMember(group=group, account=account) for account in accounts),
        ignore_conflicts=True,
    )
    consequences.follow([group.pk], [account.pk for account in accounts])


def edit_group(
    group: Group, *, name: str, description: str, by: Actor, now: datetime
) -> None:
    """Give a local group another name and description.

    What waited for its former name is taken up. Raises NameTakenError,
    ReservedNameError, OwnedError, FixedError or GoneError.
    """
    try:
        former = _edit(group, name, description, by, now)
    except IntegrityError as error:
        raise NameTakenError(name) from error
    if former != fold(name):
        group_conflicts.revisit_name(group.organization, former, now=now)


@transaction.atomic
def _edit(group: Group, name: str, description: str, by: Actor, now: datetime) -> str:
    held = _hold_local(group)
    former = held.name_key
    if fold(name) != former:
        _check_name(name)
    change = {
        field: [before, after]
        for field, before, after in (
            ("name", held.name, name),
            ("description", held.description, description),
        )
        if before != after
    }
    if not change:
        return former
    held.name, held.name_key, held.description = name, fold(name), description
    held.released_at = None
    held.save(update_fields=["name", "name_key", "description", "released_at"])
    _record(Event.GROUP_UPDATED, held, group.organization, by, now, change=change)
    return former


@run_anew
@transaction.atomic
def add_people(
    group: Group, accounts: Sequence[int], *, by: Actor, now: datetime
) -> list[Account]:
    """Put people of the organization into a group; return who was not in it yet.

    Raises OwnedError, FixedError, GoneError or consequences.SeatsError.
    """
    held = _hold(group)
    added = dialect.rows(
        f"INSERT INTO {MEMBER} (group_id, account_id)"  # noqa: S608
        f" SELECT %s, m.account_id FROM {PERSON} m WHERE m.organization_id = %s"
        f" AND {dialect.one_of('m.account_id', 'bigint')}"
        " ON CONFLICT (group_id, account_id) DO NOTHING RETURNING account_id",
        [
            held.pk,
            dialect.uuid_parameter(held.organization_id),
            dialect.ids_parameter(accounts),
        ],
    )
    keys = [key for (key,) in added]
    consequences.follow([held.pk], keys, by=by, now=now, refuses=True, came=True)
    people = _people(key for (key,) in added)
    _note_people(Event.USER_ADDED_TO_GROUP, held, people, by, now)
    return people


@run_anew
@transaction.atomic
def remove_people(
    group: Group, accounts: Sequence[int], *, by: Actor, now: datetime
) -> list[Account]:
    """Take people out of a group; return who was in it.

    Raises OwnedError, FixedError, GoneError or consequences.LastAdminError.
    """
    held = _hold(group)
    removed = dialect.rows(
        f"DELETE FROM {MEMBER} WHERE group_id = %s"  # noqa: S608
        f" AND {dialect.one_of('account_id', 'bigint')} RETURNING account_id",
        [held.pk, dialect.ids_parameter(accounts)],
    )
    keys = [key for (key,) in removed]
    consequences.follow([held.pk], keys, by=by, now=now, refuses=True, came=False)
    people = _people(keys)
    _note_people(Event.USER_REMOVED_FROM_GROUP, held, people, by, now)
    return people


def delete_group(group: Group, *, by: Actor, now: datetime) -> None:
    """Delete a local group; it can be restored for a while.

    What waited for its name is taken up. Raises OwnedError, FixedError, GoneError
    or consequences.LastAdminError.
    """
    _delete(group, by, now)
    group_conflicts.revisit_name(group.organization, group.name_key, now=now)


@run_anew
@transaction.atomic
def _delete(group: Group, by: Actor, now: datetime) -> None:
    held = _hold_local(group)
    deleted_groups.delete(held, organization=group.organization, by=by, now=now)


def _check_name(name: str) -> None:
    key = fold(name)
    if is_built_in(key) or is_of_system(key):
        raise ReservedNameError(name)


def check_members(group: Group) -> None:
    """Raise OwnedError or FixedError unless an admin may change who is in it."""
    if group.kind == Group.Kind.SYNCED and group.record is not None:
        raise OwnedError(group.record.directory)
    if group.kind == Group.Kind.ALL_MEMBERS and group.directory is not None:
        raise OwnedError(group.directory)
    if group.kind in {Group.Kind.SYNCED, Group.Kind.ALL_MEMBERS}:
        raise FixedError(group.kind)


def check_local(group: Group) -> None:
    """Raise OwnedError or FixedError unless an admin may rename and delete it."""
    check_members(group)
    if group.kind != Group.Kind.LOCAL:
        raise FixedError(group.kind)


def _hold(group: Group) -> Group:
    """Lock a group whose members an admin may change."""
    rows = Group.objects.select_for_update(of=("self",)).filter(pk=group.pk)
    held = rows.first()
    if held is None:
        raise GoneError(group.pk)
    check_members(held)
    return held


def _hold_local(group: Group) -> Group:
    """Lock a group that an admin may rename and delete."""
    held = _hold(group)
    check_local(held)
    return held


def _people(keys: Iterable[int]) -> list[Account]:
    return list(Account.objects.filter(pk__in=list(keys)).order_by("pk"))


def _note_people(
    event: Event, group: Group, people: list[Account], by: Actor, now: datetime
) -> None:
    """Write who joined or left, at the people and at the group."""
    if not people:
        return
    if group.released_at is not None:
        Group.objects.filter(pk=group.pk).update(released_at=None)
    named = {"group": group.name, "group_id": str(group.public_id)}
    joins = event == Event.USER_ADDED_TO_GROUP
    count = {"joined" if joins else "left": len(people)}
    targets = [Target("account", str(a.public_id), a.email, named) for a in people]
    record_events(
        [
            *((event, target) for target in targets),
            (
                Event.GROUP_UPDATED,
                Target("group", str(group.public_id), group.name, count),
            ),
        ],
        organization=group.organization,
        by=by,
        at=now,
    )


def _record(
    event: Event,
    group: Group,
    organization: Organization,
    by: Actor,
    now: datetime,
    **details: object,
) -> None:
    record_event(
        event,
        organization=organization,
        by=by,
        target=Target("group", str(group.public_id), group.name, details),
        at=now,
    )
