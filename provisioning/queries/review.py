"""Reads about records that wait for an admin's decision."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from directories.models import (
    Account,
    Directory,
    GroupRecord,
    LinkState,
    Organization,
    UserRecord,
)
from directories.paging import capped_count
from provisioning.queries.name_conflicts.conflicts import RENAME_WAITS

COUNT_CAP = 1_000


@dataclass(frozen=True)
class Waiting:
    """How many records wait; counts end at COUNT_CAP."""

    users: int
    groups: int

    def __bool__(self) -> bool:
        return bool(self.users or self.groups)


def provider_directories(organization: Organization) -> QuerySet[Directory]:
    """Return the identity provider directories of an organization, by name."""
    return organization.directories.filter(kind=Directory.Kind.ORGANIZATION).order_by(
        "name_key", "pk"
    )


def waiting_users(
    organization: Organization, directory: str = ""
) -> QuerySet[UserRecord]:
    """Return the people's records that wait, of one directory or of all."""
    return UserRecord.objects.filter(
        directory__in=_places(organization, directory), link_state=LinkState.HELD
    ).select_related("directory")


def waiting_groups(
    organization: Organization, directory: str = ""
) -> QuerySet[GroupRecord]:
    """Return the groups' records that wait, or whose new name does.

    Of one directory or of all.
    """
    waits = Q(link_state=LinkState.HELD) | Q(link_reason=RENAME_WAITS)
    return GroupRecord.objects.filter(
        waits, directory__in=_places(organization, directory)
    ).select_related("directory")


def loose_users(
    organization: Organization, directory: str = ""
) -> QuerySet[UserRecord]:
    """Return the people's records without an account, or whose groups wait."""
    return UserRecord.objects.filter(
        directory__in=_places(organization, directory),
        link_state__in=[LinkState.UNLINKED, LinkState.PAUSED],
    ).select_related("directory", "account")


def loose_count(organization: Organization, directory: str = "") -> int:
    """Count the people who are not linked, up to COUNT_CAP."""
    return capped_count(loose_users(organization, directory), COUNT_CAP)[0]


def waiting(organization: Organization, directory: str = "") -> Waiting:
    """Count the records that wait."""
    return Waiting(
        users=capped_count(waiting_users(organization, directory), COUNT_CAP)[0],
        groups=capped_count(waiting_groups(organization, directory), COUNT_CAP)[0],
    )


def accounts_for(email_keys: Collection[str]) -> dict[str, Account]:
    """Return the accounts that have these folded addresses, by address."""
    if not email_keys:
        return {}
    return {a.email_key: a for a in Account.objects.filter(email_key__in=email_keys)}


def _places(organization: Organization, directory: str) -> list[uuid.UUID]:
    """Return the ids of the directories asked for, all when none is named."""
    places = provider_directories(organization)
    if directory:
        places = places.filter(pk=uuid.UUID(directory))
    return list(places.values_list("pk", flat=True))
