"""What an e-mail domain says: which organization a customer is in.

The caller need not know the rules: of the organizations with a customer's domain the
first one gets the customer, by position. Who came by a domain leaves with it when they
get an address of another one.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from directories import dialect
from directories.models import Site
from directories.services.audit import SYSTEM
from portals.models import (
    Customer,
    CustomerOrganization,
    OrganizationDomain,
    OrganizationMember,
)
from portals.services import members
from portals.services.members import Origin, Pair

CUSTOMER = Customer._meta.db_table
DOMAIN = OrganizationDomain._meta.db_table
MEMBER = OrganizationMember._meta.db_table
ORGANIZATION = CustomerOrganization._meta.db_table


def join_by_domain(customers: Sequence[int], *, now: datetime) -> None:
    """Put customers of one site into the organizations that their domains say.

    Call it in the transaction that made them or gave them another address.
    """
    wanted = _wanted(customers)
    stale = _stale(customers)
    if not wanted and not stale:
        return
    left: list[Pair] = []
    joined: list[Pair] = []
    # All at once, in the order of the keys: two calls never wait for each other.
    members.lock(sorted({*wanted, *stale}))
    for organization, people in sorted(stale.items()):
        left += members.remove_members([organization], people, Origin.BY_DOMAIN)
    for organization, people in sorted(wanted.items()):
        joined += members.add_members([organization], people, Origin.BY_DOMAIN)
    _record(left, joined, now)


def _wanted(customers: Sequence[int]) -> dict[int, list[int]]:
    """Return the customers that belong to organizations by their domains."""
    found = dialect.rows(
        f"SELECT c.id, o.id FROM {CUSTOMER} c"  # noqa: S608
        f" JOIN {DOMAIN} d ON d.site_id = c.site_id AND d.name = c.email_domain"
        f" JOIN {ORGANIZATION} o ON o.id = d.organization_id"
        f" WHERE o.archived_at IS NULL AND {dialect.one_of('c.id', 'bigint')}"
        " ORDER BY c.id, d.position, d.id",
        [dialect.ids_parameter(customers)],
    )
    first: dict[int, int] = {}
    for customer, organization in found:
        first.setdefault(customer, organization)
    return _by_organization([(key, customer) for customer, key in first.items()])


def _stale(customers: Sequence[int]) -> dict[int, list[int]]:
    """Return the customers whom a domain brought that is theirs no longer."""
    found = dialect.rows(
        f"SELECT m.organization_id, m.customer_id FROM {MEMBER} m"  # noqa: S608
        f" JOIN {CUSTOMER} c ON c.id = m.customer_id"
        f" WHERE m.by_domain AND {dialect.one_of('m.customer_id', 'bigint')}"
        f" AND NOT EXISTS (SELECT 1 FROM {DOMAIN} d"
        " WHERE d.organization_id = m.organization_id AND d.name = c.email_domain)",
        [dialect.ids_parameter(customers)],
    )
    return _by_organization([(key, customer) for key, customer in found])


def _by_organization(pairs: Sequence[Pair]) -> dict[int, list[int]]:
    sorted_out = defaultdict(list)
    for organization, customer in pairs:
        sorted_out[organization].append(customer)
    return dict(sorted_out)


def _record(left: Sequence[Pair], joined: Sequence[Pair], now: datetime) -> None:
    pairs = [*left, *joined]
    if not pairs:
        return
    sites = Site.objects.select_related("organization")
    site = sites.get(customer_organizations=pairs[0][0])
    for changed, came in ((left, False), (joined, True)):
        members.record_members(
            changed, joined=came, organization=site.organization, by=SYSTEM, now=now
        )
