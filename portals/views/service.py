"""The way into a site's service: its start page, and the sites that have one."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from directories.models import Site
from directories.permissions import ConsoleRequest, Permission, requires
from portals.permissions import SiteRequest, SiteRight, requires_site, site_rights
from portals.queries import service
from portals.queries.settings import settings_of
from portals.views import crumbs
from provisioning.views.listing import short


@dataclass(frozen=True)
class Card:
    """A page of the service, with a sentence of numbers."""

    title: StrOrPromise
    text: str
    url: str


@require_safe
@requires(Permission.SEE_SITES)
def customer_sites(request: ConsoleRequest) -> HttpResponse:
    """Lead to the customers of the one site there is, or list the sites."""
    sites = service.service_sites().filter(organization=request.organization)
    held = {site: site_rights(request.rights, site) for site in sites}
    rows = [
        (site, _way_in(site, rights))
        for site, rights in held.items()
        if rights - {SiteRight.SEE}
    ]
    if len(rows) == 1:
        return redirect(rows[0][1])
    way = [(_("Admin"), "/"), (_("Apps"), ""), (_("Portal-only customers"), "")]
    context = {"crumbs": way, "rows": rows, "sites": len(held)}
    return render(request, "portals/customer_sites.html", context)


@require_safe
@requires(Permission.SEE_SITES)
def product_list(request: ConsoleRequest) -> HttpResponse:
    """List the settings of Jira Service Management of each site that one may change."""
    sites = service.service_sites().filter(organization=request.organization)
    held = {site: site_rights(request.rights, site) for site in sites}
    products = [
        (site, _settings_of_product(site))
        for site, rights in held.items()
        if SiteRight.SERVICE in rights
    ]
    way = [(_("Admin"), "/"), (_("Settings"), ""), (_("Products"), "")]
    context = {"crumbs": way, "products": products, "sites": len(held)}
    return render(request, "portals/product_list.html", context)


def _settings_of_product(site: Site) -> list[Card]:
    return [
        Card(
            _("Organizations"),
            _("Groups of customers that service projects let in as one."),
            _url("organization-list", site),
        ),
        Card(
            _("Customer access"),
            _("Who may become a customer, and how the help center is entered."),
            _url("customer-access", site),
        ),
        Card(
            _("Organization management"),
            _("Whether agents look after organizations and who is in them."),
            _url("organization-management", site),
        ),
    ]


def _way_in(site: Site, rights: frozenset[SiteRight]) -> str:
    name = "customer-list" if SiteRight.CUSTOMERS in rights else "service-home"
    return _url(name, site)


@require_safe
@requires_site(SiteRight.SEE)
def service_home(request: SiteRequest) -> HttpResponse:
    """Show what there is to look after in Jira Service Management of a site."""
    held = site_rights(request.rights, request.service_site)
    ways = [
        (SiteRight.CUSTOMERS, _about_customers),
        (SiteRight.PROVIDERS, _about_providers),
        (SiteRight.SERVICE, _about_service),
    ]
    site = request.service_site
    context = {
        "crumbs": crumbs.of_service(request),
        "cards": [card for right, way in ways if right in held for card in way(site)],
        "help_center_url": reverse("portals:portal-list", query={"site": site.pk}),
    }
    return render(request, "portals/service_home.html", context)


def _about_customers(site: Site) -> list[Card]:
    numbers = service.customer_numbers(site)
    text = _("{customers}, {revoked} of them without access.").format(
        customers=_customers(numbers["all"]), revoked=_written(numbers["revoked"])
    )
    return [Card(_("Portal-only customers"), text, _url("customer-list", site))]


def _about_providers(site: Site) -> list[Card]:
    numbers = service.provider_numbers(site)
    if numbers["all"]:
        text = ngettext(
            "{count} identity provider of customers, {active} set up.",
            "{count} identity providers of customers, {active} set up.",
            numbers["all"],
        ).format(count=numbers["all"], active=numbers["active"])
    else:
        text = _("None yet. One can bring customers and organizations by itself.")
    return [Card(_("Identity providers"), text, _url("provider-list", site))]


def _about_service(site: Site) -> list[Card]:
    organizations = service.organization_numbers(site)
    projects = service.project_numbers(site)
    about_organizations = _("{all} in all, {synced} synced, {loose} in no project.")
    about_projects = ngettext(
        "{count} project, {open} open to everybody whom the site lets in.",
        "{count} projects, {open} open to everybody whom the site lets in.",
        projects["all"],
    )
    return [
        Card(
            _("Organizations"),
            about_organizations.format(
                all=_written(organizations["all"]),
                synced=_written(organizations["synced"]),
                loose=_written(organizations["unattached"]),
            ),
            _url("organization-list", site),
        ),
        Card(
            _("Service projects"),
            about_projects.format(count=projects["all"], open=projects["open"]),
            _url("project-list", site),
        ),
        Card(_("Customer access"), _access(site), _url("customer-access", site)),
    ]


def _access(site: Site) -> str:
    settings = settings_of(site)
    if not settings.external_accounts:
        made = _("No new portal-only accounts.")
    elif settings.external_domains_only:
        made = _("New portal-only accounts of approved domains only.")
    else:
        made = _("New portal-only accounts of every domain.")
    count = service.approved_count(site)
    domains = ngettext("{count} approved domain.", "{count} approved domains.", count)
    return f"{made} {domains.format(count=count)}"


def _customers(number: service.Number) -> str:
    text = ngettext("{count} customer", "{count} customers", number.count)
    return text.format(count=_written(number))


def _written(number: service.Number) -> str:
    return short(number.count + number.more, service.CAP)


def _url(name: str, site: Site) -> str:
    return reverse(f"portals:{name}", args=[site.pk])
