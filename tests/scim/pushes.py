"""Random but sensible pushes, and what they should have led to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.scim.client import Answer, ScimClient, values

DOMAINS = ["example.com", "example.org", "elsewhere.example"]
PEOPLE = ["ada", "bob", "cid", "dan", "eve", "fay"]
GROUPS = ["Crew", "Team", "Band", "Local", "Staff"]


Step = Callable[[ScimClient, "Pushed"], Answer | None]


@dataclass
class Pushed:
    """What one directory should hold: its users, and its groups with members."""

    users: set[str] = field(default_factory=set)
    groups: dict[str, set[str]] = field(default_factory=dict)


class Pusher:
    """Pushes at random to several directories; the same seed pushes the same."""

    def __init__(self, seed: int, clients: list[ScimClient]) -> None:
        self.random = Random(seed)  # noqa: S311 - nothing secret about it
        self.held = [(client, Pushed()) for client in clients]

    def push(self) -> None:
        """Send one request and remember what a success means."""
        # Most by the first: what is pushed seldom meets nothing.
        client, pushed = self.random.choice([*self.held, self.held[0], self.held[0]])
        steps: list[Step] = [self._create_user] * max(1, 4 - len(pushed.users))
        steps += [self._create_group] * max(1, 3 - len(pushed.groups))
        if pushed.users:
            steps += [self._change_user] * 6 + [self._replace_user]
        if pushed.users and pushed.groups:
            steps += [self._patch_members] * 8 + [self._replace_group] * 2
        if self.random.random() < 0.1:
            steps = [self._delete_user, self._delete_group]
        answer = self.random.choice(steps)(client, pushed)
        assert answer is None or answer.status_code in {200, 201, 204, 409}, (
            answer.content
        )

    def _address(self) -> str:
        person = self.random.choice(PEOPLE)
        return f"{person}@{self.random.choice(DOMAINS)}"

    def _person(self) -> dict[str, Any]:
        body: dict[str, Any] = {"userName": self.random.choice(PEOPLE)}
        if self.random.random() < 0.9:
            body["emails"] = [{"value": self._address(), "type": "work"}]
        if self.random.random() < 0.3:
            body["active"] = self.random.random() < 0.5
        return body

    def _some(self, ids: set[str]) -> list[str]:
        return self.random.sample(sorted(ids), self.random.randrange(len(ids) + 1))

    def _one(self, ids: Any) -> str:
        return str(self.random.choice(sorted(ids)))

    def _create_user(self, client: ScimClient, pushed: Pushed) -> Answer:
        answer = client.post("/Users", self._person())
        if answer.status_code == 201:
            pushed.users.add(answer.json()["id"])
        return answer

    def _change_user(self, client: ScimClient, pushed: Pushed) -> Answer:
        changes = [
            {"op": "replace", "path": "active", "value": False},
            {"op": "replace", "path": "active", "value": True},
            {
                "op": "replace",
                "path": 'emails[type eq "work"].value',
                "value": self._address(),
            },
            {"op": "remove", "path": "emails"},
        ]
        operations = self.random.sample(changes, self.random.choice([1, 1, 1, 2]))
        return client.patch(f"/Users/{self._one(pushed.users)}", operations)

    def _replace_user(self, client: ScimClient, pushed: Pushed) -> Answer:
        return client.put(f"/Users/{self._one(pushed.users)}", self._person())

    def _delete_user(self, client: ScimClient, pushed: Pushed) -> Answer | None:
        if not pushed.users:
            return None
        gone = self._one(pushed.users)
        pushed.users.discard(gone)
        for members in pushed.groups.values():
            members.discard(gone)
        return client.delete(f"/Users/{gone}")

    def _create_group(self, client: ScimClient, pushed: Pushed) -> Answer:
        members = self._some(pushed.users)
        body = {
            "displayName": self.random.choice(GROUPS),
            "members": values(*members),
        }
        answer = client.post("/Groups", body)
        if answer.status_code == 201:
            pushed.groups[answer.json()["id"]] = set(members)
        return answer

    def _replace_group(self, client: ScimClient, pushed: Pushed) -> Answer:
        group = self._one(pushed.groups)
        body: dict[str, Any] = {"displayName": self._group_name()}
        members = self._some(pushed.users)
        if self.random.random() < 0.7:
            body["members"] = values(*members)
        answer = client.put(f"/Groups/{group}", body)
        if answer.status_code == 200 and "members" in body:
            pushed.groups[group] = set(members)
        return answer

    def _group_name(self) -> str:
        return self.random.choice(GROUPS)

    def _patch_members(self, client: ScimClient, pushed: Pushed) -> Answer:
        group = self._one(pushed.groups)
        members = pushed.groups[group].copy()
        operations: list[dict[str, Any]] = []
        for _ in range(self.random.choice([1, 1, 2, 3])):
            op, some = self.random.choice(["add", "remove"]), self._some(pushed.users)
            operations.append({"op": op, "path": "members", "value": values(*some)})
            members = members | set(some) if op == "add" else members - set(some)
        if self.random.random() < 0.2:
            operations.append(
                {"op": "replace", "path": "displayName", "value": self._group_name()}
            )
        answer = client.patch(f"/Groups/{group}", operations)
        if answer.status_code == 200:
            pushed.groups[group] = members
        return answer

    def _delete_group(self, client: ScimClient, pushed: Pushed) -> Answer | None:
        if not pushed.groups:
            return None
        gone = self._one(pushed.groups)
        del pushed.groups[gone]
        return client.delete(f"/Groups/{gone}")
