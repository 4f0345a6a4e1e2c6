"""Bodies that are mostly right, made from the tables that read them."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from directories.scim.protocol.operations import PATCH_SCHEMA
from directories.scim.protocol.schemas import (
    GROUP,
    USER,
    Attribute,
    Attributes,
    ResourceType,
    each,
)

Values = st.SearchStrategy[Any]

# Few names, so that they meet; some differ in letter case or form alone.
NAMES = [
    "ada", "Ada", "bob@example.com", "BOB@example.com", "eve", "straße", "STRASSE",
    "\u00e9", "e\u0301", "İ", "x" * 255, "x" * 256, " ", "Crew", "crew", "Team A",
]  # fmt: skip
ADDRESSES = [
    "ada@example.com", "ADA@example.com", "bob@example.com", "eve@other.example",
    "no address", "", "ian@example.com", "pat@example.com", "kim@example.com",
    "lee@example.com", "sam@example.com",
    "a" * 242 + "@example.com", "a" * 250 + "@example.com",
]  # fmt: skip
TYPES = ["work", "home", "Work", "other", ""]
MEMBERS = [f"~user{n}~" for n in range(8)]
ODD_MEMBERS = ["~group0~", "~group1~", "nobody", "", "\u00e9"]
_NAMED = {
    "userName": NAMES, "displayName": NAMES, "externalId": NAMES, "type": TYPES,
    "emails.value": ADDRESSES,
}  # fmt: skip

_SELDOM = 17
_LOOSE = 5
_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)

anything: Values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def seldom(odd: Values, usual: Values) -> Values:
    """Return mostly the usual, now and then what is odd."""
    # Hypothesis likes the ends of a range, and those in its middle less.
    return st.integers(0, 24).flatmap(lambda n: odd if n == _SELDOM else usual)


def value_of(attribute: Attribute) -> Values:
    """Return values of an attribute as a client may send them."""
    usual = (
        _object(attribute.sub_attributes)
        if attribute.sub_attributes
        else (_simple(attribute))
    )
    if attribute.path == "members":
        ids = seldom(st.sampled_from(ODD_MEMBERS), st.sampled_from(MEMBERS))
        usual = ids.map(lambda key: {"value": key})
    if attribute.multi_valued:
        usual = st.lists(usual, max_size=4)
    return seldom(anything, usual)


def _simple(attribute: Attribute) -> Values:
    if attribute.type == "boolean":
        return seldom(st.sampled_from(["x", 1]), st.sampled_from([True, False, "True"]))
    named = _NAMED.get(attribute.path) or _NAMED.get(attribute.name)
    if named:
        return st.sampled_from(named) | _text.map("x{}".format)
    return _text


def _object(attributes: Attributes) -> Values:
    values = {
        a.name: st.deferred(_late(a)) for a in each(attributes) if a.name != "schemas"
    }
    return st.sets(st.sampled_from(sorted(values)), max_size=4).flatmap(
        lambda names: st.fixed_dictionaries({name: values[name] for name in names})
    )


def _late(attribute: Attribute) -> Any:
    return lambda: value_of(attribute)


def resources(kind: ResourceType) -> Values:
    """Return bodies of a POST or PUT."""
    # Strict mode wants addresses; RFC 7643 does not.
    names = ("userName", "emails") if kind is USER else ("displayName",)
    needed = st.fixed_dictionaries({n: value_of(kind.attributes[n]) for n in names})
    extensions = {
        e.urn: seldom(anything, _object(e.attributes)) for e in kind.extensions
    }
    more = [_object(kind.attributes)]
    more += [st.fixed_dictionaries({}, optional=extensions)] if extensions else []
    members = st.fixed_dictionaries({"members": value_of(GROUP.attributes["members"])})
    more += [] if kind is USER else [members]
    whole = st.tuples(*more, needed).map(_merged)
    return seldom(
        anything, whole.flatmap(lambda body: st.just(body) | _respelled(body))
    )


def _merged(parts: tuple[Mapping[str, Any], ...]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


def _respelled(body: dict[str, Any]) -> Values:
    """Return a body with its keys in another letter case."""
    change = st.sampled_from([str.upper, str.lower, str.title])
    return change.map(lambda as_: {as_(name): value for name, value in body.items()})


def paths(kind: ResourceType) -> Values:
    """Return paths of operations, right and wrong ones."""
    plain = [a.path for a in each(kind.attributes)]
    plain += [
        f"{a.path}.{sub.name}"
        for a in each(kind.attributes)
        for sub in each(a.sub_attributes)
    ]
    plain += [a.path for e in kind.extensions for a in each(e.attributes)]
    plain += [e.urn for e in (kind.core, *kind.extensions)]
    plain += [f"{kind.core.urn}:{each_path}" for each_path in plain[:12]]
    lists = [a for a in each(kind.attributes) if a.multi_valued and a.sub_attributes]
    picked = st.builds(
        "{}[{} {} {}]{}".format,
        st.sampled_from([a.name for a in lists]),
        st.sampled_from(["type", "value", "primary", "display", "nope"]),
        st.sampled_from(["eq", "ne", "co", "gt", "EQ", "pr"]),
        st.sampled_from(
            ['"work"', '"~user0~"', "true", "null", '"ada@example.com"', "1"]
        ),
        st.sampled_from(["", ".value", ".type", ".primary", ".nope", "x"]),
    )
    odd = st.text(max_size=12) | st.none() | st.sampled_from(["[", "members[", "a.b.c"])
    return seldom(odd, st.sampled_from(plain) | picked)


def patches(kind: ResourceType) -> Values:
    """Return messages of a PATCH, most of which can be carried out."""
    changeable = [a for a in each(kind.attributes) if a.mutability == "readWrite"]
    fitting = st.sampled_from(changeable).flatmap(_change)
    loose = st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "remove", "replace", "x"])},
        optional={"path": paths(kind), "value": anything | st.sampled_from(NAMES)},
    )
    bare = st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "Replace"]), "value": resources(kind)}
    )
    usual = st.one_of(fitting, fitting, bare)
    operations = st.lists(
        st.integers(0, 7).flatmap(lambda n: loose if n == _LOOSE else usual),
        min_size=1,
        max_size=3,
    )
    message = operations.map(lambda o: {"schemas": [PATCH_SCHEMA], "Operations": o})
    return seldom(anything, message)


def _change(attribute: Attribute) -> Values:
    kinds = st.sampled_from(["add", "Add", "replace", "Replace"])
    operations = st.fixed_dictionaries(
        {"op": kinds, "path": st.just(attribute.path), "value": value_of(attribute)}
    )
    if not attribute.required:
        gone = st.fixed_dictionaries(
            {
                "op": st.sampled_from(["remove", "Remove"]),
                "path": st.just(attribute.path),
            }
        )
        operations |= gone
    return operations


def encoded(value: Any) -> bytes:
    """Return a JSON value as a body, with NaN where it is."""
    return json.dumps(value).encode()
