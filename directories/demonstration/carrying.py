"""Carries chosen changes to the server, one line about each."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from directories.demonstration.changes import (
    Change,
    ComeBack,
    Company,
    Deactivate,
    Join,
    Known,
    Leave,
    Move,
    Rename,
)
from directories.demonstration.client import RefusedError, ScimClient
from directories.demonstration.push import create_person
from directories.demonstration.resources import Operation, member_patches, patch

Say = Callable[[str], None]


@dataclass
class Summary:
    """How many changes of each kind were made, and what was refused."""

    done: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)


class Carrier:
    """Carries people's changes at once and gathers those of group members.

    Members go in few requests at the end, as identity providers send them.
    """

    def __init__(self, client: ScimClient, company: Company, say: Say) -> None:
        self._client = client
        self._groups = company.groups
        self._say = say
        self._add: dict[str, list[str]] = {}
        self._remove: dict[str, list[str]] = {}
        self.summary = Summary()

    def carry(self, changes: Sequence[Change]) -> Summary:
        """Carry all changes out; raises client.PushError."""
        for change in changes:
            try:
                self._carry_one(change)
            except RefusedError as error:
                self._refuse(str(change), str(error))
            else:
                self._say(str(change))
                self.summary.done[change.done] += 1
        self._carry_members()
        return self.summary

    def _carry_one(self, change: Change) -> None:
        match change:
            case Join(person=person, groups=groups):
                made = create_person(self._client, person)
                for group in groups:
                    self._add.setdefault(group, []).append(made.id)
            case Leave(known=known):
                self._client.request("DELETE", f"/Users/{known.id}")
            case Deactivate(known=known) | ComeBack(known=known):
                active = isinstance(change, ComeBack)
                value = {"op": "replace", "path": "active", "value": active}
                self._patch(known, [value])
            case Rename(known=known, family_name=family_name):
                self._patch(known, _new_name(known, family_name))
            case Move(known=known, leaves=leaves, joins=joins):
                if leaves:
                    self._remove.setdefault(leaves[0], []).append(known.id)
                self._add.setdefault(joins[0], []).append(known.id)

    def _patch(self, known: Known, operations: list[Operation]) -> None:
        self._client.request("PATCH", f"/Users/{known.id}", patch(operations))

    def _carry_members(self) -> None:
        for group in dict.fromkeys([*self._remove, *self._add]):
            add, remove = self._add.get(group, []), self._remove.get(group, [])
            name = self._groups.get(group, group)
            line = f"members      {name}: {len(add)} more, {len(remove)} fewer"
            try:
                for body in member_patches(add, remove):
                    self._client.request("PATCH", f"/Groups/{group}", body)
            except RefusedError as error:
                self._refuse(line, str(error))
            else:
                self._say(line)

    def _refuse(self, line: str, reason: str) -> None:
        self._say(f"{line}\n             refused: {reason}")
        self.summary.refused.append(line)


def _new_name(known: Known, family_name: str) -> list[Operation]:
    given = known.resource.get("name", {}).get("givenName", "")
    whole = f"{given} {family_name}".strip()
    return [
        {"op": "replace", "path": "name.familyName", "value": family_name},
        {"op": "replace", "path": "displayName", "value": whole},
    ]
