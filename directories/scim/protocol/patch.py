"""PATCH of RFC 7644 section 3.5.2 on plain user documents."""

from collections.abc import Mapping
from dataclasses import replace

from directories.scim.protocol.documents import (
    check_address,
    check_required,
    email_of,
    is_taken,
)
from directories.scim.protocol.draft import Draft
from directories.scim.protocol.errors import (
    InvalidPathError,
    InvalidValueError,
    MutabilityError,
    ScimError,
    UnknownAttributeError,
)
from directories.scim.protocol.group_patch import GroupChange, read_group_patch
from directories.scim.protocol.keepable import CROWDED, is_simple, spelled
from directories.scim.protocol.lists import ListChange, change_list
from directories.scim.protocol.members import MembersPlan
from directories.scim.protocol.operations import Kind, Operation, read_patch
from directories.scim.protocol.paths import Path, complex_of, locate, parse_path
from directories.scim.protocol.schemas import USER, Attribute, find, undeclared
from directories.scim.protocol.strays import Stray, holds_too_many
from directories.scim.protocol.tolerance import COMPATIBLE, STRICT, Tolerance
from directories.scim.protocol.values import (
    Document,
    as_object,
    is_unassigned,
    json_type,
    read_complex,
    read_simple,
)

__all__ = [
    "COMPATIBLE",
    "STRICT",
    "Document",
    "GroupChange",
    "MembersPlan",
    "Operation",
    "Tolerance",
    "apply_user_patch",
    "read_group_patch",
    "read_patch",
]


def apply_user_patch(
    document: Document,
    operations: list[Operation],
    tolerance: Tolerance = COMPATIBLE,
) -> Document:
    """Return a user's document with all operations applied in order.

    `document` is one that `read_user` gave, and stays as it is. Raises ScimError
    when one operation cannot be applied, or when the result is no valid user.
    """
    result = _applied(document, operations, tolerance)
    if tolerance.keeps and holds_too_many(result, USER):
        result = _applied(document, operations, tolerance.dropping())
    check_required(USER, result)
    if not tolerance.no_address:
        _check_address_stays(document, result)
    return result


def _check_address_stays(before: Document, after: Document) -> None:
    """Refuse to take the last e-mail; who had none may be changed otherwise."""
    if "emails" in before and "emails" not in after:
        raise MutabilityError("emails is required; replace it instead.")
    if "emails" in before and email_of(before):
        check_address(after)


def _applied(
    document: Document, operations: list[Operation], tolerance: Tolerance
) -> Document:
    draft = Draft(document, tolerance)
    for operation in operations:
        try:
            _apply(draft, operation)
        except ScimError as error:
            raise operation.explain(error) from error
    return draft.finished()


