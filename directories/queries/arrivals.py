"""Reads about what a directory's identity provider has sent."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Count

from directories.models import (
    Directory,
    GroupRecord,
    TroubleshootingEntry,
    UserRecord,
)

FIRST_REQUEST = "first_request"
LATEST_USERS = 5
LATEST_GROUPS = 3


@dataclass(frozen=True)
class Tally:
    """How many records of one kind are in which state."""

    linked: int = 0
    paused: int = 0
    held: int = 0
    unlinked: int = 0

    @property
    def total(self) -> int:
        """Return how many records there are."""
        return self.linked + self.paused + self.held + self.unlinked

    @property
    def owned(self) -> int:
        """Return how many records have led to something."""
        return self.linked + self.paused

    @property
    def loose(self) -> int:
        """Return how many records have led to nothing yet."""
        return self.held + self.unlinked


@dataclass(frozen=True)
class Tallies:
    """The records of a directory, counted by state."""

    users: Tally
    groups: Tally


@dataclass(frozen=True)
class Arrivals:
    """What has arrived since provisioning was set up, newest first."""

    first_request_at: datetime | None
    first_request: TroubleshootingEntry | None
    tallies: Tallies
    users: list[UserRecord]
    groups: list[GroupRecord]


def tallies(directory: Directory) -> Tallies:
    """Count the directory's records by state; two queries, each inside an index."""
    return Tallies(
        users=_tally(UserRecord, directory), groups=_tally(GroupRecord, directory)
    )


def _tally(model: type[UserRecord] | type[GroupRecord], directory: Directory) -> Tally:
    rows = model._default_manager.filter(directory=directory).order_by()  # noqa: SLF001 - the documented name
    counts = dict(rows.values_list("link_state").annotate(count=Count("*")))
    return Tally(**{field.name: counts.get(field.name, 0) for field in fields(Tally)})


def arrivals(directory: Directory) -> Arrivals:
    """Return what has arrived in the directory so far; five queries at most."""
    users = UserRecord.objects.filter(directory=directory).select_related("account")
    groups = GroupRecord.objects.filter(directory=directory)
    return Arrivals(
        first_request_at=directory.first_request_at,
        first_request=_first_request(directory),
        tallies=tallies(directory),
        users=list(users.order_by("-pk")[:LATEST_USERS]),
        groups=list(groups.order_by("-pk")[:LATEST_GROUPS]),
    )


def _first_request(directory: Directory) -> TroubleshootingEntry | None:
    # The log may have been cleared since; the directory still knows the time.
    if directory.first_request_at is None:
        return None
    entries = directory.troubleshooting_entries.filter(
        kind=FIRST_REQUEST, at__gte=directory.first_request_at
    )
    return entries.order_by("-pk").first()
