"""Reads and writes rows of models by statements that are put together once.

For what every SCIM request does: composing SQL from a queryset anew costs more
than the database needs to answer it. The fields convert the values, as ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

import orjson
from django.db import connection, models

from directories import dialect

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Columns(Generic[M]):
    """Fields of a model under a table alias, all of them unless named."""

    model: type[M]
    alias: str
    names: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """Return the table of the model."""
        return self.model._meta.db_table

    @property
    def sql(self) -> str:
        """Return the columns for a SELECT."""
        return _columns(self)

    def build(self, values: Sequence[Any]) -> M:
        """Return the model whose columns a row holds."""
        names, converters = _reading(self)
        read = list(values)
        for place, convert, column in converters:
            read[place] = convert(read[place], column, connection)
        return self.model.from_db("default", names, read)

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(_reading(self)[0])


def _fields(columns: Columns[Any]) -> "list[models.Field[Any, Any]]":
    # In the model's own order, by which from_db takes the values.
    fields = columns.model._meta.concrete_fields
    return [f for f in fields if not columns.names or f.name in columns.names]


@cache
def _columns(columns: Columns[Any]) -> str:
    return ", ".join(f'{columns.alias}."{f.column}"' for f in _fields(columns))


@cache
def _reading(columns: Columns[Any]) -> tuple[list[str], list[tuple[int, Any, Any]]]:
    """Return the names of the fields, and what turns columns into their values."""
    fields = _fields(columns)
    places = [field.get_col(columns.alias) for field in fields]
    converters = [
        (number, convert, place)
        for number, place in enumerate(places)
        for convert in (
            *connection.ops.get_db_converters(place),
            *_own_converters(place),
        )
    ]
    return [field.attname for field in fields], converters


def _own_converters(place: Any) -> list[Any]:
    if isinstance(place.output_field, models.JSONField):
        # Both databases hand JSON over as text; the field's own reader is slower.
        return [lambda text, _place, _connection: text and orjson.loads(text)]
    return list(place.get_db_converters(connection))


def fetch(
    model: type[M], where: str, parameters: Sequence[Any], *, lock: bool = False
) -> list[M]:
    """Return the rows of a model that fulfil a condition on `t`, locked if asked."""
    columns = Columns(model, "t")
    table = model._meta.db_table
    end = dialect.update_lock("t") if lock else ""
    found = dialect.rows(
        f"SELECT {columns.sql} FROM {table} t WHERE {where} {end}",  # noqa: S608
        parameters,
    )
    return list(map(columns.build, found))


def insert(*rows: models.Model) -> None:
    """Store new rows of one model by one statement; they get their keys."""
    if not rows:
        return
    prepare, sql = _insertion(type(rows[0]), len(rows))
    found = dialect.rows(sql, [value for row in rows for value in prepare(row)])
    for row, (key,) in zip(rows, found, strict=True):
        row.pk = key
        # As a model's own save() leaves it.
        row._state.adding = False  # noqa: SLF001
        row._state.db = "default"  # noqa: SLF001


def update(row: models.Model, *names: str) -> None:
    """Store some fields of a row that is there."""
    where = f"{row._meta.pk.column} = %s"
    prepare, sql = _change(type(row), names, where)
    dialect.rows(sql, [*prepare(row), row.pk])


def change(
    model: type[models.Model], where: str, parameters: Sequence[Any], **values: Any
) -> None:
    """Set fields of the rows of a model that fulfil a condition."""
    prepare, sql = _change(model, tuple(values), where)
    dialect.rows(sql, [*prepare(SimpleNamespace(**values)), *parameters])


Prepare = Callable[[Any], list[Any]]


def _preparing(fields: "Sequence[models.Field[Any, Any]]") -> Prepare:
    """Return what takes the values of fields from an object, as the database wants."""
    steps = [(field.attname, _preparer(field)) for field in fields]

    def prepare(row: Any) -> list[Any]:
        return [
            step(getattr(row, name)) if step else getattr(row, name)
            for name, step in steps
        ]

    return prepare


def _preparer(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    """Return how a value is made fit for the database, None: it is as it stands."""
    final = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(final, models.JSONField):
        return dialect.json_parameter
    if isinstance(final, dialect.plain_fields()):
        return None
    return partial(field.get_db_prep_save, connection=connection)


@cache
def _insertion(model: type[models.Model], count: int) -> tuple[Prepare, str]:
    options = model._meta
    fields = [
        field
        for field in options.concrete_fields
        if not isinstance(field, models.AutoField)
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = f"({', '.join('%s' for _ in fields)})"
    return _preparing(fields), (
        f"INSERT INTO {options.db_table} ({columns})"  # noqa: S608
        f" VALUES {', '.join([marks] * count)} RETURNING {options.pk.column}"
    )


@cache
def _change(
    model: type[models.Model], names: tuple[str, ...], where: str
) -> tuple[Prepare, str]:
    options = model._meta
    by_name = {field.name: field for field in options.concrete_fields}
    fields = [by_name[name] for name in names]
    changes = ", ".join(f'"{field.column}" = %s' for field in fields)
    sql = f"UPDATE {options.db_table} SET {changes} WHERE {where}"  # noqa: S608
    return _preparing(fields), sql
