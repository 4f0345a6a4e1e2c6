"""Reads about permissions inside of apps: who holds what, through what.

What was given counts for whoever has access to the app (a row of AppAccess that is
active), so everything here follows memberships, suspensions and user limits by itself.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from directories import dialect
from directories.models import Account, Member, Organization
from provisioning.app_permissions import (
    ADMINISTRATIVE,
    BY_KEY,
    GLOBAL,
    InApp,
    giving,
    held_by,
    label_of,
)
from provisioning.models import (
    App,
    AppAccess,
    AppPermission,
    AppRole,
    DeletedGroup,
    DeletedGroupPermission,
    Group,
    GroupMember,
    Space,
)
from provisioning.queries.access.app_people import PeopleFilter, count_of
from provisioning.queries.accounts import walking

# A card tells what a group gives so far.
PLACES_READ = 500
PLACES_SHOWN = 100


@dataclass
class Held:
    """A permission that somebody holds, and through what.

    `groups` and `directly` name what gives it, `by` the permission that was given
    there, which may be one that includes it.
    """

    app: App
    space: Space | None
    permission: InApp
    groups: list[tuple[Group, InApp]] = field(default_factory=list)
    directly: list[InApp] = field(default_factory=list)
    by_access: bool = False


@dataclass(frozen=True)
class _Place:
    """What a permission is about: an app, or a space of it."""

    app: App
    space: Space | None

    def rows(self) -> QuerySet[AppPermission]:
        """Return what was given there."""
        return AppPermission.objects.filter(app=self.app, space=self.space)


def roles_of(account: Account, app: App) -> list[AppRole]:
    """Return the roles by which somebody has access to an app now."""
    rows = AppAccess.objects.filter(
        account=account,
        app=app,
        app__removed_at__isnull=True,
        state=AppAccess.State.ACTIVE,
    )
    return [
        AppRole(role) for role in rows.order_by("role").values_list("role", flat=True)
    ]


def permissions_of(
    account: Account, app: App, spaces: Collection[Space] | None = None
) -> list[Held]:
    """Return what somebody may do inside of an app, global permissions first.

    With `spaces` of the permissions of spaces only those of these.
    """
    roles = roles_of(account, app)
    rows = _given_to(account, [app], spaces) if roles else []
    return _held(app, roles, rows)


def _held(app: App, roles: Sequence[str], rows: Iterable[AppPermission]) -> list[Held]:
    found: dict[tuple[int, str], Held] = {}
    for known in GLOBAL.get(app.kind, ()):
        if known.automatic and set(known.roles) & set(roles):
            found[0, known.key] = Held(app, None, known, by_access=True)
    for row in rows:
        for permission in held_by(row.permission):
            if not set(permission.roles) & set(roles):
                continue
            place = (row.space_id or 0, permission.key)
            held = found.setdefault(place, Held(app, row.space, permission))
            if row.group is None:
                held.directly.append(BY_KEY[row.permission])
            else:
                held.groups.append((row.group, BY_KEY[row.permission]))
    order = list(BY_KEY)
    return sorted(
        found.values(),
        key=lambda each: (
            each.space.name if each.space else "",
            each.space.pk if each.space else 0,
            order.index(each.permission.key),
        ),
    )


def _given_to(
    account: Account,
    apps: Sequence[App],
    spaces: Collection[Space] | None = None,
    *,
    limit: int | None = None,
) -> list[AppPermission]:
    rows = AppPermission.objects.filter(app__in=apps, permission__in=list(BY_KEY))
    if spaces is not None:
        rows = rows.filter(Q(space__isnull=True) | Q(space__in=list(spaces)))
    return [
        row
        for each in _of(account, rows)
        for row in each.select_related("group", "space").order_by("pk")[:limit]
    ]


def _of(
    account: Account, rows: QuerySet[AppPermission]
) -> list[QuerySet[AppPermission]]:
    """Return the rows given to somebody directly, and those of groups.

    Two, because one with an OR would read all rows.
    """
    inside = GroupMember.objects.filter(account=account).values("group")
    return [rows.filter(account=account), rows.filter(group__in=inside)]


def holders_of(
    app: App, permission: str, space: Space | None = None
) -> QuerySet[Member]:
    """Return the people who hold a permission, as members of the organization.

    Sort them by name, or by their key.
    """
    known = BY_KEY[permission]
    wanted = PeopleFilter(state=AppAccess.State.ACTIVE)
    people = Member.objects.filter(organization=app.site.organization_id)
    if app.removed_at is not None:
        return people.none()
    active = AppAccess.objects.filter(
        app=app, role__in=known.roles, state=AppAccess.State.ACTIVE
    )
    people = walking.among(people, active, count=count_of([app], wanted))
    if known.automatic:
        return people
    rows = _Place(app, space).rows().filter(permission__in=giving(permission))
    groups = list(rows.filter(group__isnull=False).values_list("group", flat=True))
    direct = rows.filter(account__isnull=False)
    inside = GroupMember.objects.filter(group__in=groups)
    if inside.order_by()[walking.MANY : walking.MANY + 1].exists():
        return people.filter(
            walking.looked_up(inside) | Q(account__in=direct.values("account"))
        )
    few = direct.values("account").union(inside.values("account"))
    return people.filter(Q(account__in=few) | walking.NOBODY)


def is_held(
    account: Account, app: App, permission: str, space: Space | None = None
) -> bool:
    """Say whether somebody holds a permission now; what an app would ask."""
    known = BY_KEY[permission]
    if not set(known.roles) & set(roles_of(account, app)):
        return False
    rows = _Place(app, space).rows().filter(permission__in=giving(permission))
    return known.automatic or any(each.exists() for each in _of(account, rows))


def groups_given(
    app: App, text: str = "", *, permission: str = "", space: Space | None = None
) -> QuerySet[Group]:
    """Return the groups that were given something; sort them by `name_key`."""
    rows = _given_in(app, permission, space).filter(group__isnull=False)
    groups = Group.objects.filter(pk__in=rows.values("group"))
    named = dialect.search(groups, text, field="name_key")
    return named.select_related("record__directory", "directory")


def people_given(
    app: App, text: str = "", *, permission: str = "", space: Space | None = None
) -> QuerySet[Member]:
    """Return the people who were given something directly; sort them by name."""
    rows = _given_in(app, permission, space).filter(account__isnull=False)
    members = Member.objects.filter(
        organization=app.site.organization_id, account__in=rows.values("account")
    )
    return dialect.search(members.select_related("account", "directory"), text)


def _given_in(
    app: App, permission: str, space: Space | None
) -> QuerySet[AppPermission]:
    rows = _Place(app, space).rows()
    return rows.filter(permission=permission) if permission else rows


def spaces_of(app: App, text: str = "") -> QuerySet[Space]:
    """Return the spaces of an app with a text in the name or at the key's start."""
    spaces = app.spaces.all()
    if text:
        spaces = spaces.filter(
            Q(name__icontains=text) | Q(key__startswith=text.upper())
        )
    return spaces


