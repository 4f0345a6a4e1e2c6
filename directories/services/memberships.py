"""Set-based writes to the members of group records."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directories import dialect
from directories.consumers import MembersChange
from directories.models import (
    Directory,
    GroupRecord,
    Membership,
    TroubleshootingEntry,
    UserRecord,
)
from directories.services import limits, nestings
from directories.services.troubleshooting import Finding, log_finding

MEMBERSHIP = Membership._meta.db_table
USER = UserRecord._meta.db_table
GROUP = GroupRecord._meta.db_table
SHOWN_UNKNOWN = 5
CHANGED = ["member_count", "nested_count", "updated_at", "version"]


class UnknownMembersError(Exception):
    """Some members are nobody in the directory; `ids` are some of them."""

    def __init__(self, unknown: Sequence[object]) -> None:
        super().__init__(len(unknown))
        self.ids = unknown[:SHOWN_UNKNOWN]
        self.count = len(unknown)


@dataclass(frozen=True)
class MembersPlan:
    """What to do to a group: replace all by `add`, or add and remove some.

    Ids are SCIM ids of user records, and of group records where the plan `nests`;
    each list holds an id once. `strangers` are those to add that are no ids at all.
    Unknown members are refused unless the plan
    `passes_over` them: this service gives the ids, so an unknown one never becomes
    known, and refusing it would keep the others out for good. A list that replaces
    the members and names nobody known is a mistake that must not empty a group.
    """

    replaces: bool
    add: Sequence[uuid.UUID]
    remove: Sequence[uuid.UUID] = ()
    strangers: Sequence[str] = ()
    passes_over: bool = False
    nests: bool = False


@dataclass(frozen=True)
class Wanted:
    """Whom a plan names to be in a group, by primary key."""

    users: Sequence[int]
    groups: Sequence[int]


def carry_out(
    record: GroupRecord,
    plan: MembersPlan,
    *,
    held: nestings.Held = frozenset(),
    now: datetime,
) -> MembersChange:
    """Change the members of a locked group and return what really changed.

    A handful of statements whatever the size. Raises UnknownMembersError,
    limits.LimitReachedError, or nestings.MoreGroupsError when other groups than
    those `held` must be locked; removing who is not there is no error.
    """
    wanted = _wanted(record, plan, now)
    groups = nestings.difference(
        record, wanted.groups, replaces=plan.replaces, remove=plan.remove
    )
    above = nestings.hold(record, groups.come, held)
    left = _leave(record, plan, wanted.users)
    joined = _join(record, wanted.users)
    nestings.carry_out(record, groups)
    change = MembersChange(joined, left, groups.come, groups.go, above)
    if change:
        record.member_count += len(joined) - len(left)
        limits.check_members(record.directory, record.member_count)
        record.updated_at = now
        record.version += 1
        record.save(update_fields=CHANGED)
    if joined or groups.come:
        nestings.check_sizes(record, above)
    return change


def _wanted(record: GroupRecord, plan: MembersPlan, now: datetime) -> Wanted:
    """Return the primary keys of whom to add; settle who is unknown."""
    users, missing = _known(USER, record.directory, plan.add)
    groups: list[int] = []
    if missing and plan.nests:
        groups, missing = _known(GROUP, record.directory, missing)
    unknown = [*plan.strangers, *missing]
    if unknown:
        if not plan.passes_over or (plan.replaces and not (users or groups)):
            raise UnknownMembersError(unknown)
        log_finding(record.directory, _passed_over(record, unknown), now=now)
    return Wanted(users, groups)


def _passed_over(record: GroupRecord, unknown: Sequence[object]) -> Finding:
    ids = ", ".join(str(each)[:60] for each in unknown[:SHOWN_UNKNOWN])
    return Finding(
        kind="unknown_member",
        level=TroubleshootingEntry.Level.WARNING,
        reason=ngettext(
            "{count} member is no user of this directory, nor a group in it, and was "
            "passed over: {ids}.",
            "{count} members are no users of this directory, nor groups in it, and "
            "were passed over, among them {ids}.",
            len(unknown),
        ).format(count=len(unknown), ids=ids),
        advice=_(
            "Assign these people and groups to the app in the identity provider, then "
            "push the group again."
        ),
        subject=TroubleshootingEntry.Subject.GROUP,
        subject_id=str(record.scim_id),
        subject_name=record.display_name,
    )


def _known(
    table: str, directory: Directory, ids: Sequence[uuid.UUID]
) -> tuple[list[int], list[uuid.UUID]]:
    """Return the primary keys of records with these SCIM ids, and ids of none."""
    if not ids:
        return [], []
    found = dialect.rows(
        f"SELECT id, scim_id FROM {table} WHERE directory_id = %s"  # noqa: S608
        f" AND {dialect.one_of('scim_id', 'uuid')}",
        [dialect.uuid_parameter(directory.pk), dialect.ids_parameter(ids)],
    )
    known = [pk for pk, _scim_id in found]
    if len(found) == len(ids):
        return known, []
    have = {uuid.UUID(str(scim_id)) for _pk, scim_id in found}
    return known, [each for each in ids if each not in have]


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
