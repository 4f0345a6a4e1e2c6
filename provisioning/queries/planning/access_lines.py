"""Says what a change of access makes of one person, and of how many."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from provisioning.queries.planning.access_plan import Pair


class Effect(TextChoices):
    """What a change makes of somebody's role in an app, or of an admin right."""

    GAIN = "gain", _("Gain access")
    ADMIT = "admit", _("Get the license they wait for")
    WAIT = "wait", _("Would wait for a license")
    REFUSED = "refused", _("Refused by the user limit")
    LOSE = "lose", _("Lose access")
    DROP = "drop", _("Wait for a license no longer")
    KEEP = "keep", _("Keep it by another way")
    RIGHT_GAIN = "right-gain", _("Gain an admin right")
    RIGHT_LOSE = "right-lose", _("Lose an admin right")


class Right(NamedTuple):
    """An admin right: `site` is None for all of them, `app` is "" for all."""

    role: str
    site: UUID | None = None
    app: str = ""


@dataclass(frozen=True)
class Line:
    """What becomes of one role in an app, or of one admin right, of one person.

    `before` and `after` are states of access, "" for none. `groups` are those of the
    plan that gave it before, or would give it.
    """

    account: int
    effect: Effect
    app: int = 0
    role: str = ""
    before: str = ""
    after: str = ""
    groups: tuple[int, ...] = ()
    right: Right | None = None


class Shortage(NamedTuple):
    """An app whose user limit refuses a change: licenses free, and needed."""

    app: int
    free: int
    needed: int


@dataclass(frozen=True)
class Numbers:
    """How many people each effect concerns, by role in an app and by admin right.

    With `more` only the first of those concerned were looked at, `looked_at` people.
    An app in `shortages` has the whole change refused.
    """

    roles: dict[Pair, Counter[str]]
    rights: dict[Right, Counter[str]]
    looked_at: int = 0
    more: bool = False
    shortages: list[Shortage] = field(default_factory=list)

    def total(self, *effects: str) -> int:
        """Return how many roles in apps come out with these effects."""
        return sum(each[effect] for each in self.roles.values() for effect in effects)

    @property
    def gained(self) -> int:
        """Return how many roles in apps people gain."""
        return self.total(Effect.GAIN, Effect.ADMIT)

    @property
    def lost(self) -> int:
        """Return how many roles in apps people lose."""
        return self.total(Effect.LOSE)

    @property
    def kept(self) -> int:
        """Return how many roles in apps people keep by another way."""
        return self.total(Effect.KEEP)

    @property
    def waiting(self) -> int:
        """Return how many people would wait for a license."""
        return self.total(Effect.WAIT)

    @property
    def rights_gained(self) -> int:
        """Return how many admin rights people gain."""
        return sum(each[Effect.RIGHT_GAIN] for each in self.rights.values())

    @property
    def rights_lost(self) -> int:
        """Return how many admin rights people lose."""
        return sum(each[Effect.RIGHT_LOSE] for each in self.rights.values())

    def of_role(self, app: int, role: str, effect: str) -> int:
        """Return how often an effect comes out for one role in an app."""
        counted = self.roles.get((app, role))
        return counted[effect] if counted else 0

    def of(self, effect: str) -> int:
        """Return how often one effect comes out, of roles and of rights."""
        counted = [*self.roles.values(), *self.rights.values()]
        return sum(each[effect] for each in counted)