@dataclass(frozen=True)
class Place:
    """An app, or a space of it, and the permissions that something gives there."""

    app: App
    space: Space | None
    labels: list[str]


def given_places(group: Group) -> list[Place]:
    """Return what a group gives inside of apps; of very much only a part."""
    return _places(AppPermission.objects.filter(group=group))


def given_places_of_deleted(group: DeletedGroup) -> list[Place]:
    """Return what a deleted group gave inside of apps; of very much only a part."""
    return _places(DeletedGroupPermission.objects.filter(group=group))


def held_places(held: Iterable[Held]) -> list[Place]:
    """Gather what somebody holds by what it is about."""
    return _gathered((each.app, each.space, each.permission.key) for each in held)


def held_by_person(organization: Organization, account: Account) -> list[Place]:
    """Return what somebody may do inside of the apps of an organization now."""
    entries = AppAccess.objects.filter(
        account=account,
        app__site__organization=organization,
        app__removed_at__isnull=True,
        app__kind__in=list(GLOBAL),
        state=AppAccess.State.ACTIVE,
    ).order_by("app__site__name", "app__kind", "role")
    apps: dict[int, App] = {}
    roles: dict[int, list[str]] = {}
    for entry in entries.select_related("app__site"):
        apps[entry.app_id] = entry.app
        roles.setdefault(entry.app_id, []).append(entry.role)
    rows = _given_to(account, list(apps.values()), limit=PLACES_READ) if apps else []
    found: list[Place] = []
    for key, app in apps.items():
        own = [row for row in rows if row.app_id == key]
        found += held_places(_held(app, roles[key], own))
    return found[:PLACES_SHOWN]


def _places(rows: QuerySet[Any]) -> list[Place]:
    present = rows.filter(app__removed_at__isnull=True)
    sorted_rows = present.select_related("app__site", "space").order_by(
        "app__site__name", "app__kind", "space__name", "permission", "pk"
    )
    return _gathered(
        (row.app, row.space, row.permission) for row in sorted_rows[:PLACES_READ]
    )


def _gathered(rows: Iterable[tuple[App, Space | None, str]]) -> list[Place]:
    found: dict[tuple[int, int], Place] = {}
    for app, space, permission in rows:
        key = (app.pk, space.pk if space else 0)
        place = found.setdefault(key, Place(app, space, []))
        place.labels.append(label_of(permission))
    return list(found.values())


def apps_given_by(
    groups: Sequence[Group | DeletedGroup],
) -> dict[int, list[tuple[App, bool]]]:
    """Return in which apps groups give something, and whether it is administrative.

    By the key of the group; also in apps that were removed and may come back.
    """
    model = (
        DeletedGroupPermission
        if groups and isinstance(groups[0], DeletedGroup)
        else AppPermission
    )
    rows = model.objects.filter(group__in=[each.pk for each in groups])
    given = set(rows.values_list("group", "app", "permission").distinct())
    # Of removed sites too, hence not by the manager of present ones.
    apps = App.with_removed.select_related("site").in_bulk({app for _, app, _ in given})
    found: dict[int, list[tuple[App, bool]]] = {}
    for group, app, permission in sorted(given):
        found.setdefault(group, []).append((apps[app], permission in ADMINISTRATIVE))
    return found
