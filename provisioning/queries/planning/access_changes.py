"""Works out who would gain or lose access by a planned change; writes nothing.

People are looked at in windows by the key of their account, so that a page costs the
same for a group of ten and for one of 150,000, and all of them can be gone through
in flat memory. Call `numbers` and `lines` in dialect.snapshot() where they have to
agree to the last person.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from django.db.models import Q

from directories import dialect
from directories.models import Member, Site
from provisioning.models import App, AppAccess, AppGrant, Group, GroupMember
from provisioning.queries.planning.access_lines import Effect, Line, Numbers, Right
from provisioning.queries.planning.access_plan import (
    Kind,
    Pair,
    Plan,
    Step,
    active_among,
)
from provisioning.queries.planning.access_rights import Rights
from provisioning.queries.planning.access_seats import Seats, seats_of

GRANT = AppGrant._meta.db_table
APP = App._meta.db_table
SITE = Site._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
State = AppAccess.State
# People that one look evaluates, and that a page looks at to count.
WINDOW = 1_000
COUNTED = 1_000
# Lines of a page, on which all of a person stand.
PAGE = 50
# A role of a person: account, app, role.
Place = tuple[int, int, str]


class Change:
    """A planned change that is asked for numbers and for people."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._rights = Rights(plan)
        self._removed = set(plan.removed_apps())
        self._seats = dict[int, Seats]()
        self._known: Numbers | None = None
        # What the first people came to, who are counted and then listed.
        self._looked: dict[tuple[int, ...], list[Line]] = {}

    def numbers(self, cap: int | None = COUNTED) -> Numbers:
        """Count what comes out, for all or for the first `cap` people.

        Counted already, by whatever cap, it reads nothing; all are counted anew.
        """
        if self._known is None or (cap is None and self._known.more):
            self._known = self._count(cap)
        return self._known

    def lines(self) -> Iterator[Line]:
        """Go through everybody whom the change concerns, by account."""
        if seats_of(self.plan, self._removed):
            # Who gets a license is known when everybody is.
            self.numbers(cap=None)
        for window in self._windows(0):
            yield from self.settled(window)

    def page(
        self,
        wanted: Iterable[str],
        after: int = 0,
        *,
        text: str = "",
        apps: Collection[int] | None = None,
    ) -> tuple[list[Line], int | None]:
        """Return the lines of some people with these effects, and where to go on.

        So many people are looked at that a page may be short, or empty, and have a
        next one. Only people whose name or address contains `text` count, and only
        these `apps`.
        """
        self.numbers()
        effects, found, looked = set(wanted), list[Line](), 0
        for window in self._chosen(after, text):
            for line in self.settled(window):
                hidden = (
                    apps is not None and line.right is None and line.app not in apps
                )
                if hidden or line.effect not in effects:
                    continue
                if len(found) >= PAGE and line.account != found[-1].account:
                    return found, found[-1].account
                found.append(line)
            looked += len(window)
            if looked >= COUNTED:
                return found, window[-1]
        return found, None

    def _chosen(self, after: int, text: str) -> Iterator[list[int]]:
        """Return windows of those concerned, or of everybody with some words."""
        if not text:
            yield from self._windows(after)
            return
        members = dialect.search(self.plan.organization.members.all(), text)
        keys = members.order_by().values_list("account_id", flat=True)
        with dialect.planned_anew():
            known = sorted(keys[: WINDOW + 1])
        if len(known) <= WINDOW:
            yield [key for key in known if key > after]
            return
        for window in self._windows(after):
            yield sorted(keys.filter(account__in=window)) or window[-1:]

    def _windows(self, after: int) -> Iterator[list[int]]:
        """Return windows of those concerned, and of who waits and gets in."""
        admitted = {key for seats in self._seats.values() for key in seats.admitted}
        extra = sorted(key for key in admitted if key > after)
        for window in self.plan.windows(WINDOW, after):
            near = [key for key in extra if key <= window[-1]]
            extra = extra[len(near) :]
            yield sorted({*window, *near})
        for start in range(0, len(extra), WINDOW):
            yield extra[start : start + WINDOW]

    def _count(self, cap: int | None) -> Numbers:
        numbers = Counter[tuple[Pair | Right, str]]()
        limited, looked, more = list[Line](), 0, False
        self._seats = seats_of(self.plan, self._removed)
        for window in self.plan.windows(WINDOW):
            if cap is not None and looked >= cap:
                more = True
                break
            looked += len(window)
            for line in self._looked_at(window, keep=cap is not None):
                if seats := self._seats_of(line):
                    seats.note(line)
                    limited.append(line)
                else:
                    numbers[_place(line), line.effect] += 1
        for seats in self._seats.values():
            seats.settle()
            admitted = seats.admissions(seats.admitted)
            numbers.update((_place(line), line.effect) for line in admitted)
        for line in limited:
            if (after := self._seated(line)) is not None:
                numbers[_place(after), after.effect] += 1
        return self._told(numbers, looked, more=more)

    def _told(
        self, counted: Counter[tuple[Pair | Right, str]], looked: int, *, more: bool
    ) -> Numbers:
        roles, rights = dict[Pair, Counter[str]](), dict[Right, Counter[str]]()
        for (place, effect), number in counted.items():
            if isinstance(place, Right):
                rights.setdefault(place, Counter())[effect] += number
            else:
                roles.setdefault(place, Counter())[effect] += number
        found = [seats.shortage for seats in self._seats.values()]
        shortages = [shortage for shortage in found if shortage]
        return Numbers(roles, rights, looked, more, shortages)

    def _seats_of(self, line: Line) -> Seats | None:
        seats = self._seats.get(line.app)
        return seats if seats and line.role == seats.role else None

    def _seated(self, line: Line) -> Line | None:
        """Return a line with the user limit in mind, None where another says it."""
        seats = self._seats_of(line)
        if seats is None:
            return line
        if line.effect == Effect.KEEP and line.account in seats.admitted:
            return None
        return seats.seated(line)

    def settled(self, window: list[int]) -> list[Line]:
        """Return what becomes of these people, with user limits in mind."""
        seated = [self._seated(line) for line in self._looked_at(window)]
        found = [line for line in seated if line is not None]
        for seats in self._seats.values():
            found += seats.admissions(window)
        return sorted(found, key=lambda line: line.account)

    def _looked_at(self, window: list[int], *, keep: bool = False) -> list[Line]:
        """Return what the plan makes of these people, looked at before or now."""
        place = tuple(window)
        if place in self._looked:
            return self._looked[place]
        lines = self._look(window)
        if keep:
            self._looked[place] = lines
        return lines

    def _look(self, window: list[int]) -> list[Line]:
        """Return what the plan makes of these people, user limits left aside."""
        plan = self.plan
        inside = members_now(plan.named_groups(), window)
        inside_after = plan.members_after(inside, set(window))
        active = active_among(plan.organization, window)
        back = (plan.restored - active) & set(window)
        active = (active | back) - plan.ended
        before = _by_groups(inside, plan.given())
        after = _by_groups(inside_after, plan.given_after())
        held = self._held(window)
        places = {k for k in {*before, *after} if before.get(k) != after.get(k)}
        places |= {k for k in held if k[0] in plan.ended or k[1] in self._removed}
        doubtful = {k[0] for k in places if k in held and k not in after} & active
        others = self._others(sorted(doubtful), self._apps()) if doubtful else set()
        if back:
            returning = self._others(sorted(back), None)
            others |= returning
            places |= returning | {k for k in after if k[0] in back}
        lines = []
        for key in sorted(places):
            gets = key[0] in active and (key in after or key in others)
            by = after.get(key) if gets and key not in held else before.get(key)
            line = _line(key, held.get(key, ""), by or set(), gets=gets)
            lines += [line] if line else []
        return lines + self._rights.lines(window, inside_after, active)

    def _apps(self) -> list[int]:
        """Return the apps in which the plan can change a role, but of single people."""
        return sorted({app for app, _role in self.plan.pairs()} | self._removed)

    def _held(self, window: list[int]) -> dict[Place, str]:
        """Return the states of what these people have where the plan can change it."""
        rows = AppAccess.objects.filter(app__removed_at=None, account__in=window)
        wanted = Q(app__in=self._apps())
        if ended := self.plan.ended & set(window):
            wanted |= Q(account__in=ended)
        rows = rows.filter(wanted, app__site__organization=self.plan.organization)
        return {
            (account, app, role): state
            for account, app, role, state in rows.order_by().values_list(
                "account_id", "app_id", "role", "state"
            )
        }

    def _others(self, accounts: list[int], apps: list[int] | None) -> set[Place]:
        """Return what groups that the plan leaves alone give to these people."""
        ours = dialect.ids_parameter(self.plan.groups)
        bounds, more = "", list[object]()
        if apps is not None:
            bounds = f" AND {dialect.one_of('gr.app_id', 'bigint')}"
            more = [dialect.ids_parameter(apps)]
        return {
            (account, app, role)
            for account, app, role in dialect.rows(
                "SELECT DISTINCT m.account_id, gr.app_id, gr.role"  # noqa: S608
                f" FROM {GROUP_MEMBER} m JOIN {GRANT} gr ON gr.group_id = m.group_id"
                f" JOIN {APP} a ON a.id = gr.app_id AND a.removed_at IS NULL"
                f" JOIN {SITE} s ON s.id = a.site_id AND s.organization_id = %s"
                f" WHERE {dialect.one_of('m.account_id', 'bigint')}"
                f" AND NOT {dialect.one_of('gr.group_id', 'bigint')}{bounds}",
                [
                    dialect.uuid_parameter(self.plan.organization.pk),
                    dialect.ids_parameter(accounts),
                    ours,
                    *more,
                ],
            )
            if app not in self._removed
        }


