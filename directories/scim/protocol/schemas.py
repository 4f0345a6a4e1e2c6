"""The attributes of users and groups, drawn from scim2-models (RFC 7643).

Added are the vendor's own: flat `department` and `organization` on users, the
read-only account id, and the custom schema with the location.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import scim2_models

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ACCOUNT_SCHEMA = "urn:scim:schemas:extension:atlassian-external:1.0"
CUSTOM_SCHEMA = "urn:scim:schemas:extension:atlassian-custom:1.0:Attributes"

_LEGACY_URNS = {
    # SCIM 1 names, and the half-converted ones of OneLogin's templates.
    "urn:scim:schemas:core:1.0": USER_SCHEMA,
    "urn:scim:schemas:core:2.0": USER_SCHEMA,
    "urn:scim:schemas:core:2.0:user": USER_SCHEMA,
    "urn:scim:schemas:extension:enterprise:1.0": ENTERPRISE_SCHEMA,
    "urn:scim:schemas:extension:enterprise:2.0:user": ENTERPRISE_SCHEMA,
}

AttributeType = Literal[
    "string",
    "boolean",
    "decimal",
    "integer",
    "dateTime",
    "binary",
    "reference",
    "complex",
    "any",
]
Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
Returned = Literal["always", "never", "default", "request"]
Uniqueness = Literal["none", "server", "global"]

_DEFAULT_LENGTH = 4096
_LENGTHS = {
    (USER_SCHEMA, "userName"): 255,
    (USER_SCHEMA, "externalId"): 255,
    (USER_SCHEMA, "emails.value"): 254,
    (GROUP_SCHEMA, "displayName"): 255,
    (GROUP_SCHEMA, "externalId"): 255,
}


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """One attribute with its characteristics (RFC 7643 section 2.2)."""

    name: str
    path: str
    """How error messages call it: `emails.value`, or with the extension's URN."""
    type: AttributeType
    multi_valued: bool
    required: bool
    case_exact: bool
    mutability: Mutability
    returned: Returned
    uniqueness: Uniqueness
    max_length: int
    description: str
    canonical_values: tuple[str, ...]
    reference_types: tuple[str, ...]
    sub_attributes: Mapping[str, "Attribute"]
    """By name, in the schema's spelling and in lower case."""


Attributes = Mapping[str, Attribute]


def undeclared(name: str, parent: Attribute) -> Attribute:
    """Return what stands for a sub-attribute that no schema declares."""
    return Attribute(
        name=name,
        path=f"{parent.path}.{name}",
        type="any",
        multi_valued=False,
        required=False,
        case_exact=True,
        mutability="readWrite",
        returned="default",
        uniqueness="none",
        max_length=_DEFAULT_LENGTH,
        description="",
        canonical_values=(),
        reference_types=(),
        sub_attributes={},
    )


def find(attributes: Attributes, name: str) -> Attribute | None:
    """Return the attribute of that name, whatever its case."""
    return attributes.get(name) or attributes.get(name.lower())


def each(attributes: Attributes) -> list[Attribute]:
    """List the attributes of a table, each once, in the schema's order."""
    return [found for name, found in attributes.items() if name == found.name]


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A schema with the attributes that it declares."""

    urn: str
    name: str
    description: str
    attributes: Attributes


@dataclass(frozen=True, slots=True, eq=False)
class ResourceType:
    """A kind of resource: its core schema, its extensions, its endpoint."""

    name: str
    endpoint: str
    description: str
    core: Schema
    attributes: Attributes
    """Those of the core schema and the common ones (RFC 7643 section 3.1)."""
    extensions: tuple[Schema, ...]
    _by_urn: Mapping[str, Schema]

    def schema(self, urn: str) -> Schema | None:
        """Return the schema of that URN in any case, older spellings included."""
        return self._by_urn.get(urn) or self._by_urn.get(urn.lower())

    def attributes_of(self, schema: Schema) -> Attributes:
        """Return the attributes that a document holds under that schema."""
        return self.attributes if schema is self.core else schema.attributes


def _attribute(definition: Mapping[str, Any], urn: str, parent: str) -> Attribute:
    name = definition["name"]
    local = f"{parent}.{name}" if parent else name
    path = local if urn in {USER_SCHEMA, GROUP_SCHEMA} else f"{urn}:{local}"
    return Attribute(
        name=name,
        path=path,
        type=cast(AttributeType, definition["type"]),
        multi_valued=definition.get("multiValued", False),
        required=definition.get("required", False),
        case_exact=definition.get("caseExact", False),
        mutability=cast(Mutability, definition.get("mutability", "readWrite")),
        returned=cast(Returned, definition.get("returned", "default")),
        uniqueness=cast(Uniqueness, definition.get("uniqueness", "none")),
        max_length=_LENGTHS.get((urn, local), _DEFAULT_LENGTH),
        description=" ".join((definition.get("description") or "").split()),
        canonical_values=tuple(definition.get("canonicalValues") or ()),
        reference_types=tuple(definition.get("referenceTypes") or ()),
        sub_attributes=_table(definition.get("subAttributes") or (), urn, local),
    )


def _table(
    definitions: Iterable[Mapping[str, Any]], urn: str, parent: str = ""
) -> dict[str, Attribute]:
    table: dict[str, Attribute] = {}
    for definition in definitions:
        attribute = _attribute(definition, urn, parent)
        table[attribute.name] = attribute
        table.setdefault(attribute.name.lower(), attribute)
    return table


def _published(
    model: type[scim2_models.Resource[Any]] | type[scim2_models.Extension],
    changes: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Take a model's definitions, with what differs here laid over them."""
    definitions = cast(
        list[dict[str, Any]], model.to_schema().model_dump()["attributes"]
    )
    for definition in definitions:
        definition.update(changes.get(definition["name"], {}))
        for sub in definition.get("subAttributes") or ():
            sub.update(changes.get(f"{definition['name']}.{sub['name']}", {}))
    return definitions


