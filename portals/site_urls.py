"""Addresses of a site's service pages: its start page and customer access."""

from django.urls import URLPattern, path

from portals.views.access import customer_access, organization_management
from portals.views.service import customer_sites, product_list, service_home

SERVICE = "apps/sites/<uuid:site_id>/jira-service-management/"
SETTINGS = "sites/<uuid:site_id>/settings/products/jira-service-management/"

site_patterns: list[URLPattern] = [
    path("apps/portal-only-customers/", customer_sites, name="customer-sites"),
    path("settings/products/", product_list, name="product-list"),
    path(SERVICE, service_home, name="service-home"),
    path(f"{SETTINGS}customer-access/", customer_access, name="customer-access"),
    path(
        f"{SETTINGS}organization-management/",
        organization_management,
        name="organization-management",
    ),
]
