"""Reads of the request log."""

import re
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from django.db.models import Max, Q, QuerySet

from directories import dialect
from directories.models import Directory, RequestEntry, TroubleshootingEntry

# An id as answers and logs spell it: of a person, a group, or a request.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")
# A repetition moves an entry on, so only those near in time can be the request's.
NEAR = timedelta(minutes=5)
CHANGES = "changes"
# Refused for good: nothing failed.
NOT_OFFERED = HTTPStatus.NOT_IMPLEMENTED
WRITING = ("POST", "PUT", "PATCH", "DELETE")
# Rows among which a text is looked for that is too short for the index.
LOOKED_THROUGH = 50_000


@dataclass(frozen=True)
class RequestFilters:
    """Which requests of a log to show; "" for all.

    `method` may be CHANGES; `outcome` is answered, refused or failed; `resource`
    is User, Group or none; `about` the id of a person or group; `request` the id
    of one request.
    """

    text: str = ""
    method: str = ""
    outcome: str = ""
    resource: str = ""
    about: str = ""
    request: str = ""


def request_entries(
    directory: Directory, filters: RequestFilters
) -> QuerySet[RequestEntry]:
    """Return the directory's requests that pass the filters, unordered."""
    entries = RequestEntry.objects.filter(directory=directory)
    if filters.method == CHANGES:
        entries = entries.filter(method__in=WRITING)
    elif filters.method:
        entries = entries.filter(method=filters.method)
    if filters.resource:
        resource = "" if filters.resource == "none" else filters.resource
        entries = entries.filter(resource=resource)
    if filters.about:
        entries = entries.filter(resource_id=filters.about)
    if filters.request:
        entries = entries.filter(request_id=filters.request)
    return _searched(_with_outcome(entries, filters.outcome), filters.text)


def _with_outcome(
    entries: QuerySet[RequestEntry], outcome: str
) -> QuerySet[RequestEntry]:
    refused, failed = HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR
    match outcome:
        case "answered":
            return entries.filter(status__lt=refused)
        case "refused":
            return entries.filter(
                Q(status__gte=refused, status__lt=failed) | Q(status=NOT_OFFERED)
            )
        case "failed":
            return entries.filter(status__gte=failed).exclude(status=NOT_OFFERED)
        case _:
            return entries


def _searched(entries: QuerySet[RequestEntry], text: str) -> QuerySet[RequestEntry]:
    folded = " ".join(text.casefold().split())
    if not folded:
        return entries
    if _ID.fullmatch(folded):
        return entries.filter(resource_id=folded)
    if _REQUEST_ID.fullmatch(folded):
        return entries.filter(request_id=folded)
    if len(folded) < dialect.TRIGRAM:
        # No index helps, and a name of two characters is a name.
        newest = entries.order_by().aggregate(newest=Max("pk"))["newest"] or 0
        entries = entries.filter(pk__gt=newest - LOOKED_THROUGH)
    return dialect.search(entries, text)


def entries_of_request(entry: RequestEntry) -> QuerySet[TroubleshootingEntry]:
    """Return what the troubleshooting log tells of a request, latest first."""
    return TroubleshootingEntry.objects.filter(
        directory=entry.directory_id,
        at__range=(entry.at - NEAR, entry.at + NEAR),
        request__request_id=entry.request_id,
    ).order_by("-at", "-pk")
