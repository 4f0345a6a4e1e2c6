"""Counts who would hold more or less inside of apps by a planned change.

What the groups of the plan give is looked at. Whoever loses access to an app loses all
else that they hold in it too, which is not counted.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from directories import dialect
from provisioning.app_permissions import BY_KEY, InApp, giving, held_by
from provisioning.models import App, AppAccess, AppPermission, GroupMember, Space
from provisioning.queries.planning.access_changes import WINDOW, Change, members_now
from provisioning.queries.planning.access_lines import Line

GROUP_MEMBER = GroupMember._meta.db_table
PERMISSION = AppPermission._meta.db_table
State = AppAccess.State
# Of groups that give more, so many rows are looked at.
ROWS_READ = 2_000
# An app, a space of it or 0, and the key of a permission there.
Place = tuple[int, int, str]
# The roles with which people have access, by account and app.
Roles = dict[tuple[int, int], set[str]]


@dataclass(frozen=True)
class PermissionEffect:
    """How many people would gain and lose a permission inside of an app."""

    app: App
    space: Space | None
    permission: InApp
    gain: int
    lose: int


class Permissions:
    """What the groups of a plan give inside of apps, and who holds that by them."""

    def __init__(self, change: Change, apps: Iterable[App]) -> None:
        self._change = change
        self._plan = change.plan
        self._apps = {app.pk: app for app in apps}
        self._groups = self._plan.named_groups()
        self._given: dict[int, set[Place]] = {}
        rows = AppPermission.objects.filter(
            group__in=self._groups,
            app__in=[*self._apps],
            permission__in=[*BY_KEY],
        ).order_by("pk")
        for group, app, space, key in rows.values_list(
            "group", "app", "space", "permission"
        )[:ROWS_READ]:
            self._given.setdefault(group, set()).add((app, space or 0, key))

    def effects(self, cap: int | None) -> list[PermissionEffect]:
        """Return what changes, for all or for the first `cap` people, by its place."""
        gain, lose, looked = Counter[Place](), Counter[Place](), 0
        if not self._given:
            return []
        # Who gets a license is known when the plan was counted.
        self._change.numbers(cap)
        for window in self._plan.windows(WINDOW):
            if cap is not None and looked >= cap:
                break
            looked += len(window)
            gained, lost = self._look(window)
            gain.update(place for _account, place in gained)
            lose.update(place for _account, place in lost)
        places = sorted(gain.keys() | lose.keys())
        spaces = Space.objects.in_bulk({space for _app, space, _key in places})
        order = [*BY_KEY]
        found = [
            PermissionEffect(
                self._apps[app],
                spaces.get(space),
                BY_KEY[key],
                gain[place],
                lose[place],
            )
            for place in places
            for app, space, key in [place]
        ]
        return sorted(
            found,
            key=lambda each: (
                each.app.site.name,
                each.app.kind,
                each.space.name if each.space else "",
                order.index(each.permission.key),
            ),
        )

    def _look(
        self, window: list[int]
    ) -> tuple[set[tuple[int, Place]], set[tuple[int, Place]]]:
        """Return who of these people would gain what, and lose what."""
        inside = members_now(self._groups, window)
        before = self._roles(window)
        after = _changed(before, self._change.settled(window))
        had = self._held(inside, before)
        gets = self._held(self._plan.members_after(inside, set(window)), after)
        gained, lost = gets - had, had - gets
        others = self._others({account for account, _place in gained | lost})
        # Who holds it otherwise too, with access before and after, notices nothing.
        gained -= _holding(others, before)
        lost -= _holding(others, after)
        return gained, lost

    def _roles(self, window: list[int]) -> Roles:
        found: Roles = {}
        rows = AppAccess.objects.filter(
            app__in={app for places in self._given.values() for app, _s, _k in places},
            account__in=window,
            state=State.ACTIVE,
        ).order_by()
        for account, app, role in rows.values_list("account", "app", "role"):
            found.setdefault((account, app), set()).add(role)
        return found

    def _held(
        self, inside: dict[int, set[int]], roles: Roles
    ) -> set[tuple[int, Place]]:
        given = [
            (account, place)
            for group, places in self._given.items()
            for account in inside.get(group, ())
            for place in places
        ]
        return _holding(given, roles)

    def _others(self, accounts: Collection[int]) -> list[tuple[int, Place]]:
        """Return what is given to these people directly or by groups left alone."""
        if not accounts:
            return []
        places = {place for given in self._given.values() for place in given}
        held = {each.key for _app, _space, key in places for each in held_by(key)}
        keys = sorted({key for each in held for key in giving(each)})
        marks = ", ".join(["%s"] * len(keys))
        where = (
            f" AND {dialect.one_of('p.app_id', 'bigint')} AND p.permission IN ({marks})"
        )
        people = dialect.ids_parameter(sorted(accounts))
        apps = dialect.ids_parameter(sorted({app for app, _space, _key in places}))
        rows = dialect.rows(
            "SELECT m.account_id, p.app_id, p.space_id, p.permission"  # noqa: S608
            f" FROM {GROUP_MEMBER} m JOIN {PERMISSION} p ON p.group_id = m.group_id"
            f" WHERE {dialect.one_of('m.account_id', 'bigint')}"
            f" AND NOT {dialect.one_of('m.group_id', 'bigint')}{where}"
            " UNION ALL SELECT p.account_id, p.app_id, p.space_id, p.permission"
            f" FROM {PERMISSION} p"
            f" WHERE {dialect.one_of('p.account_id', 'bigint')}{where}",
            [
                people,
                dialect.ids_parameter(self._groups),
                apps,
                *keys,
                people,
                apps,
                *keys,
            ],
        )
        return [(account, (app, space or 0, key)) for account, app, space, key in rows]


def _holding(
    given: Iterable[tuple[int, Place]], roles: Roles
) -> set[tuple[int, Place]]:
    """Return what people hold of what was given, by their access."""
    return {
        (account, (app, space, each.key))
        for account, (app, space, key) in given
        for each in held_by(key)
        if roles.get((account, app), set()) & set(each.roles)
    }


def _changed(roles: Roles, lines: Iterable[Line]) -> Roles:
    """Return the roles of people after what lines say of them."""
    after = {place: set(held) for place, held in roles.items()}
    for line in lines:
        held = after.setdefault((line.account, line.app), set())
        if line.after == State.ACTIVE:
            held.add(line.role)
        else:
            held.discard(line.role)
    return after
