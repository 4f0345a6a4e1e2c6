"""Which attributes an answer holds (RFC 7644 section 3.9)."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from directories.scim.protocol.errors import InvalidValueError
from directories.scim.protocol.schemas import RESOURCE_TYPES
from directories.scim.protocol.values import Document

_ALWAYS = frozenset({"id", "schemas"})
_MAX_LENGTH = 8192

Tree = dict[str, "Tree"]
"""Names in lower case, each with those wanted below it; empty means all of it."""

_CORE_URNS = frozenset(each.core.urn.lower() for each in RESOURCE_TYPES)
_URNS = frozenset(
    schema.urn.lower()
    for each in RESOURCE_TYPES
    for schema in (each.core, *each.extensions)
)


@dataclass(frozen=True, slots=True)
class Selection:
    """The `attributes` or `excludedAttributes` of a request, or neither."""

    only: Tree | None = None
    without: Tree = field(default_factory=dict)

    @property
    def is_everything(self) -> bool:
        """Say whether nothing was asked for in particular."""
        return self.only is None and not self.without

    def wants(self, name: str) -> bool:
        """Say whether an answer may hold the attribute, or a part of it."""
        name = name.lower()
        if name in _ALWAYS:
            return True
        if self.only is not None:
            return name in self.only
        return self.without.get(name) != {}


EVERYTHING = Selection()


def read_selection(attributes: str = "", excluded: str = "") -> Selection:
    """Read the two comma lists of a query; InvalidValueError when both are given."""
    if attributes.strip() and excluded.strip():
        raise InvalidValueError(
            "attributes and excludedAttributes exclude each other; send one of them."
        )
    if max(len(attributes), len(excluded)) > _MAX_LENGTH:
        msg = f"The list of attributes is longer than {_MAX_LENGTH} characters."
        raise InvalidValueError(msg)
    return _read(attributes, excluded)


@lru_cache(maxsize=256)
def _read(attributes: str, excluded: str) -> Selection:
    if attributes.strip():
        return Selection(only=_tree(attributes))
    return Selection(without=_tree(excluded)) if excluded.strip() else EVERYTHING


def _tree(names: str) -> Tree:
    tree: Tree = {}
    for name in (each.strip().lower() for each in names.split(",")):
        steps = _steps(name)
        if steps:
            _plant(tree, steps)
        if len(steps) > 1 and ":" in steps[0] and steps[0] not in _URNS:
            # Where an unknown URN ends is not to be seen: it may be all of it.
            _plant(tree, [name])
    return tree


def _steps(name: str) -> list[str]:
    """Split a name into the keys that lead to it in a document."""
    # Microsoft's collection asks for emails[type eq "work"]: it gets all e-mails.
    name = name.partition("[")[0]
    if name in _URNS:
        return [] if name in _CORE_URNS else [name]
    urn, _, local = name.rpartition(":")
    steps = [step for step in local.split(".") if step]
    return [urn, *steps] if urn and urn not in _CORE_URNS else steps


def _plant(tree: Tree, steps: list[str]) -> None:
    """Add a name; what is asked for as a whole stays whole."""
    for depth, step in enumerate(steps, start=1):
        if step in tree and not tree[step]:
            return
        if depth == len(steps):
            tree[step] = {}
            return
        tree = tree.setdefault(step, {})


def project(document: Document, requested: Selection) -> Document:
    """Return what was asked for of a rendered resource; it is never changed.

    `id` and `schemas` are always there.
    """
    if requested.only is not None:
        return {
            key: part
            for key, value in document.items()
            if (part := _kept(key, value, requested.only)) is not None
        }
    if not requested.without:
        return document
    return {
        key: part
        for key, value in document.items()
        if (part := _left(key, value, requested.without)) is not None
    }


def _kept(key: str, value: Any, tree: Tree) -> Any:
    below = tree.get(key.lower())
    if key in _ALWAYS or below == {}:
        return value
    return None if below is None else _picked(value, below)


def _picked(value: Any, tree: Tree) -> Any:
    """Return the wanted parts of an object, or of each object of a list."""
    if isinstance(value, list):
        parts = [part for each in value if (part := _picked(each, tree)) is not None]
        return parts or None
    if not isinstance(value, dict):
        return None
    picked = {
        key: part
        for key, inner in value.items()
        if (below := tree.get(key.lower())) is not None
        and (part := inner if not below else _picked(inner, below)) is not None
    }
    return picked or None


def _left(key: str, value: Any, tree: Tree) -> Any:
    below = tree.get(key.lower())
    if key in _ALWAYS or below is None:
        return value
    return _stripped(value, below) if below else None


def _stripped(value: Any, tree: Tree) -> Any:
    """Return an object, or each object of a list, without the unwanted parts."""
    if isinstance(value, list):
        parts = [part for each in value if (part := _stripped(each, tree)) is not None]
        return parts or None
    if not isinstance(value, dict):
        return value
    left = {
        key: part
        for key, inner in value.items()
        if (part := _left(key, inner, tree)) is not None
    }
    return left or None
