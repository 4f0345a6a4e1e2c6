"""What the pages of a site's service show in the left navigation."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directories.context import NavigationItem, place_of
from directories.models import Site
from portals.permissions import SiteRight, site_rights

PAGES = [
    (SiteRight.CUSTOMERS, "customer-list", _("Portal-only customers")),
    (SiteRight.PROVIDERS, "provider-list", _("Identity providers")),
    (SiteRight.SERVICE, "organization-list", _("Organizations")),
    (SiteRight.SERVICE, "project-list", _("Service projects")),
    (SiteRight.SERVICE, "customer-access", _("Customer access")),
    (SiteRight.SERVICE, "organization-management", _("Organization management")),
]


def service(request: HttpRequest) -> dict[str, Any]:
    """Return the pages of the site that a page is about, as far as one may open them.

    `providers_closed` says that its identity providers and their logs are not among
    them, `organizations_closed` the same of its organizations. Asks the database
    nothing: the rights were read to let the viewer in.
    """
    site: Site | None = getattr(request, "service_site", None)
    if site is None:
        return {}
    held = site_rights(vars(request)["rights"], site)
    urls = [
        (label, reverse(f"portals:{name}", args=[site.pk]))
        for right, name, label in PAGES
        if right in held
    ]
    # Customers' identity providers lie below the customers: the longest one counts.
    place = place_of(request)
    fitting = [url for _label, url in urls if place.startswith(url)]
    return {
        "service_site": site,
        "providers_closed": SiteRight.PROVIDERS not in held,
        "organizations_closed": SiteRight.SERVICE not in held,
        "service_pages": [
            NavigationItem(
                label=str(label), url=url, current=url == max(fitting, default="")
            )
            for label, url in urls
        ],
    }
