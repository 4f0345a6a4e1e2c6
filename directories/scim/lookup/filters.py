"""Translates filters into one SQL condition (RFC 7644 section 3.4.2.2)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from directories import dialect
from directories.dialect import Sql
from directories.models import Directory
from directories.scim.lookup.comparing import (
    FALSE,
    TRUE,
    Value,
    both,
    compared,
    either,
    negated,
    present,
)
from directories.scim.lookup.listed_schemas import lists_schema
from directories.scim.lookup.resources import DirectoryKey, Listed, Lookup, Values
from directories.scim.protocol.errors import InvalidFilterError, shown
from directories.scim.protocol.filters import (
    And,
    AttributePath,
    Comparison,
    Filter,
    Not,
    Or,
    Present,
    ValuePath,
    parse_filter,
)
from directories.scim.protocol.paths import Path, resolve
from directories.scim.protocol.schemas import Attribute, each, find

# Each comparison is a look-up of its own; nobody compares this many by hand.
MAX_COMPARISONS = 50


def read_filter(text: str, lookups: Sequence[Lookup]) -> Filter:
    """Read a filter whose attributes at least one of the resource types has."""
    node = parse_filter(text)
    paths = list(_paths(node))
    if len(paths) > MAX_COMPARISONS:
        msg = f"The filter compares more than {MAX_COMPARISONS} values; split it."
        raise InvalidFilterError(msg)
    first, *others = lookups
    for path in paths:
        if not any(_knows(other, path) for other in others):
            resolve(path, first.resource_type)
    return node


def _knows(lookup: Lookup, path: AttributePath) -> bool:
    try:
        resolve(path, lookup.resource_type)
    except InvalidFilterError:
        return False
    return True


def _paths(node: Filter) -> Iterator[AttributePath]:
    """List the attributes that a filter names, once for each comparison."""
    match node:
        case And(terms=terms) | Or(terms=terms):
            for term in terms:
                yield from _paths(term)
        case Not(term=term):
            yield from _paths(term)
        case ValuePath(path=path, term=term):
            yield from (path for _ in _paths(term))
        case Comparison(path=path) | Present(path=path):
            yield path


def condition(node: Filter, lookup: Lookup, directory: Directory) -> Sql:
    """Return the condition of a filter that was read; raises InvalidFilterError.

    What the resource type has not is absent from all of its resources (RFC 7644
    section 3.4.2.1).
    """
    return _Translation(lookup, dialect.uuid_parameter(directory.pk)).of(node)


def _combined(node: And | Or | Not, of: Callable[[Filter], Sql]) -> Sql:
    """Translate what joins other terms."""
    match node:
        case And(terms=terms):
            return both(*map(of, terms))
        case Or(terms=terms):
            return either(*map(of, terms))
        case Not(term=term):
            return negated(of(term))


@dataclass(frozen=True)
class _Translation:
    lookup: Lookup
    directory: DirectoryKey

    def of(self, node: Filter) -> Sql:
        """Translate a term about a record."""
        if isinstance(node, And | Or | Not):
            return _combined(node, self.of)
        if not _knows(self.lookup, node.path):
            return _of_nothing(node)
        path = resolve(node.path, self.lookup.resource_type)
        if isinstance(node, ValuePath):
            return self._selected(node, path)
        if path.the_attribute.name == "schemas":
            return lists_schema(node, self.lookup)
        several = path.the_attribute.multi_valued
        return self._some(node, path) if several else self._single(node, path)

    def _single(self, node: Comparison | Present, path: Path) -> Sql:
        leaf = path.sub_attribute or path.the_attribute
        if leaf.sub_attributes:
            return self._whole(node, path)
        indexed = self._indexed(leaf, node)
        return indexed or _leaf(node, self.lookup.value(path))

    def _indexed(self, leaf: Attribute | None, node: Filter) -> Sql | None:
        """Return the faster way to an exact text, where there is one."""
        index = self.lookup.indexed.get(leaf.path.lower()) if leaf else None
        match node:
            case Comparison(operator="eq", value=str(text)) if index and text.strip():
                return index(text, self.directory)
            case _:
                return None

    def _whole(self, node: Comparison | Present, path: Path) -> Sql:
        """Translate a term about a complex attribute that names no part of it."""
        attribute = path.the_attribute
        if isinstance(node, Comparison):
            value = _default(attribute, node)
            return self._single(node, Path(path.schema, attribute, value))
        if attribute.mutability == "readOnly":
            return TRUE
        parts = [
            self.lookup.value(Path(path.schema, attribute, sub))
            for sub in each(attribute.sub_attributes)
            if sub.mutability != "readOnly"
        ]
        return either(*map(present, parts))

    def _some(self, node: Comparison | Present, path: Path) -> Sql:
        """Translate a term that one of several values has to fulfil."""
        values = self.lookup.values(Path(path.schema, path.the_attribute))
        some = partial(values.some, directory=self.directory)
        sub = path.sub_attribute
        if isinstance(node, Present):
            return some(present(values.value(sub)) if sub else _says(values, path))
        sub = sub or _default(path.the_attribute, node)
        indexed = self._indexed(sub, node)
        if indexed is not None:
            return indexed
        if node.value is None and node.operator == "eq":
            return negated(some(present(values.value(sub))))
        found = some(compared(values.value(sub), node))
        if node.operator == "ne" and node.value is not None:
            return either(found, negated(some(TRUE)))
        return found

    def _selected(self, node: ValuePath, path: Path) -> Sql:
        """Translate a term in brackets, that one and the same value fulfils."""
        attribute = path.the_attribute
        if not attribute.multi_valued or path.sub_attribute is not None:
            msg = f"{shown(str(node.path))} is no list; leave the brackets out."
            raise InvalidFilterError(msg)
        values = self.lookup.values(path)

        def of(term: Filter) -> Sql:
            if isinstance(term, And | Or | Not):
                return _combined(term, of)
            if isinstance(term, ValuePath):
                raise InvalidFilterError("Brackets cannot hold other brackets.")
            return _leaf(term, values.value(_sub_attribute(term.path, attribute)))

        found = values.some(of(node.term), directory=self.directory)
        # An index narrows down what the whole term is then asked of.
        terms = node.term.terms if isinstance(node.term, And) else (node.term,)
        narrow = [
            self._indexed(_sub_attribute(term.path, attribute), term)
            for term in terms
            if isinstance(term, Comparison)
        ]
        return both(*filter(None, narrow), found)


def _says(values: Values, path: Path) -> Sql:
    """Return the condition that a value of a list has a part that says something."""
    if not isinstance(values, Listed):
        return TRUE
    parts = each(path.the_attribute.sub_attributes)
    return either(*(present(values.value(part)) for part in parts))


def _leaf(node: Comparison | Present, value: Value) -> Sql:
    return compared(value, node) if isinstance(node, Comparison) else present(value)


def _of_nothing(node: Comparison | Present | ValuePath) -> Sql:
    """Translate a term about an attribute that no resource here has."""
    match node:
        case Comparison(operator="eq", value=None):
            return TRUE
        case Comparison(operator="ne", value=value) if value is not None:
            return TRUE
        case _:
            return FALSE


def _default(attribute: Attribute, node: Comparison) -> Attribute:
    """Return `value`, which stands for an attribute with parts."""
    found = attribute.sub_attributes.get("value")
    if found is None:
        names = ", ".join(sub.name for sub in each(attribute.sub_attributes))
        part = f" to compare: {names}" if names else ""
        msg = f"Name a part of {shown(str(node.path))}{part}."
        raise InvalidFilterError(msg)
    return found


def _sub_attribute(path: AttributePath, attribute: Attribute) -> Attribute:
    found = None if path.sub or path.urn else find(attribute.sub_attributes, path.name)
    if found is None:
        msg = f"{attribute.path} has no sub-attribute {shown(str(path))} to select by."
        raise InvalidFilterError(msg)
    return found