def members_now(groups: list[int], accounts: list[int]) -> dict[int, set[int]]:
    """Return who of these accounts is in each of these groups; one query."""
    found: dict[int, set[int]] = {key: set() for key in groups}
    rows = dialect.rows(
        f"SELECT group_id, account_id FROM {GROUP_MEMBER}"  # noqa: S608
        f" WHERE {dialect.one_of('group_id', 'bigint')}"
        f" AND {dialect.one_of('account_id', 'bigint')}",
        [dialect.ids_parameter(groups), dialect.ids_parameter(accounts)],
    )
    for group, account in rows:
        found[group].add(account)
    return found


def _by_groups(
    inside: dict[int, set[int]], given: dict[int, set[Pair]]
) -> dict[Place, set[int]]:
    """Return which of the plan's groups give each role to whom."""
    found: dict[Place, set[int]] = {}
    for group, pairs in given.items():
        for account in inside[group]:
            for app, role in pairs:
                found.setdefault((account, app, role), set()).add(group)
    return found


def _line(place: Place, before: str, groups: set[int], *, gets: bool) -> Line | None:
    account, app, role = place
    by = tuple(sorted(groups))
    if not before:
        if not gets:
            return None
        return Line(account, Effect.GAIN, app, role, "", State.ACTIVE, by)
    if gets:
        return Line(account, Effect.KEEP, app, role, before, before, by)
    effect = Effect.LOSE if before == State.ACTIVE else Effect.DROP
    return Line(account, effect, app, role, before, "", by)


