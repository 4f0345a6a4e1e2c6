"""Mails before a key ends: 30, 14, 7 and 1 days ahead, each once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from directories.models import ApiKey, Directory, OrganizationApiKey
from directories.services.notices import mail_admins

DAYS = (30, 14, 7, 1)
ORGANIZATION_KEYS = "directories:organization-api-key-list"
# Who let a key go on for less after it was replaced needs no mail to know.
SHORT = timedelta(days=1)


def send_reminders(now: datetime) -> int:
    """Mail the admins of keys that end soon; return how many reminders went out.

    A directory's key that has a successor is one to remind of only when nobody uses
    the successor, and on its last day.
    """
    soon = now + timedelta(days=max(DAYS))
    sent = 0
    for key in _last_keys(now).filter(expires_at__lte=soon).order_by("pk"):
        sent += _remind(key, DAYS, "key_ends", now)
    for key in _unsaved_keys(now).order_by("pk"):
        sent += _remind(key, (1,), "key_not_saved", now)
    own = OrganizationApiKey.objects.filter(
        revoked_at=None, expires_at__gt=now, expires_at__lte=soon
    )
    for program in own.select_related("organization").order_by("pk"):
        sent += _remind(program, DAYS, "organization_key_ends", now)
    return sent


def _keys(now: datetime) -> QuerySet[ApiKey]:
    live = ApiKey.objects.live(now).filter(directory__state=Directory.State.ACTIVE)
    return live.select_related("directory__organization", "directory__site")


def _successors(now: datetime) -> QuerySet[ApiKey]:
    return ApiKey.objects.live(now).filter(
        directory=OuterRef("directory"), created_at__gt=OuterRef("created_at")
    )


def _last_keys(now: datetime) -> QuerySet[ApiKey]:
    return _keys(now).filter(~Exists(_successors(now)))


def _unsaved_keys(now: datetime) -> QuerySet[ApiKey]:
    unused = _successors(now).filter(last_used_at=None, created_at__lte=now - SHORT)
    ending = _keys(now).filter(expires_at__lte=now + timedelta(days=1))
    return ending.filter(Exists(unused), last_used_at__isnull=False)


def _remind(
    key: ApiKey | OrganizationApiKey, days: Iterable[int], template: str, now: datetime
) -> int:
    day = _due(key, days, now)
    if day is None:
        return 0
    with transaction.atomic():
        # Another worker may do the same: one of the two has the word.
        same = type(key)._default_manager.filter(  # noqa: SLF001 - the documented name
            pk=key.pk, reminded_days=key.reminded_days
        )
        if same.update(reminded_days=day) != 1:
            return 0
        organization, context, path = _told(key)
        mail_admins(
            organization,
            template=f"directories/mail/{template}.txt",
            context={
                **context,
                "days": ceil((key.expires_at - now) / timedelta(days=1)),
            },
            path=path,
        )
    return 1


def _due(
    key: ApiKey | OrganizationApiKey, days: Iterable[int], now: datetime
) -> int | None:
    """Return the reminder that is due, None when there is none or it went out.

    A key that lives for a week begins with no reminder of a month.
    """
    life, left = key.expires_at - key.created_at, key.expires_at - now
    reached = [d for d in days if left <= timedelta(days=d) < life]
    if not reached:
        return None
    day = min(reached)
    told = key.reminded_days
    return None if told is not None and told <= day else day


def _told(key: ApiKey | OrganizationApiKey) -> tuple[UUID, dict[str, object], str]:
    """Return whose admins to tell, of what, and the page that helps."""
    context: dict[str, object] = {
        "prefix": key.prefix,
        "date": f"{timezone.localtime(key.expires_at):%d %B %Y, %H:%M %Z}",
    }
    if isinstance(key, OrganizationApiKey):
        named = {"key": key.name, "organization": key.organization.name}
        return key.organization_id, context | named, reverse(ORGANIZATION_KEYS)
    directory = key.directory
    site = directory.site
    named = {
        "directory": f"{directory.name} ({site.name})" if site else directory.name,
        "provider": str(directory.get_provider_display()),
    }
    path = reverse("directories:directory-detail", args=[directory.pk])
    return directory.organization_id, context | named, path
