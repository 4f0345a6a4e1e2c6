"""Reads of the audit log and the troubleshooting log."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from directories import dialect
from directories.folding import fold
from directories.models import (
    AuditEvent,
    Directory,
    GroupRecord,
    Organization,
    TroubleshootingEntry,
    UserRecord,
)

# An id as answers and logs spell it: of a person or group, or of a request.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")


# The newest events that are looked through for a text, and the people and groups whose
# events are found by their name, however old they are.
LOOKED_THROUGH = 20_000
FOUND = 50


@dataclass(frozen=True)
class EntryFilters:
    """Which entries of a troubleshooting log to show; "" for all.

    Both days are included, and count by when something happened last.
    """

    text: str = ""
    level: str = ""
    subject: str = ""
    first_on: date | None = None
    last_on: date | None = None

    def __bool__(self) -> bool:
        return any((self.text, self.level, self.subject, self.first_on, self.last_on))


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
    if filters.first_on:
        entries = entries.filter(at__gte=_midnight(filters.first_on))
    if filters.last_on:
        entries = entries.filter(at__lt=_midnight(filters.last_on + timedelta(days=1)))
    return _searched(entries, filters.text)


def _searched(
    entries: QuerySet[TroubleshootingEntry], text: str
) -> QuerySet[TroubleshootingEntry]:
    if _ID.fullmatch(text.lower()):
        return entries.filter(subject_id=text.lower())
    if _REQUEST_ID.fullmatch(text):
        return entries.filter(request__request_id=text)
    return dialect.search(entries, text)


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
            _names(events, filters.text) | _about(organization, filters.text)
        )
    return events


def _names(events: QuerySet[AuditEvent], text: str) -> Q:
    """Match who did something, and what it was done to, among the newest events.

    An index of all names would cost every push more than it is worth.
    """
    newest = events.order_by("-pk").values_list("pk", flat=True).first() or 0
    named = Q(actor_name__icontains=text) | Q(target_name__icontains=text)
    return Q(pk__gt=newest - LOOKED_THROUGH) & named


def _about(organization: Organization, text: str) -> Q:
    """Match everything that was done to the first people and groups of that name."""
    members = dialect.search(organization.members.order_by("pk"), text)
    with dialect.planned_anew():
        accounts = list(members.values_list("account_id", "account__public_id")[:FOUND])
        keys = [key for key, _public_id in accounts]
        records = UserRecord.objects.filter(organization=organization, account__in=keys)
        groups = GroupRecord.objects.filter(
            directory__in=organization.directories.values("pk"),
            display_name_key__startswith=fold(text),
        )
        ids = [
            *(public_id for _key, public_id in accounts),
            *records.values_list("scim_id", flat=True),
            *groups.order_by("display_name_key").values_list("scim_id", flat=True)[
                :FOUND
            ],
        ]
    return Q(target_id__in=[str(each) for each in ids])


def targets_there(
    organization: Organization, events: Iterable[AuditEvent]
) -> set[tuple[str, str]]:
    """Return kind and id of the events' directories and people that are still there.

    Two queries at the most.
    """
    ids: dict[str, set[str]] = {"directory": set(), "account": set()}
    for event in events:
        if event.target_kind in ids and _is_uuid(event.target_id):
            ids[event.target_kind].add(event.target_id)
    found: set[tuple[str, str]] = set()
    if wanted := ids["directory"]:
        known = organization.directories.filter(
            pk__in=wanted, kind=Directory.Kind.ORGANIZATION
        )
        found |= {("directory", str(pk)) for pk in known.values_list("pk", flat=True)}
    if wanted := ids["account"]:
        people = organization.members.filter(account__public_id__in=wanted)
        keys = people.values_list("account__public_id", flat=True)
        found |= {("account", str(key)) for key in keys}
    return found


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
