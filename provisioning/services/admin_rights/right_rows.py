"""Set-based writes that keep rights by groups equal to groups and their members.

An active member of a group holds each right that the group gives. Rows that decide
are share-locked while they are read, so that a change that meets another leaves the
same result as one after the other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from directories import dialect
from directories.models import Account, Member, RoleAssignment
from provisioning.models import Group, GroupMember, GroupRole

RIGHT = RoleAssignment._meta.db_table
GROUP = Group._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
GROUP_ROLE = GroupRole._meta.db_table
MEMBER = Member._meta.db_table
ACCOUNT = Account._meta.db_table
COLUMNS = "organization_id, account_id, role, site_id, app, group_id"


class Right(NamedTuple):
    """A right of an account; `group` is the group that gives it, 0 for none."""

    organization: UUID
    account: int
    role: str
    site: UUID | None
    app: str
    group: int

    @property
    def held(self) -> tuple[UUID, int, str, UUID | None, str]:
        """Return what is held, wherever it came from."""
        return self[:5]


class Where(NamedTuple):
    """Some groups, some accounts, or those of both; None means all."""

    groups: Sequence[int] | None = None
    accounts: Sequence[int] | None = None

    def condition(self, group: str, account: str) -> tuple[str, list[Any]]:
        """Return the condition on two columns, and its parameters."""
        parts, parameters = [], []
        for column, keys in ((group, self.groups), (account, self.accounts)):
            if keys is not None:
                parts.append(dialect.one_of(column, "bigint"))
                parameters.append(dialect.ids_parameter(keys))
        return " AND ".join(parts) or "true", parameters


def giving(groups: Sequence[int]) -> list[int]:
    """Return those of the groups that give a right."""
    if not groups:
        return []
    found = dialect.rows(
        f"SELECT DISTINCT group_id FROM {GROUP_ROLE}"  # noqa: S608
        f" WHERE {dialect.one_of('group_id', 'bigint')}",
        [dialect.ids_parameter(groups)],
    )
    return [group for (group,) in found]


def concerns(account: int) -> bool:
    """Say whether an account has, or is in, anything that gives rights."""
    found = dialect.rows(
        f"SELECT 1 FROM {RIGHT} WHERE account_id = %s AND group_id <> 0"  # noqa: S608
        f" UNION ALL SELECT 1 FROM {GROUP_MEMBER} gm"
        f" JOIN {GROUP_ROLE} gr ON gr.group_id = gm.group_id"
        " WHERE gm.account_id = %s LIMIT 1",
        [account, account],
    )
    return bool(found)


def end(where: Where) -> list[Right]:
    """Delete the rights by groups that nothing backs any more; return them."""
    condition, parameters = where.condition("group_id", "account_id")
    found = dialect.rows(
        f"DELETE FROM {RIGHT} WHERE group_id <> 0 AND {condition} AND NOT EXISTS"  # noqa: S608
        f" (SELECT 1 FROM {GROUP_ROLE} gr"
        f" JOIN {GROUP} g ON g.id = gr.group_id"
        f" JOIN {GROUP_MEMBER} gm ON gm.group_id = g.id"
        f" JOIN {MEMBER} m ON m.organization_id = g.organization_id"
        f" AND m.account_id = gm.account_id AND m.status = 'active'"
        f" WHERE gr.group_id = {RIGHT}.group_id AND gm.account_id = {RIGHT}.account_id"
        f" AND gr.role = {RIGHT}.role AND gr.app = {RIGHT}.app"
        f" AND (gr.site_id = {RIGHT}.site_id"
        f" OR (gr.site_id IS NULL AND {RIGHT}.site_id IS NULL)))"
        f" RETURNING {COLUMNS}",
        parameters,
    )
    return [_right(row) for row in found]


def give(where: Where, now: datetime) -> list[Right]:
    """Insert the rights by groups that are missing; return them."""
    condition, parameters = where.condition("gm.group_id", "gm.account_id")
    found = dialect.rows(
        f"INSERT INTO {RIGHT} ({COLUMNS}, created_at)"  # noqa: S608
        " SELECT source.*, %s FROM (SELECT g.organization_id, gm.account_id, gr.role,"
        f" gr.site_id, gr.app, gm.group_id FROM {GROUP_MEMBER} gm"
        f" JOIN {GROUP_ROLE} gr ON gr.group_id = gm.group_id"
        f" JOIN {GROUP} g ON g.id = gm.group_id"
        f" JOIN {MEMBER} m ON m.organization_id = g.organization_id"
        f" AND m.account_id = gm.account_id AND m.status = 'active'"
        f" WHERE {condition} {dialect.share_lock('gm, gr, m')}) source"
        f" WHERE true ON CONFLICT DO NOTHING RETURNING {COLUMNS}",
        [_moment(now), *parameters],
    )
    return [_right(row) for row in found]


def held_by(accounts: Sequence[int]) -> list[Right]:
    """Return every right of these accounts."""
    found = dialect.rows(
        f"SELECT {COLUMNS} FROM {RIGHT} WHERE {dialect.one_of('account_id', 'bigint')}",  # noqa: S608
        [dialect.ids_parameter(accounts)],
    )
    return [_right(row) for row in found]


def holders(accounts: Sequence[int]) -> set[int]:
    """Return who of these holds a right, or is in a group that gives one.

    Who is inactive has no right by a group, and gets it back when active again.
    """
    wanted = dialect.ids_parameter(accounts)
    found = dialect.rows(
        f"SELECT account_id FROM {RIGHT} WHERE {dialect.one_of('account_id', 'bigint')}"  # noqa: S608
        f" UNION SELECT gm.account_id FROM {GROUP_ROLE} gr"
        f" JOIN {GROUP_MEMBER} gm ON gm.group_id = gr.group_id"
        f" WHERE {dialect.one_of('gm.account_id', 'bigint')}",
        [wanted, wanted],
    )
    return {account for (account,) in found}


def accounts_of(records: Sequence[int], table: str) -> list[int]:
    """Return the keys of the accounts of these user records."""
    found = dialect.rows(
        f"SELECT account_id FROM {table} WHERE account_id IS NOT NULL"  # noqa: S608
        f" AND {dialect.one_of('id', 'bigint')}",
        [dialect.ids_parameter(records)],
    )
    return [account for (account,) in found]


def _moment(now: datetime) -> object:
    return dialect.datetime_parameter(now)


def _right(row: tuple[Any, ...]) -> Right:
    organization, account, role, site, app, group = row
    # SQLite hands keys over as text.
    place = None if site is None else UUID(str(site))
    return Right(UUID(str(organization)), account, role, place, app, group)
