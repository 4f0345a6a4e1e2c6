"""What hangs on a site for its customers: its numbers, and its rows."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from directories.models import Directory, Site
from directories.paging import capped_count
from portals.models import (
    ApprovedDomain,
    AttachRule,
    Customer,
    CustomerImport,
    CustomerOrganization,
    RoutedDomain,
    ServiceProject,
    ServiceSettings,
)
from provisioning.models import App
from provisioning.views.listing import short

CAP = 10_000


def numbers_of(site: Site) -> list[str]:
    """Say in numbers what closes when a site serves no customers any more."""
    customers = Customer.objects.filter(site=site)
    organizations = CustomerOrganization.objects.filter(site=site, archived_at=None)
    projects = ServiceProject.objects.filter(site=site)
    providers = Directory.with_removed.filter(site=site)
    said = [
        (projects, _("Service projects, whose portals close: {count}.")),
        (customers, _("Customers, who cannot sign in to the help center: {count}.")),
        (organizations, _("Customer organizations: {count}.")),
        (
            providers,
            _(
                "Identity providers of customers, whose requests are refused from "
                "then on: {count}."
            ),
        ),
    ]
    counted = [(capped_count(rows, CAP), text) for rows, text in said]
    return [
        text.format(count=short(count + more, CAP))
        for (count, more), text in counted
        if count
    ]


def parts_of(app: App) -> list[QuerySet[Any]]:
    """Return the rows that a site keeps for its customers, to be deleted in order."""
    if app.kind != App.Kind.SERVICE_MANAGEMENT:
        return []
    held = {"site": app.site_id}
    return [
        CustomerImport.objects.filter(**held),
        AttachRule.objects.filter(**held),
        ServiceProject.objects.filter(**held),
        Customer.objects.filter(**held),
        CustomerOrganization.objects.filter(**held),
        RoutedDomain.objects.filter(**held),
        ApprovedDomain.objects.filter(**held),
        ServiceSettings.objects.filter(**held),
        Directory.with_removed.filter(**held),
    ]
