"""Evaluates filters on resources in Python, as simply as can be."""

from datetime import datetime
from typing import Any

from directories.folding import fold
from directories.scim.protocol.filters import (
    And,
    AttributePath,
    Comparison,
    Filter,
    Not,
    Or,
    Present,
    ValuePath,
)

EXACT = {"id", "externalId", "profileUrl", "photos.value", "meta.resourceType"}
DATES = {"meta.created", "meta.lastModified"}
LISTS = {"emails", "phoneNumbers", "photos", "addresses"}


def holds(node: Filter, resource: dict[str, Any], within: str = "") -> bool:
    """Say whether a resource, or one value of a list, fulfils a filter."""
    match node:
        case And(terms=terms) | Or(terms=terms):
            found = [holds(term, resource, within) for term in terms]
            return all(found) if isinstance(node, And) else any(found)
        case Not(term=term):
            return not holds(term, resource, within)
        case ValuePath(path=path, term=term):
            entries = resource.get(path.name, [])
            return any(holds(term, entry, path.name) for entry in entries)
        case Present(path=path):
            return _is_there(path, resource, within)
        case Comparison():
            return _compares(node, resource, within)


def _is_there(path: AttributePath, resource: dict[str, Any], within: str) -> bool:
    if path.name in LISTS and not within and not path.sub:
        # RFC 7644 section 3.4.2.2: a complex value with a part that says something.
        entries = resource.get(path.name, [])
        parts = [part for entry in entries for part in entry.values()]
        return any(part not in {"", None} for part in parts)
    return any(value is not None for value in _values(path, resource, within))


def _values(path: AttributePath, resource: dict[str, Any], within: str) -> list[Any]:
    """Return the values a path leads to, None for each that is absent."""
    held = resource.get(path.urn, {}) if path.urn else resource
    whole = held.get(path.name)
    if path.name in LISTS and not within:
        sub = path.sub or "value"
        return [_key(f"{path.name}.{sub}", each.get(sub)) for each in whole or []]
    if path.sub:
        whole = (whole or {}).get(path.sub)
    return [_key(f"{within or path.name}.{path.sub or path.name}", whole)]


def _key(name: str, value: Any) -> Any:
    first, _, last = name.partition(".")
    plain = first if first == last else name
    if plain in DATES and value is not None:
        return datetime.fromisoformat(value)
    if not isinstance(value, str):
        return value
    return (value if plain in EXACT else fold(value)) or None


def _compares(node: Comparison, resource: dict[str, Any], within: str) -> bool:
    path, operator = node.path, node.operator
    values = _values(path, resource, within)
    first = within or path.name
    sub = path.name if within else (path.sub or ("value" if first in LISTS else ""))
    name = f"{first}.{sub}" if sub else first
    wanted = _key(name, node.value)
    if node.value is None:
        is_there = any(value is not None for value in values)
        return is_there is (operator == "ne")
    if sub == "primary":
        values = [bool(value) for value in values]
    found = [_test(value, operator, wanted) for value in values]
    return any(found) or (operator == "ne" and not values)


def _test(value: Any, operator: str, wanted: Any) -> bool:
    if operator in {"eq", "ne"}:
        is_same = value is not None and value == wanted
        return is_same is (operator == "eq")
    if value is None:
        return False
    wanted = "" if wanted is None else wanted
    return bool(
        {
            "co": lambda: wanted in value,
            "sw": lambda: value.startswith(wanted),
            "ew": lambda: value.endswith(wanted),
            "gt": lambda: value > wanted,
            "ge": lambda: value >= wanted,
            "lt": lambda: wanted != "" and value < wanted,
            "le": lambda: wanted != "" and value <= wanted,
        }[operator]()
    )
