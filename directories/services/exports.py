"""Writes about lists that leave the console."""

from collections.abc import Mapping
from datetime import datetime

from directories.events import Event
from directories.models import Organization
from directories.services.audit import Actor, Target, record_event


def note_export(
    *,
    organization: Organization,
    target: Target,
    filters: Mapping[str, str],
    by: Actor,
    now: datetime,
    event: Event = Event.EXPORTED,
) -> None:
    """Write to the log that somebody took a list out, and which part of it."""
    details = {"filters": {name: text for name, text in filters.items() if text}}
    record_event(
        event,
        organization=organization,
        by=by,
        target=Target(target.kind, target.id, target.name, details),
        at=now,
    )
