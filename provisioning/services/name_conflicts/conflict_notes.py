"""Tells people and groups in the audit log what a decision about a name did to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from directories import dialect
from directories.events import Event
from directories.folding import fold
from directories.models import Account, GroupRecord
from directories.queries import nesting
from directories.services.audit import Actor, Target, record_events
from provisioning.models import Group, GroupMember
from provisioning.queries.name_conflicts.differences import linked_accounts

MEMBER = GroupMember._meta.db_table
# Above this many at once the log keeps the number alone.
NAMED = 200


@dataclass(frozen=True)
class Rest:
    """Who is only in the local group: how many, and some of them by key."""

    total: int
    accounts: Sequence[int]


def only_local(record: GroupRecord, local: Group) -> Rest:
    """Count who is in a local group and not among the linked people of a record."""
    linked = linked_accounts(nesting.counted_groups(record))
    only = (
        f"SELECT account_id FROM {MEMBER} WHERE group_id = %s"  # noqa: S608
        f" EXCEPT {linked.text}"
    )
    parameters = [local.pk, *linked.parameters]
    found = dialect.rows(
        f"SELECT account_id FROM ({only}) AS found LIMIT {NAMED + 1}",  # noqa: S608
        parameters,
    )
    if len(found) <= NAMED:
        return Rest(len(found), [account for (account,) in found])
    [(total,)] = dialect.rows(
        f"SELECT count(*) FROM ({only}) AS found",  # noqa: S608
        parameters,
    )
    return Rest(total, ())


def note_moved(
    rest: Rest, group: Group, local_name: str, *, by: Actor, now: datetime
) -> None:
    """Write at each person that they left a group for the local one beside it."""
    beside = Group.objects.filter(
        organization_id=group.organization_id, name_key=fold(local_name)
    ).first()
    if beside is not None:
        note_people(Event.USER_REMOVED_FROM_GROUP, rest, group, by=by, now=now)
        note_people(Event.USER_ADDED_TO_GROUP, rest, beside, by=by, now=now)


def note_people(
    event: Event, rest: Rest, group: Group, *, by: Actor, now: datetime
) -> None:
    """Write at each person that a decision took them out of a group, or put them in."""
    people = Account.objects.filter(pk__in=rest.accounts).order_by("pk")
    named = {"group": group.name, "group_id": str(group.public_id)}
    record_events(
        [(event, Target("account", str(a.public_id), a.email, named)) for a in people],
        organization=group.organization,
        by=by,
        at=now,
    )
