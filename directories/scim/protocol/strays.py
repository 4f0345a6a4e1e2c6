"""Attributes that no schema declares: noted, and left out or kept as they came.

What is kept stands in a document under the name that was sent, like any other
attribute; what belongs to the URN of an unknown schema stands under that URN.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from directories.scim.protocol.keepable import CROWDED, is_keepable, is_name, spelled
from directories.scim.protocol.operations import Kind
from directories.scim.protocol.schemas import Attributes, ResourceType, Schema, find
from directories.scim.protocol.tolerance import Tolerance
from directories.scim.protocol.values import Document

MAX_KEPT = 100
"""How many attributes beyond the schemas a document may hold."""

MAX_KEPT_BYTES = 16_384
"""How much these may come to, as JSON."""

_MAX_NAMED = 50
# More names in an object, or values in a list, than can be kept.
_MAX_PARTS = MAX_KEPT_BYTES // len('"x":1,')
_MAX_LISTED = MAX_KEPT_BYTES // len("1,")
_NAME = re.compile(r"\$?[A-Za-z][A-Za-z0-9$_-]*")
_BRACKETS = re.compile(r"\[[^\]]*\]")
# urn:namespace:name
_LEAST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Stray:
    """What a request says of an attribute that no schema declares."""

    kind: Kind
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a document keeps a stray: under a URN or at the top, "" is all of it."""

    urn: str
    name: str
    sub: str = ""


def take(
    document: Document, stray: Stray, resource_type: ResourceType, tolerance: Tolerance
) -> None:
    """Keep a stray in a document of our own as `tolerance` says, and note it.

    Objects and lists in the document are replaced, never changed in place.
    """
    kept = (
        tolerance.keeps
        and len(document) <= CROWDED
        and "[" not in stray.name
        and is_keepable(stray.value)
        and _keep(document, stray, resource_type)
    )
    for name in _names_of(stray):
        tolerance.note(name, kept=kept)


def holds_too_many(document: Document, resource_type: ResourceType) -> bool:
    """Say whether a document holds more strays than is allowed."""
    count = size = 0
    for name, value in _strays_in(document, resource_type):
        count += 1
        size += len(name) + len(orjson.dumps(value))
    return count > MAX_KEPT or size > MAX_KEPT_BYTES


def _names_of(stray: Stray) -> list[str]:
    """List the attributes that a stray is about, for people to read."""
    name = _BRACKETS.sub("", stray.name)
    if ":" in name and isinstance(stray.value, dict):
        return [f"{name}:{inner}" for inner in list(stray.value)[:_MAX_NAMED]]
    return [name]


def _keep(document: Document, stray: Stray, resource_type: ResourceType) -> bool:
    place = _place_of(document, stray, resource_type)
    if not is_name(place.urn or place.name):
        return False
    if not place.name:
        return _keep_whole(document, stray, place.urn)
    if not place.urn:
        return _change(document, place, stray)
    return _keep_under(document, place, stray, resource_type.schema(place.urn))


def _keep_under(
    document: Document, place: _Place, stray: Stray, schema: Schema | None
) -> bool:
    """Keep a stray under the URN of its place."""
    present = document.get(place.urn, {})
    if schema and not _is_open(schema):
        return False
    if not isinstance(present, dict) or len(present) > CROWDED:
        return False
    container = {**present}
    kept = is_name(place.name) and _change(container, place, stray)
    document[place.urn] = container
    if not container:
        del document[place.urn]
    return kept


def _is_open(schema: Schema) -> bool:
    """Say whether clients may set anything under the URN of a known schema."""
    return any(each.mutability != "readOnly" for each in schema.attributes.values())


def _place_of(document: Document, stray: Stray, resource_type: ResourceType) -> _Place:
    """Split a name into URN, attribute and sub-attribute."""
    urn, _, name = stray.name.rpartition(":")
    schema = resource_type.schema(urn) if urn else resource_type.core
    if schema is not None:
        return _split("" if schema is resource_type.core else schema.urn, name)
    known = _kept_urn(document, stray.name)
    if known:
        return _split(known, stray.name[len(known) + 1 :])
    if isinstance(stray.value, dict):
        return _Place(stray.name, "")
    if urn.count(":") + 1 < _LEAST_PARTS:
        return _Place("", stray.name)
    return _split(urn, name)


