"""Cuts keyset pages out of ordered tables, forwards and backwards.

A page costs the same at row 50 and at row 300,000: the cursor says after which
value to go on, nothing is skipped by counting.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import BadRequest
from django.db import models
from django.db.models import Q

M = TypeVar("M", bound=models.Model)
PAGE_SIZE = 50
CAP = 10_000


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
        queryset = queryset.filter(_beyond(cut.field, *_unpack(cursor), down=down))
    sign = "-" if down else ""
    ordered = queryset.order_by(sign + cut.field, sign + "pk")
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


def _beyond(field: str, value: Any, pk: Any, *, down: bool) -> Q:
    # The plain `>=` comes first: PostgreSQL starts in the index by it, while an
    # OR of the two cases alone would read half the table.
    near, strict = ("lte", "lt") if down else ("gte", "gt")
    return Q(**{f"{field}__{near}": value}) & (
        Q(**{f"{field}__{strict}": value}) | Q(**{f"pk__{strict}": pk})
    )


def _pack(row: models.Model, field: str) -> str:
    place = json.dumps([getattr(row, field), row.pk], default=str)
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _unpack(cursor: str) -> tuple[Any, Any]:
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, pk = json.loads(place)
    except (binascii.Error, ValueError, TypeError) as error:
        msg = "The address of this page is broken. Go back to the first page."
        raise BadRequest(msg) from error
    if not isinstance(value, str | int) or not isinstance(pk, str | int):
        msg = "The address of this page is broken. Go back to the first page."
        raise BadRequest(msg)
    return value, pk


def capped_count(queryset: models.QuerySet[Any], cap: int = CAP) -> tuple[int, bool]:
    """Count at most `cap` rows; return the count and whether there are more."""
    count = queryset.order_by()[: cap + 1].count()
    return min(count, cap), count > cap
