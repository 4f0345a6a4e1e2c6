"""Works out who would join and leave each synced group, by comparing sets."""

from django.utils import timezone

from directories import dialect
from directories.models import GroupRecord, Membership, UserRecord
from directories.services import guard
from provisioning.models import Group, GroupMember
from provisioning.services.forecast import access
from provisioning.services.forecast.run import (
    GROUPS,
    LEAVERS,
    PEOPLE,
    SOURCES,
    Forecast,
)
from provisioning.services.organization_groups import returning

RECORD = GroupRecord._meta.db_table
USER = UserRecord._meta.db_table
MEMBERSHIP = Membership._meta.db_table
GROUP = Group._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
# Memberships that one step compares, about; a group is never cut.
STEP = 300_000
GROUPS_OF_A_STEP = 5_000

# Who belongs into each group, as people will be linked; beside it, who is in it.
COMPARED = f"""
WITH wanted AS (
  SELECT s.top_id AS record_id,
         CASE WHEN p.record_id IS NULL THEN r.account_id ELSE p.account_key END AS who
  FROM {SOURCES} s
  JOIN {MEMBERSHIP} m ON m.group_id = s.id
  JOIN {USER} r ON r.id = m.user_id
  LEFT JOIN {PEOPLE} p ON p.record_id = r.id
  WHERE s.top_id > %s AND s.top_id <= %s
    AND CASE WHEN p.record_id IS NULL THEN r.link_state = 'linked'
             ELSE p.account_key <> 0 END
), both_sides AS (
  SELECT record_id, who, 1 AS wanted, 0 AS present FROM wanted
  UNION ALL
  SELECT g.record_id, gm.account_id, 0, 1 FROM {GROUPS} g
  JOIN {GROUP_MEMBER} gm ON gm.group_id = g.group_id
  WHERE g.record_id > %s AND g.record_id <= %s
), each_person AS (
  SELECT record_id, who, max(wanted) AS wanted, max(present) AS present
  FROM both_sides GROUP BY record_id, who
)
SELECT e.record_id, r.display_name, sum(e.wanted),
       CASE WHEN g.released_at IS NULL OR r.created_at <= %s THEN sum(e.present)
            ELSE sum(e.leaves) END,
       sum(e.leaves)
FROM (
  SELECT e.record_id, e.wanted, e.present,
         CASE WHEN e.who IN (SELECT account_key FROM {LEAVERS}) THEN e.present ELSE 0
         END AS leaves
  FROM each_person e WHERE e.wanted <> e.present
) e JOIN {RECORD} r ON r.id = e.record_id
JOIN {GROUPS} f ON f.record_id = e.record_id LEFT JOIN {GROUP} g ON g.id = f.group_id
GROUP BY e.record_id, r.display_name, r.created_at, g.released_at
ORDER BY e.record_id
"""  # noqa: S608 - only our own names


def work_out(forecast: Forecast) -> None:
    """Compare the members of all groups that are synced afterwards."""
    # Nothing is taken away while the guard has stopped the directory, but from who
    # was in the groups as somebody else's.
    keeps = guard.is_waiting(forecast.directory.pk)
    # Nor, for a while, from groups that came back.
    settled = dialect.datetime_parameter(timezone.now() - returning.GRACE)
    after = 0
    while step := _next_step(after):
        last, groups = step
        found = dialect.rows(COMPARED, [after, last, after, last, settled])
        access.keep_synced(after=after, last=last, keeps=keeps, settled=settled)
        forecast.add_members(
            [
                (name, joined, anyway if keeps else left)
                for _record, name, joined, left, anyway in found
            ]
        )
        after = last
        forecast.advance(groups)


def _next_step(after: int) -> tuple[int, int] | None:
    """Return the last group of the next step and how many groups it has."""
    rows = dialect.rows(
        f"SELECT g.record_id, r.member_count FROM {GROUPS} g"  # noqa: S608
        f" JOIN {RECORD} r ON r.id = g.record_id WHERE g.record_id > %s"
        f" ORDER BY g.record_id LIMIT {GROUPS_OF_A_STEP:d}",
        [after],
    )
    size = 0
    for number, (record, members) in enumerate(rows, start=1):
        size += members
        if size >= STEP:
            return record, number
    return (rows[-1][0], len(rows)) if rows else None
