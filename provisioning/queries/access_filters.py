"""Which people have access to an app, or to none, as lists and exports ask it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet

from directories.models import Member, Organization
from provisioning.models import App, AppAccess, AppRole

# What the filter says for people without any app.
NO_ACCESS = "none"
EXPORT_BATCH = 1_000


def present_apps(organization: Organization) -> QuerySet[App]:
    """Return the apps that are there, with their sites, in the order of lists."""
    return (
        App.objects.filter(site__organization=organization)
        .select_related("site")
        .order_by("site__name", "site", "kind")
    )


def with_access(
    members: QuerySet[Member], organization: Organization, wanted: str
) -> QuerySet[Member]:
    """Return the members who have access to an app, by its key, or to NO_ACCESS."""
    if wanted == NO_ACCESS:
        apps = list(present_apps(organization).values_list("pk", flat=True))
        own = AppAccess.objects.filter(
            account=OuterRef("account"),
            app__in=apps,
            state=AppAccess.State.ACTIVE,
        )
        return members.filter(~Exists(own))
    app = present_apps(organization).filter(pk=int(wanted)).first()
    if app is None:
        return members.none()
    active = AppAccess.objects.filter(app=app, state=AppAccess.State.ACTIVE)
    return members.filter(account__in=active.values("account"))


def told_with_access(
    organization: Organization, members: Iterable[Member]
) -> Iterator[tuple[Member, str]]:
    """Yield each member with the apps they have access to, as an export names them."""
    apps = {app.pk: app for app in present_apps(organization)}
    rest = iter(members)
    while batch := list(islice(rest, EXPORT_BATCH)):
        found = _roles_of([member.account_id for member in batch], apps)
        for member in batch:
            yield member, "; ".join(found[member.account_id])


def _roles_of(
    accounts: Collection[int], apps: dict[int, App]
) -> defaultdict[int, list[str]]:
    rows = AppAccess.objects.filter(
        account__in=accounts, app__in=list(apps), state=AppAccess.State.ACTIVE
    ).values_list("account_id", "app_id", "role")
    order = {app: place for place, app in enumerate(apps)}
    found: defaultdict[int, list[str]] = defaultdict(list)
    for account, app, role in sorted(rows, key=lambda row: (order[row[1]], row[2])):
        here = apps[app]
        name = f"{here.get_kind_display()} ({here.site.name}): {AppRole(role).label}"
        found[account].append(name)
    return found
