"""The customer directories of the demonstration."""

from datetime import datetime

from directories.models import Directory, Site
from directories.services import directories
from directories.services.audit import SYSTEM
from portals.models import CustomerDirectory


def customer_directory(
    site: Site,
    provider: str,
    *,
    name: str,
    policy: CustomerDirectory.GroupPolicy,
    now: datetime,
) -> Directory:
    """Return the first customer directory of a provider on a site, made if need be."""
    found = site.directories.filter(kind=Directory.Kind.CUSTOMERS, provider=provider)
    directory = found.order_by("created_at", "pk").first()
    if directory is not None:
        return directory
    directory = directories.add_directory(
        organization=site.organization,
        provider=provider,
        name=name,
        by=SYSTEM,
        now=now,
    )
    Directory.objects.filter(pk=directory.pk).update(
        kind=Directory.Kind.CUSTOMERS, site=site, guard_on=False, all_members=False
    )
    directory.refresh_from_db()
    known = CustomerDirectory.objects.filter(site=site)
    CustomerDirectory.objects.create(
        directory=directory,
        site=site,
        group_policy=policy,
        is_default=not known.exists(),
    )
    return directory
