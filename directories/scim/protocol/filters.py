"""Filters of RFC 7644 section 3.4.2.2: from text to a tree of frozen values.

The grammar is that of scim2-models, which also takes Entra's
`emails[type eq "work"].value eq "x"`; the tree is ours.
"""

import re
from dataclasses import dataclass
from typing import Literal

from scim2_models import path as grammar
from scim2_models.exceptions import InvalidFilterException

from directories.scim.protocol.characters import check_characters
from directories.scim.protocol.errors import InvalidFilterError

MAX_FILTER_LENGTH = 8192
MAX_FILTER_DEPTH = 20
_MAX_NUMBER = 10**18

Operator = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
Literal_ = str | int | float | bool | None

ORDERING_OPERATORS: frozenset[Operator] = frozenset({"gt", "ge", "lt", "le"})
TEXT_OPERATORS: frozenset[Operator] = frozenset({"co", "sw", "ew"})


@dataclass(frozen=True, slots=True)
class AttributePath:
    """An attribute as a filter names it, in the client's spelling."""

    name: str
    sub: str = ""
    urn: str = ""

    def __str__(self) -> str:
        prefix = f"{self.urn}:" if self.urn else ""
        return f"{prefix}{self.name}.{self.sub}" if self.sub else prefix + self.name


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path operator value`, e.g. `userName eq "x"`."""

    path: AttributePath
    operator: Operator
    value: Literal_


@dataclass(frozen=True, slots=True)
class Present:
    """`path pr`: the attribute has a value."""

    path: AttributePath


@dataclass(frozen=True, slots=True)
class And:
    """All of the terms hold."""

    terms: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the terms holds."""

    terms: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: "Filter"


@dataclass(frozen=True, slots=True)
class ValuePath:
    """One and the same value of a list satisfies the term."""

    path: AttributePath
    term: "Filter"


Filter = Comparison | Present | And | Or | Not | ValuePath


def parse_filter(text: str) -> Filter:
    """Read a filter; InvalidFilterError names the position of a fault."""
    if len(text) > MAX_FILTER_LENGTH:
        msg = (
            f"The filter has {len(text)} characters; at most {MAX_FILTER_LENGTH} "
            "are allowed."
        )
        raise InvalidFilterError(msg)
    try:
        node = grammar.ScimFilter(text).ast
    except InvalidFilterException as error:
        raise InvalidFilterError(_explanation(text, error.detail)) from error
    return filter_of(node)


def filter_of(node: grammar.FilterNode, depth: int = 1) -> Filter:
    """Turn the grammar's node into ours, within the limits of depth and value."""
    if depth > MAX_FILTER_DEPTH:
        msg = f"The filter is nested more than {MAX_FILTER_DEPTH} levels deep."
        raise InvalidFilterError(msg)
    match node:
        case grammar.Comparison(attr_path=path, op=operator, value=value):
            return Comparison(_path_of(path), operator.value, _checked(value))
        case grammar.Present(attr_path=path):
            return Present(_path_of(path))
        case grammar.ValuePath(attr_path=path, val_filter=inner):
            return ValuePath(_path_of(path), filter_of(inner, depth + 1))
        case _:
            return _logical(node, depth + 1)


def _logical(node: grammar.FilterNode, depth: int) -> Filter:
    if isinstance(node, grammar.Not):
        return Not(filter_of(node.expr, depth))
    if not isinstance(node, grammar.LogicalExpr):
        raise InvalidFilterError("The filter has a form that is not supported.")
    terms = tuple(filter_of(term, depth) for term in node.terms)
    return And(terms) if node.op is grammar.LogicalOperator.and_ else Or(terms)


def _path_of(path: grammar.AttrPath) -> AttributePath:
    return AttributePath(path.attr, path.sub_attr or "", path.uri or "")


def _checked(value: Literal_) -> Literal_:
    if isinstance(value, str):
        check_characters(value, InvalidFilterError, "A filter value")
    elif isinstance(value, int | float) and not -_MAX_NUMBER <= value <= _MAX_NUMBER:
        raise InvalidFilterError("A number in the filter is too large.")
    return value


_COLUMN = re.compile(r"at column (\d+)")


def _explanation(text: str, problem: str) -> str:
    found = _COLUMN.search(problem)
    if not text.strip():
        return 'The filter is empty; write one like userName eq "x".'
    if found is None:
        return f"The filter cannot be read: {problem[:100]}."
    return (
        f"The filter cannot be read at position {found[1]}; write it like "
        'userName eq "x", with and, or, not and brackets.'
    )
