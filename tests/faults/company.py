"""What the identity provider does, step by step, and what must come of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

# One in so many is of a domain that the organization has not verified.
EXTERNAL = 10
BATCH = 1_000


@dataclass
class Person:
    """Somebody as the provider last described them."""

    key: int
    name: str
    active: bool = True


@dataclass
class Team:
    """A group as the provider last described it."""

    key: int
    name: str
    members: set[int] = field(default_factory=set)
    grants: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class Step:
    """One change; `after` names the steps that must have been acknowledged before.

    `do` is one of add-user, set-active, delete-user, add-group, add-members,
    remove-members, rename, delete-group, grant.
    """

    number: int
    do: str
    key: int
    after: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    name: str = ""
    active: bool = True
    grants: tuple[tuple[str, str], ...] = ()


@dataclass
class Company:
    """Steps in an order that is possible, and how everything is after the last."""

    steps: list[Step] = field(default_factory=list)
    people: dict[int, Person] = field(default_factory=dict)
    teams: dict[int, Team] = field(default_factory=dict)
    deleted_people: dict[int, set[int]] = field(default_factory=dict)
    deleted_teams: set[int] = field(default_factory=set)
    changes: dict[int, int] = field(default_factory=dict)


# (site, kind) pairs that groups are granted; Bitbucket takes no synced groups.
APPS = tuple(
    (site, kind)
    for site in ("north", "south")
    for kind in ("jira", "confluence", "jira-service-management", "trello")
)


def user_name(key: int) -> str:
    """Return the user name and address of a person."""
    domain = "elsewhere.example" if key % EXTERNAL == 0 else "example.com"
    return f"p{key}@{domain}"


class Planner:
    """Makes the steps of a company from a seed."""

    def __init__(self, seed: int, people: int, groups: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a seed, not a secret
        self._people, self._groups = people, groups
        self._last_of_person: dict[int, int] = {}
        self._last_of_team: dict[int, int] = {}
        # Steps of groups that name a person: a deletion comes after them.
        self._naming: dict[int, list[int]] = {}
        self.company = Company()

    def plan(self) -> Company:
        """Return everything, people first and groups among them."""
        later = list(self._group_plan())
        begin = self._people // 5
        every = max(1, (self._people - begin) // max(1, len(later)))
        waiting = iter(later)
        for key in range(self._people):
            self._add_person(key)
            if key < begin:
                continue
            if (key - begin) % every == 0:
                self._next_group(waiting)
            if self._random.random() < 0.05:
                self._change_somebody()
        while self._next_group(waiting):
            self._change_somebody()
        self._everybody()
        for _ in range(len(later) // 2):
            self._change_some_group()
        return self.company

    def _group_plan(self) -> Iterator[tuple[int, int]]:
        """Yield (key, members) of each group, from 5 members to everybody."""
        for key in range(self._groups):
            part = self._random.random()
            if key < 2:
                share = 1.0
            elif part < 0.05:
                share = self._random.uniform(0.05, 0.3)
            elif part < 0.2:
                share = self._random.uniform(0.025, 0.05)
            else:
                share = self._random.uniform(0.0, 0.015)
            yield key, max(5, int(share * self._people))

    def _next_group(self, waiting: Iterator[tuple[int, int]]) -> bool:
        team, size = next(waiting, (-1, 0))
        if team < 0:
            return False
        alive = sorted(self.company.people)
        chosen = self._random.sample(alive, min(size, len(alive)))
        # Some providers send all members at once, others a thousand at a time.
        first = len(chosen) if team % 3 == 1 else min(len(chosen), BATCH)
        self._add_team(team, chosen[:first])
        for start in range(first, len(chosen), BATCH):
            self._members(team, chosen[start : start + BATCH], add=True)
        if team < 4 or team % 7 == 0:
            self._grant(team)
        return True

    def _everybody(self) -> None:
        """Put into the first group who came after it was made."""
        team = self.company.teams.get(0)
        missing = sorted(set(self.company.people) - team.members) if team else []
        for start in range(0, len(missing), BATCH):
            self._members(0, missing[start : start + BATCH], add=True)

    def _step(self, do: str, key: int, after: set[int], **values: object) -> int:
        number = len(self.company.steps)
        step = Step(number, do, key, after=tuple(sorted(after)), **values)  # type: ignore[arg-type]
        self.company.steps.append(step)
        return number

    def _add_person(self, key: int) -> None:
        name = user_name(key)
        self.company.people[key] = Person(key, name)
        self.company.changes[key] = 0
        self._last_of_person[key] = self._step("add-user", key, set(), name=name)

    def _change_somebody(self) -> None:
        key = self._random.choice(sorted(self.company.people)[-2_000:])
        if self._random.random() < 0.1:
            self._delete_person(key)
            return
        person = self.company.people[key]
        person.active = not person.active
        self.company.changes[key] += 1
        before = {self._last_of_person[key]}
        self._last_of_person[key] = self._step(
            "set-active", key, before, active=person.active
        )

    def _delete_person(self, key: int) -> None:
        before = {self._last_of_person[key], *self._naming.get(key, [])}
        self._step("delete-user", key, before)
        del self.company.people[key]
        mine = {t.key for t in self.company.teams.values() if key in t.members}
        self.company.deleted_people[key] = mine
        for each in mine:
            self.company.teams[each].members.discard(key)
            # A later change of the group must find the person gone already.
            self._last_of_team[each] = len(self.company.steps) - 1

    def _add_team(self, key: int, people: list[int]) -> None:
        name = f"Team {key}"
        self.company.teams[key] = Team(key, name, set(people))
        self._name(
            people,
            key,
            self._step(
                "add-group",
                key,
                {self._last_of_person[each] for each in people},
                people=tuple(people),
                name=name,
            ),
        )

    def _members(self, key: int, people: list[int], *, add: bool) -> None:
        team = self.company.teams[key]
        team.members = team.members | set(people) if add else team.members - set(people)
        before = {self._last_of_person[each] for each in people}
        do = "add-members" if add else "remove-members"
        before.add(self._last_of_team[key])
        self._name(people, key, self._step(do, key, before, people=tuple(people)))

    def _name(self, people: list[int], team: int, number: int) -> None:
        self._last_of_team[team] = number
        for each in people:
            self._naming.setdefault(each, []).append(number)

    def _grant(self, key: int) -> None:
        team = self.company.teams[key]
        chosen = self._random.sample(APPS, self._random.choice([1, 1, 2, 4]))
        team.grants |= set(chosen)
        self._last_of_team[key] = self._step(
            "grant", key, {self._last_of_team[key]}, grants=tuple(chosen)
        )

    def _change_some_group(self) -> None:
        key = self._random.choice(sorted(self.company.teams))
        team, what = self.company.teams[key], self._random.random()
        alive = sorted(self.company.people)
        size = max(1, min(BATCH, len(team.members) // 3))
        if what < 0.35:
            self._members(key, self._random.sample(alive, size), add=True)
        elif what < 0.7 and team.members:
            leavers = self._random.sample(sorted(team.members), size)
            self._members(key, leavers, add=False)
        elif what < 0.85:
            team.name = f"Team {key} of {len(self.company.steps)}"
            before = {self._last_of_team[key]}
            self._last_of_team[key] = self._step("rename", key, before, name=team.name)
        elif key > 3:
            self._step("delete-group", key, {self._last_of_team.pop(key)})
            del self.company.teams[key]
            self.company.deleted_teams.add(key)
