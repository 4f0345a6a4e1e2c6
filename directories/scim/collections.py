"""The users and the groups of a directory, read as answers need them."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models

from directories import dialect
from directories.dialect import Sql
from directories.models import Account, Directory, GroupRecord, UserRecord
from directories.queries import direct_groups
from directories.rows import Columns
from directories.scim.lookup import GROUPS, USERS, Lookup

R = TypeVar("R", UserRecord, GroupRecord)
EVERY = Sql("TRUE")


@dataclass(frozen=True)
class Collection(Generic[R]):
    """One kind of resource: where it is, and how its rows become records.

    `columns` and `source` are what `build` wants of the table `t`.
    """

    model: type[R]
    lookup: Lookup
    columns: Callable[[], str]
    source: str
    build: Callable[[Sequence[Any]], R]

    @property
    def _table(self) -> str:
        return self.lookup.table

    @property
    def _select(self) -> str:
        return f"SELECT {self.columns()} FROM {self.source}"  # noqa: S608

    def of(self, directory: Directory) -> "models.QuerySet[R]":
        """Return what a directory has of them."""
        return self.model.objects.filter(directory=directory)

    def with_id(self, directory: Directory, scim_id: uuid.UUID) -> R | None:
        """Return the resource with an id, if the directory has it."""
        found = dialect.rows(
            f"{self._select} WHERE t.scim_id = %s AND t.directory_id = %s",
            [
                dialect.uuid_parameter(scim_id),
                dialect.uuid_parameter(directory.pk),
            ],
        )
        return self.build(found[0]) if found else None

    def with_keys(self, keys: Sequence[int]) -> list[R]:
        """Return rows in the order of their keys; what has just gone is left out."""
        if not keys:
            return []
        found = dialect.rows(
            f"{self._select} WHERE {dialect.one_of('t.id', 'bigint')}",
            [dialect.ids_parameter(keys)],
        )
        records = {record.pk: record for record in map(self.build, found)}
        return [records[key] for key in keys if key in records]

    def page(
        self, directory: Directory, where: Sql, *, first: int, count: int
    ) -> list[R]:
        """Return some of those that fulfil a condition, as they were created.

        Keys are cut out of an index first, so that skipping many rows does not
        read them.
        """
        found = dialect.rows(
            f"{self._select} JOIN (SELECT id FROM {self._table}"  # noqa: S608
            f" WHERE {self._table}.directory_id = %s AND {where.text}"
            " ORDER BY id LIMIT %s OFFSET %s) page ON page.id = t.id ORDER BY t.id",
            [
                dialect.uuid_parameter(directory.pk),
                *where.parameters,
                count,
                first,
            ],
        )
        return list(map(self.build, found))

    def count(self, directory: Directory, where: Sql) -> int:
        """Count those that fulfil a condition."""
        ((count,),) = dialect.rows(
            f"SELECT COUNT(*) FROM {self._table}"  # noqa: S608
            f" WHERE {self._table}.directory_id = %s AND {where.text}",
            [dialect.uuid_parameter(directory.pk), *where.parameters],
        )
        return int(count)


_USER = Columns(
    UserRecord,
    "t",
    (
        "id",
        "scim_id",
        "document",
        "created_at",
        "updated_at",
        "version",
        "organization",
    ),
)
_ACCOUNT = Columns(Account, "a", ("id", "public_id", "managed_by"))
_GROUP = Columns(GroupRecord, "t")


def _user_columns() -> str:
    return f"{_USER.sql}, {_ACCOUNT.sql}, {direct_groups.column()}"


def _user(row: Sequence[Any]) -> UserRecord:
    user, account, groups = row[: len(_USER)], row[len(_USER) : -1], row[-1]
    record = _USER.build(user)
    record.account = _ACCOUNT.build(account) if account[0] else None
    record.direct_groups = direct_groups.read(groups)
    return record


USER_COLLECTION = Collection(
    model=UserRecord,
    lookup=USERS,
    columns=_user_columns,
    source=(
        f"{USERS.table} t LEFT JOIN {Account._meta.db_table} a ON a.id = t.account_id"
    ),
    build=_user,
)
GROUP_COLLECTION = Collection(
    model=GroupRecord,
    lookup=GROUPS,
    columns=lambda: _GROUP.sql,
    source=f"{GROUPS.table} t",
    build=_GROUP.build,
)
