"""Set-based writes that keep synced groups equal to their records.

A synced group holds the accounts of its record's members that are linked.
Rows that decide are share-locked while they are read, so that two changes
that meet leave the same result as one after the other.
"""

from collections.abc import Sequence
from uuid import UUID

from directories import dialect
from directories.models import Account, GroupRecord, Membership, UserRecord
from provisioning.models import Group, GroupMember

GROUP = Group._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
MEMBERSHIP = Membership._meta.db_table
USER = UserRecord._meta.db_table


def join_synced_groups(record: UserRecord, account: Account) -> None:
    """Put an account into every synced group that its record belongs to."""
    dialect.rows(
        f"INSERT INTO {GROUP_MEMBER} (group_id, account_id)"  # noqa: S608
        " SELECT member.group_id, %s FROM (SELECT g.id AS group_id"
        f" FROM {MEMBERSHIP} m JOIN {GROUP} g ON g.record_id = m.group_id"
        f" WHERE m.user_id = %s ORDER BY m.id {dialect.share_lock('m')}) member"
        " WHERE true ON CONFLICT (group_id, account_id) DO NOTHING",
        [account.pk, record.pk],
    )


def leave_synced_groups(account: Account, organization_id: UUID) -> None:
    """Take an account out of every synced group of an organization."""
    dialect.rows(
        f"DELETE FROM {GROUP_MEMBER} WHERE account_id = %s AND EXISTS"  # noqa: S608
        f" (SELECT 1 FROM {GROUP} g WHERE g.id = {GROUP_MEMBER}.group_id"
        " AND g.organization_id = %s AND g.kind = 'synced')",
        [account.pk, dialect.uuid_parameter(organization_id)],
    )


def add_members(group: Group, users: Sequence[int]) -> None:
    """Put the linked accounts of these user records into a group.

    The records are locked by one statement and read by the next: one that was
    waited for may have become linked meanwhile.
    """
    if not users:
        return
    wanted = dialect.ids_parameter(users)
    chosen = dialect.one_of("r.id", "bigint")
    if dialect.is_postgresql():
        dialect.rows(
            f"SELECT 1 FROM {USER} r WHERE {chosen}"  # noqa: S608
            f" ORDER BY r.id {dialect.share_lock('r')}",
            [wanted],
        )
    dialect.rows(
        f"INSERT INTO {GROUP_MEMBER} (group_id, account_id)"  # noqa: S608
        f" SELECT %s, r.account_id FROM {USER} r"
        f" WHERE r.link_state = 'linked' AND {chosen}"
        " ON CONFLICT (group_id, account_id) DO NOTHING",
        [group.pk, wanted],
    )


def remove_members(group: Group, users: Sequence[int]) -> None:
    """Take the accounts of these user records out of a group."""
    if not users:
        return
    dialect.rows(
        f"DELETE FROM {GROUP_MEMBER} WHERE group_id = %s AND account_id IN"  # noqa: S608
        f" (SELECT account_id FROM {USER} WHERE {dialect.one_of('id', 'bigint')})",
        [group.pk, dialect.ids_parameter(users)],
    )


def remove_strangers(group: Group, record: GroupRecord) -> int:
    """Take out everybody whom the record does not list as linked; count them."""
    strangers = dialect.rows(
        f"SELECT account_id FROM {GROUP_MEMBER} WHERE group_id = %s"  # noqa: S608
        f" EXCEPT SELECT r.account_id FROM {MEMBERSHIP} m"
        f" JOIN {USER} r ON r.id = m.user_id"
        " WHERE m.group_id = %s AND r.link_state = 'linked'",
        [group.pk, record.pk],
    )
    dialect.rows(
        f"DELETE FROM {GROUP_MEMBER} WHERE group_id = %s"  # noqa: S608
        f" AND {dialect.one_of('account_id', 'bigint')}",
        [group.pk, dialect.ids_parameter([account for (account,) in strangers])],
    )
    return len(strangers)


def next_users(record: GroupRecord, *, after: int, size: int) -> list[int]:
    """Return the next member user records of a group record, in key order."""
    members = Membership.objects.filter(group=record, user_id__gt=after)
    return list(members.order_by("user_id").values_list("user_id", flat=True)[:size])
