"""Counts who would hold more or less inside of apps by a planned change.

What the groups of the plan give is looked at. Whoever loses access to an app loses all
else that they hold in it too, which is not counted.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q

from directories import dialect
from provisioning.app_permissions import BY_KEY, InApp, held_by
from provisioning.models import App, AppAccess, AppPermission, Space
from provisioning.queries.planning.access_changes import WINDOW, Change, members_now
from provisioning.queries.planning.access_lines import Line

State = AppAccess.State
# So many apps and spaces are looked at, apps first: a group may be in all of them.
AREAS = 20
# An app, and a space of it, or 0 for the app itself.
Area = tuple[int, int]
# An app, a space or 0, and the key of a permission there.
Place = tuple[int, int, str]
# The roles with which people have access, by account and app.
Roles = dict[tuple[int, int], set[str]]
# The groups of the plan that somebody is in, and their roles, by app.
Standing = tuple[frozenset[int], tuple[frozenset[str], ...]]


@dataclass(frozen=True)
class PermissionEffect:
    """How many people would gain and lose a permission inside of an app."""

    app: App
    space: Space | None
    permission: InApp
    gain: int
    lose: int


class Permissions:
    """What the groups of a plan give inside of apps, and who holds that by them.

    With `more` there are further spaces, which are left out.
    """

    def __init__(self, change: Change, apps: Iterable[App]) -> None:
        self._change = change
        self._plan = change.plan
        self._known = {app.pk: app for app in apps}
        self._groups = self._plan.named_groups()
        first = self._areas()
        areas, self.more = first[:AREAS], len(first) > AREAS
        self._apps = sorted({app for app, _space in areas})
        self._here = Q(space__in=[space for _app, space in areas if space])
        self._here |= Q(app__in=[app for app, space in areas if not space], space=None)
        rows = self._rows() if areas else []
        given: dict[int, set[Place]] = {}
        for group, app, space, key in rows:
            given.setdefault(group, set()).add((app, space or 0, key))
        self._given = {key: given.pop(key) for key in self._groups if key in given}
        self._elsewhere = given
        self._gives: dict[Standing, frozenset[Place]] = {}

    def effects(self, cap: int | None) -> list[PermissionEffect]:
        """Return what changes, for all or for the first `cap` people, by its place."""
        if not self._given:
            return []
        gain, lose, looked = Counter[Place](), Counter[Place](), 0
        # Who gets a license is known when the plan was counted.
        self._change.numbers(cap)
        for window in self._plan.windows(WINDOW):
            if cap is not None and looked >= cap:
                break
            looked += len(window)
            self._look(window, gain, lose)
        places = sorted(place for place in gain.keys() | lose.keys())
        spaces = Space.objects.in_bulk({space for _app, space, _key in places})
        order = [*BY_KEY]
        found = [
            PermissionEffect(
                self._known[app],
                spaces.get(space),
                BY_KEY[key],
                gain[app, space, key],
                lose[app, space, key],
            )
            for app, space, key in places
            if gain[app, space, key] or lose[app, space, key]
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

    def _areas(self) -> list[Area]:
        """Return where the groups of the plan give something, one more than AREAS."""
        given = AppPermission.objects.filter(
            group__in=self._groups, app__in=[*self._known], permission__in=[*BY_KEY]
        )
        ordered = given.order_by(F("space__name").asc(nulls_first=True), "space", "app")
        found = ordered.values_list("app", "space", "space__name").distinct()
        return [(app, space or 0) for app, space, _name in found[: AREAS + 1]]

    def _rows(self) -> list[tuple[int, int, int | None, str]]:
        """Return what any group is given in these areas."""
        given = AppPermission.objects.filter(
            self._here, group__isnull=False, permission__in=[*BY_KEY]
        ).order_by()
        rows = given.values_list("group", "app", "space", "permission")
        return [(group or 0, app, space, key) for group, app, space, key in rows]

    def _look(
        self, window: list[int], gain: Counter[Place], lose: Counter[Place]
    ) -> None:
        """Count what these people would gain and lose.

        Many are in the same groups with the same roles: each such standing, before
        and after, is worked out once.
        """
        # Of few groups and of many: what suits one is ten times slower for the other.
        with dialect.planned_anew():
            inside = members_now([*self._groups, *self._elsewhere], window)
        named = {key: inside.get(key, set()) for key in self._groups}
        roles = self._roles(window)
        were = self._standings(window, named, roles)
        settled = _changed(roles, self._change.settled(window))
        named = self._plan.members_after(named, set(window))
        will = self._standings(window, named, settled)
        alike = Counter((were[key], will[key]) for key in window)
        moves = {move: self._move(*move) for move in alike if move[0] != move[1]}
        for move, (gained, lost) in moves.items():
            gain.update(dict.fromkeys(gained, alike[move]))
            lose.update(dict.fromkeys(lost, alike[move]))
        # Who holds it otherwise too, with access before and after, notices nothing.
        for account, places in self._others(window, inside).items():
            was, becomes = were[account], will[account]
            gained, lost = moves.get((was, becomes), (frozenset(), frozenset()))
            gain.subtract(gained & self._held(places, was))
            lose.subtract(lost & self._held(places, becomes))

    def _roles(self, window: list[int]) -> Roles:
        found: Roles = {}
        rows = AppAccess.objects.filter(
            app__in=self._apps, account__in=window, state=State.ACTIVE
        ).order_by()
        for account, app, role in rows.values_list("account", "app", "role"):
            found.setdefault((account, app), set()).add(role)
        return found

    def _standings(
        self, window: list[int], inside: dict[int, set[int]], roles: Roles
    ) -> dict[int, Standing]:
        groups: dict[int, set[int]] = {account: set() for account in window}
        for group in self._given:
            for account in inside.get(group, ()):
                groups[account].add(group)
        return {
            account: (
                frozenset(held),
                tuple(frozenset(roles.get((account, app), ())) for app in self._apps),
            )
            for account, held in groups.items()
        }

    def _move(
        self, was: Standing, becomes: Standing
    ) -> tuple[frozenset[Place], frozenset[Place]]:
        """Return what is gained and lost between two standings."""
        had, gets = self._of(was), self._of(becomes)
        return gets - had, had - gets

    def _of(self, standing: Standing) -> frozenset[Place]:
        if standing not in self._gives:
            given = (self._given[group] for group in standing[0])
            self._gives[standing] = self._held(set().union(*given), standing)
        return self._gives[standing]

    def _held(self, given: Iterable[Place], standing: Standing) -> frozenset[Place]:
        """Return what is held of what was given, by the roles of a standing."""
        roles = dict(zip(self._apps, standing[1], strict=True))
        return frozenset(
            (app, space, each.key)
            for app, space, key in given
            for each in held_by(key)
            if roles[app].intersection(each.roles)
        )

    def _others(
        self, window: list[int], inside: dict[int, set[int]]
    ) -> dict[int, set[Place]]:
        """Return what is given to these people directly or by groups left alone."""
        found: dict[int, set[Place]] = {}
        for group, places in self._elsewhere.items():
            for account in inside.get(group, ()):
                found.setdefault(account, set()).update(places)
        direct = AppPermission.objects.filter(
            self._here, account__in=window, permission__in=[*BY_KEY]
        ).order_by()
        for account, app, space, key in direct.values_list(
            "account", "app", "space", "permission"
        ):
            found.setdefault(account or 0, set()).add((app, space or 0, key))
        return found


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
