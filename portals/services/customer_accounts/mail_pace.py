"""Bounds how often strangers can have the help center send mails.

Counted in Django's cache, for the address and for where the requests come from.
"""

import time

from django.core.cache import cache

from directories.folding import fold
from directories.models import Site

# Nobody's mailbox is filled by pressing the button again.
EVERY_S = 60
HOUR_S = 3_600
MOST_AN_HOUR = 6
# Of all addresses: a whole company may sign up from one place in a morning.
MOST_FROM_ONE_PLACE = 60


def may_mail(site: Site, email: str, kind: str) -> bool:
    """Count a mail of a kind that somebody asks for; say whether it may be sent."""
    named = f"{kind}:{site.pk}:{fold(email)!r}"
    if _count(f"customer-mail:{named}", within_s=EVERY_S) > 1:
        return False
    return _count(f"customer-mails:{named}") <= MOST_AN_HOUR


def is_too_many(place: str) -> bool:
    """Count somebody who signs up from a place; say whether too many have."""
    return _count(f"customer-sign-ups:{place}") > MOST_FROM_ONE_PLACE


def _count(name: str, *, within_s: int = HOUR_S) -> int:
    """Count in the stretch of time that it is now; each stretch has its own number."""
    key = f"{name}:{int(time.time()) // within_s}"
    cache.add(key, 0, within_s)
    try:
        return cache.incr(key)
    except ValueError:
        # Forgotten at this moment, as a cache may.
        cache.add(key, 1, within_s)
        return 1
