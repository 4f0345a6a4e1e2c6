"""Marks of the organization that `make run` fills."""

from directories.models import Organization


def set_demonstration(
    organization: Organization, state: Organization.Demonstration
) -> None:
    """Remember how far the demonstration organization is."""
    organization.demonstration = state
    organization.save(update_fields=["demonstration"])
