"""What each path and method of the SCIM surface takes and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from directories.scim.openapi.messages import reference
from directories.scim.openapi.shapes import Shape
from directories.scim.protocol.filters import MAX_FILTER_LENGTH

_MEDIA_TYPES = ("application/scim+json", "application/json")
_ERROR = "Error"
_MEANINGS = {
    400: "The request cannot be understood or carried out.",
    401: "No key, a wrong or expired one, or another directory's.",
    403: "A limit is reached.",
    404: "Nothing has this id or name.",
    409: "A user name, an address or a group name is taken, or another's.",
    412: "The resource has another version than the headers demand.",
    413: "The body is too large, or asks for too much at once.",
    414: "The address is too long for the web server, which answers nothing else.",
    415: "The body is declared as something else than JSON in UTF-8.",
    429: "The key asks more often than it may.",
    431: "The headers are too long for the web server, which answers nothing else.",
    500: "The service failed; nothing was changed.",
    501: "Not offered in strict mode.",
}
_REFUSAL_HEADERS = {401: "WWW-Authenticate", 429: "Retry-After"}
# The web server refuses these before there is anybody to write an error.
_WITHOUT_BODY = {414, 431}
# Strict mode has no versions.
_UNSURE_HEADERS = {"ETag"}
_ALWAYS = (401, 414, 429, 431, 500)
_BODY = (413, 415)
_TEXT: Shape = {"type": "string"}


def _query(name: str, schema: Shape, description: str) -> Shape:
    return {
        "name": name,
        "in": "query",
        "schema": schema,
        "description": description,
    }


def _header(name: str, description: str) -> Shape:
    return {
        "name": name,
        "in": "header",
        "schema": _TEXT,
        "description": description,
    }


_SELECTION = (
    _query("attributes", _TEXT, "Names of what to answer, parted by commas."),
    _query(
        "excludedAttributes",
        _TEXT,
        "Names of what not to answer, parted by commas; not together with attributes.",
    ),
)
_LISTING = (
    _query(
        "filter",
        {"type": "string", "maxLength": MAX_FILTER_LENGTH},
        'Which resources, as in `userName eq "ada@example.com"`.',
    ),
    _query("sortBy", _TEXT, "The attribute that orders the resources."),
    _query(
        "sortOrder",
        {"type": "string", "enum": ["ascending", "descending"]},
        "In any letter case; ascending unless told otherwise.",
    ),
    _query("startIndex", {"type": "integer"}, "The first resource, counted from 1."),
    _query("count", {"type": "integer"}, "How many at most."),
    _query("cursor", _TEXT, "Empty for the first page, then one that was answered."),
    *_SELECTION,
)
_IF_NONE_MATCH = _header("If-None-Match", "Tags of versions that are known already.")
_CONDITIONS = (
    _header("If-Match", "Change the resource only while it has one of these versions."),
    _header("If-None-Match", "Leave the resource alone while it has one of these."),
)
_ID: Shape = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}
_NAME: Shape = {"name": "name", "in": "path", "required": True, "schema": _TEXT}


@dataclass(frozen=True)
class Operation:
    """One method of one path; answers map a status to a schema, "" for no body."""

    name: str
    summary: str
    answers: Mapping[int, str]
    errors: tuple[int, ...] = ()
    body: str = ""
    parameters: tuple[Shape, ...] = ()
    headers: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def described(self, tag: str) -> Shape:
        """Return the operation in the words of OpenAPI."""
        answers = {
            str(status): self._answer(status, schema)
            for status, schema in self.answers.items()
        }
        answers |= {str(e): _refusal(e) for e in sorted({*_ALWAYS, *self.errors})}
        described: Shape = {
            "operationId": self.name,
            "summary": self.summary,
            "tags": [tag],
            "responses": answers,
        }
        if self.parameters:
            described["parameters"] = list(self.parameters)
        if self.body:
            described["requestBody"] = {
                "required": True,
                "content": _content(self.body, *_MEDIA_TYPES),
            }
        return described

    def _answer(self, status: int, schema: str) -> Shape:
        answer: Shape = {"description": HTTPStatus(status).phrase}
        if schema:
            answer["content"] = _content(schema, *_MEDIA_TYPES)
        if status in self.headers:
            answer["headers"] = _headers(*self.headers[status])
        return answer


def _content(schema: str, *media_types: str) -> Shape:
    return {each: {"schema": reference(schema)} for each in media_types}


def _headers(*names: str) -> Shape:
    return {
        name: {"schema": _TEXT, "required": name not in _UNSURE_HEADERS}
        for name in names
    }


def _refusal(status: int) -> Shape:
    refusal: Shape = {"description": _MEANINGS[status]}
    if status not in _WITHOUT_BODY:
        refusal["content"] = _content(_ERROR, _MEDIA_TYPES[0])
    if status in _REFUSAL_HEADERS:
        refusal["headers"] = _headers(_REFUSAL_HEADERS[status])
    return refusal


def _collection(kind: str, words: str) -> dict[tuple[str, str], Operation]:
    """Return the operations of all users, or all groups."""
    many = f"/{kind}s"
    return {
        ("GET", many): Operation(
            f"list{kind}s",
            f"List {words}s",
            {200: f"{kind}ListResponse"},
            errors=(400,),
            parameters=_LISTING,
        ),
        ("POST", many): Operation(
            f"create{kind}",
            f"Create a {words}",
            {201: kind},
            errors=(400, 403, 409, *_BODY),
            body=f"{kind}Body",
            parameters=_SELECTION,
            headers={201: ("ETag", "Location")},
        ),
        ("POST", f"{many}/.search"): _search(f"search{kind}s", f"{words}s", kind),
    }


def _resource(kind: str, words: str) -> dict[tuple[str, str], Operation]:
    """Return the operations of one user, or one group."""
    one = f"/{kind}s/{{id}}"
    tagged = {200: ("ETag",)}
    nothing = {204: ""} if kind == "Group" else {}
    return {
        ("GET", one): Operation(
            f"get{kind}",
            f"Return a {words}",
            {200: kind, 304: ""},
            errors=(400, 404),
            parameters=(_ID, *_SELECTION, _IF_NONE_MATCH),
            headers=tagged,
        ),
        ("PUT", one): Operation(
            f"replace{kind}",
            f"Replace a {words}",
            {200: kind},
            errors=(400, 403, 404, 409, 412, *_BODY),
            body=f"{kind}Body",
            parameters=(_ID, *_SELECTION, *_CONDITIONS),
            headers=tagged,
        ),
        ("PATCH", one): Operation(
            f"change{kind}",
            f"Change a {words}",
            {200: kind, **nothing},
            errors=(400, 403, 404, 409, 412, *_BODY),
            body="PatchOp",
            parameters=(_ID, *_SELECTION, *_CONDITIONS),
            headers=tagged,
        ),
        ("DELETE", one): Operation(
            f"delete{kind}",
            f"Delete a {words} for good",
            {204: ""},
            errors=(404, 412),
            parameters=(_ID, *_CONDITIONS),
        ),
    }


def _search(name: str, words: str, kind: str = "") -> Operation:
    return Operation(
        name,
        f"Search {words} by a message",
        {200: f"{kind}ListResponse"},
        errors=(400, *_BODY, 501),
        body="SearchRequest",
    )


def _fixed(kind: str, words: str) -> dict[tuple[str, str], Operation]:
    """Return the operations of a collection that describes the service."""
    return {
        ("GET", f"/{kind}s"): Operation(
            f"list{kind}s", f"List the {words}s", {200: f"{kind}ListResponse"}
        ),
        ("GET", f"/{kind}s/{{name}}"): Operation(
            f"get{kind}",
            f"Return a {words}",
            {200: kind},
            errors=(404,),
            parameters=(_NAME,),
        ),
    }


OPERATIONS: dict[tuple[str, str], Operation] = {
    **_collection("User", "user"),
    **_resource("User", "user"),
    **_collection("Group", "group"),
    **_resource("Group", "group"),
    **_fixed("ResourceType", "resource type"),
    **_fixed("Schema", "schema"),
    ("GET", "/ServiceProviderConfig"): Operation(
        "getServiceProviderConfig",
        "Say what this service offers",
        {200: "ServiceProviderConfig"},
    ),
    ("GET", "/"): Operation(
        "listEverything",
        "List users and groups as one collection",
        {200: "ListResponse"},
        errors=(400, 501),
        parameters=_LISTING,
    ),
    ("POST", "/.search"): _search("searchEverything", "users and groups"),
    ("POST", "/Bulk"): Operation(
        "doInBulk",
        "Carry out many operations",
        {200: "BulkResponse"},
        errors=(400, *_BODY, 501),
        body="BulkRequest",
    ),
}
