"""One portal-only customer, and customers as the search of the console finds them."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.models import Directory
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services.audit import Target
from directories.views.rendering import render_part
from portals.models import Customer
from portals.permissions import SiteRequest, SiteRight, requires_site, site_rights
from portals.queries import customer as one
from portals.queries.customers import own_domains
from portals.queries.customers_found import customers_found_in
from portals.reasons import EXPLANATIONS
from portals.views import crumbs
from provisioning.queries.timeline import Subject
from provisioning.tables import text_of
from provisioning.views.timeline import export_timeline, shown_timeline


def find_customer(request: SiteRequest, public_id: UUID) -> Customer:
    """Return a customer of the site of the request, or 404."""
    customers = Customer.objects.select_related("directory", "record", "account")
    site = request.service_site
    customer = get_object_or_404(customers, site=site, public_id=public_id)
    customer.site = site
    return customer


def customer_crumbs(
    request: SiteRequest, customer: Customer, *more: crumbs.Crumb
) -> list[crumbs.Crumb]:
    """Return the breadcrumbs of a customer's page, or of the one below it."""
    own = reverse(
        "portals:customer-detail", args=[request.service_site.pk, customer.public_id]
    )
    return crumbs.of_customers(request, (customer.get_full_name(), own), *more)


@require_safe
@requires_site(SiteRight.CUSTOMERS)
def customer_detail(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Show one customer: what is known, access, organizations, what happened."""
    customer = find_customer(request, public_id)
    record = customer.record
    places = one.places_of(customer)
    context = {
        "crumbs": customer_crumbs(request, customer),
        "customer": customer,
        "is_employee": customer.email_domain in own_domains(request.service_site),
        "owner_url": owner_url(request, customer.directory),
        "record": record,
        "explanation": EXPLANATIONS.get(record.link_reason) if record else None,
        "profile": one.profile_of(customer),
        "ended": one.revocation_of(customer),
        "migrated": one.migration_of(customer),
        "places": places,
        "projects": one.projects_of(customer),
        "portals_url": _portals_url(customer),
    }
    if Permission.SEE_LOGS in request.permissions:
        context["timeline"] = shown_timeline(request, subject_of(customer))
        context["export_url"] = reverse(
            "portals:customer-timeline-export",
            args=[request.service_site.pk, public_id],
        )
    return render_part(
        request, "portals/customer_detail.html", context, fragment="history"
    )


def owner_url(request: SiteRequest, directory: Directory | None) -> str:
    """Return the address of a customer directory, "" for who may not open it."""
    held = site_rights(request.rights, request.service_site)
    if directory is None or SiteRight.PROVIDERS not in held:
        return ""
    return reverse("directories:directory-detail", args=[directory.pk])


def _portals_url(customer: Customer) -> str:
    """Return where it is said which portals a customer sees, "" where nothing does."""
    try:
        return reverse(
            "portals:customer-portals", args=[customer.site_id, customer.public_id]
        )
    except NoReverseMatch:
        return ""


def subject_of(customer: Customer) -> Subject:
    """Return whom the timeline of a customer is about."""
    ids = {str(customer.public_id), *one.records_of(customer)}
    names = {customer.email}
    if customer.record:
        ids.add(str(customer.record.scim_id))
        names |= {customer.record.user_name, customer.record.email}
    return Subject(sorted(ids), sorted(names - {""}))


@require_POST
@requires_site(SiteRight.CUSTOMERS)
def customer_timeline_export(request: SiteRequest, public_id: UUID) -> HttpResponseBase:
    """Answer with everything that happened to a customer, as CSV."""
    customer = find_customer(request, public_id)
    name = _("What happened to {name}").format(name=customer.get_full_name())
    target = Target("customer", str(public_id), name)
    return export_timeline(request, subject_of(customer), target)


@require_safe
@requires(Permission.SEE_DIRECTORY)
def customers_found(request: ConsoleRequest) -> HttpResponse:
    """Show the customers and organizations that a search of the console finds.

    Those of sites whose customers the viewer looks after; part of the search page.
    """
    text = text_of(request.GET)
    found = customers_found_in(request.organization, request.rights, text)
    context = {"text": text, "found": found}
    return render(request, "portals/customers_found.html", context)
