"""Reads about limits: which count, how much of each is used."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count

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


def organization_limits(organization: Organization) -> list[Standing]:
    """Return the limits of an organization; three queries inside an index or two."""
    directories = list(
        organization.directories.filter(kind=Directory.Kind.ORGANIZATION)
    )
    users = UserRecord.objects.filter(directory__in=directories).count()
    size, group = _largest_group(directories)
    groups, directory = _most_groups(directories)
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
            size,
            group,
        ),
        Standing(
            "groups",
            organization.limit_groups_per_directory,
            settings.LIMIT_GROUPS_PER_DIRECTORY,
            groups,
            directory,
        ),
    ]


def directory_limits(directory: Directory) -> list[Standing]:
    """Return the limits of a directory; where it has none its organization's count."""
    users, members, groups = organization_limits(directory.organization)
    size, group = _largest_group([directory])
    count = GroupRecord.objects.filter(directory=directory).count()
    return [
        Standing("users", directory.limit_users, users.value, users.used),
        Standing(
            "members", directory.limit_users_per_group, members.value, size, group
        ),
        Standing("groups", directory.limit_groups, groups.value, count),
    ]


def _largest_group(directories: list[Directory]) -> tuple[int, str]:
    groups = GroupRecord.objects.filter(directory__in=directories)
    largest = groups.order_by("-member_count", "pk").only(
        "member_count", "display_name"
    )
    group = largest.first()
    return (group.member_count, group.display_name) if group else (0, "")


def _most_groups(directories: list[Directory]) -> tuple[int, str]:
    names = {directory.pk: directory.name for directory in directories}
    groups = GroupRecord.objects.filter(directory__in=directories).order_by()
    counts = groups.values_list("directory").annotate(count=Count("pk"))
    most = max(counts, key=lambda row: row[1], default=None)
    return (most[1], names[most[0]]) if most else (0, "")
