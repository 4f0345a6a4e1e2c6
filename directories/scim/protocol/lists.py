"""PATCH of multi-valued attributes (RFC 7644 section 3.5.2.1 to 3.5.2.3)."""

from dataclasses import dataclass

from directories.folding import fold
from directories.scim.protocol.draft import Draft
from directories.scim.protocol.errors import (
    InvalidPathError,
    InvalidValueError,
    NoTargetError,
)
from directories.scim.protocol.filters import Filter
from directories.scim.protocol.matching import described, matches
from directories.scim.protocol.operations import Kind
from directories.scim.protocol.paths import Path
from directories.scim.protocol.schemas import Attribute
from directories.scim.protocol.values import (
    MAX_VALUES,
    Document,
    as_list,
    identity,
    read_complex,
    read_list,
    read_simple,
)

_NAMING = ("value", "type")


@dataclass(frozen=True, slots=True)
class ListChange:
    """One operation on a multi-valued attribute."""

    draft: Draft
    kind: Kind
    path: Path
    attribute: Attribute


def change_list(change: ListChange, value: object) -> None:
    """Apply the operation; a value that becomes primary is the only one then."""
    if change.path.value_filter is not None:
        _change_selected(change, change.path.value_filter, value)
    elif change.path.sub_attribute is not None:
        _change_part(change, change.path.sub_attribute, value)
    elif change.kind == "remove":
        _remove(change, value)
    elif change.kind == "add":
        _add(change, value)
    else:
        _replace(change, value)


def _replace(change: ListChange, value: object) -> None:
    read = (
        []
        if value is None
        else read_list(change.attribute, value, change.draft.tolerance)
    )
    change.draft.set(change.path, read or None)


def _add(change: ListChange, value: object) -> None:
    """Add values; one that is there already takes what the new one says."""
    if value is None:
        return
    attribute = change.attribute
    read = read_list(attribute, value, change.draft.tolerance)
    entries = change.draft.entries(change.path)
    change.draft.spend(len(entries) + len(read))
    present = {identity(attribute, each): each for each in entries}
    chosen: list[Document] = []
    for new in read:
        same = present.get(identity(attribute, new))
        if same is None:
            entries.append(new)
        else:
            same.update(new)
        chosen.append(new if same is None else same)
    _check_size(attribute, entries)
    _promote(entries, chosen)


def _remove(change: ListChange, value: object) -> None:
    """Remove the values named (Entra), all where none is."""
    attribute, draft = change.attribute, change.draft
    if value is None:
        draft.set(change.path, None)
        return
    if not draft.tolerance.remove_with_value:
        msg = f'remove takes no value; select with {attribute.path}[value eq "..."].'
        raise InvalidValueError(msg)
    named = [
        _naming(read_complex(attribute, each, draft.tolerance))
        for each in as_list(attribute, value, draft.tolerance)
        if each is not None
    ]
    entries = draft.entries(change.path)
    draft.spend(len(named) * len(entries))
    entries[:] = [
        entry
        for entry in entries
        if not any(_is_named(attribute, entry, name) for name in named)
    ]


def _naming(value: Document) -> Document:
    """Return what of a value says which one is meant."""
    if "value" not in value:
        return value
    return {name: value[name] for name in _NAMING if name in value}


def _is_named(attribute: Attribute, entry: Document, name: Document) -> bool:
    return bool(name) and all(
        _same(attribute.sub_attributes[key], entry.get(key), wanted)
        for key, wanted in name.items()
    )


def _same(sub: Attribute, actual: object, wanted: object) -> bool:
    if isinstance(actual, str) and isinstance(wanted, str) and not sub.case_exact:
        return fold(actual) == fold(wanted)
    return actual == wanted


def _change_part(change: ListChange, sub: Attribute, value: object) -> None:
    """Change `emails.value`: of the only value, or remove it from all."""
    entries = change.draft.entries(change.path)
    change.draft.spend(len(entries))
    if change.kind == "remove" or _says_nothing(sub, value):
        _remove_part(entries, entries, sub)
        return
    if len(entries) > 1:
        msg = (
            f"{change.attribute.path} has several values; say which one with a "
            f'filter, like {change.attribute.path}[type eq "work"].{sub.name}.'
        )
        raise InvalidPathError(msg)
    read = read_simple(sub, value, change.draft.tolerance)
    if not entries:
        entries.append({})
    entries[0][sub.name] = read


def _says_nothing(sub: Attribute, value: object) -> bool:
    return value is None or (sub.name == "value" and value == "")


def _remove_part(
    entries: list[Document], chosen: list[Document], sub: Attribute
) -> None:
    """Take a sub-attribute away; what has lost its value is no value any more."""
    for each in chosen:
        each.pop(sub.name, None)
    if sub.name == "value":
        _discard(entries, chosen)


def _discard(entries: list[Document], chosen: list[Document]) -> None:
    gone = {id(each) for each in chosen}
    entries[:] = [each for each in entries if id(each) not in gone]


def _change_selected(change: ListChange, selection: Filter, value: object) -> None:
    """Change the values that a filter selects; without any, make one for `add`."""
    entries = change.draft.entries(change.path)
    change.draft.spend(len(entries) + 1)
    chosen = [each for each in entries if matches(each, selection, change.attribute)]
    sub = change.path.sub_attribute
    if change.kind == "remove" or value is None or (sub and _says_nothing(sub, value)):
        if sub is None:
            _discard(entries, chosen)
        else:
            _remove_part(entries, chosen, sub)
        return
    part = _part(change, value)
    if not chosen:
        chosen = [_made(change, selection)]
        entries += chosen
        _check_size(change.attribute, entries)
    elif change.kind == "replace" and sub is None:
        kept = _described(change, selection) or {}
        for each in chosen:
            each.clear()
            each.update(kept)
    for each in chosen:
        each.update(part)
    _promote(entries, chosen)


def _part(change: ListChange, value: object) -> Document:
    """Return what the selected values are to say."""
    tolerance, sub = change.draft.tolerance, change.path.sub_attribute
    if sub is not None:
        return {sub.name: read_simple(sub, value, tolerance)}
    return read_complex(change.attribute, value, tolerance)


def _described(change: ListChange, selection: Filter) -> Document | None:
    value = described(selection)
    if value is None:
        return None
    return read_complex(change.attribute, value, change.draft.tolerance)


def _made(change: ListChange, selection: Filter) -> Document:
    """Make the value that an unmatched filter describes, as Entra expects."""
    made = _described(change, selection)
    creates = change.kind == "add" or change.draft.tolerance.replace_creates_value
    if made is None or not creates:
        msg = f"No value of {change.attribute.path} matches the filter; add one first."
        raise NoTargetError(msg)
    return made


def _check_size(attribute: Attribute, entries: list[Document]) -> None:
    if len(entries) > MAX_VALUES:
        msg = (
            f"{attribute.path} would have {len(entries)} values; at most {MAX_VALUES} "
            "are allowed."
        )
        raise InvalidValueError(msg)


def _promote(entries: list[Document], chosen: list[Document]) -> None:
    """Take primary from the others when a changed value has it (3.5.2)."""
    primary = next((each for each in chosen if each.get("primary") is True), None)
    if primary is None:
        return
    for each in entries:
        if each is not primary and each.get("primary") is True:
            each["primary"] = False
