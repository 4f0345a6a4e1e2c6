"""Writes to the API keys of an organization, and the look-up that opens it."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from directories.events import Event
from directories.models import AuditEvent, Organization, OrganizationApiKey
from directories.services import key_text
from directories.services.api_keys import (
    USED_EVERY,
    AlreadyRevokedError,
    WrongKeyError,
)
from directories.services.audit import Actor, Target, record_event


class ExpiredKeyError(Exception):
    """The key was right, but its time is over."""

    def __init__(self, key: OrganizationApiKey) -> None:
        super().__init__(key.pk)
        self.key = key


class LifetimeError(Exception):
    """The end of a key is not within the longest time that a key may have."""


def longest_until(now: datetime) -> datetime:
    """Return the latest moment at which a key that is made now may end."""
    return now + timedelta(days=settings.API_KEY_DAYS)


@transaction.atomic
def create_key(
    organization: Organization,
    *,
    name: str,
    expires_at: datetime,
    by: Actor,
    now: datetime,
) -> tuple[OrganizationApiKey, str]:
    """Make a key that works at once; return it with its text, shown only now.

    Raises LifetimeError.
    """
    if not now < expires_at <= longest_until(now):
        raise LifetimeError(expires_at)
    prefix, text = key_text.new_text(key_text.ORGANIZATION)
    key = OrganizationApiKey.objects.create(
        organization=organization,
        name=name,
        prefix=prefix,
        digest=key_text.digest_of(text),
        created_at=now,
        created_by=by.name,
        expires_at=expires_at,
    )
    _record(Event.ORGANIZATION_KEY_CREATED, key, by, now)
    return key, text


@transaction.atomic
def revoke_key(key: OrganizationApiKey, *, by: Actor, now: datetime) -> None:
    """Stop a key from working from `now` on; raises api_keys.AlreadyRevokedError."""
    live = OrganizationApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
    if live.update(revoked_at=now) != 1:
        raise AlreadyRevokedError(key.pk)
    _record(Event.ORGANIZATION_KEY_REVOKED, key, by, now)


def open_organization(
    *, organization_id: uuid.UUID, text: str, now: datetime
) -> OrganizationApiKey:
    """Return the live key that `text` is, with its organization.

    Raises api_keys.WrongKeyError, the same for another organization's key as for
    none, or ExpiredKeyError.
    """
    prefix = key_text.prefix_of(text)
    keys = OrganizationApiKey.objects.select_related("organization")
    key = keys.filter(prefix=prefix).first() if "\0" not in prefix else None
    known = key_text.is_text_of(key, text)
    if (
        key is None
        or not known
        or key.organization_id != organization_id
        or key.revoked_at is not None
    ):
        raise WrongKeyError(prefix)
    if key.expires_at <= now:
        raise ExpiredKeyError(key)
    return key


def note_use(key: OrganizationApiKey, *, now: datetime) -> None:
    """Remember that a key was used, at most every 30 seconds."""
    if key.last_used_at is None or key.last_used_at <= now - USED_EVERY:
        OrganizationApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def actor_of(key: OrganizationApiKey) -> Actor:
    """Return the actor for a program's request."""
    return Actor(AuditEvent.ActorKind.API_KEY, id=str(key.pk), name=key.name)


def _record(event: Event, key: OrganizationApiKey, by: Actor, now: datetime) -> None:
    details = {"prefix": key.prefix, "expires_at": key.expires_at.isoformat()}
    record_event(
        event,
        organization=key.organization,
        by=by,
        target=Target("api_key", str(key.pk), key.name, details),
        at=now,
    )
