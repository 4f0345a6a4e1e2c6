"""What happened to one person or group: audit trail and troubleshooting log, joined."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from directories.events import Event
from directories.models import (
    Account,
    AuditEvent,
    Organization,
    TroubleshootingEntry,
    UserRecord,
)
from provisioning.queries.history import Told, tell

M = TypeVar("M", AuditEvent, TroubleshootingEntry)

PAGE = 20
EXPORT_BATCH = 500
# So many records that an account once had are looked at.
FORMER = 20
_PLACE = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)
# Beyond every key: the beginning of a timeline.
NEWEST = 10**18 - 1


@dataclass(frozen=True)
class Subject:
    """Whom a timeline is about.

    `ids` are those of the account or group and of its record; `names` those by which
    the log knows somebody who was refused before they had an id.
    """

    ids: Sequence[str]
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Item:
    """One event or one entry of the log; the other is None."""

    at: datetime
    told: Told | None = None
    entry: TroubleshootingEntry | None = None


@dataclass(frozen=True)
class Place:
    """Where a timeline goes on: below these keys of the two logs."""

    event: int = NEWEST
    entry: int = NEWEST

    def __str__(self) -> str:
        return f"{self.event}-{self.entry}"


@dataclass(frozen=True)
class Timeline:
    """Some of what happened, newest first, and where it goes on, None at the end.

    `directories` are those it names that are still there, with their logs.
    """

    items: list[Item]
    older: Place | None
    problems: bool
    directories: frozenset[UUID] = frozenset()


def records_of(organization: UUID, account: Account) -> set[str]:
    """Return the ids of the records that led to an account, also of deleted ones.

    What the identity provider did with a record that is gone is in the log under its
    id alone. A record that leads to somebody else now is left out.
    """
    links = AuditEvent.objects.filter(
        organization=organization,
        target_id=str(account.public_id),
        action=Event.SCIM_USER_LINKED,
    )
    # Sorted here: with a limit a database might read all links to find these few.
    found = sorted(links.values_list("pk", "details"), key=itemgetter(0), reverse=True)[
        :FORMER
    ]
    ids = {str(each["record"]) for _, each in found if "record" in each}
    if not ids:
        return ids
    others = UserRecord.objects.filter(organization=organization, scim_id__in=ids)
    others = others.exclude(account=None).exclude(account=account)
    return ids - {str(each) for each in others.values_list("scim_id", flat=True)}


def place_of(text: str) -> Place:
    """Return the place that an address names, the beginning if it names none."""
    found = _PLACE.fullmatch(text)
    return Place(int(found[1]), int(found[2])) if found else Place()


def timeline_of(
    organization: Organization,
    subject: Subject,
    place: Place,
    *,
    problems: bool = False,
) -> Timeline:
    """Return a page of what happened; `problems` leaves out what went well."""
    found = list(
        islice(_merged(organization, subject, place, problems=problems), PAGE + 1)
    )
    items, last = [], place
    for each in found[:PAGE]:
        last = _below(last, each)
        items.append(_item(each))
    older = last if len(found) > PAGE else None
    named = {each.directory_id for each in found if each.directory_id}
    # Without a name nothing is asked, as ever in Django.
    there = organization.directories.filter(pk__in=named).order_by("pk")
    known = frozenset(there.values_list("pk", flat=True))
    return Timeline(items, older, problems, known)


def whole_timeline(
    organization: Organization, subject: Subject, *, problems: bool = False
) -> Iterator[Item]:
    """Return everything that happened, newest first, read in batches."""
    for found in _merged(organization, subject, Place(), problems=problems):
        yield _item(found)


def _merged(
    organization: Organization, subject: Subject, place: Place, *, problems: bool
) -> Iterator[AuditEvent | TroubleshootingEntry]:
    """Join the two logs by time, each read along an index, newest first."""
    entries = TroubleshootingEntry.objects.filter(organization=organization)
    streams: list[Iterator[AuditEvent | TroubleshootingEntry]] = [
        _batches(entries.filter(subject_id__in=list(subject.ids)), place.entry)
    ]
    if subject.names:
        nobody = entries.filter(subject_id="", subject_name__in=list(subject.names))
        streams.append(_batches(nobody, place.entry))
    if not problems:
        events = organization.audit_events.filter(target_id__in=list(subject.ids))
        streams.append(_batches(events, place.event))
    return merge(*streams, key=_when, reverse=True)


def _when(found: AuditEvent | TroubleshootingEntry) -> datetime:
    return found.at if isinstance(found, AuditEvent) else found.first_at


def _batches(rows: QuerySet[M], below: int) -> Iterator[M]:
    size = PAGE + 1
    newest = rows.order_by("-pk")
    while found := list(newest.filter(pk__lt=below)[:size]):
        yield from found
        if len(found) < size:
            return
        below, size = found[-1].pk, EXPORT_BATCH


def _below(place: Place, found: AuditEvent | TroubleshootingEntry) -> Place:
    if isinstance(found, AuditEvent):
        return Place(found.pk, place.entry)
    return Place(place.event, found.pk)


def _item(found: AuditEvent | TroubleshootingEntry) -> Item:
    if isinstance(found, AuditEvent):
        return Item(at=_when(found), told=tell(found))
    return Item(at=_when(found), entry=found)
