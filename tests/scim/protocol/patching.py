"""A person and a short way to write PATCH requests, for the tests of PATCH."""

from typing import Any

from directories.scim.protocol.patch import apply_user_patch, read_patch

WORK = {"type": "work", "value": "ada@example.com", "primary": True}
HOME = {"type": "home", "value": "ada@home.example"}


def ada(**attributes: Any) -> dict[str, Any]:
    return {"userName": "ada", **attributes}


def patched(document, *operations, **kwargs):
    return apply_user_patch(
        document, read_patch({"Operations": list(operations)}), **kwargs
    )


def op(kind: str, path: str | None = None, *value: Any) -> dict[str, Any]:
    operation: dict[str, Any] = {"op": kind}
    if path is not None:
        operation["path"] = path
    return {**operation, "value": value[0]} if value else operation
