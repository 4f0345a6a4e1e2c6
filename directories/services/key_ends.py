"""Writes to when the keys of directories end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from django.conf import settings
from django.db import transaction

from directories.models import ApiKey, Directory
from directories.services import api_keys
from directories.services.audit import Actor

# How long a replaced key goes on, by the word that a page posts.
OVERLAPS: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "now": timedelta(0),
        "hour": timedelta(hours=1),
        "day": timedelta(days=1),
        "week": timedelta(days=7),
        "month": timedelta(days=30),
    }
)
DEFAULT_OVERLAP = "week"


class EndedError(Exception):
    """The key has ended already, or is not of this directory."""


class EndOutOfRangeError(Exception):
    """A key ends in the future, and a year after it was made at the latest."""


def latest_end(key: ApiKey) -> datetime:
    """Return the end that the key may have at the latest."""
    return key.created_at + timedelta(days=settings.API_KEY_DAYS)


@transaction.atomic
def end_key(*, key: ApiKey, by: Actor, now: datetime) -> None:
    """Stop a live key at once; raises EndedError."""
    api_keys.revoke_api_key(key=_live(key, now), by=by, now=now)


@transaction.atomic
def move_end(*, key: ApiKey, ends_at: datetime, by: Actor, now: datetime) -> None:
    """Let a live key end at another moment; its reminders begin anew.

    Raises EndedError or EndOutOfRangeError.
    """
    held = _live(key, now)
    if not now < ends_at <= latest_end(held):
        raise EndOutOfRangeError(ends_at)
    if ends_at != held.expires_at:
        api_keys.set_end(key=held, ends_at=ends_at, by=by, now=now)


def _live(key: ApiKey, now: datetime) -> ApiKey:
    """Return a live key as it is now; who regenerates it has to wait."""
    Directory.objects.select_for_update(of=("self",)).get(pk=key.directory_id)
    live = ApiKey.objects.live(now).filter(pk=key.pk)
    held = live.select_related("directory__organization").first()
    if held is None:
        raise EndedError(key.pk)
    return held
