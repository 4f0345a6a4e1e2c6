"""Group conflicts of a customer directory: the policy, what waits, what was decided."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import AuditEvent, Directory
from directories.paging import Cut
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.provider_forms import PolicyForm
from portals.queries import group_conflicts as queries
from portals.queries.decisions import decisions_of
from portals.queries.providers import rules_of
from portals.services.customer_directories import providers
from portals.views import crumbs
from portals.views.provider import find_provider, way_to
from portals.views.provider_words import told
from provisioning.tables import cut_of, text_of
from provisioning.views.listing import list_page

COLUMNS = (
    gettext_lazy("Name"),
    gettext_lazy("Email address"),
    gettext_lazy("Change"),
    gettext_lazy("Customer ID"),
)


def way_to_conflicts(
    request: SiteRequest, directory: Directory, label: str
) -> list[crumbs.Crumb]:
    """Return the breadcrumbs of a page below the group conflicts of a directory."""
    above = way_to(request, directory, _("Group conflicts"))
    address = reverse(
        "portals:provider-conflicts", args=[request.service_site.pk, directory.pk]
    )
    return [*above[:-1], (_("Group conflicts"), address), (label, "")]


def find_conflict(directory: Directory, scim_id: UUID) -> queries.Conflict:
    """Return the conflict of a group that waits, or raise 404."""
    waiting = queries.waiting_groups(directory)
    record = get_object_or_404(waiting, scim_id=scim_id)
    return queries.conflict_of(directory, record)


@require_safe
@requires_site(SiteRight.PROVIDERS)
def provider_conflicts(request: SiteRequest, directory_id: UUID) -> HttpResponse:
    """List the groups that wait, with their differences, below the policy."""
    directory = find_provider(request, directory_id)
    text = text_of(request.GET)
    waiting = queries.waiting_groups(directory, text)
    listing = list_page(request, waiting, cut_of(request.GET, "display_name_key"))
    rules = rules_of(directory)
    context = {
        "crumbs": way_to(request, directory, _("Group conflicts")),
        "directory": directory,
        "text": text,
        "listing": listing,
        "rows": queries.conflicts_of(directory, listing.rows),
        "form": PolicyForm(initial={"group_policy": rules.group_policy}),
        "rules": rules,
    }
    return render_part(
        request, "portals/provider_conflicts.html", context, fragment="rows"
    )


@require_POST
@requires_site(SiteRight.PROVIDERS)
def provider_policy(request: SiteRequest, directory_id: UUID) -> HttpResponse:
    """Choose what becomes of groups that arrive from now on."""
    directory = find_provider(request, directory_id)
    form = PolicyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was changed: choose one of the two."))
    elif providers.change_policy(
        directory=directory,
        policy=form.cleaned_data["group_policy"],
        by=request.actor,
        now=timezone.now(),
    ):
        text = _("Saved. The choice counts for groups that arrive from now on.")
        messages.success(request, text)
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("portals:provider-conflicts", request.service_site.pk, directory.pk)


@require_safe
@requires_site(SiteRight.PROVIDERS)
def provider_conflict(
    request: SiteRequest, directory_id: UUID, scim_id: UUID
) -> HttpResponse:
    """Show who would be added and removed, and which portals change."""
    directory = find_provider(request, directory_id)
    conflict = find_conflict(directory, scim_id)
    text, change = text_of(request.GET), _change(request.GET.get("change", ""))
    people = queries.people_of(conflict, change=change, text=text)
    cut, known = cut_of(request.GET, "name_key"), conflict.difference
    total = None if text or known is None else known.count_of(change)
    listing = list_page(request, people, cut, total=total)
    context = {
        "crumbs": way_to_conflicts(request, directory, conflict.record.display_name),
        "directory": directory,
        "conflict": conflict,
        "text": text,
        "change": change,
        "changes": queries.Change.choices,
        "listing": listing,
        "rows": queries.with_change(conflict, listing.rows),
    }
    return render_part(
        request, "portals/provider_conflict.html", context, fragment="rows"
    )


def _change(asked: str) -> str:
    return asked if asked in queries.Change.values else ""


@require_POST
@requires_site(SiteRight.PROVIDERS)
def provider_conflict_export(
    request: SiteRequest, directory_id: UUID, scim_id: UUID
) -> HttpResponseBase:
    """Answer with the customers of a difference, as CSV."""
    directory = find_provider(request, directory_id)
    conflict = find_conflict(directory, scim_id)
    text, change = text_of(request.POST), _change(request.POST.get("change", ""))
    record = conflict.record
    exports.note_export(
        organization=request.organization,
        target=Target("group", str(record.scim_id), record.display_name),
        filters={"text": text, "change": change},
        by=request.actor,
        now=timezone.now(),
    )
    people = queries.people_of(conflict, change=change, text=text)
    rows = _rows(conflict, people.order_by("name_key", "pk").iterator())
    return csv_response("group-conflict", COLUMNS, rows)


def _rows(conflict: queries.Conflict, people: Iterator[Any]) -> Iterator[list[object]]:
    batch: list[Any] = []
    for customer in people:
        batch.append(customer)
        if len(batch) == queries.SUMMED:
            yield from _lines(conflict, batch)
            batch = []
    yield from _lines(conflict, batch)


def _lines(conflict: queries.Conflict, batch: list[Any]) -> Iterator[list[object]]:
    for customer, change in queries.with_change(conflict, batch):
        yield [customer.name, customer.email, change.label, str(customer.public_id)]


@require_safe
@requires_site(SiteRight.PROVIDERS)
def provider_decisions(request: SiteRequest, directory_id: UUID) -> HttpResponse:
    """List what was decided about a directory and its group conflicts, newest first."""
    directory = find_provider(request, directory_id)
    cut = cut_of(request.GET, "pk")
    newest = Cut("pk", descending=True, after=cut.after, before=cut.before)
    listing = list_page(request, decisions_of(directory), newest)
    synced = queries.synced_now(directory, _organizations(listing.rows))
    context = {
        "crumbs": way_to_conflicts(request, directory, _("Decisions")),
        "directory": directory,
        "listing": listing,
        "rows": [told(event, synced) for event in listing.rows],
    }
    return render(request, "portals/provider_decisions.html", context)


def _organizations(events: Any) -> list[str]:
    named = [event.details.get("organization_id", "") for event in events]
    own = [e.target_id for e in events if _is_of_organization(e)]
    return [key for key in [*named, *own] if key]


def _is_of_organization(event: AuditEvent) -> bool:
    return event.target_kind == "customer-organization"
