"""Pushes a roster: makes what is missing, changes what differs, names what fails."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from directories.demonstration.client import (
    Document,
    RefusedError,
    ScimClient,
    at_once,
)
from directories.demonstration.resources import (
    differences,
    group_resource,
    member_patches,
    patch,
    user_resource,
)
from directories.demonstration.roster import Person, Roster
from directories.folding import fold

# Told what is pushed ("people" or "groups"), how many are done, and of how many.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Result:
    """What became of one person or group; `id` is "" for who is not there.

    `did` is one of created, updated, unchanged and refused.
    """

    name: str
    did: str
    id: str = ""
    reason: str = ""


@dataclass
class Report:
    """What a push did, and what was refused with the server's reason."""

    people: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    refused: list[Result] = field(default_factory=list)

    def add(self, counts: "Counter[str]", result: Result) -> None:
        """Count a result, and keep it if it was refused."""
        counts[result.did] += 1
        if result.did == "refused":
            self.refused.append(result)


def push_roster(client: ScimClient, roster: Roster, progress: Progress) -> Report:
    """Push people, then groups; done again, it changes nothing more.

    Raises client.PushError when the server cannot be worked with at all.
    """
    client.test_connection()
    report = Report()
    ids: dict[str, str] = {}
    people = at_once(partial(push_person, client), roster.people)
    for done, result in enumerate(people, start=1):
        report.add(report.people, result)
        if result.id:
            ids[fold(result.name)] = result.id
        progress("people", done, len(roster.people))
    wanted = [
        (name, [ids[fold(u)] for u in users if fold(u) in ids])
        for name, users in roster.groups.items()
    ]
    groups = at_once(lambda group: push_group(client, *group), wanted)
    for done, result in enumerate(groups, start=1):
        report.add(report.groups, result)
        progress("groups", done, len(wanted))
    return report


def push_person(client: ScimClient, person: Person) -> Result:
    """Look a person up by user name, then create or update them."""
    found = None
    try:
        found = client.find("Users", "userName", person.user_name)
        if found is None:
            return create_person(client, person)
        return _update_person(client, person, found)
    except RefusedError as error:
        known = str(found["id"]) if found else ""
        return Result(person.user_name, "refused", known, reason=str(error))


def create_person(client: ScimClient, person: Person) -> Result:
    """Create a person, or update who has the user name; raises RefusedError."""
    try:
        made = client.request("POST", "/Users", user_resource(person))
    except RefusedError as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        # A first try whose answer was lost made them; or the e-mail is another's.
        found = client.find("Users", "userName", person.user_name)
        if found is None:
            raise
        return _update_person(client, person, found)
    return Result(person.user_name, "created", str(made["id"]))


def _update_person(client: ScimClient, person: Person, found: Document) -> Result:
    operations = differences(person, found)
    if not operations:
        return Result(person.user_name, "unchanged", str(found["id"]))
    client.request("PATCH", f"/Users/{found['id']}", patch(operations))
    return Result(person.user_name, "updated", str(found["id"]))


def push_group(client: ScimClient, name: str, wanted: list[str]) -> Result:
    """Look a group up by name, create it if need be, give it its members."""
    group_id, did = "", "unchanged"
    try:
        group_id, present = _find_group(client, name)
        if not group_id:
            made = client.request("POST", "/Groups", group_resource(name))
            group_id, did = str(made["id"]), "created"
        keep = set(wanted)
        add = [i for i in wanted if i not in present]
        remove = [i for i in present if i not in keep]
        for body in member_patches(add, remove):
            client.request("PATCH", f"/Groups/{group_id}", body)
            did = did if did == "created" else "updated"
    except RefusedError as error:
        return Result(name, "refused", group_id, reason=str(error))
    return Result(name, did, group_id)


def _find_group(client: ScimClient, name: str) -> tuple[str, dict[str, None]]:
    """Return a group's id and its members' ids in order; "" when there is none."""
    found = client.find("Groups", "displayName", name, excludedAttributes="members")
    if found is None:
        return "", {}
    whole = client.request("GET", f"/Groups/{found['id']}")
    members = [str(member["value"]) for member in whole.get("members", [])]
    return str(found["id"]), dict.fromkeys(members)
