"""The troubleshooting log of a directory."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.findings import answer_of, sentence_of
from directories.models import TroubleshootingEntry
from directories.paging import capped_count, cut_page
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries.logs import troubleshooting_entries
from directories.services import exports, troubleshooting
from directories.services.audit import Target
from directories.tables import entry_filters, neighbours, newest_first
from directories.views.directory import find_directory
from directories.views.rendering import provider_crumbs, render_part


@require_safe
@requires(Permission.SEE_LOGS)
def troubleshooting_log(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """List what was refused, skipped or surprising, and what to do about it."""
    directory = find_directory(request, directory_id)
    filters = entry_filters(request.GET)
    entries = troubleshooting_entries(directory, filters)
    page = cut_page(entries, newest_first(request.GET, "at"))
    count, more = capped_count(entries)
    context = {
        "crumbs": provider_crumbs(directory, _("Troubleshooting log")),
        "directory": directory,
        "filters": filters,
        "filtered": bool(filters),
        "levels": TroubleshootingEntry.Level.choices,
        "subjects": TroubleshootingEntry.Subject.choices,
        "page": page,
        "links": neighbours(page, request.GET),
        "count": count,
        "more": more,
    }
    return render_part(
        request, "directories/troubleshooting_log.html", context, fragment="entries"
    )


@require_POST
@requires(Permission.SEE_LOGS)
def troubleshooting_log_export(
    request: ConsoleRequest, directory_id: UUID
) -> HttpResponseBase:
    """Answer with the entries that pass the filters, as CSV."""
    directory = find_directory(request, directory_id)
    filters = entry_filters(request.POST)
    named = _("Troubleshooting log of {name}").format(name=directory.name)
    exports.note_export(
        organization=request.organization,
        target=Target("directory", str(directory.pk), named),
        filters={
            "text": filters.text,
            "level": filters.level,
            "type": filters.subject,
            "from": str(filters.first_on or ""),
            "to": str(filters.last_on or ""),
        },
        by=request.actor,
        now=timezone.now(),
    )
    header = (
        *(_("First time"), _("Last time"), _("Times"), _("Level"), _("Type")),
        *(_("Name"), _("Message"), _("Answer"), _("What to do")),
        *(_("Request"), _("Request ID")),
    )
    entries = troubleshooting_entries(directory, filters).order_by("-at", "-pk")
    return csv_response("troubleshooting-log", header, _rows(entries.iterator()))


def _rows(entries: Iterator[TroubleshootingEntry]) -> Iterator[list[object]]:
    for entry in entries:
        said = entry.request
        words = (said.get("method"), said.get("path"), said.get("status"))
        yield [
            entry.first_at.isoformat(),
            entry.at.isoformat(),
            entry.times,
            entry.get_level_display(),
            entry.get_subject_display(),
            entry.subject_name,
            sentence_of(entry),
            answer_of(entry),
            entry.advice,
            " ".join(str(word) for word in words if word),
            said.get("request_id", ""),
        ]


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def troubleshooting_log_clear(
    request: ConsoleRequest, directory_id: UUID
) -> HttpResponse:
    """Delete the entries of a directory's log."""
    directory = find_directory(request, directory_id)
    count = troubleshooting.clear_log(
        directory=directory, by=request.actor, now=timezone.now()
    )
    text = ngettext("%(count)d entry deleted.", "%(count)d entries deleted.", count)
    messages.success(request, text % {"count": count})
    return redirect("directories:troubleshooting-log", directory.pk)
