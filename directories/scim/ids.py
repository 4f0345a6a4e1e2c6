"""Reads the ids that clients name, of resources and of members."""

import uuid
from collections.abc import Iterable

from directories.scim.protocol.errors import NotFoundError, ScimError


def not_found() -> ScimError:
    """Return the error for an id that no resource of the directory has."""
    return NotFoundError("The directory has no resource with this id.")


def scim_id(given: str) -> uuid.UUID:
    """Return the id in a path; what is no id is nobody's: NotFoundError."""
    try:
        return uuid.UUID(given)
    except ValueError as error:
        raise not_found() from error


def member_ids(values: Iterable[str]) -> tuple[list[uuid.UUID], list[str]]:
    """Return members' ids, each once, and the values that can be nobody's."""
    ids: dict[uuid.UUID, None] = {}
    strangers = []
    for value in values:
        try:
            ids[uuid.UUID(value)] = None
        except ValueError:
            strangers.append(value)
    return list(ids), strangers
