"""Reads about the e-mail domains of customer organizations."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from directories.domain_names import is_public_mail, readable
from directories.models import Site
from portals.models import (
    Customer,
    CustomerOrganization,
    OrganizationDomain,
    OrganizationMember,
)


@dataclass(frozen=True)
class DomainRow:
    """A domain of an organization, and who else lists it, in order.

    `came` customers are in the organization by this domain; `could` come if those who
    are here already were asked, which only the first organization may.
    """

    domain: OrganizationDomain
    order: Sequence[OrganizationDomain]
    came: int
    could: int

    @property
    def readable(self) -> str:
        """Return the domain in the script of its people."""
        return readable(self.domain.name)

    @property
    def is_public(self) -> bool:
        """Say whether anybody can get an address in it."""
        return is_public_mail(self.domain.name)

    @property
    def is_first(self) -> bool:
        """Say whether new customers come to this organization."""
        return self.order[0].pk == self.domain.pk

    @property
    def others(self) -> list[OrganizationDomain]:
        """Return the same domain where other organizations list it."""
        return [each for each in self.order if each.pk != self.domain.pk]


def domains_of(organization: CustomerOrganization) -> QuerySet[OrganizationDomain]:
    """Return the domains of an organization by name."""
    return organization.domains.order_by("name", "pk")


def order_of(site: Site, names: Sequence[str]) -> dict[str, list[OrganizationDomain]]:
    """Return who lists each of these domains, the organization that gets them first."""
    rows = OrganizationDomain.objects.filter(
        site=site, name__in=names, organization__archived_at=None
    )
    order: dict[str, list[OrganizationDomain]] = {name: [] for name in names}
    for row in rows.select_related("organization").order_by("name", "position", "pk"):
        order[row.name].append(row)
    return order


def rows_of(organization: CustomerOrganization) -> list[DomainRow]:
    """Return the domains of an organization with their numbers."""
    domains = list(domains_of(organization))
    order = order_of(organization.site, [each.name for each in domains])
    came = _came(organization, [each.name for each in domains])
    firsts = [d.name for d in domains if _is_first(d, order)]
    could = _could(organization, firsts)
    return [
        DomainRow(
            each, order[each.name] or [each], came.get(each.name, 0), could[each.name]
        )
        for each in domains
    ]


def _is_first(
    domain: OrganizationDomain, order: dict[str, list[OrganizationDomain]]
) -> bool:
    listed = order[domain.name]
    return bool(listed) and listed[0].pk == domain.pk


def own_domains(organization: CustomerOrganization) -> list[str]:
    """Return the domains whose new customers come to an organization, by name."""
    domains = list(domains_of(organization))
    order = order_of(organization.site, [each.name for each in domains])
    return [each.name for each in domains if _is_first(each, order)]


def came_by(
    organization: CustomerOrganization, names: Sequence[str]
) -> QuerySet[OrganizationMember]:
    """Return the places that customers of some domains have because of them."""
    return OrganizationMember.objects.filter(
        organization=organization, by_domain=True, customer__email_domain__in=names
    )


def _came(organization: CustomerOrganization, names: Sequence[str]) -> dict[str, int]:
    if not names:
        return {}
    rows = came_by(organization, names).order_by("customer__email_domain")
    counted = rows.values_list("customer__email_domain").annotate(people=Count("pk"))
    return dict(counted)


def outside(
    organization: CustomerOrganization, names: Sequence[str]
) -> QuerySet[Customer]:
    """Return the customers of these domains who are not in an organization yet."""
    inside = OrganizationMember.objects.filter(
        organization=organization, customer=OuterRef("pk")
    )
    return Customer.objects.filter(
        ~Exists(inside), site=organization.site_id, email_domain__in=names
    )


def _could(organization: CustomerOrganization, names: Sequence[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    if names:
        rows = outside(organization, names).order_by("email_domain")
        counted = dict(rows.values_list("email_domain").annotate(people=Count("pk")))
    return _Zero(counted)


class _Zero(dict[str, int]):
    def __missing__(self, name: str) -> int:
        return 0


def same_domain(site: Site) -> QuerySet[OrganizationDomain]:
    """Return the domains that several live organizations of a site list."""
    live = Q(organization__archived_at=None)
    other = OrganizationDomain.objects.filter(
        live, site=site, name=OuterRef("name")
    ).exclude(pk=OuterRef("pk"))
    return OrganizationDomain.objects.filter(live, Exists(other), site=site)
