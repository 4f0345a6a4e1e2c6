"""Resources as JSON schemas, made from the tables that read and publish them."""

from collections.abc import Callable
from typing import Any

from directories.scim.protocol.members import MAX_ID_LENGTH
from directories.scim.protocol.schemas import (
    GROUP,
    USER,
    Attribute,
    Attributes,
    ResourceType,
    each,
)
from directories.scim.protocol.values import MAX_VALUES

Shape = dict[str, Any]

# Enough of a letter to be a name: blank ones are refused.
_NOT_BLANK = r"\S"
_FORMATS = {"dateTime": "date-time", "reference": "uri"}
_MEMBER: Shape = {
    "type": "object",
    "description": "A member by its id; what else is said of it is not kept.",
    "required": ["value"],
    "properties": {
        "value": {"type": "string", "minLength": 1, "maxLength": MAX_ID_LENGTH}
    },
}
_MEMBERS: Shape = {"type": "array", "items": _MEMBER, "nullable": True}


def answered(kind: ResourceType) -> Shape:
    """Return the schema of a resource in answers; `attributes` may leave much out."""
    urns = [kind.core.urn, *(extension.urn for extension in kind.extensions)]
    properties = {
        **_properties(kind.attributes, _answer),
        "id": {"type": "string", "format": "uuid"},
        "schemas": {"type": "array", "items": {"type": "string", "enum": urns}},
    }
    for extension in kind.extensions:
        inner = _properties(extension.attributes, _answer)
        properties[extension.urn] = {"type": "object", "properties": inner}
    return {
        "type": "object",
        "description": f"{kind.description}, as it is answered.",
        "required": ["schemas", "id"],
        "properties": properties,
    }


def accepted(kind: ResourceType) -> Shape:
    """Return the schema of a resource in the body of a POST or PUT.

    It tells what is accepted in either mode and kept; what is read-only may stand
    in a body too, and changes nothing.
    """
    properties = {
        **_properties(kind.attributes, _body),
        "schemas": {"type": "array", "items": {"type": "string"}},
    }
    for extension in kind.extensions:
        inner = _properties(extension.attributes, _body)
        if inner:
            properties[extension.urn] = {
                "type": "object",
                "nullable": True,
                "properties": inner,
            }
    return {
        "type": "object",
        "description": f"{kind.description}, as a client sends it.",
        "required": [a.name for a in each(kind.attributes) if a.required],
        "properties": properties,
    }


def _properties(
    attributes: Attributes, shape_of: Callable[[Attribute], Shape | None]
) -> dict[str, Shape]:
    shapes = {attribute.name: shape_of(attribute) for attribute in each(attributes)}
    return {name: shape for name, shape in shapes.items() if shape is not None}


def _answer(attribute: Attribute) -> Shape | None:
    if attribute.returned == "never":
        return None
    if attribute.sub_attributes:
        shape: Shape = {
            "type": "object",
            "properties": _properties(attribute.sub_attributes, _answer),
        }
    else:
        shape = _simple(attribute)
    if attribute.mutability == "readOnly":
        shape |= _of_our_making(attribute)
    return _described(attribute, _listed(attribute, shape))


def _of_our_making(attribute: Attribute) -> Shape:
    """Return what is sure of a value that no client sets."""
    sure: Shape = {"readOnly": True}
    if attribute.canonical_values:
        sure["enum"] = list(attribute.canonical_values)
    if attribute.type in _FORMATS:
        sure["format"] = _FORMATS[attribute.type]
    return sure


def _body(attribute: Attribute) -> Shape | None:
    if attribute.mutability == "readOnly":
        return None
    if attribute.mutability == "writeOnly":
        return {"writeOnly": True, "description": "Accepted and dropped."}
    if attribute is GROUP.attributes["members"]:
        return _described(attribute, _MEMBERS)
    if attribute.sub_attributes:
        shape: Shape = {
            "type": "object",
            "properties": _properties(attribute.sub_attributes, _body),
        }
    else:
        shape = _simple(attribute)
    shape = _listed(attribute, shape)
    if attribute.multi_valued:
        shape["maxItems"] = MAX_VALUES
    if attribute.required:
        shape |= {"minLength": 1, "pattern": _NOT_BLANK}
    else:
        shape["nullable"] = True
    return _described(attribute, shape)


def _simple(attribute: Attribute) -> Shape:
    if attribute.type == "boolean":
        return {"type": "boolean"}
    if attribute.mutability == "readOnly":
        return {"type": "string"}
    return {"type": "string", "maxLength": attribute.max_length}


def _listed(attribute: Attribute, shape: Shape) -> Shape:
    return {"type": "array", "items": shape} if attribute.multi_valued else shape


def _described(attribute: Attribute, shape: Shape) -> Shape:
    words = [attribute.description] if attribute.description else []
    if attribute.canonical_values and "enum" not in shape:
        words.append(f"Usual values: {', '.join(attribute.canonical_values)}.")
    return {**shape, "description": " ".join(words)} if words else shape


RESOURCES = {
    "User": answered(USER),
    "UserBody": accepted(USER),
    "Group": answered(GROUP),
    "GroupBody": accepted(GROUP),
}
