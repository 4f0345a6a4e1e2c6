"""Users and groups as plain documents: read, checked, in the schema's spelling.

A document holds what the client may set and nothing else: no `id`, `meta`,
`schemas`, `groups`, `members` or `password`, no nulls, no empty lists or objects.
"""

import re
from collections.abc import Mapping
from typing import Any

from directories.scim.protocol.errors import (
    InvalidSyntaxError,
    InvalidValueError,
    shown,
)
from directories.scim.protocol.members import read_member_ids
from directories.scim.protocol.paths import Path, complex_of, locate
from directories.scim.protocol.published import UNDECLARED
from directories.scim.protocol.schemas import (
    GROUP,
    USER,
    Attribute,
    Attributes,
    ResourceType,
    find,
)
from directories.scim.protocol.selection import Selection, project, read_selection
from directories.scim.protocol.strays import Stray, holds_too_many, take
from directories.scim.protocol.tolerance import COMPATIBLE, STRICT, Tolerance
from directories.scim.protocol.values import (
    MAX_KEYS,
    Document,
    json_type,
    read_value,
)

__all__ = [
    "COMPATIBLE",
    "STRICT",
    "Document",
    "Selection",
    "Tolerance",
    "check_required",
    "email_of",
    "is_address",
    "project",
    "read_group",
    "read_selection",
    "read_user",
    "schemas_of",
]

_MAX_ADDRESS = 254
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f]+@(?:[\w-]+\.)+[\w-]+")


def read_user(body: object, tolerance: Tolerance = COMPATIBLE) -> Document:
    """Return a user's document; raises ScimError for what cannot be stored."""
    document = _read_whole(USER, as_message(body), tolerance)
    check_required(USER, document)
    if not tolerance.no_address:
        check_address(document)
    return document


def read_group(
    body: object, tolerance: Tolerance = COMPATIBLE
) -> tuple[Document, list[str] | None]:
    """Return a group's document, and its member ids in lower case, each once.

    The ids are None when the body says nothing of members.
    """
    rest: dict[str, object] = {}
    members: list[str] | None = None
    for key, value in as_message(body).items():
        if _is_members(key):
            members = None if value is None else read_member_ids(value, tolerance)
        else:
            rest[key] = value
    document = _read_whole(GROUP, rest, tolerance)
    check_required(GROUP, document)
    return document, members


def _is_members(key: str) -> bool:
    return key == "members" or key.lower() in _MEMBERS


_MEMBERS = {"members", f"{GROUP.core.urn}:members".lower()}


def as_message(body: object) -> dict[str, Any]:
    """Return the body as a JSON object, or raise InvalidSyntaxError."""
    if not isinstance(body, dict):
        msg = f"The body must be a JSON object, not {json_type(body)}."
        raise InvalidSyntaxError(msg)
    if len(body) > MAX_KEYS:
        msg = f"The body has {len(body)} keys; send fewer."
        raise InvalidSyntaxError(msg)
    return body


def check_required(resource_type: ResourceType, document: Document) -> None:
    """Raise InvalidValueError when `userName` or `displayName` is missing or blank."""
    name = "userName" if resource_type is USER else "displayName"
    value = document.get(name)
    if not isinstance(value, str) or not value.strip():
        msg = f"{name} is required; send a non-empty string."
        raise InvalidValueError(msg)


def _read_whole(
    resource_type: ResourceType, body: Mapping[str, object], tolerance: Tolerance
) -> Document:
    """Read a body; with more strays than can be kept, without any of them."""
    document = _read(resource_type, body, tolerance)
    if tolerance.keeps and holds_too_many(document, resource_type):
        return _read(resource_type, body, tolerance.dropping())
    return document


def _read(
    resource_type: ResourceType, body: Mapping[str, object], tolerance: Tolerance
) -> Document:
    document: Document = {}
    attributes = resource_type.attributes
    for key, value in body.items():
        attribute = attributes.get(key)
        if attribute is None:
            _read_odd_key(resource_type, document, (key, value), tolerance)
        elif attribute.name == "schemas":
            _check_schemas(resource_type, value, tolerance)
        elif is_taken(attribute, tolerance):
            _put(document, attribute, read_value(attribute, value, tolerance))
    return document


_SETTABLE = frozenset({"readWrite", "immutable"})


def is_taken(attribute: Attribute, tolerance: Tolerance) -> bool:
    """Say whether clients' values are kept; a password is taken and dropped."""
    if attribute.mutability not in _SETTABLE:
        return False
    if not tolerance.unused_attributes and attribute.path in UNDECLARED:
        tolerance.note(attribute.path, kept=False)
        return False
    return True


def _put(container: Document, attribute: Attribute, value: Any) -> None:
    """Store a value read; objects given in pieces grow together."""
    if value is None:
        return
    present = container.get(attribute.name)
    if isinstance(present, dict) and isinstance(value, dict):
        value = {**present, **value}
    container[attribute.name] = value


def _read_odd_key(
    resource_type: ResourceType,
    document: Document,
    item: tuple[str, object],
    tolerance: Tolerance,
) -> None:
    """Read what is not spelled as in the schema: another case, a URN, a dotted name."""
    key, value = item
    path = _located(resource_type, key, tolerance)
    if path is None:
        _read_unknown(resource_type, document, item, tolerance)
    elif path.attribute is None:
        _read_schema(resource_type, document, (path, value), tolerance)
    else:
        _read_at(resource_type, document, (path, value), tolerance)


