"""What discovery tells of users and groups: all there is, or what the original does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from directories.scim.protocol.schemas import (
    GROUP,
    USER,
    Attribute,
    ResourceType,
    Schema,
    each,
)


@dataclass(frozen=True, slots=True)
class Described:
    """A kind of resource as discovery tells of it."""

    kind: ResourceType
    core: Schema
    extensions: tuple[Schema, ...] = ()
    unreferenced: tuple[Schema, ...] = ()
    """Extensions among the schemas that the resource type does not name."""


def _narrowed(
    schema: Schema,
    names: Collection[str],
    changes: Mapping[str, Attribute] | None = None,
) -> Schema:
    """Return a schema with some of its attributes, some of them changed."""
    kept = {
        name: (changes or {}).get(attribute.name, attribute)
        for name, attribute in schema.attributes.items()
        if attribute.name in names
    }
    return replace(schema, attributes=kept)


_ENTERPRISE, _ACCOUNT, _CUSTOM = USER.extensions

WHOLE = (
    # Clients built on scim2-models cannot read a path behind a URN that ends in
    # "1.0": they take "0" for an attribute and fail as a whole. So the account's
    # schema is published, but no resource type leads to it.
    Described(USER, USER.core, (_ENTERPRISE, _CUSTOM), (_ACCOUNT,)),
    Described(GROUP, GROUP.core),
)
"""Everything that answers can hold."""

_USER_NAMES = frozenset(
    {
        "userName",
        "name",
        "displayName",
        "nickName",
        "title",
        "preferredLanguage",
        "timezone",
        "active",
        "emails",
        "phoneNumbers",
        "groups",
    }
)
_ENTERPRISE_NAMES = frozenset({"organization", "department"})
# The original maps them to profile fields, and yet does not declare them.
_TAKEN = frozenset({"photos", "organization", "department"})

UNDECLARED = frozenset(
    attribute.path
    for schema, names in (
        (USER.core, _USER_NAMES | _TAKEN),
        (_ENTERPRISE, _ENTERPRISE_NAMES),
    )
    for attribute in each(schema.attributes)
    if attribute.name not in names and attribute.mutability == "readWrite"
)
"""Attributes of a user that the original neither declares nor uses."""


def _only_users(members: Attribute) -> Attribute:
    """Return `members` as they are without groups among them."""
    subs = dict(members.sub_attributes)
    for name, sub in subs.items():
        if sub.name == "type":
            subs[name] = replace(sub, canonical_values=("User",))
        elif sub.name == "$ref":
            subs[name] = replace(sub, reference_types=("User",))
    return replace(members, sub_attributes=subs)


_USER_CORE = USER.core.attributes
_GROUP_CORE = GROUP.core.attributes

NARROW = (
    Described(
        USER,
        _narrowed(
            USER.core,
            _USER_NAMES,
            {"emails": replace(_USER_CORE["emails"], required=True)},
        ),
        (_narrowed(_ENTERPRISE, _ENTERPRISE_NAMES),),
    ),
    Described(
        GROUP,
        _narrowed(
            GROUP.core,
            _GROUP_CORE,
            {
                "displayName": replace(
                    _GROUP_CORE["displayName"], mutability="immutable"
                ),
                "members": _only_users(_GROUP_CORE["members"]),
            },
        ),
    ),
)
"""What the original declares."""
