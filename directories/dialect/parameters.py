"""Makes values fit to be parameters of hand-written SQL.

Lists of ids travel as one parameter (an array or a JSON text), never as
placeholders, so that 150,000 of them are one statement on both.
"""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, models
from psycopg.types.json import Jsonb

from directories.dialect.running import is_postgresql


def ids_parameter(ids: Sequence[int] | Sequence[uuid.UUID]) -> list[Any] | str:
    """Return the parameter that goes with `ids_table` and `one_of`."""
    if is_postgresql():
        return list(ids)
    return json.dumps([i.hex if isinstance(i, uuid.UUID) else i for i in ids])


def uuid_parameter(value: uuid.UUID) -> uuid.UUID | str:
    """Return a UUID as a parameter of hand-written SQL."""
    return value if is_postgresql() else value.hex


def datetime_parameter(value: datetime) -> Any:
    """Return a moment as a parameter of hand-written SQL."""
    return connection.ops.adapt_datetimefield_value(value)


def json_parameter(value: Any) -> Any:
    """Return a JSON document as a parameter of hand-written SQL."""
    if is_postgresql():
        return Jsonb(value, dumps=_json)
    return _json(value).decode()


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        # Integers of any length, and whatever else JSON has and C has not.
        return json.dumps(value).encode()


def plain_fields() -> tuple[type[models.Field[Any, Any]], ...]:
    """Return the kinds of fields whose values the driver takes as they are."""
    everywhere = (models.CharField, models.TextField, models.IntegerField)
    if not is_postgresql():
        return (*everywhere, models.BooleanField)
    return (
        *everywhere,
        models.BooleanField,
        models.UUIDField,
        models.DateTimeField,
    )
