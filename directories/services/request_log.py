"""Writes of the request log: what the identity provider sent.

Whatever fails here is a line in the server's log and nothing more: a request is
answered whether or not it can be logged.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import unquote_plus
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error, models, transaction

from directories import dialect
from directories.events import Event
from directories.models import Directory, RequestEntry
from directories.services.audit import Actor, Target, record_event
from directories.services.buffer import Buffer
from directories.storable import storable

logger = structlog.get_logger(__name__)

# Rows that one statement writes, and that one transaction deletes.
BATCH = 1_000
# More than these are deleted in the background.
CLEARED_AT_ONCE = 20_000
TABLE = RequestEntry._meta.db_table
SEARCHED = 1_000
MAX_KEY = models.BigIntegerField.MAX_BIGINT
_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


class Line(NamedTuple):
    """One request as the log keeps it; the names are those of RequestEntry."""

    organization_id: UUID
    directory_id: UUID
    at: datetime
    request_id: str
    method: str
    path: str
    status: int
    duration_us: int
    resource: str
    resource_id: str
    resource_name: str
    detail: str
    body: str
    client: str
    address: str
    key_prefix: str


COLUMNS = (*Line._fields, "search_text")
# What a column holds at most; PostgreSQL refuses more.
LONGEST = {
    field.attname: field.max_length
    for field in RequestEntry._meta.concrete_fields
    if field.max_length
}


def write(line: Line) -> None:
    """Write one request now, in a statement of its own."""
    try:
        if line.resource_id and not line.resource_name:
            # An answer without a body names nobody; the log did before.
            line = line._replace(resource_name=_last_name(line))
        dialect.insert_rows(TABLE, COLUMNS, [_row(line)])
    except Error as failure:
        logger.exception("request_log_failed", exc_info=failure)


def _last_name(line: Line) -> str:
    named = RequestEntry.objects.filter(
        directory=line.directory_id, resource_id=storable(line.resource_id)
    ).exclude(resource_name="")
    names = named.order_by("-pk").values_list("resource_name", flat=True)
    return names.first() or ""


def write_later(line: Line) -> None:
    """Write one request within a second; lost when this process is killed."""
    buffer.add(line)


def _write_all(lines: Sequence[Line]) -> None:
    try:
        with transaction.atomic():
            # One may have been removed meanwhile, and the table does not check it.
            there = Directory.objects.in_bulk({line.directory_id for line in lines})
            kept = [_row(line) for line in lines if line.directory_id in there]
            dialect.insert_rows(TABLE, COLUMNS, kept)
    except Error as failure:
        logger.exception("request_log_failed", requests=len(lines), exc_info=failure)


buffer: Buffer[Line] = Buffer(_write_all, name="request_log", batch=BATCH)


def _row(line: Line) -> list[Any]:
    values = [
        storable(value)[: LONGEST.get(name)] if isinstance(value, str) else value
        for name, value in zip(Line._fields, line, strict=True)
    ]
    values[0] = dialect.uuid_parameter(line.organization_id)
    values[1] = dialect.uuid_parameter(line.directory_id)
    values[2] = dialect.datetime_parameter(line.at)
    return [*values, storable(search_text(line))]


def search_text(line: Line) -> str:
    """Return what the log is searched by, folded as dialect.search folds.

    Ids are left out: who looks for one looks it up whole, and random digits
    would be most of the index.
    """
    asked = _ID.sub("", unquote_plus(line.path))
    name = "" if line.resource_name in asked else line.resource_name
    text = f"{asked} {name} {_ID.sub('', line.detail)}"
    return " ".join(text.casefold().split())[:SEARCHED]


def forget_old_requests(now: datetime) -> int:
    """Delete what is older than its directory keeps, and what is too many.

    Oldest first and in short transactions, so that requests get in between.
    Returns how many were deleted.
    """
    kept = Directory.objects.order_by("pk").values_list("pk", "request_log_days")
    return sum(
        _forget_before(directory_id, now - timedelta(days=days))
        + _forget_surplus(directory_id)
        for directory_id, days in kept
    )


def _forget_before(directory_id: UUID, cut: datetime) -> int:
    oldest = (
        RequestEntry.objects.filter(directory=directory_id)
        .order_by("pk")
        .values_list("pk", "at")[:BATCH]
    )
    # Keys follow the times but for moments, and need no index of their own.
    return _delete(lambda: [pk for pk, at in oldest.all() if at < cut])


def _forget_surplus(directory_id: UUID) -> int:
    rows = RequestEntry.objects.filter(directory=directory_id)
    most = settings.SCIM_REQUEST_LOG_ROWS
    first = rows.order_by("-pk").values_list("pk", flat=True)[most : most + 1].first()
    return 0 if first is None else _forget_until(rows, first)


def _forget_until(rows: "models.QuerySet[RequestEntry]", last: int) -> int:
    surplus = rows.filter(pk__lte=last).order_by("-pk").values_list("pk", flat=True)
    return _delete(lambda: list(surplus.all()[:BATCH]))


def _delete(next_keys: Callable[[], Iterable[int]]) -> int:
    deleted = 0
    while keys := list(next_keys()):
        deleted += RequestEntry.objects.filter(pk__in=keys).delete()[0]
    return deleted


def clear_requests(*, directory: Directory, by: Actor, now: datetime) -> int | None:
    """Empty the log of a directory and record who did.

    Returns None, or when there is much to delete the last key of what is left
    to `forget_requests`.
    """
    rows = RequestEntry.objects.filter(directory=directory)
    last = rows.order_by("-pk").values_list("pk", flat=True).first()
    count = rows.count()
    record_event(
        Event.SCIM_REQUESTS_CLEARED,
        organization=directory.organization,
        by=by,
        target=Target(
            "directory", str(directory.pk), directory.name, {"entries": count}
        ),
        at=now,
    )
    if last is None:
        return None
    if count > CLEARED_AT_ONCE:
        return last
    forget_requests(directory.pk, last=last)
    return None


def forget_requests(directory_id: UUID, *, last: int = MAX_KEY) -> int:
    """Delete the requests of a directory up to a key; return how many."""
    return _forget_until(RequestEntry.objects.filter(directory=directory_id), last)
