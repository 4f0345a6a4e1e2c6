"""Set-based writes that put customers into organizations and take them out.

Each changes `member_count` in the transaction of the rows, under the lock of the
organizations, which are locked in the order of their keys. None writes to the audit
log: who calls says what the change is about; see `record_members`.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from directories import dialect
from directories.events import Event
from directories.models import Organization
from directories.services.audit import Actor, Target, record_events
from portals.models import Customer, CustomerOrganization, OrganizationMember

ORGANIZATION = CustomerOrganization._meta.db_table
MEMBER = OrganizationMember._meta.db_table
CUSTOMER = Customer._meta.db_table
# So many people get an event of their own, and so many the event of an organization
# names; more would outgrow the rest of the log.
TOLD = 100
NAMED = 20


class Origin(Enum):
    """What says that a customer is in an organization: a column of the row."""

    SYNCED = "synced"
    MANUAL = "manual"
    BY_DOMAIN = "by_domain"


# A row of an organization and a customer, by their keys.
Pair = tuple[int, int]


def add_members(
    organizations: Sequence[int], customers: Sequence[int], origin: Origin
) -> list[Pair]:
    """Put each of these customers into each of these organizations.

    Returns the rows that are new. Who is of another site, and what is archived, is
    passed over. Call it in a transaction.
    """
    if not organizations or not customers:
        return []
    hold_customers(customers)
    lock(organizations)
    wanted = [dialect.ids_parameter(organizations), dialect.ids_parameter(customers)]
    column = origin.value
    # Seen under the lock: an admin may have unlinked it from its group.
    follows = " AND o.record_id IS NOT NULL" if origin is Origin.SYNCED else ""
    added = dialect.rows(
        f"INSERT INTO {MEMBER} (organization_id, customer_id, {column})"  # noqa: S608
        f" SELECT o.id, c.id, true FROM {ORGANIZATION} o"
        f" JOIN {CUSTOMER} c ON c.site_id = o.site_id"
        f" WHERE o.archived_at IS NULL{follows}"
        f" AND {dialect.one_of('o.id', 'bigint')}"
        f" AND {dialect.one_of('c.id', 'bigint')}"
        " ON CONFLICT (organization_id, customer_id) DO NOTHING"
        " RETURNING organization_id, customer_id",
        wanted,
    )
    if len(added) < len(organizations) * len(customers):
        dialect.rows(
            f"UPDATE {MEMBER} SET {column} = true"  # noqa: S608
            f" WHERE {dialect.one_of('organization_id', 'bigint')}"
            f" AND {dialect.one_of('customer_id', 'bigint')} AND NOT {column}",
            wanted,
        )
    pairs = [(organization, customer) for organization, customer in added]
    follow_counts(pairs, 1)
    return pairs


def remove_members(
    organizations: Sequence[int], customers: Sequence[int], *origins: Origin
) -> list[Pair]:
    """Let these origins say no longer that these customers are in there.

    Returns the rows that are gone: those of which nothing else says it. Without an
    origin all rows go. Call it in a transaction.
    """
    if not organizations or not customers:
        return []
    lock(organizations)
    return _remove(
        f"{dialect.one_of('organization_id', 'bigint')}"
        f" AND {dialect.one_of('customer_id', 'bigint')}",
        [dialect.ids_parameter(organizations), dialect.ids_parameter(customers)],
        origins,
    )


def remove_rows(rows: Sequence[int], *origins: Origin) -> list[Pair]:
    """Let these origins say these rows no longer; their organizations are locked.

    Returns the rows that are gone, as remove_members.
    """
    if not rows:
        return []
    where = dialect.one_of("id", "bigint")
    return _remove(where, [dialect.ids_parameter(rows)], origins)


def leave_all(customers: Sequence[int], *origins: Origin) -> list[Pair]:
    """Take these customers out of every organization that these origins say.

    Returns the rows that are gone, as remove_members.
    """
    if not customers:
        return []
    wanted = dialect.ids_parameter(customers)
    said = " OR ".join(origin.value for origin in origins or Origin)
    found = dialect.rows(
        f"SELECT DISTINCT organization_id FROM {MEMBER}"  # noqa: S608
        f" WHERE {dialect.one_of('customer_id', 'bigint')} AND ({said})",
        [wanted],
    )
    lock([organization for (organization,) in found])
    return _remove(dialect.one_of("customer_id", "bigint"), [wanted], origins)


def keep_as_manual(organization: int) -> None:
    """Keep everybody in an organization that follows its group no longer."""
    dialect.rows(
        f"UPDATE {MEMBER} SET manual = true, synced = false"  # noqa: S608
        " WHERE organization_id = %s AND synced",
        [organization],
    )


def lock(organizations: Sequence[int]) -> None:
    """Keep the members of these organizations from every other change."""
    if organizations and dialect.is_postgresql():
        dialect.rows(
            f"SELECT 1 FROM {ORGANIZATION} o"  # noqa: S608
            f" WHERE {dialect.one_of('o.id', 'bigint')}"
            " ORDER BY o.id FOR NO KEY UPDATE OF o",
            [dialect.ids_parameter(organizations)],
        )


def hold_customers(customers: Sequence[int]) -> None:
    """Keep customers from being deleted; before organizations, as who deletes them."""
    if dialect.is_postgresql():
        dialect.rows(
            f"SELECT 1 FROM {CUSTOMER} c WHERE {dialect.one_of('c.id', 'bigint')}"  # noqa: S608
            f" ORDER BY c.id {dialect.key_share_lock('c')}",
            [dialect.ids_parameter(customers)],
        )


def _remove(
    where: str, parameters: Sequence[object], origins: Sequence[Origin]
) -> list[Pair]:
    named = [origin.value for origin in origins or Origin]
    others = [each.value for each in Origin if each.value not in named]
    only = f"({' OR '.join(named)})"
    alone = f"{only} AND NOT ({' OR '.join(others)})" if others else only
    gone = dialect.rows(
        f"DELETE FROM {MEMBER} WHERE {where} AND {alone}"  # noqa: S608
        " RETURNING organization_id, customer_id",
        parameters,
    )
    if others:
        cleared = ", ".join(f"{name} = false" for name in named)
        dialect.rows(
            f"UPDATE {MEMBER} SET {cleared} WHERE {where} AND {only}",  # noqa: S608
            parameters,
        )
    pairs = [(organization, customer) for organization, customer in gone]
    follow_counts(pairs, -1)
    return pairs


def follow_counts(pairs: Sequence[Pair], sign: int) -> None:
    """Let the counts of the organizations follow rows that came or went."""
    changes = Counter(organization for organization, _customer in pairs)
    for size in sorted(set(changes.values())):
        same = sorted(key for key, count in changes.items() if count == size)
        dialect.rows(
            f"UPDATE {ORGANIZATION} SET member_count = member_count + %s"  # noqa: S608
            f" WHERE {dialect.one_of('id', 'bigint')}",
            [sign * size, dialect.ids_parameter(same)],
        )


def record_members(
    pairs: Sequence[Pair],
    *,
    joined: bool,
    organization: Organization,
    by: Actor,
    now: datetime,
) -> None:
    """Write who came into organizations, or left them, into the history of both.

    Each customer has an event while they are few; an organization always has one with
    the number.
    """
    if not pairs:
        return
    found = CustomerOrganization.objects.in_bulk({key for key, _customer in pairs})
    people = {}
    if len(pairs) <= TOLD:
        people = Customer.objects.in_bulk({customer for _key, customer in pairs})
    event = Event.CUSTOMER_JOINED if joined else Event.CUSTOMER_LEFT
    events = [
        (event, _of_customer(people[customer], found[key]))
        for key, customer in pairs
        if customer in people
    ]
    for key, count in sorted(Counter(key for key, _ in pairs).items()):
        told: dict[str, Any] = {"joined" if joined else "left": count}
        if count <= NAMED:
            come = [people[c].email for k, c in pairs if k == key and c in people]
            told["names"] = come
        each = found[key]
        target = Target("customer-organization", str(each.public_id), each.name, told)
        events.append((Event.CUSTOMER_ORGANIZATION_MEMBERS, target))
    record_events(events, organization=organization, by=by, at=now)


def _of_customer(customer: Customer, organization: CustomerOrganization) -> Target:
    return Target(
        "customer",
        str(customer.public_id),
        customer.email,
        {
            "organization": organization.name,
            "organization_id": str(organization.public_id),
        },
    )
