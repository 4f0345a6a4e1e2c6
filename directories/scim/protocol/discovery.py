"""What the service offers, for the three discovery endpoints (RFC 7644 section 4)."""

from typing import Any

from directories.scim.protocol.errors import NotFoundError, shown
from directories.scim.protocol.schemas import (
    ACCOUNT_SCHEMA,
    RESOURCE_TYPES,
    Attribute,
    ResourceType,
    Schema,
    each,
)

_META = "urn:ietf:params:scim:schemas:core:2.0:"


# Clients built on scim2-models take the version at the end of this URN for a path
# and fail whole; the schema itself is published.
_UNREFERENCED = {ACCOUNT_SCHEMA}


def service_provider_config(
    location: str, *, max_results: int, page_size: int
) -> dict[str, Any]:
    """Describe the features that work, and how to authenticate (RFC 7643 section 5)."""
    return {
        "schemas": [f"{_META}ServiceProviderConfig"],
        "patch": {"supported": True},
        # authentik turns PATCH off when a key of bulk is missing.
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": max_results},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        # RFC 9865 section 4; cursors do not expire, so no timeout is told.
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": page_size,
            "maxPageSize": max_results,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "The directory's API key in the Authorization header.",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": location},
    }


def resource_types(base_url: str) -> list[dict[str, Any]]:
    """List the kinds of resources (RFC 7643 section 6)."""
    return [_resource_type(kind, base_url) for kind in RESOURCE_TYPES]


def resource_type(base_url: str, name: str) -> dict[str, Any]:
    """Return one kind of resource, whatever the case of its name."""
    for kind in RESOURCE_TYPES:
        if kind.name.lower() == name.lower():
            return _resource_type(kind, base_url)
    msg = f"There is no resource type {shown(name)}: User and Group are."
    raise NotFoundError(msg)


def _resource_type(kind: ResourceType, base_url: str) -> dict[str, Any]:
    return {
        "schemas": [f"{_META}ResourceType"],
        "id": kind.name,
        "name": kind.name,
        "endpoint": kind.endpoint,
        "description": kind.description,
        "schema": kind.core.urn,
        "schemaExtensions": [
            {"schema": extension.urn, "required": False}
            for extension in kind.extensions
            if extension.urn not in _UNREFERENCED
        ],
        "meta": {
            "resourceType": "ResourceType",
            "location": f"{base_url}/ResourceTypes/{kind.name}",
        },
    }


def schemas(base_url: str) -> list[dict[str, Any]]:
    """List the schemas of users and groups (RFC 7643 section 7)."""
    return [_schema(each_schema, base_url) for each_schema in _all_schemas()]


def schema(base_url: str, urn: str) -> dict[str, Any]:
    """Return one schema, whatever the case of its URN."""
    for known in _all_schemas():
        if known.urn.lower() == urn.lower():
            return _schema(known, base_url)
    msg = f"There is no schema {shown(urn)}."
    raise NotFoundError(msg)


def _all_schemas() -> list[Schema]:
    return [s for kind in RESOURCE_TYPES for s in (kind.core, *kind.extensions)]


def _schema(known: Schema, base_url: str) -> dict[str, Any]:
    return {
        "schemas": [f"{_META}Schema"],
        "id": known.urn,
        "name": known.name,
        "description": known.description,
        # A password is taken and dropped, so there is none to tell of.
        "attributes": [
            _attribute(attribute)
            for attribute in each(known.attributes)
            if attribute.mutability != "writeOnly"
        ],
        "meta": {
            "resourceType": "Schema",
            "location": f"{base_url}/Schemas/{known.urn}",
        },
    }


def _attribute(attribute: Attribute) -> dict[str, Any]:
    published: dict[str, Any] = {
        "name": attribute.name,
        "type": attribute.type,
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "caseExact": attribute.case_exact,
        "mutability": attribute.mutability,
        "returned": attribute.returned,
        "uniqueness": attribute.uniqueness,
    }
    if attribute.canonical_values:
        published["canonicalValues"] = list(attribute.canonical_values)
    if attribute.reference_types:
        published["referenceTypes"] = list(attribute.reference_types)
    if attribute.sub_attributes:
        published["subAttributes"] = [
            _attribute(sub) for sub in each(attribute.sub_attributes)
        ]
    return published
