"""Works out what becomes of the group of everybody in the directory."""

from directories import dialect
from directories.models import UserRecord
from directories.services import guard
from provisioning.models import GroupMember
from provisioning.services.forecast import access
from provisioning.services.forecast.run import LEAVERS, PEOPLE, Forecast
from provisioning.services.organization_groups import all_members

USER = UserRecord._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table

# Who is linked afterwards; beside it, who is in the group.
COMPARED = f"""
WITH both_sides AS (
  SELECT CASE WHEN p.record_id IS NULL THEN r.account_id ELSE p.account_key END AS who,
         1 AS wanted, 0 AS present
  FROM {USER} r LEFT JOIN {PEOPLE} p ON p.record_id = r.id
  WHERE r.directory_id = %s
    AND CASE WHEN p.record_id IS NULL THEN r.link_state = 'linked'
             ELSE p.account_key <> 0 END
  UNION ALL
  SELECT gm.account_id, 0, 1 FROM {GROUP_MEMBER} gm WHERE gm.group_id = %s
), each_person AS (
  SELECT who, max(wanted) AS wanted, max(present) AS present
  FROM both_sides GROUP BY who
)
SELECT coalesce(sum(wanted), 0), coalesce(sum(present), 0),
       coalesce(sum(CASE WHEN who IN (SELECT account_key FROM {LEAVERS})
                    THEN present ELSE 0 END), 0)
FROM each_person WHERE wanted <> present
"""  # noqa: S608 - only our own names


def work_out(forecast: Forecast) -> int:
    """Compare the group of everybody with who is linked, where there is to be one.

    Returns the key of the group that was compared, 0 for none.
    """
    directory = forecast.directory
    if not directory.all_members:
        return 0
    name, group, is_there = all_members.planned(directory)
    if not is_there:
        forecast.add([("group_again" if group else "group_made", name, "")])
    place = dialect.uuid_parameter(directory.pk)
    key = group.pk if group else 0
    ((joined, left, anyway),) = dialect.rows(COMPARED, [place, key])
    keeps = guard.is_waiting(directory.pk)
    access.keep_everybody(place, key, keeps=keeps)
    forecast.add_members([(name, joined, anyway if keeps else left)])
    return key
