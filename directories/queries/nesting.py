"""Reads about groups in groups, each by one recursive query.

The queries unite what they find, so they end where groups are in each other.
"""

import uuid
from collections.abc import Sequence

from directories import dialect
from directories.models import Directory, GroupRecord, Membership, Nesting

GROUP = GroupRecord._meta.db_table
MEMBERSHIP = Membership._meta.db_table
NESTING = Nesting._meta.db_table


def counts(directory: Directory) -> bool:
    """Say whether members of member groups count as members in a directory."""
    return directory.nested_groups == Directory.NestedGroups.COUNT


def above(groups: Sequence[int]) -> list[int]:
    """Return the groups that any of these groups is in, at any depth, by key.

    Groups that are in each other are above each other and themselves.
    """
    found = dialect.rows(
        "WITH RECURSIVE up(id) AS ("  # noqa: S608
        f"SELECT n.parent_id FROM {NESTING} n"
        f" WHERE {dialect.one_of('n.child_id', 'bigint')}"
        f" UNION SELECT n.parent_id FROM up JOIN {NESTING} n ON n.child_id = up.id"
        ") SELECT id FROM up ORDER BY id",
        [dialect.ids_parameter(groups)],
    )
    return [group for (group,) in found]


def with_nested(groups: Sequence[int]) -> list[int]:
    """Return these groups and all that are in them at any depth, by key."""
    found = dialect.rows(
        f"WITH RECURSIVE {_down()} SELECT DISTINCT id FROM down ORDER BY id",  # noqa: S608
        [dialect.ids_parameter(groups)],
    )
    return [group for (group,) in found]


def counted_groups(record: GroupRecord) -> list[int]:
    """Return the groups whose members count as members of a group."""
    if not record.nested_count or not counts(record.directory):
        return [record.pk]
    return with_nested([record.pk])


def users_in(groups: Sequence[int], *, most: int) -> list[int] | None:
    """Return the members of these groups and of all in them, each once.

    None when that is more than `most` memberships.
    """
    found = dialect.rows(
        f"WITH RECURSIVE {_down()} SELECT m.user_id"  # noqa: S608
        " FROM (SELECT DISTINCT id FROM down) d"
        f" JOIN {MEMBERSHIP} m ON m.group_id = d.id LIMIT {most + 1:d}",
        [dialect.ids_parameter(groups)],
    )
    if len(found) > most:
        return None
    return list(dict.fromkeys(user for (user,) in found))


def count_users(groups: Sequence[int]) -> int:
    """Count the people who are in any of these groups."""
    found = dialect.rows(
        f"SELECT count(DISTINCT user_id) FROM {MEMBERSHIP}"  # noqa: S608
        f" WHERE {dialect.one_of('group_id', 'bigint')}",
        [dialect.ids_parameter(groups)],
    )
    return int(found[0][0])


def perhaps_larger(groups: Sequence[int], limit: int) -> list[int]:
    """Return which of these groups may have more than `limit` members in all.

    People in several groups are counted several times, which is quick.
    """
    found = dialect.rows(
        f"WITH RECURSIVE {_down()} SELECT d.top FROM down d"  # noqa: S608
        f" JOIN {GROUP} g ON g.id = d.id"
        " GROUP BY d.top HAVING sum(g.member_count) > %s ORDER BY d.top",
        [dialect.ids_parameter(groups), limit],
    )
    return [group for (group,) in found]


def around(groups: Sequence[int]) -> list[tuple[int, uuid.UUID, str]]:
    """Return who each of these groups is in at any depth: its key, id and name."""
    found = dialect.rows(
        "WITH RECURSIVE up(start, id) AS ("  # noqa: S608
        f"SELECT n.child_id, n.parent_id FROM {NESTING} n"
        f" WHERE {dialect.one_of('n.child_id', 'bigint')}"
        " UNION SELECT up.start, n.parent_id FROM up"
        f" JOIN {NESTING} n ON n.child_id = up.id"
        ") SELECT up.start, g.scim_id, g.display_name FROM up"
        f" JOIN {GROUP} g ON g.id = up.id ORDER BY up.start, g.id",
        [dialect.ids_parameter(groups)],
    )
    return [(start, uuid.UUID(str(each)), name) for start, each, name in found]


def any_in(directory: uuid.UUID | str) -> bool:
    """Say whether any group of a directory is in another one."""
    return Nesting.objects.filter(directory_id=directory).exists()


def ways() -> str:
    """Return the table `way(user_id, group_id)` for WITH RECURSIVE.

    Its parameter is a list of users; it has all groups they are in at any depth.
    """
    return (
        "way(user_id, group_id) AS ("  # noqa: S608
        f"SELECT m.user_id, m.group_id FROM {MEMBERSHIP} m"
        f" WHERE {dialect.one_of('m.user_id', 'bigint')}"
        " UNION SELECT way.user_id, n.parent_id FROM way"
        f" JOIN {NESTING} n ON n.child_id = way.group_id)"
    )


def _down() -> str:
    """Return the table `down(top, id)`: groups of one list and all in them."""
    return (
        "down(top, id) AS ("  # noqa: S608
        f"SELECT g.id, g.id FROM {GROUP} g WHERE {dialect.one_of('g.id', 'bigint')}"
        " UNION SELECT down.top, n.child_id FROM down"
        f" JOIN {NESTING} n ON n.parent_id = down.id)"
    )
