"""Notes attributes that a provider sends and nothing here uses, each once."""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from directories.models import Directory, TroubleshootingEntry, UnusedAttribute
from directories.services.troubleshooting import Finding, log_finding

MAX_NAMES = 200
"""How many attributes of one directory are noted."""

# Directories whose names a process remembers.
_REMEMBERED = 1_000
_SUBJECTS = {
    "User": TroubleshootingEntry.Subject.USER,
    "Group": TroubleshootingEntry.Subject.GROUP,
}

Names = frozenset[tuple[str, str]]
"""Resource types with the attributes noted for them."""


class _Known:
    """What this process knows to be noted already; rows are never taken back."""

    def __init__(self) -> None:
        self._names: OrderedDict[uuid.UUID, Names] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, directory: uuid.UUID) -> Names:
        return self._names.get(directory, frozenset())

    def keep(self, directory: uuid.UUID, names: Names) -> None:
        with self._lock:
            self._names[directory] = names
            self._names.move_to_end(directory)
            while len(self._names) > _REMEMBERED:
                self._names.popitem(last=False)


_known = _Known()


def note_unused(
    directory: Directory, *, resource: str, met: Mapping[str, bool], now: datetime
) -> None:
    """Note attributes that a request named, once what it did is committed.

    `met` says of each whether its value was kept. What is noted already, or over
    the limit, costs no query. A failure is logged and harms nobody.
    """
    known = _known.of(directory.pk)
    if len(known) >= MAX_NAMES:
        return
    named = {_shown(name): kept for name, kept in met.items()}
    new = {n: kept for n, kept in named.items() if (resource, n) not in known}
    if new:
        write = partial(_note, directory, resource, new, now)
        transaction.on_commit(write, robust=True)


def _shown(name: str) -> str:
    """Return a client's name as a column can hold it and a page can show it."""
    return "".join(c if c.isprintable() else "?" for c in name[:255])


def _note(
    directory: Directory, resource: str, new: Mapping[str, bool], now: datetime
) -> None:
    with transaction.atomic():
        # One at a time in a directory, so that each is told of once; writes of
        # people and groups go on meanwhile.
        Directory.objects.select_for_update(no_key=True).get(pk=directory.pk)
        rows = UnusedAttribute.objects.filter(directory=directory)
        noted = set(rows.values_list("resource", "name"))
        names = [n for n in new if (resource, n) not in noted]
        names = names[: max(MAX_NAMES - len(noted), 0)]
        UnusedAttribute.objects.bulk_create(
            UnusedAttribute(
                directory=directory, resource=resource, name=n, first_seen_at=now
            )
            for n in names
        )
        for n in names:
            log_finding(directory, _finding(resource, n, kept=new[n]), now=now)
    _known.keep(directory.pk, frozenset(noted | {(resource, n) for n in names}))


def _finding(resource: str, name: str, *, kept: bool) -> Finding:
    if kept:
        reason = _(
            "The identity provider sends “{name}”, which no field here uses. It is "
            "kept and returned, but nothing is done with it."
        )
    else:
        reason = _(
            "The identity provider sends “{name}”, which no field here uses. It is "
            "left out."
        )
    return Finding(
        kind="unused_attribute",
        level=TroubleshootingEntry.Level.INFO,
        reason=reason.format(name=name),
        advice=_(
            "Remove it from the attribute mapping in the identity provider, or map "
            "it to an attribute that is used here."
        ),
        subject=_SUBJECTS[resource],
        subject_name=name,
    )
