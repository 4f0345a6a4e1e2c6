"""Set-based writes to the members of group records."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from directories import dialect
from directories.consumers import MembersChange
from directories.models import Directory, GroupRecord, Membership, UserRecord
from directories.services import limits

MEMBERSHIP = Membership._meta.db_table
USER = UserRecord._meta.db_table
SHOWN_UNKNOWN = 5


class UnknownMembersError(Exception):
    """Some members are no users of the directory; `ids` are some of them."""

    def __init__(self, ids: Sequence[object], count: int) -> None:
        super().__init__(count)
        self.ids = ids
        self.count = count


@dataclass(frozen=True)
class MembersPlan:
    """What to do to a group: replace all by `add`, or add and remove some.

    Ids are SCIM ids of user records; each list holds an id once.
    """

    replaces: bool
    add: Sequence[uuid.UUID]
    remove: Sequence[uuid.UUID] = ()


def carry_out(
    record: GroupRecord, plan: MembersPlan, *, now: datetime
) -> MembersChange:
    """Change the members of a locked group and return what really changed.

    A handful of statements whatever the size. Raises UnknownMembersError or
    limits.LimitReachedError; removing who is not there is no error.
    """
    wanted = _known(record.directory, plan.add)
    left = _leave(record, plan, wanted)
    joined = _join(record, wanted)
    if joined or left:
        record.member_count += len(joined) - len(left)
        limits.check_members(record.member_count)
        record.updated_at = now
        record.version += 1
        record.save(update_fields=["member_count", "updated_at", "version"])
    return MembersChange(joined=joined, left=left)


def _known(directory: Directory, ids: Sequence[uuid.UUID]) -> list[int]:
    """Return the primary keys of the users with these SCIM ids."""
    if not ids:
        return []
    found = dialect.rows(
        f"SELECT id, scim_id FROM {USER} WHERE directory_id = %s"  # noqa: S608
        f" AND {dialect.one_of('scim_id', 'uuid')}",
        [dialect.uuid_parameter(directory.pk), dialect.ids_parameter(ids)],
    )
    if len(found) != len(ids):
        have = {uuid.UUID(str(scim_id)) for _, scim_id in found}
        unknown = [i for i in ids if i not in have]
        raise UnknownMembersError(unknown[:SHOWN_UNKNOWN], len(unknown))
    return [pk for pk, _ in found]


def _join(record: GroupRecord, users: Sequence[int]) -> list[int]:
    if not users:
        return []
    # WHERE true: SQLite would read ON CONFLICT as a join condition without it.
    joined = dialect.rows(
        f"INSERT INTO {MEMBERSHIP} (directory_id, group_id, user_id)"  # noqa: S608
        f" SELECT %s, %s, ids.id FROM {dialect.ids_table('bigint')} WHERE true"
        " ON CONFLICT (group_id, user_id) DO NOTHING RETURNING user_id",
        [
            dialect.uuid_parameter(record.directory_id),
            record.pk,
            dialect.ids_parameter(users),
        ],
    )
    return [user for (user,) in joined]


def _leave(record: GroupRecord, plan: MembersPlan, wanted: Sequence[int]) -> list[int]:
    """Take out whom the plan does not keep; they are read first, then deleted.

    The group is locked, so nothing changes in between.
    """
    if plan.replaces:
        leaving = dialect.rows(
            f"SELECT user_id FROM {MEMBERSHIP} WHERE group_id = %s"  # noqa: S608
            f" EXCEPT SELECT ids.id FROM {dialect.ids_table('bigint')}",
            [record.pk, dialect.ids_parameter(wanted)],
        )
    elif plan.remove:
        leaving = dialect.rows(
            f"SELECT id FROM {USER} WHERE directory_id = %s"  # noqa: S608
            f" AND {dialect.one_of('scim_id', 'uuid')}",
            [
                dialect.uuid_parameter(record.directory_id),
                dialect.ids_parameter(plan.remove),
            ],
        )
    else:
        return []
    left = dialect.rows(
        f"DELETE FROM {MEMBERSHIP} WHERE group_id = %s"  # noqa: S608
        f" AND {dialect.one_of('user_id', 'bigint')} RETURNING user_id",
        [record.pk, dialect.ids_parameter([user for (user,) in leaving])],
    )
    return [user for (user,) in left]


def leave_all(record: UserRecord, *, now: datetime) -> None:
    """Take a person out of every group record, keeping counts and versions exact."""
    groups = GroupRecord.objects.filter(memberships__user=record)
    # Groups are locked before people leave them, in the order of their keys,
    # as every change of members does.
    list(
        GroupRecord.objects.select_for_update(of=("self",))
        .filter(pk__in=groups.values("pk"))
        .order_by("pk")
        .values_list("pk")
    )
    left = Membership.objects.filter(user=record)
    GroupRecord.objects.filter(pk__in=left.values("group_id")).update(
        member_count=F("member_count") - 1, version=F("version") + 1, updated_at=now
    )
    left.delete()
