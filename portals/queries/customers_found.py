"""Reads of the console's search about customers and their organizations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from directories import dialect
from directories.models import Organization, RoleAssignment
from portals.models import Customer, CustomerOrganization
from portals.permissions import SiteRight, site_rights
from portals.queries.service import service_sites

M = TypeVar("M", bound=Model)
SHOWN = 10


@dataclass(frozen=True)
class Hits(Generic[M]):
    """The first hits of one kind and whether there are more."""

    rows: Sequence[M]
    more: bool


@dataclass(frozen=True)
class CustomersFound:
    """What a search brought on the sites that somebody looks after."""

    customers: Hits[Customer]
    organizations: Hits[CustomerOrganization]

    def __bool__(self) -> bool:
        return bool(self.customers.rows or self.organizations.rows)


def customers_found_in(
    organization: Organization, rights: list[RoleAssignment], text: str
) -> CustomersFound | None:
    """Search customers and their organizations; None without a text."""
    if not text:
        return None
    sites = list(service_sites().filter(organization=organization))
    held = {site.pk: site_rights(rights, site) for site in sites}
    looked_after = [key for key, opened in held.items() if _opens_customers(opened)]
    in_service = [key for key, opened in held.items() if SiteRight.SERVICE in opened]
    customers = Customer.objects.filter(site__in=looked_after).select_related("site")
    live = CustomerOrganization.objects.filter(site__in=in_service, archived_at=None)
    named = dialect.search(live.select_related("site"), text, field="name_key")
    return CustomersFound(
        customers=_hits(dialect.search(customers, text).order_by("name_key", "pk")),
        organizations=_hits(named.order_by("name_key", "pk")),
    )


def _opens_customers(opened: frozenset[SiteRight]) -> bool:
    return SiteRight.CUSTOMERS in opened


def _hits(rows: QuerySet[M]) -> Hits[M]:
    with dialect.planned_anew():
        found = list(rows[: SHOWN + 1])
    return Hits(found[:SHOWN], len(found) > SHOWN)