def _apply(draft: Draft, operation: Operation) -> None:
    if not operation.path:
        _apply_object(draft, operation.kind, "", operation.value)
        return
    # A path that nobody sent before has to be parsed, the longer the dearer.
    draft.spend(1 + len(operation.path) // 8)
    try:
        path = parse_path(operation.path, USER)
    except UnknownAttributeError:
        if not draft.tolerance.unknown_attributes:
            raise
        _apply_unknown(draft, operation.kind, operation.path, operation.value)
        return
    _check_mutable(draft, path, operation)
    _apply_at(draft, operation.kind, path, operation.value)


def _apply_object(draft: Draft, kind: Kind, urn: str, value: object) -> None:
    """Apply each attribute of a path-less value; read-only ones are passed over."""
    if not isinstance(value, Mapping):
        msg = (
            f"{urn or 'Without a path the value'} must be an object of attributes, "
            f"not {json_type(value)}."
        )
        raise InvalidValueError(msg)
    for key, inner in value.items():
        name = f"{urn}:{key}" if urn else key
        path = _path_of_key(draft, name)
        if path is None:
            _apply_unknown(draft, kind, name, inner)
        else:
            _apply_at(draft, kind, path, inner)


def _apply_unknown(draft: Draft, kind: Kind, name: str, value: object) -> None:
    """Apply to what no schema declares, or to such a part of what one declares."""
    draft.spend(1 + len(name) // 8)
    keeps = draft.tolerance.keeps
    path = complex_of(name, USER) if keeps else None
    if path is None:
        draft.take(Stray(kind, name, value))
        return
    part = name.rpartition(".")[2]
    attribute = path.the_attribute
    present = draft.present(path)
    entries: list[Document] = [present] if isinstance(present, dict) else []
    if isinstance(present, list):
        entries = present
    if not is_simple(value) or any(len(entry) > CROWDED for entry in entries):
        draft.tolerance.note(f"{attribute.path}.{part}", kept=False)
        return
    part = spelled((name for entry in entries for name in entry), part)
    draft.tolerance.note(f"{attribute.path}.{part}", kept=True)
    _apply_at(
        draft, kind, replace(path, sub_attribute=undeclared(part, attribute)), value
    )


def _path_of_key(draft: Draft, key: str) -> Path | None:
    """Resolve a key, which may be a path with a filter; None: pass it over."""
    draft.spend(1)
    if "[" not in key:
        path = locate(key, USER)
        if path is not None or draft.tolerance.unknown_attributes:
            return path
    try:
        draft.spend(10)
        return parse_path(key, USER)
    except InvalidPathError:
        if not draft.tolerance.unknown_attributes:
            raise
        return None


def _check_mutable(draft: Draft, path: Path, operation: Operation) -> None:
    """Refuse a change of what is read-only; its present value may be repeated."""
    attribute = path.attribute or next(iter(path.schema.attributes.values()))
    target = path.sub_attribute or attribute
    read_only = "readOnly" in {attribute.mutability, target.mutability}
    if not read_only or attribute.name == "schemas":
        return
    present = draft.present(path)
    if operation.kind == "remove" or present is None or present != operation.value:
        msg = f"{target.path} is set by this service alone."
        raise MutabilityError(msg)


def _apply_at(draft: Draft, kind: Kind, path: Path, value: object) -> None:
    attribute = path.attribute
    if attribute is None:
        _apply_schema(draft, kind, path, value)
    elif not is_taken(attribute, draft.tolerance) or _is_fixed(path.sub_attribute):
        return
    elif attribute.multi_valued:
        change_list(ListChange(draft, kind, path, attribute), value)
    elif attribute.sub_attributes:
        _change_complex(draft, kind, path, value)
    else:
        _change_simple(draft, kind, path, value)


def _is_fixed(sub: Attribute | None) -> bool:
    return sub is not None and sub.mutability == "readOnly"


def _apply_schema(draft: Draft, kind: Kind, path: Path, value: object) -> None:
    """Apply to all that stands under the URN of a schema."""
    if path.schema is USER.core and kind == "remove":
        raise MutabilityError("userName is required, so not all can be removed.")
    if path.schema is not USER.core and (kind == "remove" or value in ("", None)):
        draft.drop_schema(path.schema)
    else:
        urn = "" if path.schema is USER.core else path.schema.urn
        _apply_object(draft, kind, urn, value)


def _change_simple(draft: Draft, kind: Kind, path: Path, value: object) -> None:
    attribute = path.the_attribute
    if kind != "remove" and not is_unassigned(attribute, value, draft.tolerance):
        draft.set(path, read_simple(attribute, value, draft.tolerance))
        return
    if attribute.required:
        msg = f"{attribute.path} is required; replace it instead."
        raise MutabilityError(msg)
    draft.set(path, None)


def _change_complex(draft: Draft, kind: Kind, path: Path, value: object) -> None:
    """Change `name` or `manager`: what is not named of them stays as it is."""
    attribute, sub = path.the_attribute, path.sub_attribute
    if sub is not None:
        value = {sub.name: None if kind == "remove" else value}
    elif kind == "remove" or value is None:
        draft.set(path, None)
        return
    given = as_object(attribute, value, draft.tolerance)
    read = read_complex(attribute, given, draft.tolerance)
    target = draft.complex(path)
    for name in given:
        known = find(attribute.sub_attributes, name)
        key = known.name if known else name
        if key not in read:
            target.pop(key, None)
    if "value" in read and "$ref" not in read:
        # What the old value referred to is not what the new one does.
        target.pop("$ref", None)
    target.update(read)
    if "value" in attribute.sub_attributes and "value" not in target:
        draft.set(path, None)
