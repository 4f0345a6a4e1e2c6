"""What a change of permissions inside of an app would do, in numbers of people."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from directories import dialect
from directories.models import Account
from provisioning.app_permissions import BY_KEY, VIEW, InApp, completed, giving, held_by
from provisioning.models import (
    App,
    AppAccess,
    AppPermission,
    Group,
    GroupMember,
    Space,
)
from provisioning.queries.in_app.permission_receivers import (
    groups_without_access,
    people_without_access,
)

GROUP_MEMBER = GroupMember._meta.db_table
ACCESS = AppAccess._meta.db_table
# Members of the groups that a change is about are looked at so far.
LOOKED = 1_000
# A change of many permissions shares this out.
LOOKED_IN_ALL = 2_000


# A group or a person, by their keys: 0 for none.
Place = tuple[int, int]


@dataclass(frozen=True)
class Receiver:
    """A group or a person that permissions are given to."""

    group: Group | None = None
    account: Account | None = None

    @property
    def place(self) -> Place:
        """Return the keys of the group and the person, 0 for none."""
        return (
            self.group.pk if self.group else 0,
            self.account.pk if self.account else 0,
        )

    @property
    def key(self) -> str:
        """Return what names it in addresses and forms."""
        if self.group is not None:
            return f"group:{self.group.public_id}"
        return f"person:{self.account.public_id if self.account else ''}"

    @property
    def name(self) -> str:
        """Return its name as people know it."""
        if self.group is not None:
            return self.group.name
        return self.account.get_full_name() if self.account else ""


@dataclass(frozen=True)
class Wish:
    """What one group or person is to get and to lose, by keys of permissions."""

    receiver: Receiver
    gives: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Effect:
    """How many people get or lose a permission; `more` where not all were looked at."""

    permission: InApp
    people: int
    more: bool


@dataclass(frozen=True)
class Line:
    """What a wish really does, in words."""

    wish: Wish
    gives: list[InApp]
    takes: list[InApp]


@dataclass
class Plan:
    """What wishes would do: for each group and person, and to how many people."""

    lines: list[Line] = field(default_factory=list)
    lose: list[Effect] = field(default_factory=list)
    get: list[Effect] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lines)


# To whom permissions are given, by their keys.
_Given = dict[str, set[Place]]


def resolved(has: set[str], wish: Wish, *, in_space: bool) -> tuple[set[str], set[str]]:
    """Return what a wish really gives and takes where somebody `has` some already."""
    after = (has - wish.takes) | wish.gives
    if in_space:
        # Without View nothing else works: taking it takes all, giving one gives it.
        after = set(wish.gives) if VIEW in wish.takes - wish.gives else after
        after = completed(after)
    return after - has, has - after


def plan(app: App, space: Space | None, wishes: Sequence[Wish]) -> Plan:
    """Return what wishes would do to whom, in numbers."""
    made = Plan()
    given_now = given_to(app, space, [wish.receiver for wish in wishes])
    for wish in wishes:
        has = set(given_now.get(wish.receiver.place, ()))
        gives, takes = resolved(has, wish, in_space=space is not None)
        if gives or takes:
            made.lines.append(Line(wish, _in_order(gives), _in_order(takes)))
    given, taken = _by_key(made, gives=True), _by_key(made, gives=False)
    present = _present(app, space)
    lose = [
        (each, _question(each, lost=taken, present=present, added=given))
        for each in _concerned(taken)
    ]
    # Who would lose it if the change were undone.
    get = [
        (each, _question(each, lost=given, present=present, added={}))
        for each in _concerned(given)
    ]
    # Many permissions are given to, and taken from, the same ones.
    questions = {question for _permission, question in (*lose, *get)}
    look = min(LOOKED, LOOKED_IN_ALL // max(1, len(questions)))
    known = {question: _count(app, question, look) for question in questions}
    made.lose, made.get = (
        [Effect(each, *known[asked]) for each, asked in side if any(known[asked])]
        for side in (lose, get)
    )
    return made


def outside_of(app: App, wishes: Sequence[Wish]) -> list[Wish]:
    """Return the wishes that would give something to who has no access to the app."""
    gaining = [wish for wish in wishes if wish.gives]
    groups = [wish.receiver.group for wish in gaining if wish.receiver.group]
    people = [wish.receiver.account for wish in gaining if wish.receiver.account]
    no_groups = groups_without_access(app, groups)
    nobody = people_without_access(app, [each.pk for each in people])
    return [
        wish
        for wish in gaining
        if (wish.receiver.group and wish.receiver.group.pk in no_groups)
        or (wish.receiver.account and wish.receiver.account.pk in nobody)
    ]


def copied(source: Space) -> Sequence[Wish]:
    """Return what copying the permissions of a space gives elsewhere."""
    gives: dict[tuple[int, int], tuple[Receiver, set[str]]] = {}
    rows = AppPermission.objects.filter(app=source.app_id, space=source)
    for row in rows.select_related("group", "account").order_by("pk"):
        place = (row.group_id or 0, row.account_id or 0)
        receiver = Receiver(group=row.group, account=row.account)
        gives.setdefault(place, (receiver, set()))[1].add(row.permission)
    return [Wish(who, gives=frozenset(keys)) for who, keys in gives.values()]


def given_to(
    app: App, space: Space | None, receivers: Sequence[Receiver]
) -> dict[Place, dict[str, int]]:
    """Return what was given to groups and people there, with the keys of the rows."""
    rows = AppPermission.objects.filter(app=app, space=space)
    groups = [each.group for each in receivers if each.group]
    people = [each.account for each in receivers if each.account]
    found: dict[Place, dict[str, int]] = {}
    # Two, because one with an OR would read all rows; none for nobody.
    for held in (rows.filter(group__in=groups), rows.filter(account__in=people)):
        for group, account, permission, key in held.values_list(
            "group", "account", "permission", "pk"
        ):
            found.setdefault((group or 0, account or 0), {})[permission] = key
    return found


def _in_order(keys: set[str]) -> list[InApp]:
    return [each for key, each in BY_KEY.items() if key in keys]


def _by_key(made: Plan, *, gives: bool) -> _Given:
    found: _Given = {}
    for line in made.lines:
        for permission in line.gives if gives else line.takes:
            found.setdefault(permission.key, set()).add(line.wish.receiver.place)
    return found


def _concerned(rows: _Given) -> list[InApp]:
    keys = {each.key for given in rows for each in held_by(given)}
    return _in_order(keys)


@dataclass(frozen=True)
class _Question:
    """How many people with a role hold something by some, and by no others."""

    roles: tuple[str, ...]
    groups: frozenset[int]
    people: frozenset[int]
    other_groups: frozenset[int]
    other_people: frozenset[int]


def _question(
    permission: InApp, *, lost: _Given, present: _Given, added: _Given
) -> _Question:
    """Ask who holds a permission by what is lost alone."""
    keys = giving(permission.key)
    staying = [
        (group, account)
        for key in keys
        for group, account in present.get(key, set()) - lost.get(key, set())
    ]
    staying += [each for key in keys for each in added.get(key, ())]
    losing = {each for key in keys for each in lost.get(key, ())}
    return _Question(
        roles=permission.roles,
        groups=frozenset(group for group, _account in losing if group),
        people=frozenset(account for _group, account in losing if account),
        other_groups=frozenset(group for group, _account in staying if group),
        other_people=frozenset(account for _group, account in staying if account),
    )


def _present(app: App, space: Space | None) -> _Given:
    rows = AppPermission.objects.filter(app=app, space=space)
    found: _Given = {}
    for key, group, account in rows.values_list("permission", "group", "account"):
        found.setdefault(key, set()).add((group or 0, account or 0))
    return found


def _count(app: App, asked: _Question, look: int) -> tuple[int, bool]:
    """Return the number of people, and whether not all were looked at."""
    inside = GroupMember.objects.filter(group__in=asked.groups)
    members = list(inside.values_list("account", flat=True)[: look + 1])
    marks = ", ".join(["%s"] * len(asked.roles))
    found = dialect.rows(
        f"SELECT count(DISTINCT a.account_id) FROM {ACCESS} a"  # noqa: S608
        f" WHERE {dialect.one_of('a.account_id', 'bigint')} AND a.app_id = %s"
        f" AND a.state = 'active' AND a.role IN ({marks})"
        f" AND NOT ({dialect.one_of('a.account_id', 'bigint')})"
        f" AND NOT EXISTS (SELECT 1 FROM {GROUP_MEMBER} o"
        " WHERE o.account_id = a.account_id"
        f" AND {dialect.one_of('o.group_id', 'bigint')})",
        [
            dialect.ids_parameter(sorted(asked.people.union(members))),
            app.pk,
            *asked.roles,
            dialect.ids_parameter(sorted(asked.other_people)),
            dialect.ids_parameter(sorted(asked.other_groups)),
        ],
    )
    return int(found[0][0]), len(members) > look


def plan_of_deleting(space: Space) -> Effect:
    """Count who can see a space now, and could not when it is deleted."""
    present = _present(space.app, space)
    view = BY_KEY[VIEW]
    asked = _question(view, lost=present, present=present, added={})
    return Effect(view, *_count(space.app, asked, LOOKED))
