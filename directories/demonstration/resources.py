"""Says people and groups in SCIM (RFC 7643), and what differs from a server's."""

import hashlib
from typing import Any

from directories.demonstration.client import Document
from directories.demonstration.roster import Person

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

Operation = dict[str, Any]
WORK_EMAIL = 'emails[type eq "work"].value'


def values_of(person: Person) -> dict[str, str | bool]:
    """Return what is said about a person, by SCIM attribute path; no empty texts."""
    values = {
        "userName": person.user_name,
        "name.givenName": person.given_name,
        "name.familyName": person.family_name,
        "displayName": person.display_name,
        WORK_EMAIL: person.email,
        "title": person.title,
        "timezone": person.timezone,
        "preferredLanguage": person.language,
        f"{ENTERPRISE}:department": person.department,
        f"{ENTERPRISE}:organization": person.organization,
    }
    return {**{k: v for k, v in values.items() if v}, "active": person.active}


def user_resource(person: Person) -> Document:
    """Return the body that creates a person."""
    flat = values_of(person)
    name = {
        part: flat.pop(f"name.{part}")
        for part in ("givenName", "familyName")
        if f"name.{part}" in flat
    }
    extension = {
        part: flat.pop(f"{ENTERPRISE}:{part}")
        for part in ("department", "organization")
        if f"{ENTERPRISE}:{part}" in flat
    }
    email = flat.pop(WORK_EMAIL, "")
    resource: Document = {
        "schemas": [USER, *([ENTERPRISE] if extension else [])],
        "externalId": external_id(person.user_name),
        **flat,
    }
    if name:
        resource["name"] = name
    if email:
        resource["emails"] = [{"value": email, "type": "work", "primary": True}]
    if extension:
        resource[ENTERPRISE] = extension
    return resource


def external_id(user_name: str) -> str:
    """Return the id that the sample identity provider gives a person."""
    digest = hashlib.sha256(user_name.casefold().encode()).hexdigest()
    return f"00u{digest[:17]}"


def differences(person: Person, found: Document) -> list[Operation]:
    """Return the operations that make a found user say what the person says.

    Nothing is taken away that the person's file leaves empty.
    """
    return [
        {"op": "replace", "path": path, "value": value}
        for path, value in values_of(person).items()
        if value != _value_at(found, path)
    ]


def _value_at(found: Document, path: str) -> object:
    if path == WORK_EMAIL:
        emails = [e for e in found.get("emails", []) if e.get("type") == "work"]
        return emails[0].get("value") if emails else None
    if path.startswith(ENTERPRISE):
        return found.get(ENTERPRISE, {}).get(path.rpartition(":")[2])
    if path.startswith("name."):
        return found.get("name", {}).get(path.partition(".")[2])
    return found.get(path)


def patch(operations: list[Operation]) -> Document:
    """Return the body of a PATCH request."""
    return {"schemas": [PATCH_OP], "Operations": operations}


def group_resource(name: str) -> Document:
    """Return the body that creates a group; members come after it."""
    return {"schemas": [GROUP], "displayName": name}


def member_patches(
    add: list[str], remove: list[str], *, size: int = 100
) -> list[Document]:
    """Return the PATCH bodies that add and remove members, `size` in each.

    A removal names one member in the path: RFC 7644 lets a server read a list of
    values in a removal as "all of them".
    """
    bodies = [
        patch([{"op": "remove", "path": f'members[value eq "{i}"]'} for i in part])
        for part in _parts(remove, size)
    ]
    bodies += [
        patch([{"op": "add", "path": "members", "value": [{"value": i} for i in part]}])
        for part in _parts(add, size)
    ]
    return bodies


def _parts(ids: list[str], size: int) -> list[list[str]]:
    return [ids[i : i + size] for i in range(0, len(ids), size)]
