"""Reads about who has access to apps: lists of people, their roles, counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Sum

from directories import dialect
from directories.models import Member, Organization, Site
from provisioning.models import App, AppAccess, AppGrant, AppUse, Group, GroupMember

# So few people are read first and listed then; among more, a page of the list by name
# is full soon.
FEW = 5_000


@dataclass(frozen=True)
class PeopleFilter:
    """Whom to list of those entitled to use apps; what is empty does not matter."""

    text: str = ""
    role: str = ""
    state: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.role or self.state)


def people_of(
    organization: Organization, apps: Sequence[App], wanted: PeopleFilter
) -> QuerySet[Member]:
    """Return who has access to one of some apps, waits for it or was refused.

    With account and directory; sort it by `name`. Fast when nearly everybody has
    access, and when few have.
    """
    keys = [app.pk for app in apps]
    rows = AppAccess.objects.filter(app__in=keys)
    if wanted.role:
        rows = rows.filter(role=wanted.role)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    members = organization.members.select_related("account", "directory")
    if count_of(apps, wanted) <= FEW:
        accounts = rows.order_by().values_list("account", flat=True).distinct()
        members = members.filter(account__in=list(accounts))
    else:
        members = members.filter(Exists(rows.filter(account=OuterRef("account"))))
    return dialect.search(members, wanted.text)


def count_of(apps: Sequence[App], wanted: PeopleFilter) -> int:
    """Return how many rows of access fit role and state, by the sums.

    Who has several counts several times.
    """
    found = AppUse.objects.filter(app__in=[app.pk for app in apps])
    if wanted.role:
        found = found.filter(role=wanted.role)
    if wanted.state:
        found = found.filter(state=wanted.state)
    return int(found.aggregate(people=Sum("people"))["people"] or 0)


def rows_of(apps: Sequence[App], accounts: Iterable[int]) -> dict[int, list[AppAccess]]:
    """Return the roles of people of a page in apps, by account; one query."""
    found: dict[int, list[AppAccess]] = {}
    rows = AppAccess.objects.filter(app__in=apps, account__in=list(accounts))
    for row in rows.select_related("app__site").order_by("app", "role"):
        found.setdefault(row.account_id, []).append(row)
    return found


def groups_by(
    apps: Sequence[App], accounts: Iterable[int]
) -> dict[tuple[int, int, str], list[Group]]:
    """Return which groups give people their roles, by account, app and role."""
    known = list(accounts)
    inside = GroupMember.objects.filter(
        account__in=known, group__grants__app__in=apps
    ).select_related("group")
    grants: dict[int, set[tuple[int, str]]] = {}
    places = list(inside.distinct().order_by("group__name_key"))
    given = AppGrant.objects.filter(
        app__in=apps, group__in={place.group_id for place in places}
    )
    for group, app, role in given.values_list("group", "app", "role"):
        grants.setdefault(group, set()).add((app, role))
    found: dict[tuple[int, int, str], list[Group]] = {}
    for place in places:
        for app, role in grants.get(place.group_id, ()):
            found.setdefault((place.account_id, app, role), []).append(place.group)
    return found


def uses(of: App | Site | Organization) -> dict[tuple[int, str, str], int]:
    """Return how many people have which role in apps, by app, role and state."""
    apps = App.objects.filter(site__removed_at__isnull=True)
    if isinstance(of, App):
        apps = apps.filter(pk=of.pk)
    elif isinstance(of, Site):
        apps = apps.filter(site=of)
    else:
        apps = apps.filter(site__organization=of)
    rows = AppUse.objects.filter(app__in=list(apps.values_list("pk", flat=True)))
    summed = rows.order_by().values("app", "role", "state").annotate(sum=Sum("people"))
    return {
        (row["app"], row["role"], row["state"]): row["sum"]
        for row in summed
        if row["sum"]
    }
