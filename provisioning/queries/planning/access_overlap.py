"""Counts how many people each group brings into an app alone, and how many overlap."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from directories import dialect
from provisioning.models import App, AppAccess, AppGrant, AppRole, GroupMember

GRANT = AppGrant._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
# People that one statement looks at; a page counts so many.
WINDOW = 1_000
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
        found.people += len(window)
        _count(found, window)
        if cap is not None and found.people >= cap:
            found.more = AppAccess.objects.filter(app=app)[found.people :].exists()
            break
    return found


def _windows(app: App) -> Iterator[dict[Has, list[int]]]:
    for role in AppRole:
        after = 0
        while window := _window(app, role, after):
            yield window
            after = max(account for account, _role in window)


def _window(app: App, role: str, after: int) -> dict[Has, list[int]]:
    """Return the next people who have a role, each with the groups that give it."""
    people = AppAccess.objects.filter(app=app, role=role, account__gt=after)
    accounts = people.order_by("account").values_list("account", flat=True)[:WINDOW]
    found: dict[Has, list[int]] = {(account, role): [] for account in accounts}
    if not found:
        return {}
    # With `+ 0` it goes through the groups of these people, which are few, and not
    # through the people of the app's groups.
    rows = dialect.rows(
        "SELECT m.account_id, m.group_id"  # noqa: S608
        f" FROM {GROUP_MEMBER} m JOIN {GRANT} gr ON gr.group_id = m.group_id + 0"
        f" WHERE {dialect.one_of('m.account_id', 'bigint')}"
        " AND gr.app_id = %s AND gr.role = %s",
        [dialect.ids_parameter([account for account, _role in found]), app.pk, role],
    )
    for account, group in rows:
        found[account, role].append(group)
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
