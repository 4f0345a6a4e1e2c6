"""One customer organization: its customers, projects, domains, history."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.services import exports
from directories.services.audit import Target
from directories.services.opening import ClosedError
from directories.tasks import wake
from directories.views.rendering import render_part
from portals import organization_tables as tables
from portals.models import Customer, CustomerOrganization
from portals.organization_forms import DomainForm, ProjectsForm
from portals.permissions import (
    SiteRequest,
    SiteRight,
    requires_site,
    site_rights,
)
from portals.queries import organization as queries
from portals.queries import organization_domains
from portals.services.customer_directories import group_choices
from portals.services.customer_organizations.organization_domains import LIMIT
from portals.services.customer_organizations.organizations import GoneError
from portals.views import crumbs
from portals.views.organization import find_organization, to_organization
from provisioning.queries.timeline import Subject, place_of, timeline_of
from provisioning.tables import cut_of, text_of
from provisioning.views.listing import list_page, turned_round

CUSTOMERS, PROJECTS, DOMAINS, HISTORY = "customers", "projects", "domains", "history"
FRAGMENTS = {CUSTOMERS: "rows", HISTORY: "history"}
EXPORTED_AT_ONCE = 500


@require_safe
@requires_site(SiteRight.SERVICE)
def organization_detail(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Show one organization under the tab that is asked for."""
    organization = find_organization(request, public_id, archived=None)
    tab = request.GET.get("tab", "")
    ways = {PROJECTS: _projects, DOMAINS: _domains, HISTORY: _history}
    content = ways.get(tab, _customers)(request, organization)
    settling = queries.is_settling(organization, timezone.now())
    context = {
        "crumbs": crumbs.of_organizations(request, (organization.name, "")),
        "organization": request.organization,
        "about": organization,
        "owner": organization.directory if organization.record_id else None,
        "leaving": queries.leaving_count(organization) if settling else 0,
        "tab": tab if tab in ways else CUSTOMERS,
        **content,
    }
    return render_part(
        request,
        "portals/organization_detail.html",
        context,
        fragment=FRAGMENTS.get(tab, "rows"),
    )


def _customers(
    request: SiteRequest, organization: CustomerOrganization
) -> dict[str, Any]:
    text = text_of(request.GET)
    cut = cut_of(request.GET, "name_key")
    listing = list_page(
        request,
        queries.people_in(organization, text),
        cut,
        total=None if text else organization.member_count,
    )
    held = site_rights(request.rights, request.service_site)
    persons = queries.persons(organization, listing.rows)
    archived = organization.archived_at is not None
    return {
        "sees_customers": SiteRight.CUSTOMERS in held,
        "text": text,
        "listing": listing,
        "persons": persons,
        "ticks": not archived and any(each.removable for each in persons),
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
    }


def _projects(
    _request: SiteRequest, organization: CustomerOrganization
) -> dict[str, Any]:
    free = queries.free_projects(organization)
    return {
        "places": queries.places_of(organization),
        "form": ProjectsForm(projects=free) if free else None,
    }


def _domains(
    _request: SiteRequest, organization: CustomerOrganization
) -> dict[str, Any]:
    rows = organization_domains.rows_of(organization)
    return {
        "domains": rows,
        "form": DomainForm() if len(rows) < LIMIT else None,
        "limit": LIMIT,
        "could": sum(row.could for row in rows),
    }


def _history(
    request: SiteRequest, organization: CustomerOrganization
) -> dict[str, Any]:
    ids = [str(organization.public_id)]
    if organization.record is not None:
        ids.append(str(organization.record.scim_id))
    place = place_of(request.GET.get("before", ""))
    subject = Subject(ids, [organization.name])
    return {"timeline": timeline_of(request.organization, subject, place)}


@require_POST
@requires_site(SiteRight.SERVICE)
def organization_member_export(
    request: SiteRequest, public_id: UUID
) -> HttpResponseBase:
    """Answer with the customers of an organization that match, as CSV."""
    organization = find_organization(request, public_id, archived=None)
    text = text_of(request.POST)
    named = _("Customers of {name}").format(name=organization.name)
    exports.note_export(
        organization=request.organization,
        target=Target("customer-organization", str(organization.public_id), named),
        filters={"text": text},
        by=request.actor,
        now=timezone.now(),
    )
    return csv_response("customers", tables.MEMBER_COLUMNS, _lines(organization, text))


def _lines(organization: CustomerOrganization, text: str) -> Iterator[list[object]]:
    batch: list[Customer] = []
    for customer in queries.people_in(organization, text).order_by("pk").iterator():
        batch.append(customer)
        if len(batch) == EXPORTED_AT_ONCE:
            yield from _batch_lines(organization, batch)
            batch = []
    yield from _batch_lines(organization, batch)


def _batch_lines(
    organization: CustomerOrganization, batch: list[Customer]
) -> Iterator[list[object]]:
    def said(value: bool) -> str:  # noqa: FBT001 - a flag of the row
        return _("Yes") if value else ""

    for person in queries.persons(organization, batch):
        customer, member = person.customer, person.member
        yield [
            customer.name,
            customer.email,
            customer.get_status_display(),
            said(member.synced),
            said(member.manual),
            said(member.by_domain),
            customer.public_id,
        ]


@require_POST
@requires_site(SiteRight.SERVICE)
def organization_settle(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Remove at once who was in an organization before it followed its group."""
    organization = find_organization(request, public_id)
    try:
        job = group_choices.settle_now(
            organization, by=request.actor, now=timezone.now()
        )
    except (group_choices.NotSyncedError, ClosedError):
        messages.info(request, _("The organization follows no group any more."))
        return to_organization(request, organization)
    messages.success(request, _("They are leaving the organization now."))
    wake(job.pk)
    return to_organization(request, organization)


@require_POST
@requires_site(SiteRight.SERVICE)
def organization_unlink(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Part an organization from its group; who is in it stays."""
    organization = find_organization(request, public_id)
    try:
        group_choices.unlink_group(organization, by=request.actor, now=timezone.now())
    except group_choices.NotSyncedError:
        messages.info(request, _("The organization follows no group any more."))
    except GoneError:
        messages.error(request, _("That organization was deleted meanwhile."))
        return redirect("portals:organization-list", request.service_site.pk)
    else:
        messages.success(
            request, _("The organization is yours: it follows its group no longer.")
        )
    return to_organization(request, organization)
