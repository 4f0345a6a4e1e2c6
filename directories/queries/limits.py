"""Reads about limits: which count, how much of each is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import BigIntegerField, Count, F, Max, Value
from django.db.models.functions import Cast

from directories.models import Directory, GroupRecord, Organization, UserRecord


@dataclass(frozen=True)
class Standing:
    """A limit of an organization or a directory, and how much of it is used.

    `own` is what was chosen, None for `rest`. `name` is whose use it is: that of
    the largest group, or of the directory with the most groups.
    """

    kind: str
    own: int | None
    rest: int
    used: int
    name: str = ""

    @property
    def value(self) -> int:
        """Return the limit that counts."""
        return self.rest if self.own is None else self.own

    @property
    def tone(self) -> str:
        """Return the tone of the bar."""
        return "danger" if self.used >= self.value else ""


@dataclass(frozen=True)
class _Groups:
    """How many groups a directory has, and the largest: its members and its key."""

    count: int = 0
    members: int = 0
    largest: int = 0


# Above every key, so that size and key of the largest group are one number.
KEYS = 10**12


def organization_limits(organization: Organization) -> list[Standing]:
    """Return the limits of an organization; one look at users, one at groups."""
    directories = {
        each.pk: each
        for each in organization.directories.filter(
            kind=Directory.Kind.ORGANIZATION
        ).order_by("pk")
    }
    return _limits_of(organization, directories, _groups_of(list(directories)))


def directory_limits(directory: Directory) -> list[Standing]:
    """Return the limits of a directory; where it has none its organization's count."""
    organization = directory.organization
    same = organization.directories.filter(kind=directory.kind)
    ids = same.values_list("pk", flat=True)
    own = _groups_of([directory.pk]).get(directory.pk, _Groups())
    users, members, groups = _limits_of(organization, dict.fromkeys(ids), {})
    return [
        Standing("users", directory.limit_users, users.value, users.used),
        Standing(
            "members",
            directory.limit_users_per_group,
            members.value,
            own.members,
            _name_of(own),
        ),
        Standing("groups", directory.limit_groups, groups.value, own.count),
    ]


def _limits_of(
    organization: Organization,
    directories: Mapping[UUID, Directory | None],
    groups: Mapping[UUID, _Groups],
) -> list[Standing]:
    users = UserRecord.objects.filter(directory__in=list(directories)).count()
    largest = max(groups.values(), key=lambda each: each.members, default=_Groups())
    most = max(groups, key=lambda pk: groups[pk].count, default=None)
    owner = directories[most] if most else None
    return [
        Standing(
            "users",
            organization.limit_users,
            settings.LIMIT_USERS_PER_ORGANIZATION,
            users,
        ),
        Standing(
            "members",
            organization.limit_users_per_group,
            settings.LIMIT_USERS_PER_GROUP,
            largest.members,
            _name_of(largest),
        ),
        Standing(
            "groups",
            organization.limit_groups_per_directory,
            settings.LIMIT_GROUPS_PER_DIRECTORY,
            groups[most].count if most else 0,
            owner.name if owner else "",
        ),
    ]


def _groups_of(directories: list[UUID]) -> dict[UUID, _Groups]:
    """Count the groups of directories and find the largest of each, in one look."""
    # Said to be long, or PostgreSQL is handed a short integer that wraps round.
    keys = Value(KEYS, output_field=BigIntegerField())
    size = Cast("member_count", BigIntegerField()) * keys + F("pk")
    rows = (
        GroupRecord.objects.filter(directory__in=directories)
        .order_by()
        .values_list("directory")
        .annotate(count=Count("*"), top=Max(size, output_field=BigIntegerField()))
    )
    return {
        directory: _Groups(count, *divmod(top, KEYS)) for directory, count, top in rows
    }


def _name_of(groups: _Groups) -> str:
    found = GroupRecord.objects.filter(pk=groups.largest)
    return found.values_list("display_name", flat=True).first() or ""
