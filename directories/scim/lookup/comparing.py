"""Compares one value of a record with what a filter says, in SQL.

Every condition here is true or false, never NULL, so that `not` may stand before
any of them. A value that is absent equals nothing, differs from everything and is
neither before nor after anything (RFC 7644 section 3.4.2.2, which leaves `ne`
open; RFC 7643 section 2.5: unassigned, null and absent are one).
"""

import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from directories import dialect
from directories.dialect import Sql
from directories.folding import fold
from directories.scim.protocol.errors import InvalidFilterError, shown
from directories.scim.protocol.filters import (
    ORDERING_OPERATORS,
    TEXT_OPERATORS,
    Comparison,
)
from directories.scim.protocol.matching import boolean_of

TRUE = Sql("(1 = 1)")
FALSE = Sql("(1 = 0)")
_SIGNS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
# What nothing compares with: only these two say something of an absent value.
_EQUALITY = {"eq", "ne"}


@dataclass(frozen=True)
class Value:
    """One value of a record: its SQL, and how it is compared.

    A text that says nothing is NULL when `nullable`, else "". `there` says
    whether the value is there where `sql` cannot.
    """

    sql: Sql
    kind: Literal["text", "binary", "boolean", "date", "id"] = "text"
    nullable: bool = False
    folded: bool = True
    hyphens: bool = True
    there: Sql | None = None


def both(*conditions: Sql) -> Sql:
    """Join conditions that all hold."""
    return _joined(" AND ", conditions)


def either(*conditions: Sql) -> Sql:
    """Join conditions of which one holds."""
    return _joined(" OR ", conditions)


def _joined(word: str, conditions: tuple[Sql, ...]) -> Sql:
    text = word.join(f"({each.text})" for each in conditions)
    return Sql(f"({text})", tuple(p for each in conditions for p in each.parameters))


def negated(condition: Sql) -> Sql:
    """Turn a condition around."""
    return Sql(f"NOT ({condition.text})", condition.parameters)


def present(value: Value) -> Sql:
    """Return the condition that a value is there."""
    if value.there is not None:
        return Sql(f"{value.there.text} IS NOT NULL", value.there.parameters)
    if value.nullable:
        return Sql(f"{value.sql.text} IS NOT NULL", value.sql.parameters)
    if value.kind in {"text", "binary"}:
        return Sql(f"{value.sql.text} <> ''", value.sql.parameters)
    return TRUE


def compared(value: Value, node: Comparison) -> Sql:
    """Return the condition of a comparison; InvalidFilterError explains faults."""
    if node.value is None:
        if node.operator not in _EQUALITY:
            raise _refusal(node, "null is compared with eq or ne")
        found = present(value)
        return found if node.operator == "ne" else negated(found)
    return _COMPARERS[value.kind](value, node)


def _refusal(node: Comparison, why: str) -> InvalidFilterError:
    return InvalidFilterError(f"{shown(str(node.path))}: {why}, not {node.operator}.")


def _plain(value: Value, operator: str, wanted: object) -> Sql:
    """Compare by a sign; in the index's own order where that is enough."""
    text = value.sql.text
    if operator in ORDERING_OPERATORS and value.kind != "date":
        text = dialect.bytewise(text)
    found = Sql(f"{text} {_SIGNS[operator]} %s", (*value.sql.parameters, wanted))
    return _certain(value, operator, found)


def _certain(value: Value, operator: str, found: Sql) -> Sql:
    if not value.nullable:
        return found
    otherwise = "TRUE" if operator == "ne" else "FALSE"
    return Sql(f"COALESCE({found.text}, {otherwise})", found.parameters)


def _text(value: Value, node: Comparison) -> Sql:
    if not isinstance(node.value, str):
        msg = (
            f"{shown(str(node.path))} is compared with a string in double quotes, "
            f"not with {shown(str(node.value).lower())}."
        )
        raise InvalidFilterError(msg)
    operator = node.operator
    if operator in TEXT_OPERATORS:
        # Blanks at the ends count here: "sw" asks for a part of the value.
        part = node.value
        if value.folded:
            part = unicodedata.normalize("NFC", part.casefold())
        return _part(value, operator, part)
    wanted = fold(node.value) if value.folded else node.value
    if not wanted:
        return _against_nothing(value, operator)
    found = _plain(value, operator, wanted)
    if operator in {"lt", "le"} and not value.nullable:
        return both(present(value), found)
    return found


