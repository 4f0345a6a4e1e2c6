"""What the service offers, for the three discovery endpoints (RFC 7644 section 4)."""

from dataclasses import dataclass
from typing import Any

from directories.scim.protocol.errors import NotFoundError, shown
from directories.scim.protocol.offers import Offer
from directories.scim.protocol.published import Described
from directories.scim.protocol.schemas import Attribute, Schema, each

_META = "urn:ietf:params:scim:schemas:core:2.0:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The sizes that clients are told of."""

    page_size: int
    max_results: int
    max_operations: int
    max_payload: int


def service_provider_config(
    location: str, offer: Offer, limits: Limits
) -> dict[str, Any]:
    """Describe the features that work, and how to authenticate (RFC 7643 section 5)."""
    config: dict[str, Any] = {
        "schemas": [f"{_META}ServiceProviderConfig"],
        "patch": {"supported": True},
        # authentik turns PATCH off when a key of bulk is missing.
        "bulk": {
            "supported": offer.bulk,
            "maxOperations": limits.max_operations if offer.bulk else 0,
            "maxPayloadSize": limits.max_payload if offer.bulk else 0,
        },
        "filter": {"supported": True, "maxResults": limits.max_results},
        "changePassword": {"supported": False},
        "sort": {"supported": offer.sort},
        "etag": {"supported": offer.etag},
    }
    if offer.cursor:
        # RFC 9865 section 4; cursors do not expire, so no timeout is told.
        config["pagination"] = {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": limits.page_size,
            "maxPageSize": limits.max_results,
        }
    config["authenticationSchemes"] = [
        {
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "The directory's API key in the Authorization header.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": True,
        }
    ]
    config["meta"] = {"resourceType": "ServiceProviderConfig", "location": location}
    return config


def resource_types(base_url: str, offer: Offer) -> list[dict[str, Any]]:
    """List the kinds of resources (RFC 7643 section 6)."""
    return [_resource_type(one, base_url) for one in offer.described]


def resource_type(base_url: str, offer: Offer, name: str) -> dict[str, Any]:
    """Return one kind of resource, whatever the case of its name."""
    for one in offer.described:
        if one.kind.name.lower() == name.lower():
            return _resource_type(one, base_url)
    msg = f"There is no resource type {shown(name)}: User and Group are."
    raise NotFoundError(msg)


def _resource_type(described: Described, base_url: str) -> dict[str, Any]:
    kind = described.kind
    return {
        "schemas": [f"{_META}ResourceType"],
        "id": kind.name,
        "name": kind.name,
        "endpoint": kind.endpoint,
        "description": kind.description,
        "schema": kind.core.urn,
        "schemaExtensions": [
            {"schema": extension.urn, "required": False}
            for extension in described.extensions
        ],
        "meta": {
            "resourceType": "ResourceType",
            "location": f"{base_url}/ResourceTypes/{kind.name}",
        },
    }


def schemas(base_url: str, offer: Offer) -> list[dict[str, Any]]:
    """List the schemas of users and groups (RFC 7643 section 7)."""
    return [_schema(known, base_url) for known in offer.schemas]


def schema(base_url: str, offer: Offer, urn: str) -> dict[str, Any]:
    """Return one schema, whatever the case of its URN."""
    for known in offer.schemas:
        if known.urn.lower() == urn.lower():
            return _schema(known, base_url)
    msg = f"There is no schema {shown(urn)}."
    raise NotFoundError(msg)


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
