"""Set-based writes that keep synced organizations equal to their records.

A synced organization has the customers of the linked people of its record, and of
the groups in it where they count. Rows that decide are share-locked while they are
read, so that two changes that meet leave the same result as one after the other.
"""

from collections.abc import Sequence
from datetime import datetime

from directories import dialect
from directories.models import Membership, UserRecord
from directories.queries import nesting
from directories.services.audit import provider
from portals.models import Customer, CustomerOrganization, OrganizationMember
from portals.services.customer_organizations import members
from portals.services.customer_organizations.members import Origin, Pair

ORGANIZATION = CustomerOrganization._meta.db_table
MEMBER = OrganizationMember._meta.db_table
CUSTOMER = Customer._meta.db_table
USER = UserRecord._meta.db_table
MEMBERSHIP = Membership._meta.db_table
# What a provider takes somebody out of is out: also of what was there before it.
TAKEN = (Origin.SYNCED, Origin.MANUAL)


def join_organizations(record: UserRecord, customer: int, *, now: datetime) -> None:
    """Put a customer into every synced organization that its record belongs to."""
    found = dialect.rows(
        f"SELECT o.id FROM (SELECT m.group_id FROM {MEMBERSHIP} m"  # noqa: S608
        f" WHERE m.user_id = %s ORDER BY m.id {dialect.share_lock('m')}) m"
        f" JOIN {ORGANIZATION} o ON o.record_id = m.group_id",
        [record.pk],
    )
    wanted = {organization for (organization,) in found}
    if nesting.counts(record.directory):
        wanted |= _around(record)
    joined = members.add_members(sorted(wanted), [customer], Origin.SYNCED)
    _tell(record, joined, joined=True, now=now)


def _around(record: UserRecord) -> set[int]:
    """Return the synced organizations around those that a person is in.

    What ties the groups is locked by one statement and read by the next: it may
    have been cut by a change that was waited for.
    """
    ways, user = f"WITH RECURSIVE {nesting.ways()}", dialect.ids_parameter([record.pk])
    if dialect.is_postgresql():
        dialect.rows(
            f"{ways} SELECT 1 FROM {nesting.NESTING} n"  # noqa: S608
            " WHERE n.child_id IN (SELECT group_id FROM way)"
            f" ORDER BY n.id {dialect.share_lock('n')}",
            [user],
        )
    found = dialect.rows(
        f"{ways} SELECT o.id FROM way"  # noqa: S608
        f" JOIN {ORGANIZATION} o ON o.record_id = way.group_id",
        [user],
    )
    return {organization for (organization,) in found}


def leave_organizations(record: UserRecord, customer: int, *, now: datetime) -> None:
    """Take a customer out of the organizations that follow a directory."""
    left = members.leave_all([customer], Origin.SYNCED)
    _tell(record, left, joined=False, now=now)


def _tell(
    record: UserRecord, pairs: Sequence[Pair], *, joined: bool, now: datetime
) -> None:
    members.record_members(
        pairs,
        joined=joined,
        organization=record.organization,
        by=provider(record.directory),
        now=now,
    )


def add_people(organizations: Sequence[int], users: Sequence[int]) -> list[Pair]:
    """Put the customers of these user records into these organizations.

    The records are locked by one statement and read by the next: one that was
    waited for may have become linked meanwhile. Returns the rows that are new.
    """
    if not users or not organizations:
        return []
    wanted = dialect.ids_parameter(users)
    chosen = dialect.one_of("r.id", "bigint")
    if dialect.is_postgresql():
        dialect.rows(
            f"SELECT 1 FROM {USER} r WHERE {chosen}"  # noqa: S608
            f" ORDER BY r.id {dialect.share_lock('r')}",
            [wanted],
        )
    return members.add_members(
        organizations,
        _customers(f"{chosen} AND r.link_state = 'linked'", wanted),
        Origin.SYNCED,
    )


def remove_people(
    organizations: Sequence[int], users: Sequence[int], *, shared: bool
) -> list[Pair]:
    """Take the customers of these user records out of these organizations.

    Who may be in one of them in another way too, as they are `shared`, stays there.
    Returns the rows that are gone.
    """
    if not users or not organizations:
        return []
    wanted = dialect.ids_parameter(users)
    if not shared:
        people = _customers(dialect.one_of("r.id", "bigint"), wanted)
        return members.remove_members(organizations, people, *TAKEN)
    members.lock(organizations)
    found = dialect.rows(
        f"WITH RECURSIVE {nesting.ways()} SELECT om.id FROM {MEMBER} om"  # noqa: S608
        f" JOIN {ORGANIZATION} o ON o.id = om.organization_id"
        f" JOIN {CUSTOMER} c ON c.id = om.customer_id"
        f" JOIN {USER} r ON r.scim_id = c.record_id"
        f" WHERE {dialect.one_of('om.organization_id', 'bigint')}"
        f" AND {dialect.one_of('r.id', 'bigint')}"
        " AND (r.id, o.record_id) NOT IN (SELECT user_id, group_id FROM way)",
        [wanted, dialect.ids_parameter(organizations), wanted],
    )
    return members.remove_rows([row for (row,) in found], *TAKEN)


def _customers(where: str, users: object) -> list[int]:
    # Read first: joined to the members, a plan might go through all of them.
    found = dialect.rows(
        f"SELECT c.id FROM {USER} r"  # noqa: S608
        f" JOIN {CUSTOMER} c ON c.record_id = r.scim_id WHERE {where}",
        [users],
    )
    return [customer for (customer,) in found]


def remove_strangers(organization: int, sources: Sequence[int]) -> list[Pair]:
    """Take out everybody whom the group put in, and who is in no source record now."""
    members.lock([organization])
    strangers = dialect.rows(
        f"SELECT customer_id FROM {MEMBER}"  # noqa: S608
        " WHERE organization_id = %s AND synced"
        f" EXCEPT SELECT c.id FROM {MEMBERSHIP} m"
        f" JOIN {USER} r ON r.id = m.user_id"
        f" JOIN {CUSTOMER} c ON c.record_id = r.scim_id"
        f" WHERE {dialect.one_of('m.group_id', 'bigint')} AND r.link_state = 'linked'",
        [organization, dialect.ids_parameter(sources)],
    )
    return members.remove_members(
        [organization], [customer for (customer,) in strangers], *TAKEN
    )
