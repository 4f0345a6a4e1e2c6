"""Who asks for the background work that a request queues, for its page."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from directories.models import Job, JobInput
from directories.services.audit import Actor

_asker: ContextVar[Actor | None] = ContextVar("_asker", default=None)


@contextmanager
def nobody_yet() -> Iterator[None]:
    """Let nobody be known to ask until somebody is let in; forget them afterwards."""
    token = _asker.set(None)
    try:
        yield
    finally:
        _asker.reset(token)


def let_ask(by: Actor) -> None:
    """Say who asks for the work that the rest of this request queues."""
    _asker.set(by)


def known() -> dict[str, dict[str, str]]:
    """Return who asks, as the content of a job keeps it; empty for nobody."""
    by = _asker.get()
    return {"by": {"id": by.id, "name": by.name}} if by else {}


def note(job: Job) -> None:
    """Write down who asks for a job, unless somebody has asked for it already."""
    if content := known():
        JobInput.objects.get_or_create(job=job, defaults={"content": content})