def _string(name: str, description: str, **characteristics: Any) -> dict[str, Any]:
    return {
        "name": name,
        "type": "string",
        "description": description,
        **characteristics,
    }


_READ_ONLY = {"mutability": "readOnly"}

_COMMON: list[dict[str, Any]] = [
    _string(
        "id",
        "Identifier that this service gave the resource.",
        caseExact=True,
        returned="always",
        uniqueness="server",
        **_READ_ONLY,
    ),
    _string(
        "externalId", "Identifier that the client gave the resource.", caseExact=True
    ),
    {
        "name": "schemas",
        "type": "reference",
        "multiValued": True,
        "caseExact": True,
        "returned": "always",
        "referenceTypes": ["uri"],
        "description": "URNs of the schemas that the resource uses.",
        **_READ_ONLY,
    },
    {
        "name": "meta",
        "type": "complex",
        "description": "What this service says about the resource.",
        **_READ_ONLY,
        "subAttributes": [
            _string("resourceType", "Kind of resource.", caseExact=True, **_READ_ONLY),
            {"name": "created", "type": "dateTime", **_READ_ONLY},
            {"name": "lastModified", "type": "dateTime", **_READ_ONLY},
            {"name": "location", "type": "reference", "caseExact": True, **_READ_ONLY},
            _string("version", "Version of it.", caseExact=True, **_READ_ONLY),
        ],
    },
]

_USER_DEFINITIONS = [
    *_published(scim2_models.User, {}),
    _string("department", "Name of the person's department."),
    _string("organization", "Name of the person's organization."),
]
_GROUP_DEFINITIONS = _published(
    scim2_models.Group,
    {
        "displayName": {"uniqueness": "server"},
        "members.type": {"canonicalValues": ["User", "Group"]},
        "members.$ref": {"referenceTypes": ["User", "Group"]},
        "members.display": {
            **_READ_ONLY,
            "description": "A name to show for the member.",
        },
    },
)
_ENTERPRISE = Schema(
    urn=ENTERPRISE_SCHEMA,
    name="EnterpriseUser",
    description="Enterprise User",
    attributes=_table(
        _published(
            scim2_models.EnterpriseUser,
            {"manager.value": {"required": False}, "manager.$ref": {"required": False}},
        ),
        ENTERPRISE_SCHEMA,
    ),
)
_ACCOUNT = Schema(
    urn=ACCOUNT_SCHEMA,
    name="AtlassianExternal",
    description="The account that the person is linked to",
    attributes=_table(
        [
            _string(
                "atlassianAccountId",
                "Identifier of the linked account.",
                caseExact=True,
                **_READ_ONLY,
            )
        ],
        ACCOUNT_SCHEMA,
    ),
)
_CUSTOM = Schema(
    urn=CUSTOM_SCHEMA,
    name="AtlassianCustom",
    description="Profile fields that the core schema lacks",
    attributes=_table(
        [_string("basedIn", "Where the person is based.")], CUSTOM_SCHEMA
    ),
)


def _resource_type(
    name: str,
    description: str,
    definitions: list[dict[str, Any]],
    *extensions: Schema,
) -> ResourceType:
    urn = f"urn:ietf:params:scim:schemas:core:2.0:{name}"
    core = Schema(urn, name, description, _table(definitions, urn))
    by_urn = {schema.urn: schema for schema in (core, *extensions)}
    by_urn |= {schema.urn.lower(): schema for schema in (core, *extensions)}
    by_urn |= {old: by_urn[new] for old, new in _LEGACY_URNS.items() if new in by_urn}
    return ResourceType(
        name=name,
        endpoint=f"/{name}s",
        description=description,
        core=core,
        attributes={**_table(_COMMON, urn), **core.attributes},
        extensions=extensions,
        _by_urn=by_urn,
    )


USER = _resource_type(
    "User", "User Account", _USER_DEFINITIONS, _ENTERPRISE, _ACCOUNT, _CUSTOM
)
GROUP = _resource_type("Group", "Group", _GROUP_DEFINITIONS)
RESOURCE_TYPES = (USER, GROUP)
