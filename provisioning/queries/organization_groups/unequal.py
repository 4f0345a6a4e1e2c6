"""Finds synced groups that are not what their records say, many at a time."""

from dataclasses import dataclass
from uuid import UUID

from directories import dialect
from directories.models import GroupRecord, Membership, UserRecord
from provisioning.models import Group, GroupMember

RECORD = GroupRecord._meta.db_table
USER = UserRecord._meta.db_table
MEMBERSHIP = Membership._meta.db_table
GROUP = Group._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
# Memberships that one step compares, about, and groups; a group is never cut.
STEP = 200_000
GROUPS_OF_A_STEP = 5_000

# Who belongs into each group beside who is in it: a person on one side only makes
# the group unequal.
COMPARED = f"""
SELECT record_id FROM (
  SELECT m.group_id AS record_id, r.account_id AS who FROM {MEMBERSHIP} m
  JOIN {USER} r ON r.id = m.user_id AND r.link_state = 'linked'
  JOIN {GROUP} g ON g.record_id = m.group_id
  WHERE {dialect.one_of("m.group_id", "bigint")}
  UNION ALL
  SELECT g.record_id, gm.account_id FROM {GROUP} g
  JOIN {GROUP_MEMBER} gm ON gm.group_id = g.id
  WHERE {dialect.one_of("g.record_id", "bigint")}
) sides GROUP BY record_id, who HAVING count(*) = 1
"""  # noqa: S608 - only our own names


@dataclass(frozen=True)
class Step:
    """Some group records in the order of their keys, and those to be looked at."""

    last: int
    size: int
    unequal: list[int]


def next_step(
    directory_id: UUID, *, after: int, nested: bool, compared: str = COMPARED
) -> Step | None:
    """Compare the next groups of a directory; None at the end.

    `compared` is the query that finds the unequal ones of two equal lists of records.
    Groups with groups in them are always among the unequal where `nested` ones
    count: who belongs into them is not theirs alone. Nothing is locked; whoever mends
    a group looks again under its lock.
    """
    found = dialect.rows(
        f"SELECT id, member_count, nested_count FROM {RECORD}"  # noqa: S608
        " WHERE directory_id = %s AND id > %s"
        f" ORDER BY id LIMIT {GROUPS_OF_A_STEP:d}",
        [dialect.uuid_parameter(directory_id), after],
    )
    plain: list[int] = []
    around: list[int] = []
    members = 0
    for record, count, inside in found:
        (around if nested and inside else plain).append(record)
        members += count
        if members >= STEP:
            break
    if not found:
        return None
    last = max(*plain[-1:], *around[-1:], after)
    unequal = sorted({*around, *_unequal(plain, compared)})
    return Step(last=last, size=len(plain) + len(around), unequal=unequal)


def _unequal(records: list[int], compared: str) -> list[int]:
    if not records:
        return []
    wanted = dialect.ids_parameter(records)
    return [record for (record,) in dialect.rows(compared, [wanted, wanted])]
