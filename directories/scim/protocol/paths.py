"""Attribute paths of RFC 7644 sections 3.5.2 and 3.10, resolved to attributes."""

import re
from dataclasses import dataclass
from functools import lru_cache

from scim2_models import path as grammar
from scim2_models.exceptions import InvalidPathException

from directories.scim.protocol.errors import (
    InvalidFilterError,
    InvalidPathError,
    UnknownAttributeError,
    shown,
)
from directories.scim.protocol.filters import (
    AttributePath,
    Comparison,
    Filter,
    Present,
    filter_of,
)
from directories.scim.protocol.matching import check_selection
from directories.scim.protocol.schemas import (
    USER,
    Attribute,
    ResourceType,
    Schema,
    find,
)

MAX_PATH_LENGTH = 1024
_CACHED_LENGTH = 256
_NAME = re.compile(r"\$?[A-Za-z][A-Za-z0-9$_-]*(?:\.\$?[A-Za-z][A-Za-z0-9$_-]*)?")
_COLUMN = re.compile(r"at column (\d+)")


@dataclass(frozen=True, slots=True)
class Path:
    """What a PATCH path points at.

    `attribute` is None when the path is the bare URN of `schema`. `value_filter`
    selects values of a multi-valued attribute.
    """

    schema: Schema
    attribute: Attribute | None
    sub_attribute: Attribute | None = None
    value_filter: Filter | None = None

    @property
    def the_attribute(self) -> Attribute:
        """Return the attribute of a path that is known to name one."""
        if self.attribute is None:
            msg = f"{self.schema.urn} names a schema, no attribute."
            raise InvalidPathError(msg)
        return self.attribute


def parse_path(text: str, resource_type: ResourceType = USER) -> Path:
    """Read a path and resolve its names, whatever their case.

    Raises InvalidPathError for what cannot be read, UnknownAttributeError for
    names that no schema declares, InvalidFilterError for the filter in brackets.
    """
    if len(text) > MAX_PATH_LENGTH:
        msg = (
            f"The path has {len(text)} characters; at most {MAX_PATH_LENGTH} are "
            "allowed."
        )
        raise InvalidPathError(msg)
    found = (
        _cached(text, resource_type)
        if len(text) <= _CACHED_LENGTH
        else _parse(text, resource_type)
    )
    if found is None:
        msg = (
            f"The path {shown(text)} names no attribute of a {resource_type.name}; "
            "see the Schemas endpoint for those there are."
        )
        raise UnknownAttributeError(msg)
    return found


def locate(text: str, resource_type: ResourceType) -> Path | None:
    """Resolve a name without filter: `name.givenName`, a URN, a URN and a name.

    Returns None for what no schema declares.
    """
    schema = resource_type.schema(text)
    if schema is not None:
        return Path(schema, None)
    urn, _, name = text.rpartition(":")
    schema = resource_type.schema(urn) if urn else resource_type.core
    if schema is None:
        return None
    name, _, sub = name.partition(".")
    return _resolve(resource_type, schema, name, sub)


def complex_of(text: str, resource_type: ResourceType) -> Path | None:
    """Return the complex attribute that a path names an unknown part of.

    That of `name.x` or of `emails[type eq "work"].x`; None when there is none.
    """
    head, dot, name = text.rpartition(".")
    if not dot or not _NAME.fullmatch(name):
        return None
    try:
        path = parse_path(head, resource_type)
    except InvalidPathError:
        return None
    attribute = path.attribute
    if attribute is None or path.sub_attribute or not attribute.sub_attributes:
        return None
    return path


def resolve(path: AttributePath, resource_type: ResourceType) -> Path:
    """Resolve the path of a filter; raises InvalidFilterError when unknown."""
    schema = resource_type.schema(path.urn) if path.urn else resource_type.core
    found = schema and _resolve(resource_type, schema, path.name, path.sub)
    if not found:
        msg = (
            f"The filter names {shown(str(path))}, which is no attribute of a "
            f"{resource_type.name}; see the Schemas endpoint for those there are."
        )
        raise InvalidFilterError(msg)
    return found


def _resolve(
    resource_type: ResourceType, schema: Schema, name: str, sub: str
) -> Path | None:
    attribute = find(resource_type.attributes_of(schema), name)
    if attribute is None:
        return None
    if not sub:
        return Path(schema, attribute)
    sub_attribute = find(attribute.sub_attributes, sub)
    return Path(schema, attribute, sub_attribute) if sub_attribute else None


def _parse(text: str, resource_type: ResourceType) -> Path | None:
    if resource_type.schema(text) or _NAME.fullmatch(text):
        return locate(text, resource_type)
    try:
        node = grammar.Path(text).ast
    except InvalidPathException as error:
        raise InvalidPathError(_explanation(text, error.detail)) from error
    if node is None or isinstance(node, grammar.AttrPath):
        return locate(text, resource_type)
    name, selection, sub = _selection(node)
    try:
        whole = resolve(name, resource_type)
    except InvalidFilterError:
        return None
    return _selecting(whole, selection, sub)


_cached = lru_cache(maxsize=2048)(_parse)


def _selection(node: grammar.PathNode) -> tuple[AttributePath, Filter, str]:
    """Split into list, filter and sub-attribute.

    `emails.type eq "work"` means `emails[type eq "work"]` (RFC erratum 7122).
    """
    if isinstance(node, grammar.ValuePath):
        path = node.attr_path
        inner = filter_of(node.val_filter)
        return AttributePath(path.attr, "", path.uri or ""), inner, node.sub_attr or ""
    if not isinstance(node, grammar.Comparison | grammar.Present):
        raise InvalidPathError("The path has a form that is not supported.")
    path = node.attr_path
    within = AttributePath(path.sub_attr or "value")
    term = filter_of(node)
    if isinstance(term, Comparison):
        term = Comparison(within, term.operator, term.value)
    elif isinstance(term, Present):
        term = Present(within)
    return AttributePath(path.attr, "", path.uri or ""), term, ""


def _selecting(whole: Path, selection: Filter, sub: str) -> Path | None:
    attribute = whole.attribute
    if attribute is None:
        return None
    if not attribute.multi_valued or not attribute.sub_attributes:
        msg = (
            f"{attribute.path} is not a list of objects, so no filter can select "
            "from it; leave the brackets out."
        )
        raise InvalidPathError(msg)
    check_selection(selection, attribute)
    sub_attribute = find(attribute.sub_attributes, sub) if sub else None
    if sub and sub_attribute is None:
        return None
    return Path(whole.schema, attribute, sub_attribute, selection)


def _explanation(text: str, problem: str) -> str:
    found = _COLUMN.search(problem)
    place = f"at position {found[1]}" if found else f"({problem[:100]})"
    return (
        f"The path {shown(text)} cannot be read {place}; write one like "
        'name.givenName or emails[type eq "work"].value.'
    )
