"""Cuts keyset pages out of ordered tables, forwards and backwards.

A page costs the same at row 50 and at row 300,000: the cursor says after which
value to go on, nothing is skipped by counting.
"""

import base64
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import (
    BadRequest,
    FieldDoesNotExist,
    ValidationError,
)
from django.db import models
from django.db.models import Q

from directories.dialect import planned_anew

M = TypeVar("M", bound=models.Model)
PAGE_SIZE = 50
CAP = 10_000
LOOK = 10_000
MAX_INTEGER = 2**63 - 1


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows with the cursors of its neighbours, None for none."""

    rows: list[M]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Cut:
    """Which page of what order: `field` must never be NULL.

    `after` and `before` are cursors from an earlier page, at most one is set.
    """

    field: str
    descending: bool = False
    size: int = PAGE_SIZE
    after: str | None = None
    before: str | None = None


def cut_page(queryset: models.QuerySet[M], cut: Cut) -> Page[M]:
    """Return a page of `queryset`; raises BadRequest for a broken cursor."""
    back = cut.before is not None
    cursor = cut.before if back else cut.after
    down = cut.descending != back
    if cursor:
        place = _unpack(queryset.model, cut.field, cursor)
        queryset = queryset.filter(_beyond(cut.field, *place, down=down))
    sign = "-" if down else ""
    ordered = queryset.order_by(sign + cut.field, sign + "pk")
    with planned_anew():
        rows = list(ordered[: cut.size + 1])
    more, rows = len(rows) > cut.size, rows[: cut.size]
    if back:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    return Page(
        rows,
        next=_pack(rows[-1], cut.field) if more or back else None,
        previous=_pack(rows[0], cut.field)
        if (cursor and not back) or (back and more)
        else None,
    )


def cut_sparse(
    queryset: models.QuerySet[M], wanted: Q, cut: Cut, *, look: int = LOOK
) -> Page[M]:
    """Return a page of the rows of `queryset` that are `wanted`, where few may be.

    At most `look` rows are looked at, so that a page with few rows, or none, may have
    a next one. Raises BadRequest for a broken cursor.
    """
    back = cut.before is not None
    cursor = cut.before if back else cut.after
    down = cut.descending != back
    if cursor:
        place = _unpack(queryset.model, cut.field, cursor)
        queryset = queryset.filter(_beyond(cut.field, *place, down=down))
    sign = "-" if down else ""
    ordered = queryset.order_by(sign + cut.field, sign + "pk")
    with planned_anew():
        last = next(iter(ordered.values_list(cut.field, "pk")[look - 1 : look]), None)
        if last is not None:
            ordered = ordered.filter(_until(cut.field, *last, down=down))
        rows = list(ordered.filter(wanted)[: cut.size + 1])
    more, rows = len(rows) > cut.size, rows[: cut.size]
    if more:
        last = (getattr(rows[-1], cut.field), rows[-1].pk)
    onward = _pack_place(*last) if last else None
    if back:
        rows.reverse()
        return Page(rows, _pack(rows[-1], cut.field) if rows else None, onward)
    return Page(rows, onward, _pack(rows[0], cut.field) if cursor and rows else None)


def _until(field: str, value: Any, pk: Any, *, down: bool) -> Q:
    """Return the condition that a row is not behind a place."""
    near, strict = ("gte", "gt") if down else ("lte", "lt")
    return Q(**{f"{field}__{near}": value}) & (
        Q(**{f"{field}__{strict}": value}) | Q(**{f"pk__{near}": pk})
    )


def _beyond(field: str, value: Any, pk: Any, *, down: bool) -> Q:
    # The plain `>=` comes first: PostgreSQL starts in the index by it, while an
    # OR of the two cases alone would read half the table.
    near, strict = ("lte", "lt") if down else ("gte", "gt")
    return Q(**{f"{field}__{near}": value}) & (
        Q(**{f"{field}__{strict}": value}) | Q(**{f"pk__{strict}": pk})
    )


def _pack(row: models.Model, field: str) -> str:
    return _pack_place(getattr(row, field), row.pk)


def _pack_place(value: Any, pk: Any) -> str:
    place = json.dumps([value, pk], default=str)
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _unpack(model: type[models.Model], field: str, cursor: str) -> tuple[Any, Any]:
    """Return the place of a cursor as values of the model's own types."""
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, pk = json.loads(place)
        return _value(model, field, value), _value(model, "pk", pk)
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        # Whatever is wrong with it, only somebody who changed it can mend it.
        msg = "The address of this page is broken. Go back to the first page."
        raise BadRequest(msg) from None


def _value(model: type[models.Model], field: str, value: Any) -> Any:
    if not isinstance(value, str | int) or "\0" in str(value):
        raise TypeError(field)
    str(value).encode()  # refuses lone surrogates, which no database stores
    clean = value
    with suppress(FieldDoesNotExist):
        # An annotation has no field to ask; the database knows its type.
        column = model._meta.get_field(_column(model, field))
        clean = cast("models.Field[Any, Any]", column).to_python(value)
    if isinstance(clean, int) and abs(clean) > MAX_INTEGER:
        raise OverflowError(field)
    return clean


def _column(model: type[models.Model], field: str) -> str:
    return model._meta.pk.name if field == "pk" else field


def given_key(text: str) -> int:
    """Return the key that an address or a form names, 0 for what is none."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_INTEGER)):
        return 0
    return min(int(text), MAX_INTEGER)


def capped_count(queryset: models.QuerySet[Any], cap: int = CAP) -> tuple[int, bool]:
    """Count at most `cap` rows; return the count and whether there are more."""
    with planned_anew():
        count = queryset.order_by()[: cap + 1].count()
    return min(count, cap), count > cap
