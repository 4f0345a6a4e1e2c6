"""Documented limits, checked without counting big tables on every write."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches

from directories.models import Directory, GroupRecord, UserRecord

# No server adds more than this in a second. A count is kept for as long as its limit
# cannot be reached meanwhile, two seconds at most.
GROWTH_PER_S = 2_000
KEEP_S = 2.0
# Closer to the limit than this each write counts.
EXACT_WITHIN = 100


class LimitReachedError(Exception):
    """A documented limit would be passed; the text is fit for the client."""


def _check(
    key: str,
    count: Callable[[], int],
    limit: int,
) -> int:
    counts = caches["process"]
    known = counts.get(key)
    if known is None:
        known = count()
        left = limit - known
        if left > EXACT_WITHIN:
            counts.set(key, known, min(KEEP_S, left / GROWTH_PER_S))
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
