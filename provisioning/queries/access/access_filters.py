"""Which people have access to an app, or to none, as lists and exports ask it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from django.core.cache import cache
from django.db.models import Exists, OuterRef, QuerySet, Sum

from directories import dialect
from directories.models import Member, Organization
from provisioning.models import App, AppAccess, AppRole, AppUse
from provisioning.queries.accounts import walking

# What the filter says for people without any app.
NO_ACCESS = "none"
EXPORT_BATCH = 1_000
# So many people without access are found among all others by their keys.
FEW = 1_000
KEEP_S = 60
PERSON = Member._meta.db_table
ACCESS = AppAccess._meta.db_table


def present_apps(organization: Organization) -> QuerySet[App]:
    """Return the apps that are there, with their sites, in the order of lists."""
    return (
        App.objects.filter(site__organization=organization)
        .select_related("site")
        .order_by("site__name", "site", "kind")
    )


def with_access(
    members: QuerySet[Member],
    organization: Organization,
    wanted: str,
    *,
    listed: bool = False,
) -> QuerySet[Member]:
    """Return the members who have access to an app, by its key, or to NO_ACCESS.

    For a page of a list, `listed`, who has lost everything in the last seconds may be
    missing; nobody is in it who has access.
    """
    if wanted == NO_ACCESS:
        if listed and (few := _few_without(organization)) is not None:
            members = members.filter(account__in=few)
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
    uses = AppUse.objects.filter(app=app, state=AppAccess.State.ACTIVE)
    count = uses.aggregate(people=Sum("people"))["people"] or 0
    return walking.among(members, active, count=count)


def _few_without(organization: Organization) -> list[int] | None:
    """Return the accounts without access, None where they are more than FEW.

    A list by name finds many of them soon, but looks at everybody to find a few.
    """
    key = f"without-access:{organization.pk}"
    if (known := cache.get(key)) is None:
        apps = list(present_apps(organization).values_list("pk", flat=True))
        found = dialect.rows(
            f"SELECT m.account_id FROM {PERSON} m WHERE m.organization_id = %s"  # noqa: S608
            f" AND NOT EXISTS (SELECT 1 FROM {ACCESS} a"
            " WHERE a.account_id = m.account_id AND a.state = 'active'"
            f" AND {dialect.one_of('a.app_id', 'bigint')}) LIMIT {FEW + 1:d}",
            [dialect.uuid_parameter(organization.pk), dialect.ids_parameter(apps)],
        )
        known = [account for (account,) in found]
        if organization.members.order_by("name", "pk")[FEW:].exists():
            cache.set(key, known, KEEP_S)
    return None if len(known) > FEW else known


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
