"""Translates filters on `schemas`: a resource lists those that it has data of."""

from directories import dialect
from directories.dialect import Sql
from directories.scim.lookup.comparing import FALSE, TRUE, either, present
from directories.scim.lookup.resources import Lookup
from directories.scim.protocol.errors import InvalidFilterError
from directories.scim.protocol.filters import Comparison, Filter
from directories.scim.protocol.paths import Path
from directories.scim.protocol.schemas import Schema, each


def lists_schema(node: Filter, lookup: Lookup) -> Sql:
    """Return the condition that one of the schemas listed fulfils a term.

    RFC 7644 finds who has an extension by `schemas eq "urn:..."`; URNs count in any
    letter case.
    """
    if not isinstance(node, Comparison):
        return TRUE
    if node.value is None:
        return TRUE if node.operator == "ne" else FALSE
    if not isinstance(node.value, str) or node.operator not in {"eq", "ne"}:
        raise InvalidFilterError('schemas is compared by eq or ne with a "urn:...".')
    core, kind = lookup.resource_type.core, lookup.resource_type
    is_meant = node.operator == "eq"
    meant = [
        schema
        for schema in (core, *kind.extensions)
        if (schema.urn.lower() == node.value.lower()) is is_meant
    ]
    if core in meant:
        return TRUE
    return either(*(_has(schema, lookup) for schema in meant)) if meant else FALSE


def _has(schema: Schema, lookup: Lookup) -> Sql:
    """Return the condition that a resource has data of an extension."""
    (*_, last) = each(schema.attributes)
    column = lookup.columns.get(last.path.lower())
    if column is not None:
        return present(column)
    document, _place = lookup.place(Path(schema, last))
    text, parameters = dialect.json_text(document, [schema.urn])
    return Sql(f"{text} IS NOT NULL", parameters)
