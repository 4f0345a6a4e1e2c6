"""Decide which values of a list a filter selects (RFC 7644 section 3.4.2.2)."""

from collections.abc import Callable
from operator import contains, ge, gt, le, lt
from typing import Any

from directories.folding import fold
from directories.scim.protocol.errors import InvalidFilterError, shown
from directories.scim.protocol.filters import (
    ORDERING_OPERATORS,
    TEXT_OPERATORS,
    And,
    AttributePath,
    Comparison,
    Filter,
    Not,
    Or,
    Present,
    ValuePath,
)
from directories.scim.protocol.schemas import Attribute, find
from directories.scim.protocol.values import Document

_BOOLEANS = {"true": True, "false": False}


def check_selection(node: Filter, attribute: Attribute) -> None:
    """Refuse a filter in brackets that names or asks what `attribute` has not.

    Raises InvalidFilterError.
    """
    match node:
        case And(terms=terms) | Or(terms=terms):
            for term in terms:
                check_selection(term, attribute)
        case Not(term=term):
            check_selection(term, attribute)
        case Present(path=path):
            _sub_attribute(path, attribute)
        case Comparison():
            _check_comparison(node, _sub_attribute(node.path, attribute))
        case ValuePath():
            raise InvalidFilterError("A filter in brackets cannot hold another one.")


def _sub_attribute(path: AttributePath, attribute: Attribute) -> Attribute:
    found = None if path.sub or path.urn else find(attribute.sub_attributes, path.name)
    if found is None:
        msg = f"{attribute.path} has no sub-attribute {shown(str(path))} to select by."
        raise InvalidFilterError(msg)
    return found


def _check_comparison(node: Comparison, sub: Attribute) -> None:
    if sub.type != "boolean":
        return
    if node.operator in ORDERING_OPERATORS | TEXT_OPERATORS:
        msg = (
            f"{sub.path} is true or false; compare it with eq or ne, not "
            f"{node.operator}."
        )
        raise InvalidFilterError(msg)
    if node.value is not None and boolean_of(node.value) is None:
        msg = f"{sub.path} is compared with true or false only."
        raise InvalidFilterError(msg)


def boolean_of(value: object) -> bool | None:
    """Return the boolean that a filter means; Entra writes `"True"`."""
    if isinstance(value, str):
        return _BOOLEANS.get(value.lower())
    return value if isinstance(value, bool) else None


def matches(entry: Document, node: Filter, attribute: Attribute) -> bool:
    """Say whether a checked filter selects this value of `attribute`."""
    match node:
        case And(terms=terms):
            return all(matches(entry, term, attribute) for term in terms)
        case Or(terms=terms):
            return any(matches(entry, term, attribute) for term in terms)
        case Not(term=term):
            return not matches(entry, term, attribute)
        case Comparison():
            return _compares(entry, node, attribute)
        case _:
            return isinstance(node, Present) and _is_present(entry, node, attribute)


def _is_present(entry: Document, node: Present, attribute: Attribute) -> bool:
    value = entry.get(_sub_attribute(node.path, attribute).name)
    return value is not None and value != ""


def _compares(entry: Document, node: Comparison, attribute: Attribute) -> bool:
    sub = _sub_attribute(node.path, attribute)
    actual = entry.get(sub.name)
    wanted: object = node.value
    if sub.type == "boolean":
        # RFC 7643 section 2.4: primary is false where nothing is said.
        actual = bool(actual)
        wanted = boolean_of(wanted)
    elif wanted is not None:
        wanted = _comparable(str(wanted), sub)
        actual = None if actual is None else _comparable(str(actual), sub)
    return _holds(actual, node.operator, wanted)


def _comparable(text: str, sub: Attribute) -> str:
    return text if sub.case_exact else fold(text)


def _holds(actual: Any, operator: str, wanted: Any) -> bool:
    if operator in {"eq", "ne"}:
        return bool(actual == wanted) is (operator == "eq")
    if actual is None or wanted is None:
        return False
    return bool(_TESTS[operator](actual, wanted))


_TESTS: dict[str, Callable[[Any, Any], object]] = {
    "co": contains,
    "sw": str.startswith,
    "ew": str.endswith,
    "gt": gt,
    "ge": ge,
    "lt": lt,
    "le": le,
}


def described(node: Filter) -> dict[str, Any] | None:
    """Return the value that a filter of `eq` terms joined by `and` describes.

    Names are the client's. None when the filter describes no single value.
    """
    if isinstance(node, Comparison):
        return {node.path.name: node.value} if node.operator == "eq" else None
    if not isinstance(node, And):
        return None
    value: dict[str, Any] = {}
    for term in node.terms:
        part = described(term)
        if part is None:
            return None
        value |= part
    return value
