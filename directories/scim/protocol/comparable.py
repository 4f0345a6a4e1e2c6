"""Turn documents into what filters and sorting compare."""

from typing import Any

from directories.folding import fold
from directories.scim.protocol.schemas import Attribute, Attributes, ResourceType
from directories.scim.protocol.values import Document


def comparable(document: Document, resource_type: ResourceType) -> Document:
    """Return a document with its strings folded wherever letter case does not count.

    Strings that are empty say nothing and are left out, so that a value that is
    there is a value that is present (RFC 7644 section 3.4.2.2, `pr`).
    """
    folded = _object(document, resource_type.attributes)
    for extension in resource_type.extensions:
        within = document.get(extension.urn)
        if isinstance(within, dict):
            folded[extension.urn] = _object(within, extension.attributes)
    return folded


def comparable_text(text: str, attribute: Attribute) -> str:
    """Return a string as it is compared with values of `attribute`."""
    return text if attribute.case_exact else fold(text)


def _object(value: Document, attributes: Attributes) -> Document:
    return {
        name: folded
        for name, inner in value.items()
        if (attribute := attributes.get(name)) is not None
        and (folded := _value(inner, attribute)) is not None
    }


def _value(value: Any, attribute: Attribute) -> Any:
    if isinstance(value, str):
        return comparable_text(value, attribute) or None
    if isinstance(value, dict):
        return _object(value, attribute.sub_attributes) or None
    if isinstance(value, list):
        return [_object(each, attribute.sub_attributes) for each in value] or None
    return value
