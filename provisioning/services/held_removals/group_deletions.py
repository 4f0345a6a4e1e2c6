"""Synced groups whose record is gone, while their deletion waits for a decision."""

from django.db.models import QuerySet

from directories.folding import fold
from directories.models import Directory, Removal
from provisioning.models import Group


def waiting_group(directory: Directory, name: str) -> Group | None:
    """Return the group of a name that waits to be deleted, if it still does."""
    return Group.objects.filter(
        organization=directory.organization_id,
        name_key=fold(name),
        kind=Group.Kind.SYNCED,
        record=None,
    ).first()


def waiting_groups(directory: Directory) -> QuerySet[Group]:
    """Return the groups of a directory that wait to be deleted."""
    # A synced group has no record only as long as its deletion waits; it was discarded
    # with the configuration. What was carried out may be another one's name by now.
    names = Removal.objects.filter(
        directory=directory,
        kind=Removal.Kind.GROUP_DELETED,
        state__in=[Removal.State.HELD, Removal.State.DISCARDED],
    ).values("name")
    return Group.objects.filter(
        organization=directory.organization_id,
        name__in=names,
        kind=Group.Kind.SYNCED,
        record=None,
    )
