"""Runs statements, and says what went wrong with them."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    connection,
    transaction,
)

T = TypeVar("T")
DEADLOCK_TRIES = 4


@cache
def is_postgresql() -> bool:
    """Say whether the default database is PostgreSQL."""
    return connection.vendor == "postgresql"


def rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement and return the rows that it returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if _returns_rows(cursor) else []


def _returns_rows(cursor: Any) -> bool:
    if not is_postgresql():
        return cursor.description is not None
    # The description makes an object of each column, on every statement.
    return cursor.pgresult is not None and cursor.pgresult.nfields > 0


def insert_rows(
    table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows and learn nothing of them; many at once at little cost each.

    Call it in a transaction when they are many: SQLite would commit each.
    """
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if is_postgresql() and len(rows) > 1:
            copying = cursor.copy(f"COPY {table} ({names}) FROM STDIN")
            # Django translates the errors of calls, not those of a with block.
            with connection.wrap_database_errors, copying as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        if len(rows) == 1:
            cursor.execute(statement, rows[0])
        else:
            cursor.executemany(statement, rows)


@contextmanager
def planned_anew() -> Iterator[None]:
    """Have PostgreSQL plan the statements in this block for their very parameters.

    A plan for any parameters, which a connection makes of a statement that it sends
    often, knows neither how rare a word is nor that an index of some rows will do.
    """
    if not is_postgresql():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_custom_plan")
    yield
    # After an error it stays: that costs the connection some planning, no more.
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = auto")


@contextmanager
def snapshot() -> Iterator[None]:
    """Have all that is read in this block be of one moment; nothing can be written.

    Inside of a transaction, and on SQLite, where reading would keep writers waiting,
    each statement sees what is there then.
    """
    if not is_postgresql() or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", [])
        yield


def is_lost_race(error: DatabaseError) -> bool:
    """Say whether a transaction lost only because another was in its way.

    A deadlock, a failed serialization, or a foreign key whose row has just
    gone: no write of ours breaks one by itself.
    """
    code = getattr(error.__cause__, "sqlstate", None)
    return code in {"40P01", "40001", "23503"} or "database is locked" in str(error)


def retrying(call: Callable[[], T]) -> T:
    """Return what `call` returns, running it anew after a lost race.

    `call` is one whole transaction, so nothing of a lost run stays.
    """
    for attempt in range(1, DEADLOCK_TRIES):
        try:
            return call()
        except (OperationalError, IntegrityError) as error:
            if not is_lost_race(error):
                raise
            time.sleep(0.02 * attempt)
    return call()


def violated_constraint(error: BaseException) -> str:
    """Return the name of the violated constraint, or the columns on SQLite."""
    cause = error.__cause__
    named = getattr(getattr(cause, "diag", None), "constraint_name", None)
    if named:
        return str(named)
    return re.sub(r"^.*failed: ", "", str(error))
