"""Set-based writes that keep synced groups equal to their records.

A synced group holds the linked accounts of its record's members, and of those of
the groups in it where they count. Rows that decide are share-locked while they are
read, so that two changes that meet leave the same result as one after the other.
"""

from collections.abc import Sequence
from uuid import UUID

from directories import dialect
from directories.models import Account, Membership, UserRecord
from directories.queries import nesting
from provisioning.models import Group, GroupMember
from provisioning.services import consequences

GROUP = Group._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
MEMBERSHIP = Membership._meta.db_table
USER = UserRecord._meta.db_table


def join_synced_groups(record: UserRecord, account: Account) -> None:
    """Put an account into every synced group that its record belongs to."""
    _join_directly(record, account)
    if nesting.counts(record.directory):
        _join_above(record, account)
    if record.directory.all_members:
        _join_everybody(record, account)
    consequences.follow_account(account)


def _join_directly(record: UserRecord, account: Account) -> None:
    dialect.rows(
        f"INSERT INTO {GROUP_MEMBER} (group_id, account_id)"  # noqa: S608
        " SELECT member.group_id, %s FROM (SELECT g.id AS group_id"
        f" FROM {MEMBERSHIP} m JOIN {GROUP} g ON g.record_id = m.group_id"
        f" WHERE m.user_id = %s ORDER BY m.id {dialect.share_lock('m')}) member"
        " WHERE true ON CONFLICT (group_id, account_id) DO NOTHING",
        [account.pk, record.pk],
    )


def _join_everybody(record: UserRecord, account: Account) -> None:
    """Put an account into the group of everybody in its directory, if it is there."""
    dialect.rows(
        f"INSERT INTO {GROUP_MEMBER} (group_id, account_id)"  # noqa: S608
        f" SELECT g.id, %s FROM {GROUP} g"
        " WHERE g.directory_id = %s AND g.kind = 'all_members'"
        " ON CONFLICT (group_id, account_id) DO NOTHING",
        [account.pk, dialect.uuid_parameter(record.directory_id)],
    )


def _join_above(record: UserRecord, account: Account) -> None:
    """Put an account into the synced groups around those that its record is in.

    What ties the groups is locked by one statement and read by the next: it may
    have been cut by a change that was waited for.
    """
    ways, user = f"WITH RECURSIVE {nesting.ways()}", dialect.ids_parameter([record.pk])
    if dialect.is_postgresql():
        dialect.rows(
            f"{ways} SELECT 1 FROM {nesting.NESTING} n"  # noqa: S608
            " WHERE n.child_id IN (SELECT group_id FROM way)"
            f" ORDER BY n.id {dialect.share_lock('n')}",
            [user],
        )
    dialect.rows(
        f"{ways} INSERT INTO {GROUP_MEMBER} (group_id, account_id)"  # noqa: S608
        f" SELECT g.id, %s FROM way JOIN {GROUP} g ON g.record_id = way.group_id"
        " WHERE true ON CONFLICT (group_id, account_id) DO NOTHING",
        [user, account.pk],
    )


def leave_synced_groups(account: Account, organization_id: UUID) -> list[int]:
    """Take an account out of the groups that follow a directory; return them."""
    left = dialect.rows(
        f"DELETE FROM {GROUP_MEMBER} WHERE account_id = %s AND EXISTS"  # noqa: S608
        f" (SELECT 1 FROM {GROUP} g WHERE g.id = {GROUP_MEMBER}.group_id"
        " AND g.organization_id = %s AND g.kind IN ('synced', 'all_members'))"
        " RETURNING group_id",
        [account.pk, dialect.uuid_parameter(organization_id)],
    )
    consequences.follow_account(account)
    return [group for (group,) in left]


