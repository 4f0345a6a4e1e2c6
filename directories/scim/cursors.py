"""Places in an order, as cursors that clients hand back (RFC 9865).

A cursor says after or before which resource to go on. It refers to nothing kept
here, so it never expires, and what comes and goes meanwhile moves no page.
"""

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from directories.scim.protocol.errors import InvalidCursorError

MAX_LENGTH = 4096
MAX_INTEGER = 2**63 - 1
Place = tuple[Any, ...]


@dataclass(frozen=True)
class Cursor:
    """A place, and whether the page lies before it."""

    place: Place
    back: bool = False


def fingerprint(*query: str) -> str:
    """Return what tells the cursors of one query from those of another."""
    return hashlib.sha256("\0".join(query).encode()).hexdigest()[:12]


def pack(cursor: Cursor, query: str) -> str:
    """Return a cursor as text of unreserved characters."""
    parts = [query, cursor.back, *cursor.place]
    text = json.dumps(parts, default=_plain, ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def unpack(text: str, query: str, kinds: tuple[str, ...]) -> Cursor:
    """Read a cursor of this query, whose place has parts of these kinds.

    Raises InvalidCursorError.
    """
    try:
        text = text[:MAX_LENGTH]
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        made_for, back, *place = json.loads(raw.decode())
        values = [_read(v, kind) for v, kind in zip(place, kinds, strict=True)]
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidCursorError(
            "The cursor is none of this service. Leave it empty for the first page."
        ) from error
    if made_for != query or not isinstance(back, bool):
        raise InvalidCursorError(
            "The cursor belongs to another query. Keep filter, sortBy and sortOrder "
            "from page to page, or leave the cursor empty for the first page."
        )
    return Cursor(tuple(values), back)


def _read(value: object, kind: str) -> Any:
    if kind == "integer":
        if not isinstance(value, int) or not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise TypeError(kind)
        return value
    if not isinstance(value, str) or "\0" in value:
        raise TypeError(kind)
    value.encode()  # refuses lone surrogates, which no database stores
    if kind == "date":
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(kind)
        return moment
    return uuid.UUID(value) if kind == "id" else value
