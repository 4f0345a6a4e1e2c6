"""Documented limits, checked without counting big tables on every write."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches

from directories.models import Directory, GroupRecord, UserRecord

# While a count is this far below its limit, one that is two seconds old will
# do: no server adds that many in the meantime.
SLACK = 4_000
KEEP_S = 2


class LimitReachedError(Exception):
    """A documented limit would be passed; the text is fit for the client."""


def _check(
    key: str,
    count: Callable[[], int],
    limit: int,
) -> int:
    counts = caches["process"]
    known = counts.get(key)
    if known is None or known + SLACK >= limit:
        known = count()
        counts.set(key, known, KEEP_S)
    return int(known)


def check_users(directory: Directory) -> None:
    """Raise LimitReachedError unless the organization may get one more user."""
    limit = settings.LIMIT_USERS_PER_ORGANIZATION
    organization = directory.organization_id

    def count() -> int:
        return UserRecord.objects.filter(organization=organization).count()

    if _check(f"users:{organization}", count, limit) >= limit:
        msg = f"The organization has reached its limit of {limit:,} users."
        raise LimitReachedError(msg)


def check_groups(directory: Directory) -> None:
    """Raise LimitReachedError unless the directory may get one more group."""
    limit = settings.LIMIT_GROUPS_PER_DIRECTORY

    def count() -> int:
        return GroupRecord.objects.filter(directory=directory).count()

    if _check(f"groups:{directory.pk}", count, limit) >= limit:
        msg = f"The directory has reached its limit of {limit:,} groups."
        raise LimitReachedError(msg)


def check_members(count: int) -> None:
    """Raise LimitReachedError if a group may not have `count` members."""
    limit = settings.LIMIT_USERS_PER_GROUP
    if count > limit:
        msg = f"A group may have {limit:,} members; this change would make {count:,}."
        raise LimitReachedError(msg)
