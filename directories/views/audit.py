"""The audit log of the organization."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.events import Event
from directories.exports import csv_response
from directories.models import AuditEvent
from directories.paging import capped_count, cut_page
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries.logs import audit_events, targets_there
from directories.services import exports
from directories.services.audit import Target
from directories.tables import event_filters, neighbours, newest_first
from directories.views.rendering import render_part

LABELS = dict(Event.choices)


@dataclass(frozen=True)
class Row:
    """One event with its words and its machine form; `is_there`: its target is."""

    event: AuditEvent
    activity: str
    json: str
    is_there: bool


@require_safe
@requires(Permission.SEE_LOGS)
def audit_log(request: ConsoleRequest) -> HttpResponse:
    """List who did what, newest first."""
    filters = event_filters(request.GET)
    events = audit_events(request.organization, filters)
    page = cut_page(events, newest_first(request.GET, "pk"))
    # Counting what a search finds would read the whole log for a rare word.
    count, more = (None, False) if filters.text else capped_count(events)
    there = targets_there(request.organization, page.rows)
    context = {
        "crumbs": [(_("Admin"), "/"), (_("Security"), ""), (_("Audit log"), "")],
        "filters": filters,
        "filtered": any(
            (filters.text, filters.action, filters.first_on, filters.last_on)
        ),
        "actions": sorted(Event.choices, key=lambda choice: str(choice[1])),
        "rows": [_row(event, there) for event in page.rows],
        "links": neighbours(page, request.GET),
        "count": count,
        "more": more,
    }
    return render_part(
        request, "directories/audit_log.html", context, fragment="events"
    )


def _row(event: AuditEvent, there: set[tuple[str, str]]) -> Row:
    text = json.dumps(_machine_form(event), ensure_ascii=False, indent=2)
    is_there = (event.target_kind, event.target_id) in there
    return Row(event, str(LABELS.get(event.action, event.action)), text, is_there)


def _machine_form(event: AuditEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "time": event.at.isoformat(),
        "action": event.action,
        "actor": {
            "type": event.actor_kind,
            "id": event.actor_id,
            "name": event.actor_name,
        },
        "target": {
            "type": event.target_kind,
            "id": event.target_id,
            "name": event.target_name,
        },
        "directoryId": str(event.directory_id) if event.directory_id else None,
        "requestId": event.request_id,
        "details": event.details,
    }


@require_POST
@requires(Permission.SEE_LOGS)
def audit_log_export(request: ConsoleRequest) -> HttpResponseBase:
    """Answer with the events that pass the filters, as CSV."""
    filters = event_filters(request.POST)
    organization = request.organization
    exports.note_export(
        organization=organization,
        target=Target("audit_log", str(organization.pk), _("Audit log")),
        filters={
            "text": filters.text,
            "action": filters.action,
            "from": str(filters.first_on or ""),
            "to": str(filters.last_on or ""),
        },
        by=request.actor,
        now=timezone.now(),
    )
    header = (
        *(_("Time"), _("Activity"), _("Action"), _("Actor type"), _("Actor")),
        *(_("Actor ID"), _("Target type"), _("Target"), _("Target ID")),
        *(_("Request ID"), _("Details")),
    )
    events = audit_events(organization, filters).order_by("-pk")
    return csv_response("audit-log", header, _lines(events.iterator()))


def _lines(events: Iterator[AuditEvent]) -> Iterator[list[object]]:
    for event in events:
        yield [
            event.at.isoformat(),
            LABELS.get(event.action, event.action),
            event.action,
            event.get_actor_kind_display(),
            event.actor_name,
            event.actor_id,
            event.target_kind,
            event.target_name,
            event.target_id,
            event.request_id,
            json.dumps(event.details, ensure_ascii=False) if event.details else "",
        ]
