"""The request log of a directory: what its identity provider sent."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories import tables
from directories.exports import csv_response
from directories.models import RequestEntry
from directories.paging import capped_count, cut_page
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries.providers import scim_base_url
from directories.queries.requests import (
    RequestFilters,
    entries_of_request,
    request_entries,
)
from directories.services import exports
from directories.services import request_log as log
from directories.services.audit import Target
from directories.tasks import forget_requests
from directories.views import request_words as words
from directories.views.directory import find_directory
from directories.views.rendering import provider_crumbs, render_part

# Counting more would take longer than the page.
COUNTED = 1_000


@require_safe
@requires(Permission.SEE_LOGS)
def request_log(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """List the requests of the identity provider, newest first.

    Who asks for one request by its id gets to its page.
    """
    directory = find_directory(request, directory_id)
    filters = tables.request_filters(request.GET)
    entries = request_entries(directory, filters)
    page = cut_page(entries.defer("body"), tables.newest_first(request.GET, "pk"))
    if filters.request and len(page.rows) == 1:
        return redirect("directories:request-detail", directory.pk, page.rows[0].pk)
    # Counting what a search finds would search once more.
    count, more = (None, False) if filters.text else capped_count(entries, COUNTED)
    context = {
        "crumbs": provider_crumbs(directory, _("Requests")),
        "directory": directory,
        "filters": filters,
        "filtered": filters != RequestFilters(),
        "methods": tables.METHODS,
        "outcomes": tables.OUTCOMES,
        "kinds": tables.KINDS,
        "rows": [words.told(entry) for entry in _by_time(page.rows)],
        "about": _name(page.rows, filters.about),
        "links": tables.neighbours(page, request.GET),
        "count": count,
        "more": more,
    }
    return render_part(
        request, "directories/request_log.html", context, fragment="requests"
    )


def _by_time(rows: list[RequestEntry]) -> list[RequestEntry]:
    """Return a page newest first; reads are logged a moment after they came."""
    return sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)


def _name(rows: list[RequestEntry], about: str) -> str:
    """Return what the log calls the person or group it is narrowed to."""
    names = (row.resource_name for row in rows if about and row.resource_name)
    return next(names, about)


@require_safe
@requires(Permission.SEE_LOGS)
def request_detail(
    request: ConsoleRequest, directory_id: UUID, entry_id: int
) -> HttpResponse:
    """Show all that was kept of a request."""
    directory = find_directory(request, directory_id)
    entry = get_object_or_404(directory.request_entries, pk=entry_id)
    told = words.told(entry)
    context = {
        "crumbs": [
            *provider_crumbs(directory, "")[:-1],
            (_("Requests"), reverse("directories:request-log", args=[directory.pk])),
            (f"{entry.method} {told.place}", ""),
        ],
        "directory": directory,
        "told": told,
        "entry": entry,
        "phrase": words.phrase(entry.status),
        "body": words.pretty(entry.body),
        "is_shortened": words.is_shortened(entry.body),
        "curl": words.as_curl(entry, scim_base_url(directory)),
        "findings": entries_of_request(entry),
    }
    return render(request, "directories/request_detail.html", context)


@require_POST
@requires(Permission.SEE_LOGS)
def request_log_export(request: ConsoleRequest, directory_id: UUID) -> HttpResponseBase:
    """Answer with the requests that pass the filters, as CSV."""
    directory = find_directory(request, directory_id)
    filters = tables.request_filters(request.POST)
    named = _("Requests of {name}").format(name=directory.name)
    exports.note_export(
        organization=request.organization,
        target=Target("directory", str(directory.pk), named),
        filters={
            "text": filters.text,
            "method": filters.method,
            "status": filters.outcome,
            "type": filters.resource,
            "about": filters.about,
        },
        by=request.actor,
        now=timezone.now(),
    )
    header = (
        *(_("Time"), _("Method"), _("Path"), _("Status"), _("Milliseconds")),
        *(_("Type"), _("Name"), _("ID"), _("Error"), _("Body")),
        *(_("Client"), _("Address"), _("API key"), _("Request ID")),
    )
    entries = request_entries(directory, filters).order_by("-pk")
    return csv_response("requests", header, _lines(entries.iterator()))


def _lines(entries: Iterator[RequestEntry]) -> Iterator[list[object]]:
    for entry in entries:
        yield [
            entry.at.isoformat(),
            entry.method,
            entry.path,
            entry.status,
            entry.duration_us / words.MS,
            entry.resource,
            entry.resource_name,
            entry.resource_id,
            entry.detail,
            entry.body,
            entry.client,
            entry.address,
            entry.key_prefix,
            entry.request_id,
        ]


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def request_log_clear(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Delete the requests of a directory's log."""
    directory = find_directory(request, directory_id)
    left = log.clear_requests(directory=directory, by=request.actor, now=timezone.now())
    if left is None:
        messages.success(request, _("The log is empty."))
    else:
        forget_requests.delay(directory_id=str(directory.pk), last=left)
        messages.success(request, _("The log is being emptied. It takes a while."))
    return redirect("directories:request-log", directory.pk)
