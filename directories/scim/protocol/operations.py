"""Read the message of a PATCH request (RFC 7644 section 3.5.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from directories.scim.protocol.errors import (
    InvalidPathError,
    InvalidSyntaxError,
    InvalidValueError,
    NoTargetError,
    PayloadTooLargeError,
    ScimError,
    shown,
)
from directories.scim.protocol.values import json_type

PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MAX_OPERATIONS = 10_000
"""authentik adds members with an operation each."""

Kind = Literal["add", "remove", "replace"]
_KINDS = frozenset({"add", "remove", "replace"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `path` is "" where there is none, `number` counts from 1."""

    kind: Kind
    path: str
    value: Any
    number: int = 1

    def explain(self, error: ScimError) -> ScimError:
        """Return the same error, saying which operation it is about."""
        where = f"{self.kind} {shown(self.path)}" if self.path else self.kind
        return type(error)(f"Operation {self.number} ({where}): {error.detail}")


def read_patch(
    body: object, *, may_be_empty: bool = False, max_operations: int = MAX_OPERATIONS
) -> list[Operation]:
    """Return the operations of a PATCH body, names and `op` in any case."""
    if not isinstance(body, dict):
        msg = f"The body must be a JSON object, not {json_type(body)}."
        raise InvalidSyntaxError(msg)
    operations = body.get("Operations")
    if operations is None:
        operations = _any_case(body).get("operations")
    if not isinstance(operations, list):
        raise InvalidSyntaxError(
            "Operations must be a list of operations, each with op, path and value."
        )
    if not operations and not may_be_empty:
        raise InvalidSyntaxError("Operations is empty; send at least one.")
    if len(operations) > max_operations:
        msg = (
            f"The request has {len(operations)} operations; at most "
            f"{max_operations} are allowed. Split it."
        )
        raise PayloadTooLargeError(msg)
    return [_operation(each, n) for n, each in enumerate(operations, start=1)]


def _any_case(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in body.items()}


def _operation(raw: object, number: int) -> Operation:
    if not isinstance(raw, dict):
        msg = f"Operation {number} must be an object, not {json_type(raw)}."
        raise InvalidSyntaxError(msg)
    if "op" not in raw or ("path" not in raw and "value" not in raw):
        raw = _any_case(raw)
    operation = Operation(
        kind=_kind(raw.get("op"), number),
        path=_path(raw.get("path"), number),
        value=raw.get("value"),
        number=number,
    )
    if operation.kind != "remove" and "value" not in raw:
        msg = f"Operation {number} ({operation.kind}) has no value; send one."
        raise InvalidValueError(msg)
    if operation.kind == "remove" and not operation.path:
        msg = f"Operation {number} (remove) has no path; send one."
        raise NoTargetError(msg)
    return operation


def _kind(op: object, number: int) -> Kind:
    if isinstance(op, str) and op.lower() in _KINDS:
        return cast(Kind, op.lower())
    what = shown(op) if isinstance(op, str) else json_type(op)
    msg = f"Operation {number} has the op {what}; send add, remove or replace."
    raise InvalidSyntaxError(msg)


def _path(path: object, number: int) -> str:
    if path is None:
        return ""
    if isinstance(path, str):
        return path.strip()
    msg = f"Operation {number} has a path that is {json_type(path)}; send a string."
    raise InvalidPathError(msg)
