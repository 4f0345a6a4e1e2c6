"""Reads about how a directory takes requests, and what another way would change."""

from dataclasses import dataclass

from django.conf import settings

from directories.models import (
    Directory,
    GroupRecord,
    Job,
    LinkState,
    Nesting,
    UnusedAttribute,
    UserRecord,
)
from directories.queries.jobs import ACTIVE

SHOWN = 100
NOT_LINKED = (LinkState.PAUSED, LinkState.HELD, LinkState.UNLINKED)


@dataclass(frozen=True)
class Unused:
    """Attributes that were sent and mean nothing here; `more` are not shown."""

    attributes: list[UnusedAttribute]
    more: int

    @property
    def total(self) -> int:
        """Return how many there are."""
        return len(self.attributes) + self.more


@dataclass(frozen=True)
class Standing:
    """What was taken so far and hangs on a choice.

    `waiting` groups wait for a local group of their name, `linked` people are linked,
    `without_address` people have no e-mail address, `nested` groups are in another
    group.
    """

    waiting: int
    linked: int
    without_address: int
    nested: int
    unused: Unused


@dataclass(frozen=True)
class Rates:
    """How often one key may ask within a minute where a directory does not say."""

    reads: int
    writes: int


def standing(directory: Directory) -> Standing:
    """Count what hangs on the choices; each count stays inside an index."""
    groups = GroupRecord.objects.filter(directory=directory)
    # Nobody without an address is linked: that spares the look at most people.
    loose = UserRecord.objects.filter(directory=directory, link_state__in=NOT_LINKED)
    linked = UserRecord.objects.filter(directory=directory, link_state=LinkState.LINKED)
    nestings = Nesting.objects.filter(directory=directory)
    return Standing(
        waiting=groups.filter(link_state=LinkState.HELD).count(),
        linked=linked.count(),
        without_address=loose.filter(email_key="").count(),
        nested=nestings.values("child").distinct().count(),
        unused=_unused(directory),
    )


def _unused(directory: Directory) -> Unused:
    rows = UnusedAttribute.objects.filter(directory=directory)
    shown = list(rows.order_by("resource", "name")[: SHOWN + 1])
    more = rows.count() - SHOWN if len(shown) > SHOWN else 0
    return Unused(shown[:SHOWN], more)


def default_rates() -> Rates:
    """Return the rates of this installation."""
    return Rates(settings.SCIM_READS_PER_MINUTE, settings.SCIM_WRITES_PER_MINUTE)


def work_under_way(directory: Directory, *, kind: str) -> Job | None:
    """Return the newest job of a kind on the directory that is not over."""
    jobs = Job.objects.filter(directory=directory, kind=kind, state__in=ACTIVE)
    return jobs.order_by("-created_at", "-pk").first()
