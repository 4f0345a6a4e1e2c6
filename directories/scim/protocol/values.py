"""Read one attribute's value: its type, its limits, its canonical form."""

import math
from collections.abc import Sequence
from typing import Any

from directories.scim.protocol.characters import check_characters
from directories.scim.protocol.errors import (
    InvalidSyntaxError,
    InvalidValueError,
    shown,
)
from directories.scim.protocol.keepable import CROWDED, is_name, is_simple, spelled
from directories.scim.protocol.schemas import Attribute, find
from directories.scim.protocol.tolerance import Tolerance

Document = dict[str, Any]

MAX_VALUES = 500
"""How many values a list of a user may hold; members of groups are not counted."""

MAX_KEYS = 1000
"""How many keys an object may hold."""

_BOOLEANS = {"true": True, "false": False}
_MARKS = frozenset({"type", "primary"})
_JSON_TYPES: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}

# What people and groups are told apart by is text, or the request is wrong.
NAMES = frozenset({"userName", "externalId", "displayName", "emails.value"})


def json_type(value: object) -> str:
    """Name the JSON type of a value for an error message."""
    return _JSON_TYPES.get(type(value), "something else")


def read_value(attribute: Attribute, value: object, tolerance: Tolerance) -> Any:
    """Return the canonical value, or None where nothing is said."""
    if is_unassigned(attribute, value, tolerance):
        return None
    if attribute.multi_valued:
        return read_list(attribute, value, tolerance) or None
    if attribute.sub_attributes:
        return read_complex(attribute, value, tolerance) or None
    return read_simple(attribute, value, tolerance)


def is_unassigned(attribute: Attribute, value: object, tolerance: Tolerance) -> bool:
    """Say whether a value says nothing: null, or an empty list for a single text.

    What decides about access or identity is never guessed.
    """
    return value is None or (
        value == []
        and tolerance.wrapped_values
        and attribute.type != "boolean"
        and not attribute.multi_valued
        and attribute.path not in NAMES
    )


def read_simple(
    attribute: Attribute, value: object, tolerance: Tolerance
) -> str | bool | int | float:
    """Return a string or a boolean; raise InvalidValueError for anything else.

    What no schema declares may be a number as well.
    """
    if attribute.type == "boolean":
        return (
            value if isinstance(value, bool) else _boolean(attribute, value, tolerance)
        )
    if not isinstance(value, str):
        if attribute.type == "any" and isinstance(value, bool | int | float):
            return value
        value = _string(attribute, value, tolerance)
    if len(value) > attribute.max_length:
        msg = (
            f"{attribute.path} has {len(value)} characters; at most "
            f"{attribute.max_length} are allowed."
        )
        raise InvalidValueError(msg)
    if "\x00" in value or not value.isascii():
        check_characters(value, InvalidValueError, attribute.path)
    return value


def _boolean(attribute: Attribute, value: object, tolerance: Tolerance) -> bool:
    if isinstance(value, str) and tolerance.string_booleans:
        known = _BOOLEANS.get(value.strip().lower())
        if known is not None:
            return known
    inner = _unwrapped(attribute, value, tolerance)
    if isinstance(inner, bool | str):
        return bool(read_simple(attribute, inner, tolerance))
    msg = f"{attribute.path} must be true or false, not {json_type(value)}."
    raise InvalidValueError(msg)


def _string(attribute: Attribute, value: object, tolerance: Tolerance) -> str:
    inner = _unwrapped(attribute, value, tolerance)
    if isinstance(inner, str):
        return inner
    if (
        tolerance.numbers_as_strings
        and attribute.path not in NAMES
        and isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
    ):
        return f"{value:d}" if isinstance(value, int) else repr(value)
    msg = f"{attribute.path} must be a string, not {json_type(value)}."
    raise InvalidValueError(msg)


def _unwrapped(attribute: Attribute, value: object, tolerance: Tolerance) -> object:
    """Take x out of `[{"value": x}]` and `[x]`, None where the form is another."""
    if not (tolerance.wrapped_values and isinstance(value, list) and len(value) == 1):
        return None
    (only,) = value
    if isinstance(only, dict):
        return only.get("value")
    return None if attribute.path in NAMES else only


