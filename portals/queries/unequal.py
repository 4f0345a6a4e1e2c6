"""Finds synced organizations that are not what their records say."""

from directories import dialect
from directories.models import Directory, Membership, UserRecord
from directories.queries import nesting
from portals.models import Customer, CustomerOrganization, OrganizationMember
from provisioning.queries.organization_groups import unequal
from provisioning.queries.organization_groups.unequal import Step

USER = UserRecord._meta.db_table
MEMBERSHIP = Membership._meta.db_table
CUSTOMER = Customer._meta.db_table
ORGANIZATION = CustomerOrganization._meta.db_table
MEMBER = OrganizationMember._meta.db_table

# Who belongs into each organization beside whom its group put in: somebody on one
# side only makes it unequal.
COMPARED = f"""
SELECT record_id FROM (
  SELECT m.group_id AS record_id, c.id AS who FROM {MEMBERSHIP} m
  JOIN {USER} r ON r.id = m.user_id AND r.link_state = 'linked'
  JOIN {CUSTOMER} c ON c.record_id = r.scim_id
  JOIN {ORGANIZATION} o ON o.record_id = m.group_id
  WHERE {dialect.one_of("m.group_id", "bigint")}
  UNION ALL
  SELECT o.record_id, om.customer_id FROM {ORGANIZATION} o
  JOIN {MEMBER} om ON om.organization_id = o.id AND om.synced
  WHERE {dialect.one_of("o.record_id", "bigint")}
) sides GROUP BY record_id, who HAVING count(*) = 1
"""  # noqa: S608 - only our own names


def next_step(directory: Directory, *, after: int) -> Step | None:
    """Compare the next organizations of a directory; None at the end."""
    return unequal.next_step(
        directory.pk, after=after, nested=nesting.counts(directory), compared=COMPARED
    )
