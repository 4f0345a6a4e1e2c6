"""Requests that the database was not there for: told when it is back.

Each web process keeps its own in memory until it can write again, so a process that
is killed meanwhile forgets them; its log has a line for each.
"""

import threading
from collections import Counter
from http import HTTPStatus

from django.db import Error as DatabaseError
from django.utils import timezone
from django.utils.translation import ngettext

from directories.findings import Refusal
from directories.models import Directory, TroubleshootingEntry
from directories.scim.refusals import ADVICE
from directories.services.troubleshooting import Finding, log_finding

# More than this an outage tells of nobody: who asks may be a stranger.
DIRECTORIES = 1_000
_counts: Counter[tuple[str, str]] = Counter()
_lock = threading.Lock()


def note(directory_id: str, reason: str) -> None:
    """Remember a request that was answered with 503."""
    with _lock:
        if len(_counts) < DIRECTORIES:
            _counts[directory_id, reason] += 1


def tell(directory: Directory) -> None:
    """Write what was missed for a directory into its log; call it when all is well."""
    if not _counts:
        return
    with _lock:
        mine = [key for key in _counts if key[0] == str(directory.pk)]
        missed = [(reason, _counts.pop((known, reason))) for known, reason in mine]
    for reason, times in missed:
        try:
            log_finding(directory, _finding(reason, times), now=timezone.now())
        except DatabaseError:
            # Reads are possible on a full disk: it is told later.
            with _lock:
                _counts[str(directory.pk), reason] += times


def _finding(reason: str, times: int) -> Finding:
    said = ngettext(
        "{reason} {times} request was answered with 503 and has to be sent again.",
        "{reason} {times} requests were answered with 503 and have to be sent again.",
        times,
    )
    return Finding(
        kind=Refusal.UNAVAILABLE,
        level=TroubleshootingEntry.Level.WARNING,
        reason=said.format(reason=reason, times=times),
        advice=str(ADVICE[Refusal.UNAVAILABLE]),
        request={"status": int(HTTPStatus.SERVICE_UNAVAILABLE), "times": times},
    )
