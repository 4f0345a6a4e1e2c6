"""Reads about identity provider directories and their keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, QuerySet

from directories.models import (
    ApiKey,
    Directory,
    GroupRecord,
    Organization,
    UserRecord,
)

WARN_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class KeyHealth:
    """The newest key that was not revoked, and how long it goes on working.

    `days_left` counts whole days and is 0 on the last one and after it.
    """

    key: ApiKey
    state: Literal["valid", "expiring", "expired"]
    days_left: int


@dataclass(frozen=True)
class KeyFacts:
    """What the keys of a directory tell: the present one, and the last request.

    `live` are the keys that work, newest first: two while one replaces the other.
    """

    health: KeyHealth | None = None
    last_request_at: datetime | None = None
    live: Sequence[KeyHealth] = ()

    @property
    def shown(self) -> Sequence[KeyHealth]:
        """Return the keys that a list shows: those that work, else the last one."""
        if self.live or self.health is None:
            return self.live
        return (self.health,)

    @property
    def former(self) -> KeyHealth | None:
        """Return the key that works on beside the one that replaced it."""
        return self.live[1] if len(self.live) > 1 else None

    @property
    def unsaved(self) -> bool:
        """Say whether the provider goes on with a key that was replaced."""
        if self.health is None or self.former is None:
            return False
        new, old = self.health.key.last_used_at, self.former.key.last_used_at
        return new is None and old is not None


@dataclass(frozen=True)
class Provider:
    """One row of the list of identity providers."""

    directory: Directory
    users: int
    groups: int
    keys: KeyFacts


def scim_base_url(directory: Directory) -> str:
    """Return the address that the identity provider sends its requests to."""
    return f"{settings.BASE_URL}/scim/directory/{directory.pk}"


def identity_providers(organization: Organization) -> QuerySet[Directory]:
    """Return the identity provider directories of the organization."""
    return organization.directories.filter(kind=Directory.Kind.ORGANIZATION).order_by(
        "name_key", "pk"
    )


def customer_directories(organization: Organization) -> QuerySet[Directory]:
    """Return the directories of the customers of the organization's sites."""
    found = organization.directories.filter(kind=Directory.Kind.CUSTOMERS)
    return found.select_related("site").order_by("site__name", "name_key", "pk")


def connected_directories(organization: Organization) -> QuerySet[Directory]:
    """Return all directories that have an identity provider, customers' ones too."""
    found = organization.directories.exclude(kind=Directory.Kind.LOCAL)
    return found.select_related("site")


def providers_of(organization: Organization, now: datetime) -> list[Provider]:
    """Return the rows of the list of identity providers; four queries."""
    directories = list(identity_providers(organization))
    ids = [directory.pk for directory in directories]
    users, groups = _counts(UserRecord, ids), _counts(GroupRecord, ids)
    keys = keys_of(ids, now)
    return [
        Provider(
            directory,
            users=users.get(directory.pk, 0),
            groups=groups.get(directory.pk, 0),
            keys=keys.get(directory.pk, KeyFacts()),
        )
        for directory in directories
    ]


def key_facts(directory: Directory, now: datetime) -> KeyFacts:
    """Return what the keys of one directory tell."""
    return keys_of([directory.pk], now).get(directory.pk, KeyFacts())


def keys_of(directory_ids: Iterable[UUID], now: datetime) -> dict[UUID, KeyFacts]:
    """Return what the keys of each directory tell; two queries."""
    ids = list(directory_ids)
    facts = present_keys(ids, now)
    keys = ApiKey.objects.filter(directory__in=ids).order_by()
    used = keys.values_list("directory").annotate(Max("last_used_at"))
    return {
        directory_id: replace(facts.get(directory_id, KeyFacts()), last_request_at=at)
        for directory_id, at in used
    }


def present_keys(ids: list[UUID], now: datetime) -> dict[UUID, KeyFacts]:
    """Return what the unrevoked keys of each directory tell; one query."""
    keys = ApiKey.objects.filter(directory__in=ids, revoked_at=None)
    by_directory: dict[UUID, list[KeyHealth]] = {}
    for key in keys.order_by("-created_at", "-pk"):
        by_directory.setdefault(key.directory_id, []).append(_health(key, now))
    return {directory: _facts(found) for directory, found in by_directory.items()}


def _facts(keys: list[KeyHealth]) -> KeyFacts:
    live = [each for each in keys if each.state != "expired"]
    # The key that counts works; one that ended counts when there is no other.
    return KeyFacts(health=next(iter(live or keys), None), live=live)


def _health(key: ApiKey, now: datetime) -> KeyHealth:
    left = key.expires_at - now
    if left <= timedelta(0):
        return KeyHealth(key, "expired", 0)
    return KeyHealth(key, "expiring" if left < WARN_WITHIN else "valid", left.days)


def _counts(
    model: type[UserRecord] | type[GroupRecord], ids: list[UUID]
) -> dict[UUID, int]:
    rows = model._default_manager.filter(directory__in=ids).order_by()  # noqa: SLF001 - the documented name
    return dict(rows.values_list("directory").annotate(count=Count("*")))
