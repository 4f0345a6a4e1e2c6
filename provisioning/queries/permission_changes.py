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
from provisioning.queries.permission_receivers import (
    groups_without_access,
    people_without_access,
)

GROUP_MEMBER = GroupMember._meta.db_table
ACCESS = AppAccess._meta.db_table
# Members of the groups that a change is about are looked at so far.
LOOKED = 10_000
# A change of many permissions shares this out.
LOOKED_IN_ALL = 30_000


@dataclass(frozen=True)
class Receiver:
    """A group or a person that permissions are given to."""

    group: Group | None = None
    account: Account | None = None

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


@dataclass
class _Rows:
    """Groups and people, by key, that one permission is given to or taken from."""

    groups: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)

    def add(self, receiver: Receiver) -> None:
        """Add one group or person."""
        if receiver.group is not None:
            self.groups.append(receiver.group.pk)
        elif receiver.account is not None:
            self.people.append(receiver.account.pk)

    def __bool__(self) -> bool:
        return bool(self.groups or self.people)


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
    for wish in wishes:
        has = set(given_to(app, space, wish.receiver))
        gives, takes = resolved(has, wish, in_space=space is not None)
        if gives or takes:
            made.lines.append(Line(wish, _in_order(gives), _in_order(takes)))
    given, taken = _by_key(made, gives=True), _by_key(made, gives=False)
    concerned = _concerned(taken), _concerned(given)
    look = min(LOOKED, LOOKED_IN_ALL // max(1, sum(map(len, concerned))))
    for permission in concerned[0]:
        after = _Change(app, space, permission, removed=taken, added=given)
        if (effect := _count(after, look)).people or effect.more:
            made.lose.append(effect)
    for permission in concerned[1]:
        # Who would lose it if the change were undone.
        back = _Change(app, space, permission, removed=given, added={})
        if (effect := _count(back, look)).people or effect.more:
            made.get.append(effect)
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


def given_to(app: App, space: Space | None, receiver: Receiver) -> list[str]:
    """Return what was given to a group or a person there, by keys."""
    rows = AppPermission.objects.filter(
        app=app, space=space, group=receiver.group, account=receiver.account
    )
    return list(rows.values_list("permission", flat=True))


def _in_order(keys: set[str]) -> list[InApp]:
    return [each for key, each in BY_KEY.items() if key in keys]


def _by_key(made: Plan, *, gives: bool) -> dict[str, _Rows]:
    found: dict[str, _Rows] = {}
    for line in made.lines:
        for permission in line.gives if gives else line.takes:
            found.setdefault(permission.key, _Rows()).add(line.wish.receiver)
    return found


def _concerned(rows: dict[str, _Rows]) -> list[InApp]:
    keys = {each.key for given in rows for each in held_by(given)}
    return _in_order(keys)


@dataclass(frozen=True)
class _Change:
    """Rows that are removed and added, looked at for one permission."""

    app: App
    space: Space | None
    permission: InApp
    removed: dict[str, _Rows]
    added: dict[str, _Rows]

    def of(self, rows: dict[str, _Rows]) -> _Rows:
        """Return those that make somebody hold the permission."""
        found = _Rows()
        for key in giving(self.permission.key):
            found.groups += rows.get(key, _Rows()).groups
            found.people += rows.get(key, _Rows()).people
        return found


def _count(change: _Change, look: int) -> Effect:
    """Count who holds a permission by what is removed, and by nothing that stays."""
    removed, added = change.of(change.removed), change.of(change.added)
    inside = GroupMember.objects.filter(group__in=removed.groups)
    accounts = set(inside.values_list("account", flat=True)[: look + 1])
    more = len(accounts) > look
    accounts |= set(removed.people)
    staying = _staying(change)
    staying.groups += added.groups
    staying.people += added.people
    marks = ", ".join(["%s"] * len(change.permission.roles))
    found = dialect.rows(
        f"SELECT count(DISTINCT a.account_id) FROM {ACCESS} a"  # noqa: S608
        f" WHERE {dialect.one_of('a.account_id', 'bigint')} AND a.app_id = %s"
        f" AND a.state = 'active' AND a.role IN ({marks})"
        f" AND NOT ({dialect.one_of('a.account_id', 'bigint')})"
        f" AND NOT EXISTS (SELECT 1 FROM {GROUP_MEMBER} o"
        " WHERE o.account_id = a.account_id"
        f" AND {dialect.one_of('o.group_id', 'bigint')})",
        [
            dialect.ids_parameter(sorted(accounts)),
            change.app.pk,
            *change.permission.roles,
            dialect.ids_parameter(staying.people),
            dialect.ids_parameter(staying.groups),
        ],
    )
    return Effect(change.permission, int(found[0][0]), more)


def _staying(change: _Change) -> _Rows:
    """Return who was given the permission, but for rows that are removed."""
    rows = AppPermission.objects.filter(
        app=change.app,
        space=change.space,
        permission__in=giving(change.permission.key),
    )
    found = _Rows()
    for key, group, account in rows.values_list("permission", "group", "account"):
        gone = change.removed.get(key, _Rows())
        if group and group not in gone.groups:
            found.groups.append(group)
        if account and account not in gone.people:
            found.people.append(account)
    return found


def plan_of_deleting(space: Space) -> Effect:
    """Count who can see a space now, and could not when it is deleted."""
    view = BY_KEY[VIEW]
    rows = _Rows()
    given = AppPermission.objects.filter(space=space, app=space.app_id)
    for group, account in given.values_list("group", "account").distinct():
        if group:
            rows.groups.append(group)
        if account:
            rows.people.append(account)
    every = dict.fromkeys(giving(VIEW), rows)
    change = _Change(space.app, space, view, removed=every, added={})
    return _count(change, LOOKED)
