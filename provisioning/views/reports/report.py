"""Reports: who is not linked, no longer pushed, not seen, or without access."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import Job, LinkState, Member, UserRecord
from directories.paging import Cut, cut_sparse
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.tables import neighbours
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.queries import reports
from provisioning.queries.accounts.people import LOCAL
from provisioning.queries.reports import LOOSE, OF_RECORDS, Report, ReportFilter
from provisioning.queries.review import provider_directories
from provisioning.reasons import EXPLANATIONS, Explanation, Reason
from provisioning.services.account_links.link_choices import BULK, OFFERED
from provisioning.views.listing import Listing, list_page, turned_round

# By what the rows of a report are in order.
ORDERS = {Report.NOT_LINKED: "id", Report.NOT_SEEN: "seen_at"}
NAMED = "name"


@dataclass(frozen=True)
class Row:
    """A pushed person of a report, with what explains their state."""

    record: UserRecord
    explanation: Explanation | None


@require_safe
@requires(Permission.SEE_DIRECTORY)
def report_list(request: ConsoleRequest) -> HttpResponse:
    """Show one of the reports, as much of it as matches."""
    report = tables.report_of(request.GET)
    wanted = tables.report_filter(request.GET, report)
    cut = tables.cut_of(request.GET, ORDERS.get(report, NAMED))
    context: dict[str, Any] = {
        "crumbs": [(_("Admin"), "/"), (_("Directory"), ""), (_("Reports"), "")],
        "report": report,
        "reports": Report,
        "job": _job(request),
        "wanted": wanted,
        "of_records": report in OF_RECORDS,
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
        "offered": OFFERED[report],
        "manages": Permission.MANAGE_PROVIDERS in request.permissions,
        **_choices(request, report),
    }
    if report in OF_RECORDS:
        records = reports.records_of(
            report, request.organization, wanted, timezone.now()
        )
        records_page = list_page(request, records, cut)
        context["listing"] = records_page
        context["rows"] = [
            Row(each, EXPLANATIONS.get(each.link_reason)) for each in records_page.rows
        ]
    else:
        context["listing"] = _people(request, report, wanted, cut)
    return render_part(
        request, "provisioning/report_list.html", context, fragment="rows"
    )


def _people(
    request: ConsoleRequest, report: Report, wanted: ReportFilter, cut: Cut
) -> Listing[Member]:
    organization = request.organization
    if report != Report.NO_ACCESS:
        return list_page(request, reports.members_of(report, organization, wanted), cut)
    # Of hundreds of thousands hardly anybody may be without access.
    everybody = reports.members_of(report, organization, wanted, sparsely=True)
    page = cut_sparse(everybody, reports.without_access(organization), cut)
    shown = _("Showing {shown}").format(shown=len(page.rows))
    return Listing(page.rows, neighbours(page, request.GET), shown)


def _job(request: ConsoleRequest) -> Job | None:
    """Return the work that was just begun here, to show how far it is."""
    asked = tables.job_of(request.GET)
    if asked is None:
        return None
    return request.organization.jobs.filter(pk=asked, kind=BULK).first()


def _choices(request: ConsoleRequest, report: Report) -> dict[str, Any]:
    """Return what the filters of a report offer."""
    directories = [
        (str(each.pk), each.name) for each in provider_directories(request.organization)
    ]
    local = [(LOCAL, _("Local"))] if report == Report.NO_ACCESS else []
    return {
        "directories": [*local, *directories],
        "states": [(state.value, state.label) for state in LOOSE],
        "reasons": sorted(Reason.choices, key=lambda choice: str(choice[1])),
        "days": tables.DAYS,
    }


@require_POST
@requires(Permission.SEE_DIRECTORY)
def report_export(request: ConsoleRequest) -> HttpResponseBase:
    """Answer with all of a report that matches, as CSV."""
    organization, now = request.organization, timezone.now()
    report = tables.report_of(request.POST)
    wanted = tables.report_filter(request.POST, report)
    exports.note_export(
        organization=organization,
        target=Target("report", str(organization.pk), str(report.label)),
        filters={
            "text": wanted.text,
            "directory": wanted.directory,
            "state": wanted.state,
            "reason": wanted.reason,
            "days": str(wanted.days) if report == Report.NOT_SEEN else "",
        },
        by=request.actor,
        now=now,
    )
    if report in OF_RECORDS:
        records = reports.records_of(report, organization, wanted, now)
        lines = _record_lines(records.order_by("pk").iterator(chunk_size=2_000))
        return csv_response(report.value, tables.RECORD_COLUMNS, lines)
    members = reports.members_of(report, organization, wanted)
    found = members.order_by("name", "pk").iterator(chunk_size=2_000)
    return csv_response(
        report.value, tables.REPORTED_MEMBER_COLUMNS, _member_lines(found)
    )


def _record_lines(records: Iterator[UserRecord]) -> Iterator[list[object]]:
    for record in records:
        explanation = EXPLANATIONS.get(record.link_reason)
        yield [
            record.user_name,
            record.email,
            LinkState(record.link_state).label,
            explanation.reason if explanation else "",
            explanation.advice if explanation else "",
            record.directory.name,
            _day(record.seen_at),
            _day(record.created_at),
            record.account.public_id if record.account else "",
            record.scim_id,
        ]


def _member_lines(members: Iterator[Member]) -> Iterator[list[object]]:
    for member in members:
        yield [
            member.account.name,
            member.account.email,
            member.directory.name if member.directory else _("Local"),
            member.former_directory or "",
            _day(member.released_at),
            _day(member.joined_at),
            member.account.public_id,
        ]


def _day(at: datetime | None) -> str:
    return at.date().isoformat() if at else ""
