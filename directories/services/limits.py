"""Limits of users, groups and members, checked without counting big tables.

A directory's own limit comes first, then its organization's, then that of the
installation. Both rows come with the key of a request: no query reads a limit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core.cache import caches
from django.db.models import Max, QuerySet

from directories.events import Event
from directories.models import AuditEvent, Directory, GroupRecord, UserRecord

# No server adds more than this in a second. A count is kept for as long as its limit
# cannot be reached meanwhile, two seconds at most.
GROWTH_PER_S = 2_000
KEEP_S = 2.0
# Closer to the limit than this each write looks how many there are.
EXACT_WITHIN = 100
# Rows below a mark are counted this seldom, those above it each time.
RECOUNT_S = 10.0
# So far below the newest key is the mark: what is being written now is above it.
MARGIN = 1_000

Kind = Literal["users", "members", "groups"]
Source = Literal["directory", "organization", "installation"]
Rows = QuerySet[UserRecord] | QuerySet[GroupRecord]


class LimitReachedError(Exception):
    """A limit would be passed; the text is fit for the client."""

    def __init__(self, text: str, *, kind: Kind, source: Source) -> None:
        super().__init__(text)
        self.kind = kind
        self.source = source


@dataclass(frozen=True)
class Limit:
    """A limit that counts, and where it is set."""

    kind: Kind
    value: int
    source: Source

    def reached(self, text: str) -> LimitReachedError:
        """Return the error of who would pass this limit."""
        return LimitReachedError(text, kind=self.kind, source=self.source)


def users_limit(directory: Directory) -> Limit:
    """Return how many users the organization may have for this directory to add."""
    return _limit(
        "users",
        directory.limit_users,
        directory.organization.limit_users,
        settings.LIMIT_USERS_PER_ORGANIZATION,
    )


def members_limit(directory: Directory) -> Limit:
    """Return how many users may count as members of a group of the directory."""
    return _limit(
        "members",
        directory.limit_users_per_group,
        directory.organization.limit_users_per_group,
        settings.LIMIT_USERS_PER_GROUP,
    )


def groups_limit(directory: Directory) -> Limit:
    """Return how many groups the directory may have."""
    return _limit(
        "groups",
        directory.limit_groups,
        directory.organization.limit_groups_per_directory,
        settings.LIMIT_GROUPS_PER_DIRECTORY,
    )


def _limit(kind: Kind, own: int | None, organization: int | None, rest: int) -> Limit:
    if own is not None:
        return Limit(kind, own, "directory")
    if organization is not None:
        return Limit(kind, organization, "organization")
    return Limit(kind, rest, "installation")


def check_users(directory: Directory) -> None:
    """Raise LimitReachedError unless the organization may get one more user."""
    limit = users_limit(directory)
    organization = directory.organization_id
    # By directory: there is an index with nothing else in it.
    users = UserRecord.objects.filter(
        directory__in=Directory.objects.filter(
            organization=organization, kind=directory.kind
        )
    )
    # Customers are none of the organization's people: each kind has the limit.
    name = f"users:{directory.kind}:{organization}"
    count = _Count(name, users, Event.SCIM_USER_DELETED, directory)
    if count.up_to(limit.value) >= limit.value:
        msg = f"The organization has reached its limit of {limit.value:,} users."
        raise limit.reached(msg)


def check_groups(directory: Directory) -> None:
    """Raise LimitReachedError unless the directory may get one more group."""
    limit = groups_limit(directory)
    groups = GroupRecord.objects.filter(directory=directory)
    count = _Count(
        f"groups:{directory.pk}", groups, Event.SCIM_GROUP_DELETED, directory
    )
    if count.up_to(limit.value) >= limit.value:
        msg = f"The directory has reached its limit of {limit.value:,} groups."
        raise limit.reached(msg)


def check_members(directory: Directory, count: int) -> None:
    """Raise LimitReachedError if a group may not have `count` members."""
    limit = members_limit(directory)
    if count > limit.value:
        msg = (
            f"A group may have {limit.value:,} members; this change would make "
            f"{count:,}."
        )
        raise limit.reached(msg)


@dataclass(frozen=True)
class _Mark:
    """How many rows there were up to a key, after which deletion it was."""

    key: int
    below: int
    deletion: int


@dataclass(frozen=True)
class _Count:
    """How many rows there are, without counting them all each time.

    Those up to a mark are counted from time to time, and anew after a deletion when
    the limit is near; those above it each time. So the count is right but for what
    other requests are writing at the moment.
    """

    name: str
    rows: Rows
    deleted: Event
    directory: Directory

    def up_to(self, limit: int) -> int:
        """Return the count, or an older one from which `limit` is out of reach."""
        kept = caches["process"]
        name = f"{self.name}:{limit}"
        known = kept.get(name)
        if known is None:
            known = self._exact(limit)
            left = limit - known
            if left > EXACT_WITHIN:
                kept.set(name, known, min(KEEP_S, left / GROWTH_PER_S))
        return int(known)

    def _exact(self, limit: int) -> int:
        kept = caches["process"]
        name = f"{self.name}:mark"
        mark: _Mark | None = kept.get(name)
        if mark is not None:
            known = mark.below + self._above(mark)
            near = known > limit - EXACT_WITHIN
            # Deletions only make room, which matters when there is little.
            if not near or mark.deletion == self._last_deletion():
                return known
        mark = self._marked()
        kept.set(name, mark, RECOUNT_S)
        return mark.below + self._above(mark)

    def _above(self, mark: _Mark) -> int:
        return self.rows.filter(pk__gt=mark.key).count()

    def _marked(self) -> _Mark:
        # First: what is deleted from here on is seen as a new deletion.
        deletion = self._last_deletion()
        newest: Callable[..., dict[str, int | None]] = (
            self.rows.model._default_manager.aggregate  # noqa: SLF001 - the documented name
        )
        key = (newest(newest=Max("pk"))["newest"] or 0) - MARGIN
        below = self.rows.filter(pk__lte=key).count() if key > 0 else 0
        return _Mark(key, below, deletion)

    def _last_deletion(self) -> int:
        events = AuditEvent.objects.filter(
            organization=self.directory.organization_id, action=self.deleted
        )
        return events.aggregate(last=Max("pk"))["last"] or 0
