"""Tells admins of what was refused, in the troubleshooting log."""

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.utils import timezone

from directories.models import (
    Directory,
    GroupRecord,
    TroubleshootingEntry,
    UserRecord,
)
from directories.redaction import clean_text
from directories.scim.holders import holder_of
from directories.scim.protocol.errors import ScimError
from directories.scim.refusals import explain, subject_name
from directories.services.records import TakenError
from directories.services.troubleshooting import Finding, log_finding

logger = structlog.get_logger(__name__)

WRITES = {"POST", "PUT", "PATCH"}
# Authentication logs for itself, a wrong method is the client's own affair, and
# who sends a condition wants to be refused when it does not hold.
UNLOGGED = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.PRECONDITION_FAILED,
}


@dataclass(frozen=True)
class Asked:
    """What a client asked for: a request, or an operation of a bulk request."""

    method: str
    path: str
    subject: TroubleshootingEntry.Subject
    scim_id: str = ""


def report(
    directory: Directory, exc: Exception, error: ScimError, asked: Asked
) -> None:
    """Log what was refused, unless it is no affair of the admins."""
    if error.status in UNLOGGED:
        return
    if error.status == HTTPStatus.NOT_FOUND and asked.method not in WRITES:
        return
    try:
        _log(directory, exc, error, asked)
    except DatabaseError as failure:
        # The client still gets its answer when the log cannot be written.
        logger.exception("troubleshooting_log_failed", exc_info=failure)


def _log(directory: Directory, exc: Exception, error: ScimError, asked: Asked) -> None:
    kind, advice = explain(exc, error, is_resource=bool(asked.scim_id))
    if isinstance(exc, TakenError) and (holder := holder_of(directory, exc)):
        advice = f"{holder} {advice}"
    finding = Finding(
        kind=kind,
        level=TroubleshootingEntry.Level.ERROR,
        reason=clean_text(error.detail),
        advice=advice,
        subject=asked.subject,
        subject_id=asked.scim_id,
        subject_name=subject_name(exc) or _name_of(directory, asked),
        request={
            "method": asked.method,
            "path": asked.path[:500],
            "status": error.status,
        },
    )
    log_finding(directory, finding, now=timezone.now())


def _name_of(directory: Directory, asked: Asked) -> str:
    """Return the name of the person or group that a request was about, if known."""
    try:
        key = UUID(asked.scim_id)
    except ValueError:
        return ""
    wanted = {"directory": directory, "scim_id": key}
    if asked.subject == TroubleshootingEntry.Subject.GROUP:
        groups = GroupRecord.objects.filter(**wanted)
        return groups.values_list("display_name", flat=True).first() or ""
    users = UserRecord.objects.filter(**wanted)
    return users.values_list("user_name", flat=True).first() or ""
