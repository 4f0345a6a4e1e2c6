"""Works out whose access to apps would change, from who would be in which group.

User limits are left aside: whoever would be entitled counts.
"""

from directories import dialect
from directories.models import GroupRecord, Member, Membership, Site, UserRecord
from provisioning.models import (
    App,
    AppAccess,
    AppGrant,
    AppRole,
    Group,
    GroupMember,
)
from provisioning.services.forecast.run import (
    GROUPS,
    LEAVERS,
    MOVES,
    PEOPLE,
    SOURCES,
    STATES,
    Forecast,
    analyse,
)

ACCESS = AppAccess._meta.db_table
APP = App._meta.db_table
GRANT = AppGrant._meta.db_table
GROUP = Group._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
MEMBER = Member._meta.db_table
MEMBERSHIP = Membership._meta.db_table
RECORD = GroupRecord._meta.db_table
SITE = Site._meta.db_table
USER = UserRecord._meta.db_table

# Groups that open no app are left out: nobody's access hangs on them.
OPENING = f"SELECT gr.group_id FROM {GRANT} gr"  # noqa: S608

# Who would come into a synced group or leave it, as members.COMPARED counts them.
OF_SYNCED = f"""
INSERT INTO {MOVES} (group_id, account_key, joins)
WITH opening AS (
  SELECT record_id, group_id FROM {GROUPS} WHERE group_id IN ({OPENING})
    AND record_id > %s AND record_id <= %s
), wanted AS (
  SELECT s.top_id AS record_id,
         CASE WHEN p.record_id IS NULL THEN r.account_id ELSE p.account_key END AS who
  FROM {SOURCES} s
  JOIN opening o ON o.record_id = s.top_id
  JOIN {MEMBERSHIP} m ON m.group_id = s.id
  JOIN {USER} r ON r.id = m.user_id
  LEFT JOIN {PEOPLE} p ON p.record_id = r.id
  WHERE CASE WHEN p.record_id IS NULL THEN r.link_state = 'linked'
             ELSE p.account_key <> 0 END
), each_person AS (
  SELECT record_id, who, max(wanted) AS wanted, max(present) AS present FROM (
    SELECT record_id, who, 1 AS wanted, 0 AS present FROM wanted
    UNION ALL
    SELECT o.record_id, gm.account_id, 0, 1 FROM opening o
    JOIN {GROUP_MEMBER} gm ON gm.group_id = o.group_id
  ) sides GROUP BY record_id, who
)
SELECT o.group_id, e.who, e.wanted FROM each_person e
JOIN opening o ON o.record_id = e.record_id
JOIN {RECORD} r ON r.id = e.record_id JOIN {GROUP} g ON g.id = o.group_id
WHERE e.wanted <> e.present
  AND (e.wanted = 1 OR e.who IN (SELECT account_key FROM {LEAVERS})
       OR (%s = 0 AND (g.released_at IS NULL OR r.created_at <= %s)))
"""  # noqa: S608 - only our own names

# Of the group of everybody: who is linked afterwards, and who is in it.
EVERYBODY = f"""
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
"""  # noqa: S608 - only our own names
# The same moves for the group of everybody.
OF_EVERYBODY = f"""
INSERT INTO {MOVES} (group_id, account_key, joins)
{EVERYBODY}
SELECT g.id, e.who, e.wanted FROM each_person e JOIN {GROUP} g ON g.id = %s
WHERE e.wanted <> e.present AND g.id IN ({OPENING})
  AND (e.wanted = 1 OR %s = 0 OR e.who IN (SELECT account_key FROM {LEAVERS}))
"""  # noqa: S608 - only our own names

