"""Hold every difference between PostgreSQL and SQLite in one place.

Lists of ids travel as one parameter (an array or a JSON text), never as
placeholders, so that 150,000 of them are one statement on both.
"""

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeVar

from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    connection,
    models,
)
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunSQL
from django.db.migrations.state import ProjectState
from django.db.models.expressions import RawSQL

IdKind = Literal["bigint", "uuid"]
T = TypeVar("T")

DEADLOCK_TRIES = 4
# The index for text on SQLite knows no shorter terms.
TRIGRAM = 3


def is_postgresql() -> bool:
    """Say whether the default database is PostgreSQL."""
    return connection.vendor == "postgresql"


def ids_table(kind: IdKind) -> str:
    """Return SQL for a table `ids(id)` made from one list parameter."""
    if is_postgresql():
        return f"unnest(%s::{kind}[]) AS ids(id)"
    return "(SELECT value AS id FROM json_each(%s)) AS ids"


def one_of(column: str, kind: IdKind) -> str:
    """Return the condition that `column` is in one list parameter.

    Unlike a join with `ids_table` it stays linear when the planner does not
    know yet how large the tables have grown.
    """
    if is_postgresql():
        return f"{column} = ANY(%s::{kind}[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608


def ids_parameter(ids: Sequence[int] | Sequence[uuid.UUID]) -> list[Any] | str:
    """Return the parameter that goes with `ids_table` and `one_of`."""
    if is_postgresql():
        return list(ids)
    return json.dumps([i.hex if isinstance(i, uuid.UUID) else i for i in ids])


def uuid_parameter(value: uuid.UUID) -> uuid.UUID | str:
    """Return a UUID as a parameter of hand-written SQL."""
    return value if is_postgresql() else value.hex


def share_lock(alias: str) -> str:
    """Return the clause that keeps rows of `alias` as they are until commit.

    SQLite has one writer at a time and needs none.
    """
    return f"FOR SHARE OF {alias}" if is_postgresql() else ""


def update_lock(alias: str) -> str:
    """Return the clause that keeps rows of `alias` from every other writer."""
    return f"FOR UPDATE OF {alias}" if is_postgresql() else ""


def key_share_lock() -> str:
    """Return the clause that keeps a row from being locked or deleted.

    It lets everybody read the row and hold it in the same way.
    """
    return "FOR KEY SHARE" if is_postgresql() else ""


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


def search(
    queryset: models.QuerySet[Any], text: str, *, field: str = "search_text"
) -> models.QuerySet[Any]:
    """Keep the rows whose folded `field` contains `text`, through its index.

    The index on SQLite knows terms of three characters or more.
    """
    text = " ".join(text.casefold().split())
    if not text:
        return queryset
    if not is_postgresql() and len(text) >= TRIGRAM:
        table = f"{queryset.model._meta.db_table}_fts"
        phrase = '"' + text.replace('"', '""') + '"'
        hits = RawSQL(  # noqa: S611 - the table name is the model's own
            f"SELECT rowid FROM {table} WHERE {table} MATCH %s",  # noqa: S608
            [phrase],
        )
        return queryset.filter(pk__in=hits)
    return queryset.filter(**{f"{field}__contains": text})


class Sql(NamedTuple):
    """A piece of hand-written SQL with its parameters."""

    text: str
    parameters: tuple[Any, ...] = ()


def json_text(document: Sql, path: Sequence[str]) -> Sql:
    """Return the string at `path` of a JSON document, NULL where there is none."""
    if is_postgresql():
        place: object = list(path)
        return Sql(f"({document.text} #>> %s::text[])", (*document.parameters, place))
    place = _sqlite_path(path)
    return Sql(f"json_extract({document.text}, %s)", (*document.parameters, place))


def json_is_true(document: Sql, path: Sequence[str]) -> Sql:
    """Return the condition that `true` stands at `path`; never NULL."""
    found = json_text(document, path)
    true = "'true'" if is_postgresql() else "1"
    return Sql(f"COALESCE({found.text} = {true}, FALSE)", found.parameters)


def json_values(document: Sql, path: Sequence[str]) -> Sql:
    """Return a table `e(value)` of the values of the list at `path`."""
    if is_postgresql():
        return Sql(
            f"jsonb_path_query({document.text} #> %s::text[], '$[*]') AS e(value)",
            (*document.parameters, list(path)),
        )
    return Sql(
        f"json_each({document.text}, %s) AS e",
        (*document.parameters, _sqlite_path(path)),
    )


def json_preferred(document: Sql, path: Sequence[str]) -> Sql:
    """Return the value of a list that is marked as primary, else the first."""
    if is_postgresql():
        whole = f"({document.text} #> %s::text[])"
        place = (*document.parameters, list(path))
        return Sql(
            f"COALESCE(jsonb_path_query_first({whole},"
            f" '$[*] ? (@.primary == true)'), {whole} -> 0)",
            place * 2,
        )
    values = json_values(document, path)
    primary = json_is_true(Sql("e.value"), ["primary"])
    return Sql(
        f"(SELECT e.value FROM {values.text}"  # noqa: S608
        f" ORDER BY {primary.text} DESC, e.key LIMIT 1)",
        (*values.parameters, *primary.parameters),
    )


