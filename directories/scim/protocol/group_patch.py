"""PATCH of a group: changes of its own attributes, and a plan for its members."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from directories.scim.protocol.errors import (
    InvalidFilterError,
    InvalidPathError,
    InvalidValueError,
    MutabilityError,
    ScimError,
    UnknownAttributeError,
    shown,
)
from directories.scim.protocol.members import (
    MembersDraft,
    MembersPlan,
    chosen_ids,
    read_member_ids,
    selected_ids,
)
from directories.scim.protocol.operations import Kind, Operation
from directories.scim.protocol.paths import locate, parse_path
from directories.scim.protocol.schemas import GROUP, GROUP_SCHEMA, Attribute
from directories.scim.protocol.strays import Stray, holds_too_many, take
from directories.scim.protocol.tolerance import COMPATIBLE, Tolerance
from directories.scim.protocol.values import Document, json_type, read_simple

_CORE_PREFIX = f"{GROUP_SCHEMA}:".lower()
_MEMBERS = "members"

Roster = Callable[[], Iterable[Document]]
"""Gives the stored members as they are shown; called only where a filter asks."""


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What a PATCH comes to: attributes set (or None: cleared), and members."""

    document_changes: dict[str, str | None]
    members: MembersPlan | None
    strays: tuple[Stray, ...] = ()
    tolerance: Tolerance = field(default=COMPATIBLE, compare=False)

    def apply(self, document: Document) -> Document:
        """Return a group's document with the changes of its attributes."""
        changed = self._applied(document, self.tolerance)
        if self.tolerance.keeps and holds_too_many(changed, GROUP):
            return self._applied(document, self.tolerance.dropping())
        return changed

    def _applied(self, document: Document, tolerance: Tolerance) -> Document:
        changed = {**document, **self.document_changes}
        for stray in self.strays:
            take(changed, stray, GROUP, tolerance)
        return {key: value for key, value in changed.items() if value is not None}


@dataclass(slots=True)
class _Draft:
    tolerance: Tolerance
    roster: Roster | None
    changes: dict[str, str | None] = field(default_factory=dict)
    members: MembersDraft = field(default_factory=MembersDraft)
    strays: list[Stray] = field(default_factory=list)


def read_group_patch(
    operations: list[Operation],
    tolerance: Tolerance = COMPATIBLE,
    roster: Roster | None = None,
) -> GroupChange:
    """Compose all operations, in their order, into one change.

    What no schema declares is left out or kept as `tolerance` says. `members` is
    None when no member comes or goes. Without a roster members are selected by
    their ids alone.
    """
    draft = _Draft(tolerance, roster)
    for operation in operations:
        try:
            _compose(draft, operation)
        except ScimError as error:
            raise operation.explain(error) from error
    plan = draft.members.plan()
    return GroupChange(
        draft.changes,
        None if plan.is_empty else plan,
        tuple(draft.strays),
        tolerance,
    )


def _compose(draft: _Draft, operation: Operation) -> None:
    path = _local(operation.path)
    if not path:
        _compose_object(draft, operation)
    elif _names_members(path):
        _compose_members(draft, operation.kind, path, operation.value)
    else:
        _compose_attribute(draft, operation, path)


def _compose_attribute(draft: _Draft, operation: Operation, path: str) -> None:
    try:
        attribute = parse_path(path, GROUP).the_attribute
    except UnknownAttributeError:
        if not draft.tolerance.unknown_attributes:
            raise
        draft.strays.append(Stray(operation.kind, path, operation.value))
        return
    _check_mutable(attribute)
    _set(draft, operation.kind, attribute, operation.value)


def _local(path: str) -> str:
    """Take the core schema's URN off a path."""
    lowered = path.lower()
    if lowered == GROUP_SCHEMA.lower():
        return ""
    return path[len(_CORE_PREFIX) :] if lowered.startswith(_CORE_PREFIX) else path


def _names_members(path: str) -> bool:
    rest = path[len(_MEMBERS) :]
    return path[: len(_MEMBERS)].lower() == _MEMBERS and (not rest or rest[0] in "[. ")


def _compose_object(draft: _Draft, operation: Operation) -> None:
    """Compose a path-less value; what it does not name stays as it is."""
    if not isinstance(operation.value, Mapping):
        msg = (
            "Without a path the value must be an object of attributes, not "
            f"{json_type(operation.value)}."
        )
        raise InvalidValueError(msg)
    for key, value in operation.value.items():
        path = _local(key)
        located = locate(key, GROUP)
        if _names_members(path):
            _compose_members(draft, operation.kind, path, value)
        elif located and located.attribute:
            _set(draft, operation.kind, located.attribute, value)
        elif not draft.tolerance.unknown_attributes:
            raise _unknown(key)
        else:
            draft.strays.append(Stray(operation.kind, key, value))


def _unknown(name: str) -> ScimError:
    return UnknownAttributeError(
        f"There is no attribute {shown(name)}; leave it out, or see the Schemas "
        "endpoint for those there are."
    )


def _check_mutable(attribute: Attribute) -> None:
    if attribute.mutability == "readOnly" and attribute.name != "schemas":
        msg = f"{attribute.path} is set by this service alone."
        raise MutabilityError(msg)


def _set(draft: _Draft, kind: Kind, attribute: Attribute, value: object) -> None:
    """Set or clear an attribute; read-only ones are repeated by Okta, and stay."""
    if attribute.mutability == "readOnly":
        return
    if kind == "remove" or value is None:
        if attribute.required:
            msg = f"{attribute.path} is required; replace it instead."
            raise MutabilityError(msg)
        draft.changes[attribute.name] = None
        return
    text = str(read_simple(attribute, value, draft.tolerance))
    if attribute.required and not text.strip():
        msg = f"{attribute.path} is required; send a non-empty string."
        raise InvalidValueError(msg)
    draft.changes[attribute.name] = text


def _compose_members(draft: _Draft, kind: Kind, path: str, value: object) -> None:
    selection = path[len(_MEMBERS) :].strip()
    if selection:
        if kind != "remove":
            raise InvalidPathError(
                'Members are added with the path members and [{"value": "<id>"}].'
            )
        draft.members.remove(_selected(draft, selection))
    elif kind == "add":
        draft.members.add(read_member_ids(value, draft.tolerance))
    elif kind == "replace":
        draft.members.replace(read_member_ids(value, draft.tolerance))
    else:
        _remove_members(draft, value)


def _selected(draft: _Draft, selection: str) -> list[str]:
    """Return the ids that a filter selects; only ids need no look at who is there."""
    try:
        return selected_ids(selection)
    except (InvalidFilterError, InvalidPathError):
        if draft.roster is None:
            raise
    return chosen_ids(_MEMBERS + selection, draft.members.present(draft.roster()))


def _remove_members(draft: _Draft, value: object) -> None:
    """Remove those named (Entra, JumpCloud), all where none is.

    An empty list names none either, and yet says nothing about all: no change.
    """
    if value is None:
        draft.members.replace([])
        return
    if not draft.tolerance.remove_with_value:
        raise InvalidValueError(
            'remove takes no value; select with members[value eq "<id>"].'
        )
    draft.members.remove(read_member_ids(value, draft.tolerance))
