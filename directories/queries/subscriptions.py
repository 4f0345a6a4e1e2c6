"""Reads about what a subscription keeps going."""

from dataclasses import dataclass

from directories.models import (
    Directory,
    GroupRecord,
    Job,
    Organization,
    UserRecord,
)


@dataclass(frozen=True)
class Syncing:
    """What syncs, or rests: set-up directories, what they pushed, waiting work."""

    directories: list[Directory]
    users: int
    groups: int
    jobs: int


def syncing_of(organization: Organization) -> Syncing:
    """Count what syncs into an organization; four queries, each inside an index."""
    directories = list(
        organization.directories.filter(state=Directory.State.ACTIVE)
        .exclude(kind=Directory.Kind.LOCAL)
        .order_by("name_key", "pk")
    )
    waiting = Job.objects.filter(organization=organization, state=Job.State.QUEUED)
    return Syncing(
        directories=directories,
        users=UserRecord.objects.filter(directory__in=directories).count(),
        groups=GroupRecord.objects.filter(directory__in=directories).count(),
        jobs=waiting.count(),
    )