def _sqlite_path(path: Sequence[str]) -> str:
    return "$" + "".join(f'."{name}"' for name in path)


def bytewise(text: str) -> str:
    """Return SQL for a text that is ordered by code point, whatever the locale."""
    return f'{text} COLLATE "C"' if is_postgresql() else text


def rows_as_json(columns: Sequence[str], source: str, order: str) -> str:
    """Return an expression for the rows of `source` as the text of a JSON list."""
    row = ", ".join(columns)
    if is_postgresql():
        rows = f"json_agg(json_build_array({row}) ORDER BY {order})::text"
        return f"(SELECT {rows} FROM {source})"  # noqa: S608
    ordered = f"SELECT json_array({row}) AS value FROM {source} ORDER BY {order}"  # noqa: S608
    return f"(SELECT json_group_array(json(value)) FROM ({ordered}))"  # noqa: S608


def position_of(text: str) -> str:
    """Return SQL for the position of a parameter in a text, 0 for nowhere."""
    return f"strpos({text}, %s)" if is_postgresql() else f"instr({text}, %s)"


def last_characters(text: str, count: int) -> str:
    """Return SQL for the end of a text."""
    if is_postgresql():
        return f"right({text}, {count})"
    return f"substr({text}, -{count})"


def uuid_text(column: str, *, hyphens: bool = True) -> str:
    """Return SQL for a UUID in lower-case hexadecimal digits."""
    if is_postgresql():
        text = f"{column}::text"
        return text if hyphens else f"replace({text}, '-', '')"
    if not hyphens:
        return column
    cuts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return "(" + "||'-'||".join(f"substr({column},{a},{n})" for a, n in cuts) + ")"


def datetime_parameter(value: datetime) -> Any:
    """Return a moment as a parameter of hand-written SQL."""
    return connection.ops.adapt_datetimefield_value(value)


def violated_constraint(error: BaseException) -> str:
    """Return the name of the violated constraint, or the columns on SQLite."""
    cause = error.__cause__
    named = getattr(getattr(cause, "diag", None), "constraint_name", None)
    if named:
        return str(named)
    return re.sub(r"^.*failed: ", "", str(error))


class OnlyOn(RunSQL):
    """A migration step for one database vendor, nothing on the others."""

    def __init__(
        self, vendor: str, sql: Sequence[str], reverse_sql: Sequence[str]
    ) -> None:
        super().__init__([*sql], [*reverse_sql])
        self.vendor = vendor

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return how to write this step into a migration file."""
        return self.__class__.__name__, [self.vendor, self.sql, self.reverse_sql], {}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Run the step when the vendor is this database's."""
        if schema_editor.connection.vendor == self.vendor:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Undo the step when the vendor is this database's."""
        if schema_editor.connection.vendor == self.vendor:
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def code_point_order(table: str, column: str, length: int) -> OnlyOn:
    """Return the migration step that makes an index of `column` go by code point.

    On SQLite it always does.
    """
    alter = f"ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({length})"
    return OnlyOn("postgresql", [f'{alter} COLLATE "C"'], [alter])


def search_index(table: str, field: str = "search_text") -> list[OnlyOn]:
    """Return the migration steps that index `field` for `search`."""
    fts = f"{table}_fts"
    into = f"INSERT INTO {fts}"
    drop = f"{into}({fts}, rowid, {field}) VALUES ('delete', old.id, old.{field});"
    add = f"{into}(rowid, {field}) VALUES (new.id, new.{field});"
    return [
        OnlyOn(
            "postgresql",
            [
                "CREATE EXTENSION IF NOT EXISTS pg_trgm",
                f"CREATE INDEX {table}_trgm ON {table}"
                f" USING gin ({field} gin_trgm_ops)",
            ],
            [f"DROP INDEX {table}_trgm"],
        ),
        OnlyOn(
            "sqlite",
            [
                f"CREATE VIRTUAL TABLE {fts} USING fts5({field}, content='{table}',"
                " content_rowid='id', tokenize='trigram')",
                f"CREATE TRIGGER {table}_ai AFTER INSERT ON {table} BEGIN {add} END",
                f"CREATE TRIGGER {table}_ad AFTER DELETE ON {table} BEGIN {drop} END",
                f"CREATE TRIGGER {table}_au AFTER UPDATE OF {field} ON {table}"
                f" BEGIN {drop} {add} END",
            ],
            [
                f"DROP TRIGGER {table}_ai",
                f"DROP TRIGGER {table}_ad",
                f"DROP TRIGGER {table}_au",
                f"DROP TABLE {fts}",
            ],
        ),
    ]