# The same for all other groups, as elsewhere.LEFT counts them.
OF_OTHERS = f"""
INSERT INTO {MOVES} (group_id, account_key, joins)
WITH leaver AS (
  SELECT account_key, max(everything) AS everything FROM {LEAVERS} GROUP BY account_key
)
SELECT g.id, l.account_key, 0 FROM leaver l
JOIN {GROUP_MEMBER} gm ON gm.account_id = l.account_key
JOIN {GROUP} g ON g.id = gm.group_id
LEFT JOIN {RECORD} r ON r.id = g.record_id
WHERE g.organization_id = %s AND g.id IN ({OPENING})
  AND (l.everything = 1
       OR g.kind = 'all_members'
       OR (g.kind = 'synced' AND (r.id IS NULL OR r.directory_id <> %s)))
  AND g.id <> %s AND NOT EXISTS (SELECT 1 FROM {GROUPS} f WHERE f.group_id = g.id)
"""  # noqa: S608 - only our own names

# Before and afterwards, for everybody who moves or whose state changes. Who is
# suspended stays so; accounts below 0 are new.
CHANGED = f"""
WITH concerned AS (
  SELECT account_key FROM {MOVES} UNION SELECT account_key FROM {STATES}
), person AS (
  SELECT c.account_key,
         CASE WHEN m.status = 'suspended' THEN 0
              WHEN s.account_key IS NOT NULL THEN s.active
              WHEN m.status = 'active' THEN 1 ELSE 0 END AS active
  FROM concerned c
  LEFT JOIN {MEMBER} m ON m.account_id = c.account_key AND m.organization_id = %s
  LEFT JOIN (SELECT account_key, min(active) AS active FROM {STATES}
             GROUP BY account_key) s ON s.account_key = c.account_key
), inside AS (
  SELECT p.account_key, gm.group_id FROM person p
  JOIN {GROUP_MEMBER} gm ON gm.account_id = p.account_key
  WHERE p.active = 1 AND NOT EXISTS (
    SELECT 1 FROM {MOVES} v WHERE v.group_id = gm.group_id
      AND v.account_key = p.account_key AND v.joins = 0)
  UNION
  SELECT v.account_key, v.group_id FROM {MOVES} v
  JOIN person p ON p.account_key = v.account_key AND p.active = 1 WHERE v.joins = 1
), side AS (
  SELECT i.account_key AS who, gr.app_id, gr.role, 1 AS afterwards, 0 AS present
  FROM inside i JOIN {GRANT} gr ON gr.group_id = i.group_id
  UNION ALL
  SELECT x.account_id, x.app_id, x.role, 0, 1 FROM {ACCESS} x
  JOIN person p ON p.account_key = x.account_id
), each_role AS (
  SELECT who, app_id, role, max(afterwards) AS afterwards, max(present) AS present
  FROM side GROUP BY who, app_id, role
)
SELECT a.kind, s.name, e.role, sum(e.afterwards), sum(e.present) FROM each_role e
JOIN {APP} a ON a.id = e.app_id AND a.removed_at IS NULL
JOIN {SITE} s ON s.id = a.site_id AND s.organization_id = %s
WHERE e.afterwards <> e.present
GROUP BY a.id, a.kind, s.name, e.role ORDER BY s.name, a.kind, e.role
"""  # noqa: S608 - only our own names


def keep_synced(*, after: int, last: int, keeps: bool, settled: object) -> None:
    """Keep who moves in the synced groups of a step."""
    dialect.rows(OF_SYNCED, [after, last, int(keeps), settled])


def keep_everybody(directory: object, group: int, *, keeps: bool) -> None:
    """Keep who moves in the group of everybody in the directory."""
    if group:
        dialect.rows(OF_EVERYBODY, [directory, group, group, int(keeps)])


def keep_others(organization: object, directory: object, *, but: int) -> None:
    """Keep who leaves groups that are not compared."""
    dialect.rows(OF_OTHERS, [organization, directory, but])


def work_out(forecast: Forecast) -> None:
    """Count who would gain and lose each role in an app."""
    analyse(MOVES)
    analyse(STATES)
    place = dialect.uuid_parameter(forecast.directory.organization_id)
    apps, lines = dict(App.Kind.choices), []
    for kind, site, role, gained, lost in dialect.rows(CHANGED, [place, place]):
        name = f"{apps[kind]} - {site}: {AppRole(role).label}"
        for effect, number in (("access_gained", gained), ("access_lost", lost)):
            if number:
                lines.append((effect, name, str(number)))
    forecast.add(lines)
