"""What `sortBy` orders by, in SQL (RFC 7644 section 3.4.2.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import DateTimeField, TextField, UUIDField
from django.db.models.expressions import RawSQL

from directories import dialect
from directories.dialect import Sql
from directories.scim.lookup.comparing import Value, present
from directories.scim.lookup.resources import Lookup, in_document, not_offered
from directories.scim.protocol.errors import (
    InvalidFilterError,
    InvalidValueError,
    shown,
)
from directories.scim.protocol.paths import Path, locate

# Longer texts are in the order of their beginnings.
LENGTH = 255
_FIELDS = {"date": DateTimeField, "id": UUIDField, "text": TextField}
_NOTHING = Sql("CAST('b' AS text)")


@dataclass(frozen=True)
class Key:
    """What a resource is sorted by: never NULL, and of one kind for all sources."""

    sql: Sql
    kind: str = "text"

    @property
    def expression(self) -> RawSQL:
        """Return the key as a column that reads back as it is compared."""
        field: Any = _FIELDS[self.kind]()
        return RawSQL(self.sql.text, self.sql.parameters, field)  # noqa: S611 - every value is a parameter


def sort_keys(lookups: Sequence[Lookup], name: str) -> tuple[Key, ...]:
    """Return the key for each of the sources, or raise InvalidValueError."""
    paths = [locate(name, lookup.resource_type) for lookup in lookups]
    if not any(path and path.attribute for path in paths):
        msg = f"sortBy names {shown(name)}, which no schema here declares."
        raise InvalidValueError(msg)
    alone = len(lookups) == 1
    try:
        return tuple(
            _key(lookup, path, alone=alone)
            for lookup, path in zip(lookups, paths, strict=True)
        )
    except InvalidFilterError as error:
        raise InvalidValueError(error.detail) from error


def _key(lookup: Lookup, path: Path | None, *, alone: bool) -> Key:
    if path is None or path.attribute is None:
        return _text(None)
    value = _value(lookup, path)
    if value.kind in {"date", "id"} and not value.nullable:
        return Key(value.sql, value.kind)
    leaf = path.sub_attribute or path.attribute
    if alone and leaf.path.lower() in lookup.always:
        # The plain column, so that its index serves the order.
        return Key(Sql(dialect.bytewise(value.sql.text), value.sql.parameters))
    return _text(value)


def _value(lookup: Lookup, path: Path) -> Value:
    """Return what stands for an attribute: its primary value, else the first."""
    attribute = path.the_attribute
    leaf = path.sub_attribute or attribute
    if leaf.sub_attributes:
        leaf = leaf.sub_attributes.get("value") or leaf
    if leaf.sub_attributes or leaf.type == "binary" or attribute.name in lookup.rows:
        raise not_offered(leaf)
    if not attribute.multi_valued:
        sub = leaf if leaf is not attribute else None
        return lookup.value(Path(path.schema, attribute, sub))
    if attribute.mutability != "readWrite" or leaf is attribute:
        raise not_offered(leaf)
    document, place = lookup.place(Path(path.schema, attribute))
    return in_document(dialect.json_preferred(document, place), (leaf.name,), leaf)


def _text(value: Value | None) -> Key:
    """Put what is absent behind everything that is there."""
    if value is None:
        return Key(Sql(dialect.bytewise(_NOTHING.text)))
    there = present(value)
    text = _as_text(value)
    whole = Sql(
        f"CASE WHEN {there.text} THEN 'a' || {text.text} ELSE 'b' END",
        (*there.parameters, *text.parameters),
    )
    return Key(Sql(dialect.bytewise(f"({whole.text})"), whole.parameters))


def _as_text(value: Value) -> Sql:
    text, parameters = value.sql
    if value.kind == "boolean":
        return Sql(f"CASE WHEN {text} THEN '1' ELSE '0' END", parameters)
    if value.kind == "id":
        return Sql(dialect.uuid_text(text, hyphens=value.hyphens), parameters)
    return Sql(f"substr({text}, 1, {LENGTH})", parameters)
