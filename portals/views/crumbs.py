"""Where a page about a site's customers stands: its breadcrumbs.

Each function returns the way down to its page, whose own entry leads nowhere; give it
the labels of what lies below, and its own entry becomes a link. The addresses of
pages that the viewer may not open are left out.
"""

from django.urls import reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portals.models import CustomerOrganization, ServiceProject
from portals.permissions import SiteRequest, SiteRight, site_rights

Crumb = tuple[StrOrPromise, str]


def of_sites() -> list[Crumb]:
    """Return the way to the list of sites."""
    return [
        (_("Admin"), "/"),
        (_("Apps"), ""),
        (_("Sites and products"), reverse("provisioning:site-list")),
    ]


def of_service(request: SiteRequest, *below: Crumb) -> list[Crumb]:
    """Return the way to Jira Service Management of a site, and on to `below`."""
    site = request.service_site
    way = of_sites() if request.rights else [(_("Service projects"), _own())]
    if request.rights:
        sees = SiteRight.SEE in site_rights(request.rights, site)
        own = reverse("provisioning:site-detail", args=[site.pk]) if sees else ""
        way += [(site.name, own), (_("Jira Service Management"), _home(request))]
    return _ended([*way, *below])


def of_customers(request: SiteRequest, *below: Crumb) -> list[Crumb]:
    """Return the way to the portal-only customers of a site, and on to `below`."""
    page = _page(request, SiteRight.CUSTOMERS, "customer-list")
    return of_service(request, (_("Portal-only customers"), page), *below)


def of_providers(request: SiteRequest, *below: Crumb) -> list[Crumb]:
    """Return the way to the identity providers of customers, and on to `below`."""
    page = _page(request, SiteRight.PROVIDERS, "provider-list")
    return of_customers(request, (_("Identity providers"), page), *below)


def of_settings(request: SiteRequest, *below: Crumb) -> list[Crumb]:
    """Return the way to the settings of a site's service, and on to `below`."""
    site = request.service_site
    return _ended(
        [
            *of_sites(),
            (site.name, reverse("provisioning:site-detail", args=[site.pk])),
            (_("Settings"), ""),
            (_("Products"), reverse("portals:product-list")),
            (_("Jira Service Management"), _home(request)),
            *below,
        ]
    )


def of_organizations(request: SiteRequest, *below: Crumb) -> list[Crumb]:
    """Return the way to the customer organizations of a site, and on to `below`."""
    page = _page(request, SiteRight.SERVICE, "organization-list")
    return of_settings(request, (_("Organizations"), page), *below)


def of_organization(
    request: SiteRequest, organization: CustomerOrganization, *below: Crumb
) -> list[Crumb]:
    """Return the way to one customer organization, and on to `below`."""
    site = request.service_site
    page = _url("organization-detail", site.pk, organization.public_id)
    return of_organizations(request, (organization.name, page), *below)


def of_projects(request: SiteRequest, *below: Crumb) -> list[Crumb]:
    """Return the way to the service projects of a site, and on to `below`."""
    if not request.rights:
        return of_service(request, *below)
    page = _page(request, SiteRight.SERVICE, "project-list")
    return of_service(request, (_("Service projects"), page), *below)


def of_project(
    request: SiteRequest, project: ServiceProject, *below: Crumb
) -> list[Crumb]:
    """Return the way to one service project, and on to `below`."""
    page = _url("project-detail", request.service_site.pk, project.key)
    return of_projects(request, (project.name, page), *below)


def _ended(way: list[Crumb]) -> list[Crumb]:
    label, _url_of_it = way[-1]
    return [*way[:-1], (label, "")]


def _home(request: SiteRequest) -> str:
    return _page(request, SiteRight.SEE, "service-home")


def _own() -> str:
    return _url("own-projects")


def _page(request: SiteRequest, right: SiteRight, name: str) -> str:
    site = request.service_site
    if right not in site_rights(request.rights, site):
        return ""
    return _url(name, site.pk)


def _url(name: str, *about: object) -> str:
    return reverse(f"portals:{name}", args=about)
