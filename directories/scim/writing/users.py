"""Writes of users: from a body to the record that it leads to."""

import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils import timezone

from directories.models import Directory, UserRecord
from directories.scim.ids import scim_id
from directories.scim.modes import watching
from directories.scim.protocol.comparable import comparable
from directories.scim.protocol.documents import Document, email_of, read_user
from directories.scim.protocol.operations import Operation, read_patch
from directories.scim.protocol.patch import apply_user_patch
from directories.scim.protocol.schemas import USER
from directories.scim.protocol.tolerance import Tolerance
from directories.services import records
from directories.services.records import Check, UserEdit, UserValues, accept


def values_of(document: Document) -> UserValues:
    """Return a person's document with what is kept in columns."""
    emails: list[dict[str, Any]] = document.get("emails", [])
    return UserValues(
        document=document,
        document_key=comparable(document, USER),
        user_name=document["userName"],
        external_id=document.get("externalId", ""),
        display_name=document.get("displayName", ""),
        email=email_of(document),
        emails=[(e["value"], e.get("type", "")) for e in emails if e.get("value")],
        active=document.get("active"),
    )


def replaced(before: Document, *, by: Document) -> UserValues:
    """Replace a person (PUT); who is inactive stays so unless the body says more.

    RFC 7644 section 3.5.1 leaves open what a missing attribute becomes; a
    forgotten `active` must not let anybody in.
    """
    kept = {"active": before["active"]} if "active" in before else {}
    return values_of({**kept, **by})


def patched(
    before: Document, *, operations: list[Operation], tolerance: Tolerance
) -> UserValues:
    """Apply a PATCH to a person."""
    return values_of(apply_user_patch(before, operations, tolerance))


@dataclass(frozen=True)
class UserWrites:
    """Writes to the users of a directory; `check` looks at what they find.

    Bodies are parsed JSON. Raises ScimError and what the record service raises.
    """

    directory: Directory
    check: Check = accept

    def add(self, body: object) -> UserRecord:
        """Create a user (RFC 7644 section 3.3)."""
        with watching(self.directory, USER) as tolerance:
            document = read_user(body, tolerance)
            return records.create_user(
                directory=self.directory,
                values=values_of({"active": True, **document}),
                now=timezone.now(),
            )

    def replace(self, user: str, body: object) -> UserRecord:
        """Replace a user (RFC 7644 section 3.5.1)."""
        named = scim_id(user)
        with watching(self.directory, USER) as tolerance:
            document = read_user(body, tolerance)
            return self._change(named, partial(replaced, by=document))

    def patch(self, user: str, body: object) -> UserRecord:
        """Change a user (RFC 7644 section 3.5.2)."""
        named = scim_id(user)
        with watching(self.directory, USER) as tolerance:
            operations = read_patch(body, may_be_empty=tolerance.empty_patch)
            return self._change(
                named, partial(patched, operations=operations, tolerance=tolerance)
            )

    def _change(self, user: uuid.UUID, edit: UserEdit) -> UserRecord:
        return records.change_user(
            directory=self.directory,
            scim_id=user,
            edit=edit,
            now=timezone.now(),
            check=self.check,
        )

    def remove(self, user: str) -> None:
        """Delete a user for good (RFC 7644 section 3.6)."""
        records.delete_user(
            directory=self.directory,
            scim_id=scim_id(user),
            now=timezone.now(),
            check=self.check,
        )
