"""Writes of the troubleshooting log."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from directories.events import Event
from directories.findings import sentence_of
from directories.models import Directory, TroubleshootingEntry
from directories.services.audit import Actor, Target, record_event, request_id
from directories.storable import storable, storable_values

REPEAT_WITHIN = timedelta(days=1)
# Characters that are searched, and rows that one transaction deletes.
SEARCHED = 1_000
BATCH = 1_000


@dataclass(frozen=True)
class Finding:
    """What an admin should know: the case, whom it concerns, what to do.

    `kind` is a machine word; `reason` and `advice` are sentences.
    """

    kind: str
    level: TroubleshootingEntry.Level
    reason: str
    advice: str = ""
    subject: TroubleshootingEntry.Subject = TroubleshootingEntry.Subject.REQUEST
    subject_id: str = ""
    subject_name: str = ""
    request: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def log_finding(directory: Directory, finding: Finding, *, now: datetime) -> None:
    """Add an entry, or count one more time for one of the last day."""
    name, reason = storable(finding.subject_name), storable(finding.reason)
    said = (finding.kind, finding.subject, name, reason)
    fingerprint = uuid.uuid5(directory.pk, "\0".join(said))
    known = TroubleshootingEntry.objects.filter(
        directory=directory, fingerprint=fingerprint, first_at__gt=now - REPEAT_WITHIN
    )
    request = storable_values({**finding.request, "request_id": request_id()})
    if known.update(at=now, times=F("times") + 1, request=request):
        return
    entry = TroubleshootingEntry(
        organization_id=directory.organization_id,
        directory=directory,
        fingerprint=fingerprint,
        at=now,
        first_at=now,
        level=finding.level,
        kind=finding.kind,
        subject=finding.subject,
        subject_id=storable(finding.subject_id)[:64],
        subject_name=name[:320],
        reason=reason,
        advice=finding.advice,
        request=request,
    )
    entry.search_text = search_text(name, sentence_of(entry), reason)
    entry.save(force_insert=True)


def search_text(*words: str) -> str:
    """Return what an entry is searched by, folded as dialect.search folds."""
    # What stands there twice is looked for once.
    said = " ".join(dict.fromkeys(words))
    return " ".join(said.casefold().split())[:SEARCHED]


def forget_old_entries(now: datetime) -> int:
    """Delete what is older than its directory keeps; return how many there were.

    In short transactions, so that others can write in between.
    """
    kept = Directory.objects.exclude(troubleshooting_days=0).order_by("pk")
    return sum(
        _forget_before(pk, now - timedelta(days=days))
        for pk, days in kept.values_list("pk", "troubleshooting_days")
    )


def _forget_before(directory_id: uuid.UUID, cut: datetime) -> int:
    entries = TroubleshootingEntry.objects.filter(directory=directory_id)
    old = entries.filter(at__lt=cut).order_by("at", "pk").values_list("pk", flat=True)
    deleted = 0
    while keys := list(old.all()[:BATCH]):
        deleted += entries.filter(pk__in=keys).delete()[0]
    return deleted


@transaction.atomic
def clear_log(*, directory: Directory, by: Actor, now: datetime) -> int:
    """Delete the directory's entries and return how many there were."""
    count, _ = directory.troubleshooting_entries.all().delete()
    record_event(
        Event.SCIM_LOG_CLEARED,
        organization=directory.organization,
        by=by,
        target=Target(
            "directory", str(directory.pk), directory.name, {"entries": count}
        ),
        at=now,
    )
    return count
