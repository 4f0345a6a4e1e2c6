"""The messages of SCIM as JSON schemas (RFC 7644 sections 3 and 4)."""

from directories.scim.openapi.shapes import RESOURCES, Shape
from directories.scim.protocol.bulk import BULK_RESPONSE_SCHEMA, METHODS
from directories.scim.protocol.errors import ERROR_SCHEMA, ScimError
from directories.scim.protocol.filters import MAX_FILTER_LENGTH
from directories.scim.protocol.messages import LIST_SCHEMA
from directories.scim.protocol.operations import MAX_OPERATIONS

_TEXT: Shape = {"type": "string"}
_NUMBER: Shape = {"type": "integer"}
_FLAG: Shape = {"type": "boolean"}
_NAMES: Shape = {"type": "array", "items": _TEXT}


def reference(name: str) -> Shape:
    """Return a reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def schemas() -> dict[str, Shape]:
    """Return every schema of the description by its name."""
    listed = {
        "UserListResponse": _list_of(reference("User")),
        "GroupListResponse": _list_of(reference("Group")),
        "ListResponse": _list_of({"anyOf": [reference("User"), reference("Group")]}),
        "ResourceTypeListResponse": _list_of(reference("ResourceType")),
        "SchemaListResponse": _list_of(reference("Schema")),
    }
    return {**RESOURCES, **listed, **_MESSAGES, **_DESCRIPTIONS}


def _object(required: list[str], /, **properties: Shape) -> Shape:
    shape: Shape = {"type": "object", "properties": properties}
    return {**shape, "required": required} if required else shape


def _one_of(*texts: str) -> Shape:
    return {"type": "string", "enum": list(texts)}


def _named(urn: str) -> Shape:
    return {"type": "array", "items": _one_of(urn)}


def _list_of(resource: Shape) -> Shape:
    return _object(
        ["schemas", "totalResults", "itemsPerPage", "Resources"],
        schemas=_named(LIST_SCHEMA),
        totalResults={**_NUMBER, "minimum": 0},
        startIndex={**_NUMBER, "minimum": 1},
        itemsPerPage={**_NUMBER, "minimum": 0},
        nextCursor=_TEXT,
        previousCursor=_TEXT,
        Resources={"type": "array", "items": resource},
    )


def _error_types() -> list[str]:
    waiting, found = [ScimError], set()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found.add(kind.scim_type)
    return sorted(found - {""})


_MESSAGES: dict[str, Shape] = {
    "Error": _object(
        ["schemas", "status", "detail"],
        schemas=_named(ERROR_SCHEMA),
        status={**_TEXT, "pattern": "^[45][0-9][0-9]$"},
        scimType=_one_of(*_error_types()),
        detail={**_TEXT, "description": "What is wrong, and what to do."},
    ),
    "PatchOp": _object(
        ["Operations"],
        schemas=_NAMES,
        Operations={
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_OPERATIONS,
            "items": {"oneOf": [reference("Change"), reference("Removal")]},
        },
    ),
    "Change": _object(
        ["op", "value"],
        op={**_one_of("add", "replace"), "description": "In any letter case."},
        path={**_TEXT, "nullable": True},
        value={"description": "What to set; without a path an object of attributes."},
    ),
    "Removal": _object(
        ["op", "path"],
        op={**_one_of("remove"), "description": "In any letter case."},
        path={**_TEXT, "minLength": 1, "pattern": r"\S"},
        value={"description": "Which values of a list to remove; all without it."},
    ),
    "SearchRequest": _object(
        [],
        schemas=_NAMES,
        attributes={**_NAMES, "nullable": True},
        excludedAttributes={**_NAMES, "nullable": True},
        filter={**_TEXT, "maxLength": MAX_FILTER_LENGTH, "nullable": True},
        sortBy={**_TEXT, "nullable": True},
        sortOrder={**_one_of("ascending", "descending")},
        startIndex={**_NUMBER, "nullable": True},
        count={**_NUMBER, "nullable": True},
        cursor={**_TEXT, "nullable": True},
    ),
    "BulkRequest": _object(
        ["Operations"],
        schemas=_NAMES,
        failOnErrors={**_NUMBER, "minimum": 0, "nullable": True},
        Operations={"type": "array", "minItems": 1, "items": reference("BulkWrite")},
    ),
    "BulkWrite": _object(
        ["method", "path"],
        method={**_one_of(*METHODS), "description": "In any letter case."},
        bulkId={**_TEXT, "description": "Needed by a POST, one of its own."},
        version={**_TEXT, "description": "As If-Match of a single request."},
        path=_TEXT,
        data={"type": "object", "description": "The body of a single request."},
    ),
    "BulkResponse": _object(
        ["schemas", "Operations"],
        schemas=_named(BULK_RESPONSE_SCHEMA),
        Operations={"type": "array", "items": reference("BulkResult")},
    ),
    "BulkResult": _object(
        ["status"],
        method=_TEXT,
        bulkId=_TEXT,
        version=_TEXT,
        location=_TEXT,
        status={**_TEXT, "pattern": "^[2-5][0-9][0-9]$"},
        response=reference("Error"),
    ),
}

_SUPPORTED = _object(["supported"], supported=_FLAG)
_META = _object(["resourceType", "location"], resourceType=_TEXT, location=_TEXT)

_DESCRIPTIONS: dict[str, Shape] = {
    "ServiceProviderConfig": _object(
        ["schemas", "patch", "bulk", "filter", "sort", "etag", "authenticationSchemes"],
        schemas=_NAMES,
        patch=_SUPPORTED,
        bulk=_object(
            ["supported", "maxOperations", "maxPayloadSize"],
            supported=_FLAG,
            maxOperations=_NUMBER,
            maxPayloadSize=_NUMBER,
        ),
        filter=_object(
            ["supported", "maxResults"], supported=_FLAG, maxResults=_NUMBER
        ),
        changePassword=_SUPPORTED,
        sort=_SUPPORTED,
        etag=_SUPPORTED,
        pagination=_object(
            ["cursor", "index"],
            cursor=_FLAG,
            index=_FLAG,
            defaultPaginationMethod=_one_of("cursor", "index"),
            defaultPageSize=_NUMBER,
            maxPageSize=_NUMBER,
        ),
        authenticationSchemes={
            "type": "array",
            "items": _object(
                ["type", "name", "description"],
                type=_TEXT,
                name=_TEXT,
                description=_TEXT,
                specUri=_TEXT,
                primary=_FLAG,
            ),
        },
        meta=_META,
    ),
    "ResourceType": _object(
        ["schemas", "id", "name", "endpoint", "schema", "schemaExtensions"],
        schemas=_NAMES,
        id=_TEXT,
        name=_TEXT,
        endpoint=_TEXT,
        description=_TEXT,
        schema=_TEXT,
        schemaExtensions={
            "type": "array",
            "items": _object(["schema", "required"], schema=_TEXT, required=_FLAG),
        },
        meta=_META,
    ),
    "Schema": _object(
        ["schemas", "id", "name", "description", "attributes", "meta"],
        schemas=_NAMES,
        id=_TEXT,
        name=_TEXT,
        description=_TEXT,
        attributes={"type": "array", "items": reference("SchemaAttribute")},
        meta=_META,
    ),
    "SchemaAttribute": _object(
        ["name", "type", "multiValued", "required", "mutability"],
        name=_TEXT,
        type=_one_of(
            "string",
            "boolean",
            "decimal",
            "integer",
            "dateTime",
            "binary",
            "reference",
            "complex",
        ),
        multiValued=_FLAG,
        description=_TEXT,
        required=_FLAG,
        caseExact=_FLAG,
        mutability=_one_of("readOnly", "readWrite", "immutable", "writeOnly"),
        returned=_one_of("always", "never", "default", "request"),
        uniqueness=_one_of("none", "server", "global"),
        canonicalValues=_NAMES,
        referenceTypes=_NAMES,
        subAttributes={"type": "array", "items": reference("SchemaAttribute")},
    ),
}
