"""Pieces of SQL that the databases spell in their own ways."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils import timezone

from directories.dialect.running import is_postgresql

IdKind = Literal["bigint", "uuid"]
# The index for text on SQLite knows no shorter terms.
TRIGRAM = 3


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


def clock() -> Any:
    """Return the time of the database's own clock, the same for all machines.

    An expression on PostgreSQL, so use it in writes and conditions only.
    """
    return Now() if is_postgresql() else timezone.now()


def share_lock(alias: str) -> str:
    """Return the clause that keeps rows of `alias` as they are until commit.

    SQLite has one writer at a time and needs none.
    """
    return f"FOR SHARE OF {alias}" if is_postgresql() else ""


def update_lock(alias: str) -> str:
    """Return the clause that keeps rows of `alias` from every other writer."""
    return f"FOR UPDATE OF {alias}" if is_postgresql() else ""


def key_share_lock(alias: str) -> str:
    """Return the clause that keeps rows of `alias` from being locked or deleted.

    It lets everybody read the row and hold it in the same way.
    """
    return f"FOR KEY SHARE OF {alias}" if is_postgresql() else ""


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


def rows_as_json(columns: Sequence[str], source: str, order: str) -> str:
    """Return an expression for the rows of `source` as the text of a JSON list."""
    row = ", ".join(columns)
    if is_postgresql():
        rows = f"json_agg(json_build_array({row}) ORDER BY {order})::text"
        return f"(SELECT {rows} FROM {source})"  # noqa: S608
    ordered = f"SELECT json_array({row}) AS value FROM {source} ORDER BY {order}"  # noqa: S608
    return f"(SELECT json_group_array(json(value)) FROM ({ordered}))"  # noqa: S608


def bytewise(text: str) -> str:
    """Return SQL for a text that is ordered by code point, whatever the locale."""
    return f'{text} COLLATE "C"' if is_postgresql() else text


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