def read_complex(attribute: Attribute, value: object, tolerance: Tolerance) -> Document:
    """Return the sub-attributes that clients may set, without nulls."""
    known = attribute.sub_attributes
    result: Document = {}
    for name, raw in as_object(attribute, value, tolerance).items():
        sub = known.get(name) or find(known, name)
        if sub is None:
            _take_unknown(attribute, result, (name, raw), tolerance)
        elif sub.mutability != "readOnly" and not is_unassigned(sub, raw, tolerance):
            result[sub.name] = read_simple(sub, raw, tolerance)
    if result.get("value") == "":
        del result["value"]
    return result


def as_object(
    attribute: Attribute, value: object, tolerance: Tolerance
) -> dict[str, object]:
    """Return the object that stands for a complex value."""
    if isinstance(value, list) and len(value) == 1 and tolerance.wrapped_values:
        value = value[0]
    if isinstance(value, dict):
        if len(value) > MAX_KEYS:
            msg = f"{attribute.path} has too many keys."
            raise InvalidValueError(msg)
        return value
    allowed = (
        tolerance.plain_values if attribute.multi_valued else tolerance.plain_manager
    )
    if "value" in attribute.sub_attributes and allowed and _is_plain(value):
        return {"value": value}
    msg = f"{attribute.path} must be an object, not {json_type(value)}."
    raise InvalidValueError(msg)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _take_unknown(
    attribute: Attribute,
    entry: Document,
    item: tuple[str, object],
    tolerance: Tolerance,
) -> None:
    """Refuse, leave out or keep a sub-attribute that no schema declares."""
    name, value = item
    if not tolerance.unknown_attributes:
        msg = f"{attribute.path} has no sub-attribute {shown(name)}; leave it out."
        raise InvalidSyntaxError(msg)
    kept = tolerance.keeps and is_name(name) and is_simple(value)
    tolerance.note(f"{attribute.path}.{name}", kept=kept)
    if kept and value is not None and len(entry) <= CROWDED:
        entry[spelled(entry, name)] = value


def read_list(
    attribute: Attribute, value: object, tolerance: Tolerance
) -> list[Document]:
    """Return a list's values, settled, without those that say nothing."""
    entries = [
        read_complex(attribute, each, tolerance)
        for each in as_list(attribute, value, tolerance)
        if each is not None
    ]
    return settle(attribute, entries, tolerance)


def as_list(
    attribute: Attribute, value: object, tolerance: Tolerance
) -> Sequence[object]:
    """Return the list that stands for a multi-valued attribute."""
    if isinstance(value, list):
        if len(value) > MAX_VALUES:
            msg = (
                f"{attribute.path} has {len(value)} values; at most {MAX_VALUES} "
                "are allowed."
            )
            raise InvalidValueError(msg)
        return value
    if isinstance(value, dict) and tolerance.single_values:
        return [value]
    if _is_plain(value) and tolerance.plain_values:
        return [value]
    msg = f"{attribute.path} must be a list, not {json_type(value)}."
    raise InvalidValueError(msg)


def settle(
    attribute: Attribute, entries: list[Document], tolerance: Tolerance
) -> list[Document]:
    """Merge repeated values, keep one primary, drop values that say nothing.

    Two values are one when type and value agree; the first stays and takes what
    only the later one has. Of several primary values the first stays.
    """
    kept: dict[object, Document] = {}
    for entry in entries:
        if entry.keys() <= _MARKS:
            continue
        key = identity(attribute, entry)
        kept[key] = _merged(kept[key], entry) if key in kept else entry
    settled = list(kept.values())
    if len(settled) > 1:
        _keep_one_primary(attribute, settled, tolerance)
    return settled


def _merged(first: Document, second: Document) -> Document:
    merged = {**second, **first}
    if second.get("primary") is True:
        merged["primary"] = True
    return merged


def identity(attribute: Attribute, entry: Document) -> tuple[object, ...]:
    """Return what tells a value from the others of its list."""
    value = entry.get("value")
    if value is None:
        return tuple(sorted((k, v) for k, v in entry.items() if k != "primary"))
    if isinstance(value, str) and not attribute.sub_attributes["value"].case_exact:
        value = value.casefold()
    return value, str(entry.get("type", "")).casefold()


def _keep_one_primary(
    attribute: Attribute, entries: list[Document], tolerance: Tolerance
) -> None:
    primaries = [each for each in entries if each.get("primary") is True]
    if len(primaries) > 1 and not tolerance.several_primaries:
        msg = f"{attribute.path} has {len(primaries)} primary values; mark one."
        raise InvalidValueError(msg)
    for each in primaries[1:]:
        each["primary"] = False
