"""Bounds how often strangers can have the help center send mails.

Counted in Django's cache, for the address and for where the requests come from.
"""

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
    if not cache.add(f"customer-mail:{named}", 1, EVERY_S):
        return False
    return _count(f"customer-mails:{named}") <= MOST_AN_HOUR


def is_too_many(place: str) -> bool:
    """Count somebody who signs up from a place; say whether too many have."""
    return _count(f"customer-sign-ups:{place}") > MOST_FROM_ONE_PLACE


def _count(name: str) -> int:
    cache.add(name, 0, HOUR_S)
    try:
        return cache.incr(name)
    except ValueError:
        # The hour has ended at this moment.
        cache.add(name, 1, HOUR_S)
        return 1
