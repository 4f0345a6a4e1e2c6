"""Addresses of a site's service pages: its start page and customer access."""

from django.urls import URLPattern, path

from portals.views.service import customer_sites, service_home

SERVICE = "apps/sites/<uuid:site_id>/jira-service-management/"

site_patterns: list[URLPattern] = [
    path("apps/portal-only-customers/", customer_sites, name="customer-sites"),
    path(SERVICE, service_home, name="service-home"),
]
