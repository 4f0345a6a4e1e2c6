"""Reads about what was decided about a customer directory, from the audit log."""

from django.db.models import Q, QuerySet

from directories.events import Event
from directories.models import AuditEvent, Directory


def decisions_of(directory: Directory) -> "QuerySet[AuditEvent]":
    """Return what admins decided, and what the directory's own policy did."""
    events = AuditEvent.objects.filter(
        organization=directory.organization_id,
        action__in=(
            Event.CUSTOMER_DIRECTORY_CHANGED,
            Event.CUSTOMER_ORGANIZATION_SYNCED,
        ),
    )
    return events.filter(
        Q(target_kind="directory", target_id=str(directory.pk))
        | Q(
            target_kind="customer-organization",
            actor_kind=AuditEvent.ActorKind.DIRECTORY,
            directory_id=directory.pk,
        )
    )
