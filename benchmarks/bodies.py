"""The bodies that are sent."""

from benchmarks.load import Json

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def user(name: str, external_id: str, number: int) -> Json:
    """Return the body that creates a user."""
    return {
        "schemas": [USER],
        "userName": name,
        "externalId": external_id,
        "name": {"givenName": f"Given{number}", "familyName": f"Family{number}"},
        "displayName": f"Given{number} Family{number}",
        "emails": [{"value": name, "type": "work", "primary": True}],
        "active": True,
    }


def group(name: str, ids: list[str]) -> Json:
    """Return the body that creates a group."""
    body: Json = {"schemas": [GROUP], "displayName": name}
    return body | ({"members": [{"value": i} for i in ids]} if ids else {})


def add(ids: list[str]) -> Json:
    """Return the body that adds members."""
    members = [{"value": i} for i in ids]
    return patch({"op": "add", "path": "members", "value": members})


def remove(scim_id: str) -> Json:
    """Return the body that removes a member."""
    return patch({"op": "remove", "path": f'members[value eq "{scim_id}"]'})


def replace_active(*, active: bool) -> Json:
    """Return the body that sets whether a user is active."""
    return patch({"op": "replace", "path": "active", "value": active})


def patch(*operations: Json) -> Json:
    """Return the body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}
