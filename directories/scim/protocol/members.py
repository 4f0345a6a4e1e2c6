"""Turn what a client says about a group's members into ids to add and remove.

No object is made per member: a request may name 150,000 of them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from directories.scim.protocol.errors import (
    InvalidFilterError,
    InvalidPathError,
    InvalidValueError,
)
from directories.scim.protocol.filters import Comparison, Filter, Or, parse_filter
from directories.scim.protocol.matching import matches
from directories.scim.protocol.paths import parse_path
from directories.scim.protocol.schemas import GROUP
from directories.scim.protocol.tolerance import Tolerance
from directories.scim.protocol.values import Document

MAX_ID_LENGTH = 255

_SELECTION = re.compile(r'\[\s*value\s+eq\s+"([^"\\]*)"\s*\]', re.IGNORECASE)
_BRACKETS = re.compile(r"\[(.*)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MembersPlan:
    """What all member operations of a request come to.

    With `replaces` the group ends with exactly `add`; otherwise `add` joins and
    `remove` leaves. The two lists hold ids in lower case, each once, in the order
    in which they were first named, and share none.
    """

    replaces: bool
    add: list[str]
    remove: list[str]

    @property
    def is_empty(self) -> bool:
        """Say whether the plan changes no group at all."""
        return not (self.replaces or self.add or self.remove)


@dataclass(slots=True)
class MembersDraft:
    """Member operations, composed one after the other."""

    replaces: bool = False
    _add: dict[str, None] = field(default_factory=dict)
    _remove: dict[str, None] = field(default_factory=dict)

    def add(self, ids: list[str]) -> None:
        """Let these ids be members from here on."""
        for each in ids:
            self._add[each] = None
            self._remove.pop(each, None)

    def remove(self, ids: list[str]) -> None:
        """Let these ids be no members from here on."""
        for each in ids:
            self._add.pop(each, None)
            if not self.replaces:
                self._remove[each] = None

    def replace(self, ids: list[str]) -> None:
        """Let these ids be the only members from here on."""
        self.replaces = True
        self._add = dict.fromkeys(ids)
        self._remove = {}

    def present(self, stored: Iterable[Document]) -> Iterator[Document]:
        """List the members after the operations so far, by those that are stored."""
        for each in () if self.replaces else stored:
            if each["value"] not in self._remove and each["value"] not in self._add:
                yield each
        yield from ({"value": each} for each in self._add)

    def plan(self) -> MembersPlan:
        """Return what the operations come to."""
        return MembersPlan(self.replaces, list(self._add), list(self._remove))


def read_member_ids(value: object, tolerance: Tolerance) -> list[str]:
    """Return the ids that a `members` value names, in lower case, each once.

    Besides the list of `{"value": id}`: plain ids, one object, and an object with
    the list under its own `members` key, each as far as `tolerance` allows.
    """
    if isinstance(value, dict):
        value = _unwrapped(value, tolerance)
    elif isinstance(value, str) and tolerance.plain_values:
        value = [value] if value else []
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidValueError(
            'members must be a list of objects like {"value": "<id of a user>"}.'
        )
    plain = tolerance.plain_values
    ids = dict.fromkeys(
        each["value"].lower()
        if isinstance(each, dict) and isinstance(each.get("value"), str)
        else _odd_id(each, number, plain=plain)
        for number, each in enumerate(value)
    )
    for each in ids:
        if not each or len(each) > MAX_ID_LENGTH or not each.isprintable():
            msg = (
                f"A member's value must be the id of a user: 1 to {MAX_ID_LENGTH} "
                "printable characters."
            )
            raise InvalidValueError(msg)
    return list(ids)


def _unwrapped(value: dict[str, object], tolerance: Tolerance) -> object:
    lowered = {key.lower(): inner for key, inner in value.items()}
    if "members" in lowered and tolerance.wrapped_values:
        return lowered["members"]
    return [value] if tolerance.single_values else value


def _odd_id(member: object, number: int, *, plain: bool) -> str:
    """Return the id of a member that is not spelled as usual."""
    if isinstance(member, str) and plain:
        return member.lower()
    if isinstance(member, dict):
        for key, value in member.items():
            if key.lower() == "value" and isinstance(value, str):
                return value.lower()
    msg = f'members[{number}] has no id; send {{"value": "<id of a user>"}}.'
    raise InvalidValueError(msg)


def selected_ids(brackets: str) -> list[str]:
    """Return the ids that `[value eq "a" or value eq "b"]` selects."""
    # One operation a member is common, and this saves each of them a parse.
    simple = _SELECTION.fullmatch(brackets)
    if simple:
        return [simple[1].lower()]
    inner = _BRACKETS.fullmatch(brackets)
    if inner is None:
        raise InvalidPathError(
            'Members are selected as a whole: members or members[value eq "<id>"].'
        )
    return list(dict.fromkeys(_ids_of(parse_filter(inner[1]))))


def chosen_ids(path: str, members: Iterable[Document]) -> list[str]:
    """Return the ids of those members that any filter in a path selects."""
    found = parse_path(path, GROUP)
    attribute, selection = found.the_attribute, found.value_filter
    if selection is None or found.sub_attribute is not None:
        raise InvalidPathError(
            "Members are removed as a whole; nothing of one can be changed."
        )
    return [each["value"] for each in members if matches(each, selection, attribute)]


def _ids_of(node: Filter) -> list[str]:
    if isinstance(node, Or):
        return [each for term in node.terms for each in _ids_of(term)]
    if (
        isinstance(node, Comparison)
        and node.operator == "eq"
        and str(node.path).lower() == "value"
        and isinstance(node.value, str)
    ):
        return [node.value.lower()]
    raise InvalidFilterError(
        'Members are selected by value eq "<id>" alone, joined by or.'
    )
