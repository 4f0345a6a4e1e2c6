"""Chooses what happens in a company from one day to the next."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from directories.demonstration.client import Document, ScimClient
from directories.demonstration.resources import ENTERPRISE
from directories.demonstration.roster import Person

LOOKED_AT = 1_000
GIVEN = [
    "Adel",
    "Bodil",
    "Cyrus",
    "Dagny",
    "Emeka",
    "Fenna",
    "Goran",
    "Hilma",
    "Imran",
    "Jorun",
    "Kamal",
    "Lotte",
]
FAMILY = [
    "Almeida",
    "Bjork",
    "Conti",
    "Dahl",
    "Ersoy",
    "Falk",
    "Gruber",
    "Horvat",
    "Imai",
    "Jensen",
]


@dataclass
class Known:
    """Somebody the server has: the resource, and their groups as {id: name}."""

    id: str
    resource: Document
    groups: dict[str, str] = field(default_factory=dict)

    @property
    def user_name(self) -> str:
        """Return the name by which identity providers know the person."""
        return str(self.resource["userName"])

    @property
    def is_active(self) -> bool:
        """Say whether the person may work at present."""
        return bool(self.resource.get("active", True))


@dataclass
class Company:
    """People and groups ({id: name}) as the server has them now."""

    people: list[Known]
    groups: dict[str, str]

    @property
    def active(self) -> list[Known]:
        """Return the people who work at present."""
        return [known for known in self.people if known.is_active]


@dataclass(frozen=True)
class Join:
    """Somebody new comes into the company, and into groups."""

    done: ClassVar[str] = "joined"
    person: Person
    groups: dict[str, str]

    def __str__(self) -> str:
        into = ", ".join(self.groups.values()) or "no group"
        return f"joins        {self.person.user_name}, into {into}"


@dataclass(frozen=True)
class Leave:
    """Somebody leaves for good."""

    done: ClassVar[str] = "left"
    known: Known

    def __str__(self) -> str:
        return f"leaves       {self.known.user_name}"


@dataclass(frozen=True)
class Deactivate:
    """Somebody may not work for the time being."""

    done: ClassVar[str] = "deactivated"
    known: Known

    def __str__(self) -> str:
        return f"deactivated  {self.known.user_name}"


@dataclass(frozen=True)
class ComeBack:
    """Somebody may work again."""

    done: ClassVar[str] = "came back"
    known: Known

    def __str__(self) -> str:
        return f"comes back   {self.known.user_name}"


@dataclass(frozen=True)
class Rename:
    """Somebody takes another family name."""

    done: ClassVar[str] = "renamed"
    known: Known
    family_name: str

    def __str__(self) -> str:
        return f"renamed      {self.known.user_name}, now {self.family_name}"


@dataclass(frozen=True)
class Move:
    """Somebody changes groups; `leaves` and `joins` are (id, name).

    Who was in no group has nothing to leave.
    """

    done: ClassVar[str] = "moved"
    known: Known
    leaves: tuple[str, str] | None
    joins: tuple[str, str]

    def __str__(self) -> str:
        there = f" from {self.leaves[1]}" if self.leaves else ""
        return f"moves        {self.known.user_name}{there} to {self.joins[1]}"


Change = Join | Leave | Deactivate | ComeBack | Rename | Move


def read_company(client: ScimClient) -> Company:
    """Return the first LOOKED_AT people and groups of the server."""
    groups = {
        str(group["id"]): str(group["displayName"])
        for group in client.pages(
            "Groups", at_most=LOOKED_AT, excludedAttributes="members"
        )
    }
    people = [
        Known(str(user["id"]), user, _groups_of(user))
        for user in client.pages("Users", at_most=LOOKED_AT)
    ]
    return Company(people, groups)


def _groups_of(user: Document) -> dict[str, str]:
    return {str(g["value"]): str(g.get("display", "")) for g in user.get("groups", [])}


def choose_changes(company: Company, *, seed: int, count: int) -> list[Change]:
    """Choose `count` changes, no more than one for each person.

    There are fewer when too few people are left to change. The same seed chooses
    the same.
    """
    rng = random.Random(seed)  # noqa: S311 - guards nothing
    chooser = _Chooser(company, rng)
    kinds: list[tuple[Callable[[], Change | None], int]] = [
        (chooser.join, 6),
        (chooser.move, 6),
        (chooser.rename, 3),
        (chooser.deactivate, 2),
        (chooser.leave, 2),
        (chooser.come_back, 1),
    ]
    makers, weights = zip(*kinds, strict=True)
    picked = rng.choices(makers, weights, k=count)
    return [change for maker in picked if (change := maker()) is not None]


class _Chooser:
    """Draws people without putting them back."""

    def __init__(self, company: Company, rng: random.Random) -> None:
        self._groups = company.groups
        self._rng = rng
        self._active = rng.sample(company.active, len(company.active))
        self._inactive = [p for p in company.people if not p.is_active]
        self._models = list(company.active)
        self._user_names = {p.user_name.casefold() for p in company.people}
        self._names = self._new_names()

    def _new_names(self) -> Iterator[tuple[str, str]]:
        names = [(given, family) for given in GIVEN for family in FAMILY]
        yield from self._rng.sample(names, len(names))

    def join(self) -> Change | None:
        """Take on somebody beside a colleague, into the colleague's groups."""
        if not self._models:
            return None
        colleague = self._rng.choice(self._models)
        domain = colleague.user_name.rpartition("@")[2]
        for given, family in self._names:
            user_name = f"{given}.{family}@{domain}".lower()
            if user_name not in self._user_names:
                person = _like(colleague, user_name, given, family)
                return Join(person, dict(colleague.groups))
        return None

    def move(self) -> Change | None:
        """Move somebody from one of their groups to another."""
        known = self._next_active()
        if known is None:
            return None
        others = [item for item in self._groups.items() if item[0] not in known.groups]
        if not others:
            return None
        present = list(known.groups.items())
        # The first group is mostly the one of everybody, which nobody leaves.
        leaves = self._rng.choice(present[1:] or present) if present else None
        return Move(known, leaves, self._rng.choice(others))

    def rename(self) -> Change | None:
        """Give somebody another family name."""
        known = self._next_active()
        return Rename(known, self._rng.choice(FAMILY)) if known else None

    def deactivate(self) -> Change | None:
        """Deactivate somebody."""
        known = self._next_active()
        return Deactivate(known) if known else None

    def leave(self) -> Change | None:
        """Let somebody leave for good."""
        known = self._next_active()
        return Leave(known) if known else None

    def come_back(self) -> Change | None:
        """Activate somebody again."""
        if not self._inactive:
            return None
        return ComeBack(self._inactive.pop(0))

    def _next_active(self) -> Known | None:
        return self._active.pop() if self._active else None


def _like(colleague: Known, user_name: str, given: str, family: str) -> Person:
    """Return a person with a colleague's title, department and place."""
    resource = colleague.resource
    work = resource.get(ENTERPRISE, {})
    return Person(
        user_name=user_name,
        email=user_name,
        given_name=given,
        family_name=family,
        display_name=f"{given} {family}",
        title=resource.get("title", ""),
        department=work.get("department", ""),
        organization=work.get("organization", ""),
        timezone=resource.get("timezone", ""),
        language=resource.get("preferredLanguage", ""),
    )