def add_members(groups: Sequence[int], users: Sequence[int]) -> None:
    """Put the linked accounts of these user records into these groups.

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
    joined = dialect.rows(
        f"INSERT INTO {GROUP_MEMBER} (group_id, account_id)"  # noqa: S608
        f" SELECT ids.id, r.account_id FROM {dialect.ids_table('bigint')}"
        f" CROSS JOIN {USER} r WHERE r.link_state = 'linked' AND {chosen}"
        " ON CONFLICT (group_id, account_id) DO NOTHING RETURNING account_id",
        [dialect.ids_parameter(groups), wanted],
    )
    consequences.follow(groups, _each(joined), came=True)


def remove_members(
    groups: Sequence[int], users: Sequence[int], *, shared: bool
) -> None:
    """Take the accounts of these user records out of these groups.

    Who may be in one of them in another way too, as they are `shared`, stays there.
    """
    if not users:
        return
    remove = _remove_unless_there_is_a_way if shared else _remove
    left = remove(dialect.ids_parameter(groups), dialect.ids_parameter(users))
    consequences.follow(groups, _each(left), came=False)


def _each(rows: Sequence[tuple[int]]) -> list[int]:
    return sorted({account for (account,) in rows})


def _remove(groups: object, users: object) -> Sequence[tuple[int]]:
    # Read first: joined to the members, a plan might go through all of a group.
    accounts = dialect.rows(
        f"SELECT account_id FROM {USER} WHERE account_id IS NOT NULL"  # noqa: S608
        f" AND {dialect.one_of('id', 'bigint')}",
        [users],
    )
    return dialect.rows(
        f"DELETE FROM {GROUP_MEMBER} WHERE {dialect.one_of('group_id', 'bigint')}"  # noqa: S608
        f" AND {dialect.one_of('account_id', 'bigint')} RETURNING account_id",
        [groups, dialect.ids_parameter([account for (account,) in accounts])],
    )


def _remove_unless_there_is_a_way(
    groups: object, users: object
) -> Sequence[tuple[int]]:
    return dialect.rows(
        f"WITH RECURSIVE {nesting.ways()} DELETE FROM {GROUP_MEMBER}"  # noqa: S608
        f" WHERE id IN (SELECT gm.id FROM {GROUP_MEMBER} gm"
        f" JOIN {GROUP} g ON g.id = gm.group_id"
        f" JOIN {USER} r ON r.account_id = gm.account_id"
        f" WHERE {dialect.one_of('gm.group_id', 'bigint')}"
        f" AND {dialect.one_of('r.id', 'bigint')}"
        " AND (r.id, g.record_id) NOT IN (SELECT user_id, group_id FROM way))"
        " RETURNING account_id",
        [users, groups, users],
    )


def remove_strangers(group: int, sources: Sequence[int]) -> int:
    """Take out everybody who is in none of the source records; count them.

    Only who is linked counts as a member of a record.
    """
    strangers = dialect.rows(
        f"SELECT account_id FROM {GROUP_MEMBER} WHERE group_id = %s"  # noqa: S608
        f" EXCEPT SELECT r.account_id FROM {MEMBERSHIP} m"
        f" JOIN {USER} r ON r.id = m.user_id"
        f" WHERE {dialect.one_of('m.group_id', 'bigint')} AND r.link_state = 'linked'",
        [group, dialect.ids_parameter(sources)],
    )
    dialect.rows(
        f"DELETE FROM {GROUP_MEMBER} WHERE group_id = %s"  # noqa: S608
        f" AND {dialect.one_of('account_id', 'bigint')}",
        [group, dialect.ids_parameter([account for (account,) in strangers])],
    )
    consequences.follow([group], [account for (account,) in strangers], came=False)
    return len(strangers)


def next_users(sources: Sequence[int], *, after: int, size: int) -> list[int]:
    """Return the next members of these group records, in key order, each once."""
    found = dialect.rows(
        f"SELECT DISTINCT user_id FROM {MEMBERSHIP} WHERE user_id > %s"  # noqa: S608
        f" AND {dialect.one_of('group_id', 'bigint')} ORDER BY user_id LIMIT {size:d}",
        [after, dialect.ids_parameter(sources)],
    )
    return [user for (user,) in found]
