"""Writes of the audit log."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from directories import rows
from directories.events import Event
from directories.models import Account, AuditEvent, Directory, Organization


@dataclass(frozen=True)
class Actor:
    """Who did something, as the log will keep it."""

    kind: AuditEvent.ActorKind
    id: str = ""
    name: str = ""
    directory_id: uuid.UUID | None = None


SYSTEM = Actor(AuditEvent.ActorKind.SYSTEM, name="Rollcall")


def person(account: Account) -> Actor:
    """Return the actor for someone who signed in."""
    return Actor(
        AuditEvent.ActorKind.ACCOUNT,
        id=str(account.public_id),
        name=account.get_full_name(),
    )


def provider(directory: Directory) -> Actor:
    """Return the actor for an identity provider's request."""
    return Actor(
        AuditEvent.ActorKind.DIRECTORY,
        id=str(directory.pk),
        name=directory.name,
        directory_id=directory.pk,
    )


@dataclass(frozen=True)
class Target:
    """What something was done to, as the log will keep it."""

    kind: str
    id: str
    name: str
    details: dict[str, Any] = field(default_factory=dict)


_gathered: ContextVar[list[AuditEvent] | None] = ContextVar("_gathered", default=None)


@contextmanager
def one_write() -> Iterator[None]:
    """Write the events of a change together, by one statement at its end.

    Open it inside of the change's transaction; what raises writes none.
    """
    events: list[AuditEvent] = []
    token = _gathered.set(events)
    try:
        yield
    finally:
        _gathered.reset(token)
    rows.insert(*events)


_in_the_name_of: ContextVar[Actor | None] = ContextVar("_in_the_name_of", default=None)


@contextmanager
def in_the_name_of(by: Actor) -> Iterator[None]:
    """Let events of identity providers and the system name who decided on them.

    For work that an admin asked for and that goes the way of a provider's requests.
    """
    token = _in_the_name_of.set(by)
    try:
        yield
    finally:
        _in_the_name_of.reset(token)


def _named(by: Actor) -> Actor:
    """Return who is to be named for what `by` did."""
    own = {AuditEvent.ActorKind.ACCOUNT, AuditEvent.ActorKind.API_KEY}
    return by if by.kind in own else _in_the_name_of.get() or by


def request_id() -> str:
    """Return the id of the request being answered, "" outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def record_event(
    event: Event, *, organization: Organization, by: Actor, target: Target, at: datetime
) -> None:
    """Write one event; call it in the transaction of the change."""
    record_events([(event, target)], organization=organization, by=by, at=at)


def record_events(
    events: list[tuple[Event, Target]],
    *,
    organization: Organization,
    by: Actor,
    at: datetime,
) -> None:
    """Write several events by one actor in one statement."""
    by = _named(by)
    made = [
        AuditEvent(
            organization=organization,
            at=at,
            action=event,
            actor_kind=by.kind,
            actor_id=by.id,
            actor_name=by.name,
            directory_id=by.directory_id,
            target_kind=target.kind,
            target_id=target.id,
            target_name=target.name[:1024],
            request_id=request_id(),
            details=target.details,
        )
        for event, target in events
    ]
    gathered = _gathered.get()
    if gathered is None:
        rows.insert(*made)
    else:
        gathered += made
