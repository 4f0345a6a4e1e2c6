"""Writes of groups: from a body to the record that it leads to."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain

from django.utils import timezone

from directories.folding import fold
from directories.models import Directory, GroupRecord
from directories.scim.collections import GROUP_COLLECTION
from directories.scim.ids import member_ids, scim_id
from directories.scim.modes import is_strict, watching
from directories.scim.protocol.comparable import comparable
from directories.scim.protocol.documents import Document, read_group
from directories.scim.protocol.errors import InvalidValueError, MutabilityError
from directories.scim.protocol.group_patch import GroupChange, read_group_patch
from directories.scim.protocol.members import MembersPlan as NamedMembers
from directories.scim.protocol.operations import read_patch
from directories.scim.protocol.schemas import GROUP
from directories.scim.rendering import members_in_parts
from directories.services import group_records
from directories.services.group_records import GroupEdit, GroupValues
from directories.services.memberships import MembersPlan
from directories.services.nestings import GroupInItselfError
from directories.services.records import Check, accept


def plan_of(
    named: NamedMembers | None,
    *,
    passes_over: bool = False,
    nests: bool = False,
) -> MembersPlan | None:
    """Return what a request wants of a group's members; None: nothing.

    Removing what is no id removes nobody.
    """
    if named is None or named.is_empty:
        return None
    add, strangers = member_ids(named.add)
    return MembersPlan(
        replaces=named.replaces,
        add=add,
        remove=member_ids(named.remove)[0],
        strangers=strangers,
        passes_over=passes_over,
        nests=nests,
    )


def values_of(document: Document, members: MembersPlan | None) -> GroupValues:
    """Return a group's document with what is kept in columns."""
    return GroupValues(
        document=document,
        document_key=comparable(document, GROUP),
        display_name=document["displayName"],
        external_id=document.get("externalId", ""),
        members=members,
    )


def replaced(
    before: Document, *, by: Document, members: MembersPlan | None, renames: bool
) -> GroupValues:
    """Replace a group (PUT); without `members` in the body they stay."""
    if not renames:
        _refuse_rename(before, by)
    return values_of(by, members)


def patched(
    before: Document,
    *,
    change: GroupChange,
    members: MembersPlan | None,
    renames: bool,
) -> GroupValues:
    """Apply a PATCH to a group."""
    after = change.apply(before)
    if not renames:
        _refuse_rename(before, after)
    return values_of(after, members)


def _refuse_rename(before: Document, after: Document) -> None:
    if fold(before["displayName"]) != fold(after["displayName"]):
        raise MutabilityError(
            "displayName cannot be changed in strict mode. Create a group with the "
            "new name and delete this one, or switch the directory to compatible mode."
        )


@dataclass(frozen=True)
class GroupWrites:
    """Writes to the groups of a directory; `check` looks at what they find.

    Bodies are parsed JSON. Raises ScimError and what the group record service
    raises.
    """

    directory: Directory
    check: Check = accept

    def add(self, body: object) -> GroupRecord:
        """Create a group with its members (RFC 7644 section 3.3)."""
        with watching(self.directory, GROUP) as tolerance:
            document, named = read_group(body, tolerance)
            members = NamedMembers(replaces=False, add=named or [], remove=[])
            return group_records.create_group(
                directory=self.directory,
                values=values_of(document, self._plan_of(members)),
                now=timezone.now(),
            )

    def replace(self, group: str, body: object) -> GroupRecord:
        """Replace a group (RFC 7644 section 3.5.1)."""
        given = scim_id(group)
        with watching(self.directory, GROUP) as tolerance:
            document, named = read_group(body, tolerance)
            members = None
            if named is not None:
                members = NamedMembers(replaces=True, add=named, remove=[])
            plan, renames = self._plan_of(members), not self._is_strict
            return self._change(
                given, partial(replaced, by=document, members=plan, renames=renames)
            )

    def patch(self, group: str, body: object) -> GroupRecord:
        """Change a group's name and members (RFC 7644 section 3.5.2)."""
        given = scim_id(group)
        with watching(self.directory, GROUP) as tolerance:
            operations = read_patch(body, may_be_empty=tolerance.empty_patch)
            roster = partial(self._members_of, given)
            change = read_group_patch(operations, tolerance, roster)
            plan = self._plan_of(change.members, passes_over=tolerance.unknown_members)
            renames = not self._is_strict
            return self._change(
                given, partial(patched, change=change, members=plan, renames=renames)
            )

    def remove(self, group: str) -> None:
        """Delete a group for good (RFC 7644 section 3.6)."""
        group_records.delete_group(
            directory=self.directory,
            scim_id=scim_id(group),
            now=timezone.now(),
            check=self.check,
        )

    def _members_of(self, group: uuid.UUID) -> Iterable[Document]:
        record = GROUP_COLLECTION.with_id(self.directory, group)
        parts = members_in_parts(self.directory, record) if record else ()
        return chain.from_iterable(parts)

    def _plan_of(
        self, named: NamedMembers | None, *, passes_over: bool = False
    ) -> MembersPlan | None:
        return plan_of(named, passes_over=passes_over, nests=not self._is_strict)

    def _change(self, group: uuid.UUID, edit: GroupEdit) -> GroupRecord:
        try:
            return group_records.change_group(
                directory=self.directory,
                scim_id=group,
                edit=edit,
                now=timezone.now(),
                check=self.check,
            )
        except GroupInItselfError as error:
            raise InvalidValueError("A group cannot be a member of itself.") from error

    @property
    def _is_strict(self) -> bool:
        return is_strict(self.directory)
