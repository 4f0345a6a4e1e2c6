"""Keeps when a provider last asked for a record or wrote it, to the day.

Gathered in the process and written at most once a second, set-based, and only for
records of which it is a day ago: a request costs nothing for it.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import Error

from directories import dialect
from directories.models import GroupRecord, UserRecord
from directories.services.buffer import Buffer

logger = structlog.get_logger(__name__)

EVERY = timedelta(days=1)
BATCH = 5_000
TABLES = {"User": UserRecord._meta.db_table, "Group": GroupRecord._meta.db_table}


class Seen(NamedTuple):
    """A user or group record of a directory that a request was about."""

    directory_id: uuid.UUID
    resource: str
    scim_id: uuid.UUID
    at: datetime


def note_seen(
    *, directory_id: uuid.UUID, resource: str, resource_id: str, at: datetime
) -> None:
    """Remember that a provider was about a record; what is none is passed over."""
    if resource not in TABLES:
        return
    try:
        scim_id = uuid.UUID(resource_id)
    except ValueError:
        return
    buffer.add(Seen(directory_id, resource, scim_id, at))


def _write(items: Sequence[Seen]) -> None:
    groups: dict[tuple[uuid.UUID, str], dict[uuid.UUID, datetime]] = defaultdict(dict)
    for item in items:
        groups[item.directory_id, item.resource][item.scim_id] = item.at
    try:
        for (directory_id, resource), seen in groups.items():
            _mark(TABLES[resource], directory_id, seen, at=max(seen.values()))
    except Error as failure:
        # It is written again with the next request about the record.
        logger.exception("seen_failed", records=len(items), exc_info=failure)


def _mark(
    table: str, directory_id: uuid.UUID, scim_ids: Iterable[uuid.UUID], *, at: datetime
) -> None:
    """Mark the records that were not seen for a day.

    They are looked for first: most of the time there are none, and a statement that
    might write would keep other writers of SQLite waiting.
    """
    old = dialect.rows(
        f"SELECT id FROM {table} WHERE directory_id = %s"  # noqa: S608
        f" AND {dialect.one_of('scim_id', 'uuid')}"
        " AND (seen_at IS NULL OR seen_at < %s)",
        [
            dialect.uuid_parameter(directory_id),
            dialect.ids_parameter(list(scim_ids)),
            dialect.datetime_parameter(at - EVERY),
        ],
    )
    if old:
        dialect.rows(
            f"UPDATE {table} SET seen_at = %s"  # noqa: S608
            f" WHERE {dialect.one_of('id', 'bigint')}",
            [
                dialect.datetime_parameter(at),
                dialect.ids_parameter([key for (key,) in old]),
            ],
        )


buffer: Buffer[Seen] = Buffer(_write, name="seen", batch=BATCH)
