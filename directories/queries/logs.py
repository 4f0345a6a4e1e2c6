"""Reads of the audit log and the troubleshooting log."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from directories.models import (
    AuditEvent,
    Directory,
    Organization,
    TroubleshootingEntry,
)


@dataclass(frozen=True)
class EntryFilters:
    """Which entries of a troubleshooting log to show; "" for all."""

    text: str = ""
    level: str = ""
    subject: str = ""


@dataclass(frozen=True)
class EventFilters:
    """Which events of an audit log to show; both days are included."""

    text: str = ""
    action: str = ""
    first_on: date | None = None
    last_on: date | None = None


def troubleshooting_entries(
    directory: Directory, filters: EntryFilters
) -> QuerySet[TroubleshootingEntry]:
    """Return the directory's entries that pass the filters, unordered."""
    entries = TroubleshootingEntry.objects.filter(directory=directory)
    if filters.level:
        entries = entries.filter(level=filters.level)
    if filters.subject:
        entries = entries.filter(subject=filters.subject)
    if filters.text:
        entries = entries.filter(
            Q(subject_name__icontains=filters.text) | Q(reason__icontains=filters.text)
        )
    return entries


def audit_events(
    organization: Organization, filters: EventFilters
) -> QuerySet[AuditEvent]:
    """Return the organization's events that pass the filters, unordered."""
    events = AuditEvent.objects.filter(organization=organization)
    if filters.action:
        events = events.filter(action=filters.action)
    if filters.first_on:
        events = events.filter(at__gte=_midnight(filters.first_on))
    if filters.last_on:
        events = events.filter(at__lt=_midnight(filters.last_on + timedelta(days=1)))
    if filters.text:
        events = events.filter(
            Q(actor_name__icontains=filters.text)
            | Q(target_name__icontains=filters.text)
        )
    return events


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
