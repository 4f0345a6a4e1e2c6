"""What a directory holds, read over SCIM, and what must hold of it at any time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tests.fuzzing.sending import Answer, Sent

Json = dict[str, Any]
_PAGE = 1000
OK = 200
ACCOUNT = "urn:scim:schemas:extension:atlassian-external:1.0"
# Two lists: strict mode has none of both.
EVERYTHING = [Sent("GET", f"/{kind}?count={_PAGE}") for kind in ("Users", "Groups")]


class Holdings:
    """Users and groups of a directory at one moment, by id."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self.listed: dict[str, Json] = {}
        for answer in answers:
            page = answer.json()
            assert answer.status == OK, answer
            assert page["totalResults"] == len(page["Resources"]), "too many to walk"
            self.listed |= {each["id"]: each for each in page["Resources"]}
        self.users = self._of("User")
        self.groups = self._of("Group")
        # Another resource's part of a document is left out, and in no version.
        self.own = {key: _own(each) for key, each in self.listed.items()}

    def _of(self, kind: str) -> list[str]:
        return [
            key
            for key, each in self.listed.items()
            if each["meta"]["resourceType"] == kind
        ]

    def tag(self, key: str) -> str:
        """Return the entity tag of a resource, "" for one that is not there."""
        version: str = self.listed.get(key, {}).get("meta", {}).get("version", "")
        return version

    def problems(self) -> Iterator[str]:
        """Yield which rules are broken by what the directory holds."""
        users = [self.listed[key] for key in self.users]
        yield from _repeated("userName", (user["userName"] for user in users))
        yield from _repeated(
            "displayName", (self.listed[key]["displayName"] for key in self.groups)
        )
        yield from self._member_problems()

    def _member_problems(self) -> Iterator[str]:
        of_groups, of_users = set(), set()
        for key in self.groups:
            for member in self.listed[key].get("members", ()):
                of_groups.add((member["value"], key))
                found = self.listed.get(member["value"])
                if found is None or member.get("display") not in _names(found):
                    yield f"{key} has a member by another name: {member}"
        for key in self.users:
            groups = self.listed[key].get("groups", ())
            of_users |= {(key, g["value"]) for g in groups if g["type"] == "direct"}
        of_people = {pair for pair in of_groups if pair[0] not in self.groups}
        if of_people != of_users:
            yield f"members and groups differ: {of_people ^ of_users}"


def _names(resource: Json) -> set[str | None]:
    return {resource.get("displayName"), resource.get("userName")}


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    counts = Counter(name.casefold() for name in names)
    for name, times in counts.items():
        if times > 1:
            yield f"{what} is not unique: {name}"


def _own(resource: Json) -> Json:
    """Return what a resource says of itself.

    Left out are its groups and its account: somebody may be linked, later and in the
    background, because another person's address became free.
    """
    own = {n: v for n, v in resource.items() if n not in {"groups", ACCOUNT}}
    own["schemas"] = [schema for schema in own["schemas"] if schema != ACCOUNT]
    if "version" in own["meta"]:
        version = str(own["meta"]["version"]).partition("-")[0].rstrip('"')
        own["meta"] = {**own["meta"], "version": version}
    if "members" in own:
        own["members"] = sorted(member["value"] for member in own["members"])
    return own


def unexplained(
    before: Holdings, after: Holdings, sent: Sent, changed: str
) -> set[str]:
    """Return the resources that changed, but for the one that a write was about.

    Who is deleted leaves their groups, which may show by the members alone.
    """
    keys = before.own.keys() | after.own.keys()
    others = {
        key for key in keys - {changed} if before.own.get(key) != after.own.get(key)
    }
    if sent.method != "DELETE" or changed in after.own:
        return others
    return {
        key
        for key in others
        if key not in before.own
        or key not in after.own
        or _without(before.own[key], changed) != _without(after.own[key], changed)
    }


def _without(resource: Json, member: str) -> Json:
    members = [key for key in resource.get("members", ()) if key != member]
    return {**resource, "members": members, "meta": None}
