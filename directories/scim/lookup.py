"""Translates SCIM filters into database conditions (RFC 7644 section 3.4.2.2).

Every attribute that identity providers look people and groups up by has an
indexed column; what has none is refused, never filtered in Python.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from directories.folding import fold, index_key
from directories.models import Membership, UserEmail
from directories.scim.protocol.errors import InvalidFilterError
from directories.scim.protocol.filters import (
    And,
    AttributePath,
    Comparison,
    Filter,
    Or,
    ValuePath,
    parse_filter,
)
from directories.scim.protocol.schemas import GROUP_SCHEMA, USER_SCHEMA

Value = str | int | float | bool | None
Condition = Callable[[Value], Q]
NOTHING = Q(pk__in=())
# Each comparison is a look-up of its own; nobody compares this many by hand.
MAX_COMPARISONS = 50


@dataclass(frozen=True)
class Lookup:
    """What one resource type can be looked up by.

    `attributes` maps lower-case attribute paths to conditions, `lists` the
    lower-case names of multi-valued attributes to readers of value paths.
    """

    schema: str
    attributes: dict[str, Condition]
    lists: dict[str, Callable[[Filter], Q]]

    def condition(self, text: str) -> Q:
        """Return the condition of a filter; InvalidFilterError explains faults."""
        node = parse_filter(text)
        if _size(node) > MAX_COMPARISONS:
            msg = f"The filter compares more than {MAX_COMPARISONS} values; split it."
            raise InvalidFilterError(msg)
        return self._of(node)

    def _of(self, node: Filter) -> Q:
        match node:
            case And(terms=terms):
                return Q(*(self._of(term) for term in terms))
            case Or(terms=terms):
                whole = NOTHING
                for term in terms:
                    whole |= self._of(term)
                return whole
            case Comparison(path=path, operator="eq", value=value):
                return self._equal(path, value)
            case ValuePath(path=path, term=term):
                return self._within(path, term)
            case _:
                raise InvalidFilterError(
                    "This directory compares with eq, joined by and or or."
                )

    def _name(self, path: AttributePath) -> str:
        if path.urn and path.urn.casefold() != self.schema.casefold():
            return f"{path.urn}:{path.name}".casefold()
        return f"{path.name}.{path.sub}".rstrip(".").casefold()

    def _equal(self, path: AttributePath, value: Value) -> Q:
        condition = self.attributes.get(self._name(path))
        if condition is None:
            known = ", ".join(sorted(self.attributes))
            msg = f"Nothing can be looked up by {path}. Use one of: {known}."
            raise InvalidFilterError(msg)
        return condition(value)

    def _within(self, path: AttributePath, term: Filter) -> Q:
        reader = self.lists.get(self._name(path))
        if reader is None:
            known = ", ".join(sorted(self.lists)) or "none"
            msg = f"{path}[...] cannot be looked up. Lists that can: {known}."
            raise InvalidFilterError(msg)
        return reader(term)


def _size(node: Filter) -> int:
    """Count the comparisons of a filter."""
    match node:
        case And(terms=terms) | Or(terms=terms):
            return sum(_size(term) for term in terms)
        case ValuePath(term=term):
            return _size(term)
        case _:
            return 1


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise InvalidFilterError("The value must be a string in double quotes.")
    return value


def _folded(column: str) -> Condition:
    return lambda value: Q(**{column: fold(_text(value))})


def _display_name(value: Value) -> Q:
    return Q(display_name_key=index_key(_text(value)))


def _external_id(value: Value) -> Q:
    # caseExact (RFC 7643 section 3.1); "" is what a record without one holds.
    return Q(external_id=_text(value)) if value != "" else NOTHING


def _id(column: str) -> Condition:
    def condition(value: Value) -> Q:
        try:
            return Q(**{column: uuid.UUID(_text(value))})
        except ValueError:
            return NOTHING

    return condition


def _active(value: Value) -> Q:
    if isinstance(value, str) and value.casefold() in {"true", "false"}:
        value = value.casefold() == "true"
    if not isinstance(value, bool):
        raise InvalidFilterError("active is compared with true or false.")
    return Q(active=value)


def _email(**columns: str) -> Q:
    found = UserEmail.objects.filter(**columns)
    return Q(pk__in=found.values("record"))


def _email_value(value: Value) -> Q:
    return _email(value_key=fold(_text(value)))


def _email_with(term: Filter) -> Q:
    """Read `[type eq "work" and value eq "x"]`: one address fulfils all."""
    terms = term.terms if isinstance(term, And) else (term,)
    columns = {"type": "type_key", "value": "value_key"}
    wanted: dict[str, str] = {}
    for each in terms:
        match each:
            case Comparison(path=path, operator="eq", value=value):
                column = columns.get(path.name.casefold(), "")
            case _:
                column, value = "", None
        if not column or column in wanted:
            raise InvalidFilterError(
                "emails[...] is looked up by type eq and value eq, joined by and."
            )
        wanted[column] = fold(_text(value))
    return _email(**wanted)


def _member(value: Value) -> Q:
    rows = Membership.objects.filter(_id("user__scim_id")(value))
    return Q(pk__in=rows.values("group"))


def _group(value: Value) -> Q:
    rows = Membership.objects.filter(_id("group__scim_id")(value))
    return Q(pk__in=rows.values("user"))


USERS = Lookup(
    schema=USER_SCHEMA,
    attributes={
        "id": _id("scim_id"),
        "username": _folded("user_name_key"),
        "externalid": _external_id,
        "displayname": _display_name,
        "active": _active,
        "emails": _email_value,
        "emails.value": _email_value,
        "groups": _group,
        "groups.value": _group,
    },
    lists={"emails": _email_with},
)
GROUPS = Lookup(
    schema=GROUP_SCHEMA,
    attributes={
        "id": _id("scim_id"),
        "displayname": _folded("display_name_key"),
        "externalid": _external_id,
        "members": _member,
        "members.value": _member,
    },
    lists={},
)