def _read_unknown(
    resource_type: ResourceType,
    document: Document,
    item: tuple[str, object],
    tolerance: Tolerance,
) -> None:
    """Read what no schema declares; `name.x` is a part of what one declares."""
    key, value = item
    check_unknown(key, tolerance)
    whole = complex_of(key, resource_type)
    if whole is not None and not whole.the_attribute.multi_valued:
        part = {key.rpartition(".")[2]: value}
        _read_at(resource_type, document, (whole, part), tolerance)
    else:
        take(document, Stray("add", key, value), resource_type, tolerance)


def _located(
    resource_type: ResourceType, key: str, tolerance: Tolerance
) -> Path | None:
    path = locate(key, resource_type)
    if path is None or path.attribute is None or tolerance.dotted_keys:
        return path
    return path if find(resource_type.attributes, key) else None


def check_unknown(key: str, tolerance: Tolerance) -> None:
    """Refuse a key that no schema declares where `tolerance` says so."""
    if tolerance.unknown_attributes:
        return
    if not (tolerance.foreign_schemas and key.lower().startswith("urn:")):
        msg = (
            f"There is no attribute {shown(key)}; leave it out, or see the Schemas "
            "endpoint for those there are."
        )
        raise InvalidSyntaxError(msg)


def _read_schema(
    resource_type: ResourceType,
    document: Document,
    item: tuple[Path, object],
    tolerance: Tolerance,
) -> None:
    """Read an object that stands under the URN of a schema."""
    path, value = item
    if value is None or value == "":
        return
    if not isinstance(value, dict):
        msg = f"{path.schema.urn} must be an object, not {json_type(value)}."
        raise InvalidValueError(msg)
    attributes = resource_type.attributes_of(path.schema)
    for name, inner in as_message(value).items():
        located = _within(resource_type, path, attributes, name)
        if located is None:
            check_unknown(name, tolerance)
            stray = Stray("add", f"{path.schema.urn}:{name}", inner)
            take(document, stray, resource_type, tolerance)
        else:
            _read_at(resource_type, document, (located, inner), tolerance)


def _within(
    resource_type: ResourceType, path: Path, attributes: Attributes, name: str
) -> Path | None:
    attribute = find(attributes, name)
    if attribute is not None:
        return Path(path.schema, attribute)
    located = locate(f"{path.schema.urn}:{name}", resource_type)
    return located if located and located.attribute else None


def _read_at(
    resource_type: ResourceType,
    document: Document,
    item: tuple[Path, object],
    tolerance: Tolerance,
) -> None:
    path, value = item
    attribute, sub = path.attribute, path.sub_attribute
    if attribute is None or not is_taken(attribute, tolerance):
        return
    if sub is not None:
        value = None if value is None else {sub.name: value}
        if attribute.multi_valued and value is not None:
            value = [value]
    read = read_value(attribute, value, tolerance)
    if read is None:
        return
    core = path.schema is resource_type.core
    container = document if core else document.setdefault(path.schema.urn, {})
    _put(container, attribute, read)


def _check_schemas(
    resource_type: ResourceType, value: object, tolerance: Tolerance
) -> None:
    if tolerance.foreign_schemas:
        return
    for urn in value if isinstance(value, list) else [value]:
        if not isinstance(urn, str) or resource_type.schema(urn) is None:
            msg = (
                f"schemas names something other than the schemas of a "
                f"{resource_type.name}."
            )
            raise InvalidValueError(msg)


def schemas_of(document: Document, resource_type: ResourceType = USER) -> list[str]:
    """List the URNs for `schemas`: the core one, and those a document has data of."""
    present = [
        name for name, part in document.items() if ":" in name and type(part) is dict
    ]
    # PostgreSQL does not keep the order of keys.
    return [resource_type.core.urn, *sorted(present)]


def check_address(document: Document) -> None:
    """Raise InvalidValueError when a person has no e-mail, or none of its form."""
    if "emails" not in document:
        raise InvalidValueError("emails is required; send at least one.")
    if not email_of(document):
        raise InvalidValueError(
            "None of the e-mails has the form of an address, like ada@example.com."
        )


def is_address(text: str) -> bool:
    """Say whether a text has the form of an e-mail address with a dotted domain."""
    return len(text) <= _MAX_ADDRESS and _ADDRESS.fullmatch(text) is not None


def email_of(document: Document) -> str:
    """Return the person's address, or "" when the document has none.

    The primary one, else the work one, else the first, else the userName. Values
    without the form of an address are passed over.
    """
    entries = [
        entry
        for entry in document.get("emails", ())
        if is_address(str(entry.get("value", "")))
    ]
    entries.sort(key=_email_rank)
    if entries:
        return str(entries[0]["value"])
    name = str(document.get("userName", ""))
    return name if is_address(name) else ""


def _email_rank(entry: Document) -> int:
    if entry.get("primary") is True:
        return 0
    return 1 if str(entry.get("type", "")).lower() == "work" else 2
