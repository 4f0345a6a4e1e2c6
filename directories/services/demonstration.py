"""Marks of the organization that `make run` fills."""

from directories.models import Directory, Organization


def set_demonstration(
    organization: Organization, state: Organization.Demonstration
) -> None:
    """Remember how far the demonstration organization is."""
    organization.demonstration = state
    organization.save(update_fields=["demonstration"])


def set_unbounded(directory: Directory) -> None:
    """Let everybody try the directory as fast as they can.

    What an admin has chosen stays.
    """
    Directory.objects.filter(pk=directory.pk, reads_per_minute=None).update(
        reads_per_minute=0
    )
    Directory.objects.filter(pk=directory.pk, writes_per_minute=None).update(
        writes_per_minute=0
    )


def set_unguarded(directory: Directory) -> None:
    """Let everybody change whatever they like, while nothing was pushed yet."""
    Directory.objects.filter(pk=directory.pk, first_request_at=None).update(
        guard_on=False
    )
