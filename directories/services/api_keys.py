"""Writes to API keys, and the look-up that opens a directory."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from directories import dialect
from directories.events import Event
from directories.models import ApiKey, Directory, Organization
from directories.rows import Columns
from directories.services import key_text
from directories.services.audit import Actor, Target, record_event

MARK = key_text.DIRECTORY
USED_EVERY = timedelta(seconds=30)


_KEY = Columns(
    ApiKey,
    "k",
    (
        "id",
        "directory",
        "prefix",
        "digest",
        "expires_at",
        "revoked_at",
        "last_used_at",
    ),
)
_DIRECTORY = Columns(Directory, "d")
_ORGANIZATION = Columns(Organization, "o")
_OPENED = (
    f"SELECT {_KEY.sql}, {_DIRECTORY.sql}, {_ORGANIZATION.sql}"  # noqa: S608
    f" FROM {ApiKey._meta.db_table} k"
    f" JOIN {Directory._meta.db_table} d ON d.id = k.directory_id"
    f" JOIN {Organization._meta.db_table} o ON o.id = d.organization_id"
    " WHERE k.prefix = %s"
)


class WrongKeyError(Exception):
    """The text is no key of this directory, or one that was revoked."""


class ExpiredKeyError(Exception):
    """The key was right, but its time is over; `is_replaced` by one that lives."""

    def __init__(self, key: ApiKey, *, is_replaced: bool) -> None:
        super().__init__(key.pk)
        self.key = key
        self.is_replaced = is_replaced


class AlreadyRevokedError(Exception):
    """The key was revoked before."""


@transaction.atomic
def create_api_key(
    *, directory: Directory, by: Actor, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key that works at once; return it with its text, shown only now."""
    prefix, text = key_text.new_text(MARK)
    key = ApiKey.objects.create(
        directory=directory,
        prefix=prefix,
        digest=key_text.digest_of(text),
        created_at=now,
        created_by=by.name,
        expires_at=now + timedelta(days=settings.API_KEY_DAYS),
    )
    _record(Event.SCIM_KEY_CREATED, key, by, now)
    return key, text


@transaction.atomic
def regenerate_api_key(
    *,
    directory: Directory,
    by: Actor,
    now: datetime,
    overlap: timedelta = timedelta(0),
) -> tuple[ApiKey, str]:
    """Make a new key of the directory, as create_api_key.

    The newest of the former ones goes on for `overlap`, never longer than it would
    have; all others end at once, so that there are two live keys at the most.
    """
    Directory.objects.select_for_update(of=("self",)).get(pk=directory.pk)
    live = ApiKey.objects.live(now).filter(directory=directory)
    for number, key in enumerate(live.order_by("-created_at", "-pk")):
        if number or not overlap:
            revoke_api_key(key=key, by=by, now=now)
        elif key.expires_at > now + overlap:
            set_end(key=key, ends_at=now + overlap, by=by, now=now)
    key, text = create_api_key(directory=directory, by=by, now=now)
    _record(Event.SCIM_KEY_ROTATED, key, by, now)
    return key, text


def set_end(*, key: ApiKey, ends_at: datetime, by: Actor, now: datetime) -> None:
    """Let a key end at another moment; its reminders begin anew."""
    change = [key.expires_at.isoformat(), ends_at.isoformat()]
    key.expires_at, key.reminded_days = ends_at, None
    key.save(update_fields=["expires_at", "reminded_days"])
    _record(Event.SCIM_KEY_CHANGED, key, by, now, change=change)


@transaction.atomic
def revoke_api_key(*, key: ApiKey, by: Actor, now: datetime) -> None:
    """Stop a key from working from `now` on.

    Raises AlreadyRevokedError rather than doing nothing.
    """
    unrevoked = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
    if unrevoked.update(revoked_at=now) != 1:
        raise AlreadyRevokedError(key.pk)
    _record(Event.SCIM_KEY_REVOKED, key, by, now)


def _record(
    event: Event, key: ApiKey, by: Actor, now: datetime, **more: object
) -> None:
    directory = key.directory
    details = {
        "prefix": key.prefix,
        "expires_at": key.expires_at.isoformat(),
        **more,
    }
    record_event(
        event,
        organization=directory.organization,
        by=by,
        target=Target("directory", str(directory.pk), directory.name, details),
        at=now,
    )


def _key_of(prefix: str) -> ApiKey | None:
    """Return the key with its directory and organization, for every request anew."""
    found = dialect.rows(_OPENED, [prefix])
    if not found:
        return None
    row = found[0]
    ends = (len(_KEY), len(_KEY) + len(_DIRECTORY))
    key = _KEY.build(row[: ends[0]])
    key.directory = _DIRECTORY.build(row[ends[0] : ends[1]])
    key.directory.organization = _ORGANIZATION.build(row[ends[1] :])
    return key


def open_directory(*, directory_id: uuid.UUID, text: str, now: datetime) -> ApiKey:
    """Return the live key that `text` is, with its directory and organization.

    Raises WrongKeyError, the same for another directory's key as for none, or
    ExpiredKeyError. One query.
    """
    prefix = key_text.prefix_of(text)
    key = _key_of(prefix)
    known = key_text.is_text_of(key, text)
    if (
        key is None
        or not known
        or key.directory_id != directory_id
        or key.revoked_at is not None
        or key.directory.state != Directory.State.ACTIVE
    ):
        raise WrongKeyError(prefix)
    if key.expires_at <= now:
        raise ExpiredKeyError(key, is_replaced=_is_replaced(key, now))
    return key


def _is_replaced(key: ApiKey, now: datetime) -> bool:
    newer = ApiKey.objects.live(now).filter(directory=key.directory_id)
    return newer.filter(created_at__gt=key.created_at).exists()


def note_use(*, key: ApiKey, now: datetime) -> bool:
    """Remember that a key was used; return whether it was the first time.

    Written at most every 30 seconds, so that reads stay reads.
    """
    if key.last_used_at is not None and key.last_used_at > now - USED_EVERY:
        return False
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    if key.directory.first_request_at is not None:
        return False
    waiting = Directory.objects.filter(
        pk=key.directory_id, first_request_at__isnull=True
    )
    return waiting.update(first_request_at=now) == 1