def _kept_urn(document: Document, name: str) -> str:
    """Return the longest URN in a document that is the name, or begins it."""
    lowered = f"{name.lower()}:"
    urns = [
        known
        for known, value in document.items()
        if ":" in known
        and isinstance(value, dict)
        and lowered.startswith(f"{known.lower()}:")
    ]
    return max(urns, key=len, default="")


def _split(urn: str, name: str) -> _Place:
    head, _, sub = name.partition(".")
    if sub and _NAME.fullmatch(head) and _NAME.fullmatch(sub):
        return _Place(urn, head, sub)
    return _Place(urn, name)


def _keep_whole(document: Document, stray: Stray, urn: str) -> bool:
    """Keep, or take away, all that stands under the URN of an unknown schema."""
    if stray.kind == "remove" or stray.value in (None, ""):
        document.pop(urn, None)
        return True
    if not isinstance(stray.value, dict) or not is_name(urn):
        return False
    container = {**document.get(urn, {})}
    for name, value in stray.value.items():
        if len(container) > CROWDED:
            break
        _change(container, _Place(urn, name), Stray(stray.kind, name, value))
    if container:
        document[urn] = container
    return True


def _change(container: Document, place: _Place, stray: Stray) -> bool:
    """Change one attribute of an object of our own; False: it has no room for it."""
    if len(container) > _MAX_PARTS:
        return False
    name = spelled(container, place.name)
    value: Any = stray.value
    present = container.get(name)
    if place.sub:
        if not isinstance(present, dict | None):
            return False
        inner = {**(present or {})}
        _change(inner, _Place("", place.sub), stray)
        value = inner
    elif stray.kind == "remove":
        value = _without(present, value)
    elif stray.kind == "add":
        value = _joined(present, value)
    elif isinstance(present, dict) and isinstance(value, dict):
        value = {**present, **value}
    if value in (None, [], {}):
        container.pop(name, None)
    else:
        container[name] = value
    return True


def _joined(present: Any, value: Any) -> Any:
    """Add to a list or an object (RFC 7644 section 3.5.2.1)."""
    if isinstance(present, list) and value is not None:
        if len(present) > _MAX_LISTED:
            return present
        known, values = _marks(present), value if isinstance(value, list) else [value]
        return present + [each for each in values if _mark(each) not in known]
    if isinstance(present, dict) and isinstance(value, dict):
        return {**present, **value}
    return present if value is None else value


def _without(present: Any, value: Any) -> Any:
    """Take the values named out of a list; without any name, or a list, take all."""
    if value is None or not isinstance(present, list):
        return None
    gone = _marks(value if isinstance(value, list) else [value])
    return [each for each in present if _mark(each) not in gone]


def _marks(values: list[Any]) -> set[bytes]:
    return {_mark(each) for each in values}


def _mark(value: Any) -> bytes:
    """Return what only equal values have in common."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _strays_in(
    document: Document, resource_type: ResourceType
) -> Iterator[tuple[str, Any]]:
    """List the strays of a document, those inside known attributes too."""
    for name, value in document.items():
        schema = resource_type.schema(name)
        if schema is not None:
            yield from _strays_of(value, schema.attributes)
        elif isinstance(value, dict) and ":" in name:
            yield from value.items()
        else:
            yield from _strays_of({name: value}, resource_type.attributes)


def _strays_of(
    values: Mapping[str, Any], attributes: Attributes
) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        attribute = find(attributes, name)
        if attribute is None:
            yield name, value
        elif attribute.sub_attributes:
            for entry in value if isinstance(value, list) else [value]:
                for part, inner in entry.items():
                    if not find(attribute.sub_attributes, part):
                        yield part, inner
