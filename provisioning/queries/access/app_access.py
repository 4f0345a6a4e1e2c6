"""Reads about access to apps: what groups give, and who has it by which groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, QuerySet

from directories import dialect
from directories.models import Account, Organization, RoleAssignment
from provisioning.models import (
    App,
    AppAccess,
    AppGrant,
    AppRole,
    DeletedGroup,
    DeletedGroupGrant,
    Group,
    GroupMember,
)

GRANT = AppGrant._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
ACCESS = AppAccess._meta.db_table


@dataclass(frozen=True)
class Access:
    """A role in an app that groups give somebody, and since when they have it.

    Without `since` they have it not: it rests while the person is not active. `state`
    is what a user limit makes of it.
    """

    app: App
    role: str
    groups: list[Group]
    since: datetime | None = None
    state: str = ""

    @property
    def label(self) -> str:
        """Return the name of the role."""
        return str(AppRole(self.role).label)

    @property
    def told(self) -> str:
        """Return the state in words."""
        return str(AppAccess.State(self.state).label) if self.state else ""

    @property
    def is_active(self) -> bool:
        """Say whether the person may use the app."""
        return self.state == AppAccess.State.ACTIVE


@dataclass(frozen=True)
class Change:
    """How many people have a role by one group alone, and how many more would.

    Those `without` a license wait for one or were refused one.
    """

    alone: int
    without: int


def grants_of(
    groups: Iterable[Group], *, removed: bool = False
) -> dict[int, list[AppGrant]]:
    """Return what each of these groups gives in apps, by its key; two queries.

    With `removed` what it will give again when an app is restored too.
    """
    grants = list(AppGrant.objects.filter(group__in=list(groups)))
    # Few apps have many grants: each is read once.
    rows = App.with_removed if removed else App.objects
    apps = rows.select_related("site").in_bulk({each.app_id for each in grants})
    found: dict[int, list[AppGrant]] = {}
    for grant in grants:
        if grant.app_id not in apps:
            continue
        grant.app = apps[grant.app_id]
        found.setdefault(grant.group_id, []).append(grant)
    for given in found.values():
        given.sort(key=lambda each: (each.app.site.name, each.app.kind, each.role))
    return found


def grants_of_deleted(
    groups: Iterable[DeletedGroup], *, removed: bool = False
) -> dict[int, list[DeletedGroupGrant]]:
    """Return what each of these deleted groups gave in apps, by its key; one query.

    With `removed` as grants_of.
    """
    found: dict[int, list[DeletedGroupGrant]] = {}
    grants = DeletedGroupGrant.objects.filter(group__in=list(groups))
    grants = grants if removed else grants.filter(app__removed_at__isnull=True)
    for grant in grants.select_related("app__site").order_by(
        "app__site__name", "app__kind", "role"
    ):
        found.setdefault(grant.group_id, []).append(grant)
    return found


def groups_in(app: App, text: str = "") -> QuerySet[AppGrant]:
    """Return what gives access to an app, with the groups; sort it by `name_key`."""
    grants = app.grants.select_related("group__record__directory", "group__directory")
    if text:
        groups = Group.objects.filter(organization=app.site.organization_id)
        named = dialect.search(groups, text, field="name_key")
        grants = grants.filter(group__in=named.values("pk"))
    return grants.annotate(name_key=F("group__name_key"))


def access_of(organization: Organization, account: Account) -> list[Access]:
    """Return the roles that groups give a member in apps, and what is had of them."""
    grants = (
        AppGrant.objects.filter(
            group__organization=organization,
            group__group_members__account=account,
            app__removed_at__isnull=True,
        )
        .select_related("app__site", "group")
        .order_by("app__site__name", "app__kind", "role", "group__name_key")
    )
    if not grants:
        return []
    rows = AppAccess.objects.filter(account=account)
    had = {(row.app_id, row.role): row for row in rows}
    found: dict[tuple[int, str], Access] = {}
    for grant in grants:
        place = (grant.app_id, grant.role)
        if place not in found:
            row = had.get(place)
            since, state = (row.since, row.state) if row else (None, "")
            found[place] = Access(grant.app, grant.role, [], since, state)
        access = found[place]
        access.groups.append(grant.group)
    return list(found.values())


def numbers_of(app: App) -> dict[str, int]:
    """Count the groups that give each role in an app."""
    counted = app.grants.order_by("role").values_list("role")
    return dict(counted.annotate(groups=Count("group")))


def change_by(app: App, group: Group, role: str) -> Change:
    """Count the people of a group who are entitled to a role by it alone."""
    found = dialect.rows(
        "SELECT a.state, count(*)"  # noqa: S608
        f" FROM {GROUP_MEMBER} m JOIN {ACCESS} a ON a.account_id = m.account_id"
        " AND a.app_id = %s AND a.role = %s"
        " WHERE m.group_id = %s AND NOT EXISTS"
        f" (SELECT 1 FROM {GRANT} g JOIN {GROUP_MEMBER} o ON o.group_id = g.group_id"
        " WHERE g.app_id = %s AND g.role = %s AND g.group_id <> m.group_id"
        " AND o.account_id = m.account_id) GROUP BY a.state",
        [app.pk, role, group.pk, app.pk, role],
    )
    counted = {state: int(number) for state, number in found}
    alone = counted.pop(AppAccess.State.ACTIVE, 0)
    return Change(alone, without=sum(counted.values()))


def runs(right: RoleAssignment, app: App) -> bool:
    """Say whether an admin right is about an app of a site."""
    return right.site_id in {None, app.site_id} and right.app in {"", app.kind}
