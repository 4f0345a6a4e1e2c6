"""What an e-mail domain says: which organization a customer is in.

The caller need not know the rules: of the organizations with a customer's domain the
first one gets the customer, by position. Who came by a domain leaves with it when they
get an address of another one.
"""

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
from portals.services.customer_organizations import members
from portals.services.customer_organizations.members import Origin, Pair

CUSTOMER = Customer._meta.db_table
DOMAIN = OrganizationDomain._meta.db_table
MEMBER = OrganizationMember._meta.db_table
ORGANIZATION = CustomerOrganization._meta.db_table


# The domain `d` of the organization `o` is that of the customer `c`, and no other live
# organization with that domain comes before it.
BELONGS = (
    f"{DOMAIN} d JOIN {ORGANIZATION} o ON o.id = d.organization_id"  # noqa: S608
    " WHERE o.archived_at IS NULL AND d.site_id = c.site_id AND d.name = c.email_domain"
    f" AND NOT EXISTS (SELECT 1 FROM {DOMAIN} e"
    f" JOIN {ORGANIZATION} p ON p.id = e.organization_id"
    " WHERE p.archived_at IS NULL AND e.site_id = d.site_id AND e.name = d.name"
    " AND (e.position, e.id) < (d.position, d.id))"
)


def join_by_domain(customers: Sequence[int], *, now: datetime) -> None:
    """Put customers of one site into the organizations that their domains say.

    Call it in the transaction that made them or gave them another address.
    """
    if not customers:
        return
    asked = dialect.ids_parameter(customers)
    wanted, stale = _wanted(asked), _stale(asked)
    if not wanted and not stale:
        return
    members.lock(sorted({*wanted, *stale.values()}))
    left = members.remove_rows(sorted(stale), Origin.BY_DOMAIN)
    joined = _join(asked) if wanted else []
    _record(left, joined, now)


def _wanted(customers: object) -> list[int]:
    """Return the organizations that some customers belong to by their domains."""
    found = dialect.rows(
        f"SELECT DISTINCT o.id FROM {CUSTOMER} c, {BELONGS}"  # noqa: S608
        f" AND {dialect.one_of('c.id', 'bigint')}",
        [customers],
    )
    return [organization for (organization,) in found]


def _stale(customers: object) -> dict[int, int]:
    """Return the places that some customers have by a domain that is theirs no longer.

    By their keys, with the organizations.
    """
    return dict(
        dialect.rows(
            f"SELECT m.id, m.organization_id FROM {MEMBER} m"  # noqa: S608
            f" JOIN {CUSTOMER} c ON c.id = m.customer_id"
            f" WHERE m.by_domain AND {dialect.one_of('m.customer_id', 'bigint')}"
            f" AND NOT EXISTS (SELECT 1 FROM {DOMAIN} d WHERE d.name = c.email_domain"
            " AND d.organization_id = m.organization_id)",
            [customers],
        )
    )


def _join(customers: object) -> list[Pair]:
    joined = dialect.rows(
        f"INSERT INTO {MEMBER} (organization_id, customer_id, by_domain)"  # noqa: S608
        f" SELECT o.id, c.id, true FROM {CUSTOMER} c, {BELONGS}"
        f" AND {dialect.one_of('c.id', 'bigint')}"
        " ON CONFLICT (organization_id, customer_id) DO NOTHING"
        " RETURNING organization_id, customer_id",
        [customers],
    )
    dialect.rows(
        f"UPDATE {MEMBER} SET by_domain = true WHERE NOT by_domain"  # noqa: S608
        f" AND {dialect.one_of('customer_id', 'bigint')} AND EXISTS"
        f" (SELECT 1 FROM {CUSTOMER} c, {BELONGS}"
        f" AND c.id = {MEMBER}.customer_id AND o.id = {MEMBER}.organization_id)",
        [customers],
    )
    pairs = [(organization, customer) for organization, customer in joined]
    members.follow_counts(pairs, 1)
    return pairs


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
