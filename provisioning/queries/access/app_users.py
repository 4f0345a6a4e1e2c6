"""Reads about everybody who is entitled to an app, and who waits for a license."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet

from directories import dialect
from directories.models import Member
from provisioning.models import (
    LICENSED_ROLES,
    App,
    AppAccess,
    AppGrant,
    AppRole,
    Group,
    GroupMember,
)
from provisioning.queries.accounts import walking
from provisioning.queries.accounts.people import LOCAL

GRANT = AppGrant._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
GROUP = Group._meta.db_table
GROUPS_NAMED = 3
EXPORT_BATCH = 1_000
State = AppAccess.State


@dataclass(frozen=True)
class PeopleFilter:
    """Which people of an app to list; what is empty does not matter.

    `directory` is the id of a directory, or LOCAL for people of none.
    """

    text: str = ""
    role: str = ""
    state: str = ""
    directory: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.role or self.state or self.directory)


@dataclass(frozen=True)
class Ways:
    """The groups that give somebody a role: the first by name, and how many there are.

    There may be more of them than the first ones.
    """

    groups: list[Group] = field(default_factory=list)
    count: int = 0

    @property
    def more(self) -> int:
        """Return how many groups are not named."""
        return self.count - len(self.groups)


@dataclass(frozen=True)
class Held:
    """A role of somebody in an app, and by which groups they have it."""

    access: AppAccess
    ways: Ways

    @property
    def label(self) -> str:
        """Return the name of the role."""
        return str(AppRole(self.access.role).label)


@dataclass(frozen=True)
class Entitled:
    """A person with what they are in an app."""

    member: Member
    held: list[Held]


@dataclass(frozen=True)
class InLine:
    """Somebody who waits for a license or was refused; `place` in the line, or None."""

    access: AppAccess
    member: Member
    ways: Ways
    place: int | None = None


def people_in(app: App, wanted: PeopleFilter, *, count: int) -> QuerySet[Member]:
    """Return who is entitled to an app, and matches; sort them by name.

    `count` is about how many have such a role in such a state.
    """
    accesses = AppAccess.objects.filter(app=app)
    if wanted.role:
        accesses = accesses.filter(role=wanted.role)
    if wanted.state:
        accesses = accesses.filter(state=wanted.state)
    members = Member.objects.filter(organization=app.site.organization_id)
    members = walking.among(members, accesses, count=count)
    if wanted.directory == LOCAL:
        members = members.filter(directory=None)
    elif wanted.directory:
        members = members.filter(directory=uuid.UUID(wanted.directory))
    return dialect.search(members.prefetch_related("account", "directory"), wanted.text)


def with_roles(
    app: App, members: Sequence[Member], wanted: PeopleFilter
) -> list[Entitled]:
    """Return people with their roles in an app that match; three queries at most."""
    accounts = [each.account_id for each in members]
    accesses = AppAccess.objects.filter(app=app, account__in=accounts)
    if wanted.role:
        accesses = accesses.filter(role=wanted.role)
    if wanted.state:
        accesses = accesses.filter(state=wanted.state)
    ways = ways_of(app, accounts)
    held: dict[int, list[Held]] = {}
    for access in sorted(accesses, key=_by_role):
        by = ways.get((access.account_id, access.role), Ways())
        held.setdefault(access.account_id, []).append(Held(access, by))
    return [Entitled(each, held.get(each.account_id, [])) for each in members]


def in_batches(
    app: App, members: Iterable[Member], wanted: PeopleFilter
) -> Iterator[Entitled]:
    """Go through many people with their roles."""
    rest = iter(members)
    while batch := list(islice(rest, EXPORT_BATCH)):
        yield from with_roles(app, batch, wanted)


def _by_role(access: AppAccess) -> int:
    return AppRole.values.index(access.role)


def ways_of(app: App, accounts: Sequence[int]) -> dict[tuple[int, str], Ways]:
    """Return by which groups these accounts have which role; two queries."""
    if not accounts:
        return {}
    with dialect.planned_anew():
        found = dialect.rows(
            "SELECT account_id, role, group_id, ways FROM"  # noqa: S608
            " (SELECT m.account_id, g.role, m.group_id,"
            " row_number() OVER (PARTITION BY m.account_id, g.role"
            " ORDER BY p.name_key, p.id) AS place,"
            " count(*) OVER (PARTITION BY m.account_id, g.role) AS ways"
            f" FROM {GROUP_MEMBER} m"
            f" JOIN {GRANT} g ON g.group_id = m.group_id AND g.app_id = %s"
            f" JOIN {GROUP} p ON p.id = m.group_id"
            f" WHERE {dialect.one_of('m.account_id', 'bigint')}) AS found"
            f" WHERE place <= {GROUPS_NAMED:d} ORDER BY account_id, role, place",
            [app.pk, dialect.ids_parameter(list(accounts))],
        )
    groups = Group.objects.in_bulk({group for _account, _role, group, _ways in found})
    ways: dict[tuple[int, str], Ways] = {}
    for account, role, group, count in found:
        by = ways.setdefault((account, role), Ways(count=count))
        by.groups.append(groups[group])
    return ways


def line_of(app: App, state: str) -> QuerySet[AppAccess]:
    """Return who waits for a license of an app, or was refused; sort it by `since`."""
    return AppAccess.objects.filter(app=app, role=LICENSED_ROLES[app.kind], state=state)


def place_in_line(app: App, first: AppAccess, cap: int) -> int | None:
    """Return how many stand before somebody, None for more than `cap`."""
    before = line_of(app, first.state).filter(since__lte=first.since)
    ahead = before.exclude(since=first.since, pk__gte=first.pk)
    count = ahead.order_by()[: cap + 1].count()
    return None if count > cap else count


def in_line(app: App, rows: Sequence[AppAccess], before: int | None) -> list[InLine]:
    """Return a page of the line with the people; `before` stand before the first."""
    accounts = [each.account_id for each in rows]
    members = Member.objects.filter(
        organization=app.site.organization_id, account__in=accounts
    ).select_related("account", "directory")
    by_account = {each.account_id: each for each in members}
    ways = ways_of(app, accounts)
    return [
        InLine(
            access=access,
            member=by_account[access.account_id],
            ways=ways.get((access.account_id, access.role), Ways()),
            place=None if before is None else before + index,
        )
        for index, access in enumerate(rows, start=1)
        if access.account_id in by_account
    ]


def longest_waiting(app: App) -> datetime | None:
    """Return since when the first in the line waits, None where nobody does."""
    line = line_of(app, State.WAITING).order_by("since", "pk")
    return line.values_list("since", flat=True).first()