def _in(line: Line, apps: Collection[int] | None) -> bool:
    return apps is None or line.right is not None or line.app in apps


def _place(line: Line) -> Pair | Right:
    return line.right if line.right is not None else (line.app, line.role)


def change_by_grant(app: App, group: Group, role: str, *, given: bool) -> Change:
    """Return what giving a group a role in an app would change, or taking it."""
    step = Step(Kind.GIVE if given else Kind.TAKE, app=app, role=role, group=group)
    return Change(Plan(app.site.organization, [step]))


def change_by_group_deletion(group: Group) -> Change:
    """Return what deleting a group would change."""
    return Change(Plan(group.organization, [Step(Kind.DELETE, group=group)]))


def change_by_person(member: Member, kind: Kind = Kind.SUSPEND) -> Change:
    """Return what suspending, deactivating or restoring a person would change."""
    return Change(Plan(member.organization, [Step(kind, account=member.account)]))


def change_by_app_removal(app: App) -> Change:
    """Return what removing an app from its site would change."""
    return Change(Plan(app.site.organization, [Step(Kind.REMOVE_APP, app=app)]))


def change_by_site_removal(site: Site) -> Change:
    """Return what removing a site with its apps would change."""
    return Change(Plan(site.organization, [Step(Kind.REMOVE_SITE, site=site)]))


def change_by_limit(app: App, limit: int | None) -> Change:
    """Return what another user limit of an app would change."""
    step = Step(Kind.LIMIT, app=app, limit=limit)
    return Change(Plan(app.site.organization, [step]))
