"""The messages of a bulk request (RFC 7644 section 3.7)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from directories.scim.protocol.errors import (
    InvalidPathError,
    InvalidSyntaxError,
    InvalidValueError,
    MethodNotAllowedError,
    NotFoundError,
    PayloadTooLargeError,
    ScimError,
    shown,
)
from directories.scim.protocol.references import PREFIX, in_order, references
from directories.scim.protocol.schemas import RESOURCE_TYPES
from directories.scim.protocol.values import json_type

BULK_REQUEST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"

METHODS = ("POST", "PUT", "PATCH", "DELETE")
_ENDPOINTS = {kind.endpoint.strip("/"): kind.name for kind in RESOURCE_TYPES}


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """One operation; "" stands for what it does not say.

    `resource` is an id, or `target` the bulkId of one that is to be created.
    `error` tells why the operation cannot be carried out, whatever the others do.
    """

    number: int
    method: str = ""
    bulk_id: str = ""
    version: str = ""
    path: str = ""
    endpoint: str = ""
    resource: str = ""
    target: str = ""
    data: Any = None
    refers_to: frozenset[str] = frozenset()
    error: ScimError | None = None

    @property
    def kind(self) -> str:
        """Return the type of the resource, "" where the path names none."""
        return _ENDPOINTS.get(self.endpoint, "")


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """Operations in the order of the message; 0 errors to stop at is never."""

    operations: Sequence[BulkOperation]
    fail_on_errors: int = 0

    def steps(self) -> Iterator[list[BulkOperation]]:
        """Yield operations in the order in which they can be carried out.

        A step is one operation, or several that refer to each other in a circle.
        """
        created_by = _creators(self.operations)
        needs = [
            {created_by[each] for each in operation.refers_to if each in created_by}
            for operation in self.operations
        ]
        for step in in_order(needs):
            yield [self.operations[position] for position in step]


def is_circle(step: Sequence[BulkOperation]) -> bool:
    """Say whether the operations of a step need each other, or one needs itself."""
    first = step[0]
    return len(step) > 1 or (
        first.method == "POST" and first.bulk_id in first.refers_to
    )


def read_bulk(body: object, *, base_path: str, max_operations: int) -> BulkRequest:
    """Return a bulk request, names of members and methods in any letter case.

    `base_path` is the path of the service, for operations that name a whole URL.
    Raises ScimError when the message as a whole cannot be read; what is wrong with
    one operation is kept with it.
    """
    if not isinstance(body, dict):
        msg = f"The body must be a JSON object, not {json_type(body)}."
        raise InvalidSyntaxError(msg)
    given = _any_case(body)
    operations = given.get("operations")
    if not isinstance(operations, list):
        raise InvalidSyntaxError(
            "Operations must be a list of operations, each with method, path and data."
        )
    if not operations:
        raise InvalidSyntaxError("Operations is empty; send at least one.")
    if len(operations) > max_operations:
        msg = (
            f"The request has {len(operations)} operations; the limit is "
            f"{max_operations} (maxOperations). Split it."
        )
        raise PayloadTooLargeError(msg)
    read = [
        _operation(each, number, base_path)
        for number, each in enumerate(operations, start=1)
    ]
    return BulkRequest(_checked(read), _fail_on_errors(given.get("failonerrors")))


def _any_case(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in given.items()}


def _fail_on_errors(given: object) -> int:
    """Read how many errors are enough; 0 is what many programs send for nothing."""
    if given is None:
        return 0
    if isinstance(given, str) and given.strip().isdecimal() and len(given) < len("1e9"):
        # Of blanks, int() knows fewer than strip() does.
        return int(given.strip())
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise InvalidValueError("failOnErrors must be a whole number from 1.")
    return given


def _operation(raw: object, number: int, base_path: str) -> BulkOperation:
    if not isinstance(raw, dict):
        msg = f"Operation {number} must be an object, not {json_type(raw)}."
        return BulkOperation(number, error=InvalidSyntaxError(msg))
    given = _any_case(raw)
    # What can be read of a broken one is answered, and can be referred to.
    operation = BulkOperation(
        number,
        method=_text(given.get("method")).upper(),
        bulk_id=given["bulkid"] if isinstance(given.get("bulkid"), str) else "",
        version=_text(given.get("version")),
        path=_text(given.get("path")),
    )
    try:
        _check_texts(given)
        return _whole(operation, given.get("data"), base_path)
    except ScimError as error:
        return replace(operation, error=error)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _check_texts(given: Mapping[str, object]) -> None:
    for name in ("method", "bulkId", "version", "path"):
        value = given.get(name.lower())
        if value is not None and not isinstance(value, str):
            msg = f"{name} must be a string, not {json_type(value)}."
            raise InvalidSyntaxError(msg)


def _whole(operation: BulkOperation, data: object, base_path: str) -> BulkOperation:
    if operation.method not in METHODS:
        what = shown(operation.method) if operation.method else "missing"
        msg = f"The method is {what}; send POST, PUT, PATCH or DELETE."
        raise InvalidSyntaxError(msg)
    endpoint, resource = _place(operation.path, base_path)
    _check_place(operation.method, resource)
    if operation.method == "POST" and not operation.bulk_id:
        raise InvalidValueError("A POST needs a bulkId, one of its own.")
    if operation.method == "DELETE":
        data = None
    elif not isinstance(data, dict):
        msg = f"data must be a JSON object, not {json_type(data)}."
        raise InvalidSyntaxError(msg)
    target = ""
    if resource.lower().startswith(PREFIX):
        resource, target = "", resource[len(PREFIX) :]
    refers_to = references(data) | ({target} if target else set())
    return replace(
        operation,
        endpoint=endpoint,
        resource=resource,
        target=target,
        data=data,
        refers_to=frozenset(refers_to),
    )


def _place(path: str, base_path: str) -> tuple[str, str]:
    """Return the endpoint that a path or URL names, and the id behind it."""
    if not path:
        raise InvalidSyntaxError("path is missing; send one like /Users.")
    _scheme, is_url, rest = path.partition("://")
    place = f"/{rest.partition('/')[2]}" if is_url else path
    if place.lower().startswith(f"{base_path}/".lower()):
        place = place[len(base_path) :]
    elif is_url:
        raise _nowhere(path)
    endpoint, _, resource = place.removeprefix("/").partition("/")
    endpoint = endpoint.partition("?")[0]
    resource = resource.removesuffix("/")
    if endpoint not in _ENDPOINTS:
        raise _nowhere(path)
    if resource.lower().startswith(PREFIX):
        return endpoint, resource
    resource = resource.partition("?")[0].removesuffix("/")
    if "/" in resource:
        raise _nowhere(path)
    return endpoint, unquote(resource)


def _nowhere(path: str) -> ScimError:
    msg = f"There is no {shown(path)} here; send a path in /Users or /Groups."
    return NotFoundError(msg)


def _check_place(method: str, resource: str) -> None:
    if resource.lower() == PREFIX:
        raise InvalidPathError("The path has bulkId: without a bulkId behind it.")
    if method == "POST" and resource:
        raise MethodNotAllowedError("A POST goes to /Users or /Groups, without an id.")
    if method != "POST" and not resource:
        msg = f"A {method} goes to one resource; put its id into the path."
        raise MethodNotAllowedError(msg)


def _creators(operations: Sequence[BulkOperation]) -> dict[str, int]:
    """Return which position creates each bulkId, or tries to."""
    return {
        operation.bulk_id: position
        for position, operation in enumerate(operations)
        if operation.method == "POST" and operation.bulk_id
    }


def _checked(operations: Sequence[BulkOperation]) -> list[BulkOperation]:
    """Refuse operations that share a bulkId, or refer to none."""
    times = Counter(each.bulk_id for each in operations if each.method == "POST")
    return [
        each if each.error else replace(each, error=_misnamed(each, times))
        for each in operations
    ]


def _misnamed(operation: BulkOperation, times: Mapping[str, int]) -> ScimError | None:
    if operation.method == "POST" and times[operation.bulk_id] > 1:
        msg = (
            f"The bulkId {shown(operation.bulk_id)} stands for several operations of "
            "this request; give each its own."
        )
        return InvalidValueError(msg)
    unknown = sorted(each for each in operation.refers_to if each not in times)
    if unknown:
        msg = (
            f"The operation refers to the bulkId {shown(unknown[0])}, which no POST "
            "of this request has."
        )
        return InvalidValueError(msg)
    return None


def succeeded(
    operation: BulkOperation, *, status: int, location: str, version: str = ""
) -> dict[str, Any]:
    """Return the result of an operation that was carried out."""
    return {
        "location": location,
        **_named(operation),
        **({"version": version} if version else {}),
        "status": str(status),
    }


def refused(
    operation: BulkOperation, error: ScimError, *, location: str = ""
) -> dict[str, Any]:
    """Return the result of an operation that was refused."""
    return {
        **({"location": location} if location else {}),
        **_named(operation),
        "response": error.to_body(),
        "status": str(error.status),
    }


def _named(operation: BulkOperation) -> dict[str, str]:
    named = {"method": operation.method, "bulkId": operation.bulk_id}
    return {name: value for name, value in named.items() if value}


def bulk_response(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Build the answer to a bulk request."""
    return {"schemas": [BULK_RESPONSE_SCHEMA], "Operations": list(results)}
