"""Reads about what the rules of an organization concern at present."""

from dataclasses import dataclass

from directories.models import LinkState, Organization, UserRecord


@dataclass(frozen=True)
class Concerned:
    """How many people stand where a rule decides about them.

    `paused` people have lost their groups for an address, `inactive` ones are
    external and inactive in their identity provider.
    """

    paused: int
    inactive: int


def concerned(organization: Organization) -> Concerned:
    """Count the people whom the rules concern; few are paused."""
    paused = UserRecord.objects.filter(
        directory__in=organization.directories.all(), link_state=LinkState.PAUSED
    )
    return Concerned(
        paused=paused.filter(active=True).count(),
        inactive=paused.filter(active=False, link_reason="inactive").count(),
    )
