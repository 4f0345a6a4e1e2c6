"""Counts how many people each group brings into an app alone, and how many overlap."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from directories import dialect
from provisioning.models import App, AppAccess, AppGrant, AppRole, GroupMember

ACCESS = AppAccess._meta.db_table
GRANT = AppGrant._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
# People that one statement looks at; a page counts so many.
WINDOW = 2_000
MOST = 5

# A group and the role that it gives.
Given = tuple[int, str]
# A person and their role.
Has = tuple[int, str]


@dataclass
class Overlap:
    """By how many groups people have a role in an app.

    `people` were looked at, with `more` there are others. `alone` and `shared` count
    by group and role who has it by that group alone, or by others too; `by_ways` says
    how many people have so many ways, `most` who has the most.
    """

    people: int = 0
    more: bool = False
    alone: Counter[Given] = field(default_factory=Counter)
    shared: Counter[Given] = field(default_factory=Counter)
    by_ways: Counter[int] = field(default_factory=Counter)
    most: list[tuple[int, Has]] = field(default_factory=list)

    @property
    def by_one(self) -> int:
        """Return how many people have it by one group."""
        return self.by_ways[1]

    @property
    def by_several(self) -> int:
        """Return how many people have it by several groups."""
        return sum(number for ways, number in self.by_ways.items() if ways > 1)


def overlap_of(app: App, *, cap: int | None = WINDOW) -> Overlap:
    """Count by how many groups people have a role, of all or of the first `cap`."""
    found = Overlap()
    for window in _windows(app):
        if cap is not None and found.people >= cap:
            found.more = True
            break
        found.people += len(window)
        _count(found, window)
    return found


def _windows(app: App) -> Iterator[dict[Has, list[int]]]:
    for role in AppRole:
        after = 0
        while window := _window(app, role, after):
            yield window
            after = max(account for account, _role in window)


def _window(app: App, role: str, after: int) -> dict[Has, list[int]]:
    """Return the next people who have a role, each with the groups that give it."""
    rows = dialect.rows(
        f"WITH people AS (SELECT account_id FROM {ACCESS} WHERE app_id = %s"  # noqa: S608
        " AND role = %s AND account_id > %s"
        f" ORDER BY account_id LIMIT {WINDOW:d})"
        " SELECT people.account_id, given.group_id FROM people LEFT JOIN"
        " (SELECT m.account_id, gr.group_id"
        f" FROM {GRANT} gr JOIN {GROUP_MEMBER} m ON m.group_id = gr.group_id"
        " WHERE gr.app_id = %s AND gr.role = %s"
        " AND m.account_id IN (SELECT account_id FROM people)) AS given"
        " ON given.account_id = people.account_id",
        [app.pk, role, after, app.pk, role],
    )
    found: dict[Has, list[int]] = {}
    for account, group in rows:
        ways = found.setdefault((account, role), [])
        if group is not None:
            ways.append(group)
    return found


def _count(found: Overlap, window: dict[Has, list[int]]) -> None:
    for (account, role), groups in window.items():
        found.by_ways[len(groups)] += 1
        counted = found.alone if len(groups) == 1 else found.shared
        for group in groups:
            counted[group, role] += 1
        if len(groups) > 1:
            found.most.append((len(groups), (account, role)))
    found.most.sort(key=lambda each: (-each[0], each[1]))
    del found.most[MOST:]
