"""Says whose a group that was let go is, so that it is not taken up by just anybody.

What such a group gives was decided for the people of one directory. It goes back to
that directory without review; to another one only when that directory is gone and
the other is of the same provider, as after disconnecting and connecting it anew.
"""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from directories.models import Directory
from provisioning.models import Group


def release(groups: QuerySet[Group], directory: Directory, *, now: datetime) -> int:
    """Make these groups local as they are: members and rights stay."""
    return groups.update(
        kind=Group.Kind.LOCAL, record=None, directory=None, **values(directory, now)
    )


def values(directory: Directory, now: datetime) -> dict[str, Any]:
    """Return the fields of a group that the directory lets go."""
    return {
        "released_at": now,
        "released_from": directory.pk,
        "released_by": directory.provider,
    }


def groups_of(directory: Directory) -> QuerySet[Group]:
    """Return the groups that the directory takes up again without review."""
    former = Directory.objects.filter(pk=OuterRef("released_from"))
    follows = Q(released_by=directory.provider) & ~Q(Exists(former))
    return Group.objects.filter(
        Q(released_from=directory.pk) | follows,
        organization=directory.organization_id,
        kind=Group.Kind.LOCAL,
        released_at__isnull=False,
    )


def decided_by(directory: Directory) -> QuerySet[Group]:
    """Return the groups whose members are, or were, the provider's to decide."""
    own = Group.objects.filter(record__directory=directory)
    return own | groups_of(directory)


def goes_back_to(directory: Directory, group: Group) -> bool:
    """Say whether a group is one that the directory takes up again."""
    if group.released_at is None or group.kind != Group.Kind.LOCAL:
        return False
    return groups_of(directory).filter(pk=group.pk).exists()