def _binary(value: Value, node: Comparison) -> Sql:
    if node.operator in ORDERING_OPERATORS:
        raise _refusal(node, "binary values have no order")
    return _text(value, node)


def _against_nothing(value: Value, operator: str) -> Sql:
    """Compare with "", which no value that is present equals."""
    if operator == "ne":
        return TRUE
    return present(value) if operator in {"gt", "ge"} else FALSE


def _part(value: Value, operator: str, part: str) -> Sql:
    if not part:
        return present(value)
    text, parameters = value.sql
    if operator == "co":
        found = Sql(f"{dialect.position_of(text)} > 0", (*parameters, part))
    elif operator == "ew":
        end = dialect.last_characters(text, len(part))
        found = Sql(f"{end} = %s", (*parameters, part))
    else:
        found = _beginning(value, part)
    return _certain(value, operator, found)


def _beginning(value: Value, part: str) -> Sql:
    """Look for a beginning as a range, which an index answers."""
    text, parameters = dialect.bytewise(value.sql.text), value.sql.parameters
    start = Sql(f"{text} >= %s", (*parameters, part))
    after = _successor(part)
    if not after:
        return start
    return both(start, Sql(f"{text} < %s", (*parameters, after)))


def _successor(part: str) -> str:
    """Return the first text after all that begin with `part`, "" for none."""
    part = part.rstrip(chr(_LAST))
    if not part:
        return ""
    point = ord(part[-1]) + 1
    return part[:-1] + chr(_SURROGATES.stop if point in _SURROGATES else point)


def _boolean(value: Value, node: Comparison) -> Sql:
    if node.operator not in _EQUALITY:
        raise _refusal(node, "true and false are compared with eq or ne")
    # Entra writes `active eq "True"`.
    wanted = boolean_of(node.value)
    if wanted is None:
        msg = f"{shown(str(node.path))} is compared with true or false only."
        raise InvalidFilterError(msg)
    return value.sql if wanted is (node.operator == "eq") else negated(value.sql)


def _date(value: Value, node: Comparison) -> Sql:
    if node.operator in TEXT_OPERATORS:
        raise _refusal(node, "dates are compared with eq, ne, gt, ge, lt or le")
    moment = _moment(node.value)
    if moment is None:
        msg = (
            f"{shown(str(node.path))} is compared with a date and time like "
            '"2026-01-31T09:30:00Z".'
        )
        raise InvalidFilterError(msg)
    return _plain(value, node.operator, dialect.datetime_parameter(moment))


def _moment(given: object) -> datetime | None:
    """Read an XML dateTime; without an offset it is UTC."""
    if not isinstance(given, str) or "T" not in given.upper():
        return None
    try:
        moment = datetime.fromisoformat(given.upper())
        zone = moment.tzinfo or UTC
        return moment.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _id(value: Value, node: Comparison) -> Sql:
    if not isinstance(node.value, str):
        msg = f"{shown(str(node.path))} is compared with an id in double quotes."
        raise InvalidFilterError(msg)
    if node.operator not in _EQUALITY:
        text = dialect.uuid_text(value.sql.text, hyphens=value.hyphens)
        as_text = Value(
            Sql(text, value.sql.parameters), nullable=value.nullable, folded=True
        )
        return _text(as_text, node)
    try:
        wanted = uuid.UUID(node.value)
    except ValueError:
        return FALSE if node.operator == "eq" else TRUE
    return _plain(value, node.operator, dialect.uuid_parameter(wanted))


_COMPARERS: dict[str, Callable[[Value, Comparison], Sql]] = {
    "text": _text,
    "binary": _binary,
    "boolean": _boolean,
    "date": _date,
    "id": _id,
}
