"""Works out who leaves groups that are not made equal to this directory's records.

Who stops being linked, or comes from another directory, leaves the synced groups of
every directory; an external person who is removed leaves the local ones too.
"""

from directories import dialect
from directories.models import GroupRecord
from provisioning.models import Group, GroupMember
from provisioning.services.forecast import access
from provisioning.services.forecast.run import GROUPS, LEAVERS, Forecast

GROUP = Group._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
RECORD = GroupRecord._meta.db_table

# A synced group of this directory that is not compared is let go before anybody leaves.
LEFT = f"""
WITH leaver AS (
  SELECT account_key, max(everything) AS everything FROM {LEAVERS} GROUP BY account_key
)
SELECT g.name, count(*) FROM leaver l
JOIN {GROUP_MEMBER} gm ON gm.account_id = l.account_key
JOIN {GROUP} g ON g.id = gm.group_id
LEFT JOIN {RECORD} r ON r.id = g.record_id
WHERE g.organization_id = %s
  AND (l.everything = 1
       OR g.kind = 'all_members'
       OR (g.kind = 'synced' AND (r.id IS NULL OR r.directory_id <> %s)))
  AND g.id <> %s AND NOT EXISTS (SELECT 1 FROM {GROUPS} f WHERE f.group_id = g.id)
GROUP BY g.id, g.name ORDER BY g.id
"""  # noqa: S608 - only our own names


def work_out(forecast: Forecast, *, but: int) -> None:
    """Count who leaves each of the organization's other groups `but` one."""
    directory = forecast.directory
    own = dialect.uuid_parameter(directory.pk)
    organization = dialect.uuid_parameter(directory.organization_id)
    found = dialect.rows(LEFT, [organization, own, but])
    access.keep_others(organization, own, but=but)
    forecast.add_members([(name, 0, left) for name, left in found])
