"""Bounds how much one API key may ask for in a minute.

Counted in whole minutes of the clock, so a client may spend a minute's allowance
at once and knows to the second when it gets the next. The counts are in Django's
cache: shared between processes through Redis, else each process has its own.
"""

import time
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import Literal
from uuid import UUID

import structlog
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request

from directories.models import ApiKey

logger = structlog.get_logger(__name__)

Kind = Literal["reads", "writes"]
WINDOW_S = 60
# A process takes this part of a minute's allowance at once.
SHARES = 500
WRITING = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Allowance:
    """What a key may still ask for until the minute is over.

    `used` counts the request at hand and may be beyond `limit`.
    """

    kind: Kind
    limit: int
    used: int
    reset_s: int

    @property
    def is_exceeded(self) -> bool:
        """Say whether the request at hand is one too many."""
        return self.used > self.limit

    def headers(self, *, throttled: bool) -> dict[str, str]:
        """Return the headers that tell a client where it stands.

        The first three are what clients read today, the others the draft of the
        IETF (draft-ietf-httpapi-ratelimit-headers).
        """
        remaining = str(max(0, self.limit - self.used))
        told = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": remaining,
            "X-RateLimit-Reset": str(self.reset_s),
            "RateLimit-Policy": f'"{self.kind}";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"{self.kind}";r={remaining};t={self.reset_s}',
        }
        return told | {"Retry-After": str(self.reset_s)} if throttled else told


def is_write(request: HttpRequest | Request) -> bool:
    """Say whether a request could change something; a search by POST cannot."""
    if request.method not in WRITING:
        return False
    return not request.path.rstrip("/").endswith("/.search")


def take(key: ApiKey, kind: Kind, *, count: int = 1) -> Allowance | None:
    """Count requests or operations of a key; None when it has no bound now.

    Operations of a bulk request are counted after it was let in, so that a
    request with more of them than a minute allows is not refused for ever.
    """
    limit = limit_of(key, kind)
    if not limit:
        return None
    minute, passed = divmod(time.time(), WINDOW_S)
    try:
        used = _count((kind, key.pk), minute, count=count, limit=limit)
    except Exception as exc:
        # A bound is there for the others; without counts all are served.
        logger.exception("requests_not_counted", exc_info=exc)
        return None
    return Allowance(kind, limit, used, ceil(WINDOW_S - passed))


def limit_of(key: ApiKey, kind: Kind) -> int:
    """Return what a key may ask for in a minute, 0 for no bound."""
    directory = key.directory
    if kind == "reads":
        own, default = directory.reads_per_minute, settings.SCIM_READS_PER_MINUTE
    else:
        own, default = directory.writes_per_minute, settings.SCIM_WRITES_PER_MINUTE
    return int(default if own is None else own)


# What this process has taken of the shared counts and not used up: by kind and key
# the minute, how far its use has come, and how many are left.
_taken: dict[tuple[str, UUID], tuple[float, int, int]] = {}
_lock = Lock()


def _count(of: tuple[str, UUID], minute: float, *, count: int, limit: int) -> int:
    """Count on, and return how many were used in the minute.

    A process takes some at a time, so that most requests need not ask the cache.
    """
    with _lock:
        taken_in, used, left = _taken.get(of, (minute, 0, 0))
        if taken_in == minute and left >= count:
            _taken[of] = (minute, used + count, left - count)
            return used + count
        take = max(count, limit // SHARES)
        used = _count_shared(f"requests:{of[0]}:{of[1]}:{minute:.0f}", take) - take
        _taken[of] = (minute, used + count, take - count)
        return used + count


def _count_shared(name: str, count: int) -> int:
    try:
        return cache.incr(name, count)
    except ValueError:
        # The first of the minute; of two that are, one makes the counter.
        cache.add(name, 0, 2 * WINDOW_S)
        return cache.incr(name, count)
