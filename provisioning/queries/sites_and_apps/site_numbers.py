"""Reads about sites in numbers: who has access, what gives it, what else is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.utils.module_loading import import_string

from directories import dialect
from directories.models import RoleAssignment, Site
from directories.paging import capped_count
from directories.queries.rights import in_force
from provisioning.models import App, AppAccess, AppGrant, AppUse

ACCESS = AppAccess._meta.db_table
APP = App._meta.db_table
GRANT = AppGrant._meta.db_table
# People are counted one by one so far.
COUNTED = 10_000
ACTIVE = AppAccess.State.ACTIVE


@dataclass(frozen=True)
class Number:
    """How many there are; `more` says that it is at least so many."""

    count: int
    more: bool = False


@dataclass(frozen=True)
class Loss:
    """What ends with a site, or with one of its apps.

    `told` are sentences about what others keep there.
    """

    apps: Sequence[App]
    groups: Number
    people: Number
    admins: int
    told: Sequence[str]


def people_on(apps: Sequence[App]) -> dict[UUID, Number]:
    """Count, for each site, the people with access to one of these apps of it.

    Many are not counted: as many as have one role in one app, at least. Two queries
    for any number of sites.
    """
    site_of = {app.pk: app.site_id for app in apps}
    numbers: dict[UUID, list[int]] = {app.site_id: [] for app in apps}
    for app, people in _uses(site_of):
        numbers[site_of[app]].append(people)
    found = {
        site: Number(max(each, default=0), more=sum(each) > COUNTED and len(each) > 1)
        for site, each in numbers.items()
    }
    few = {s for s, each in numbers.items() if len(each) > 1 and not found[s].more}
    counted = _counted([app for app, site in site_of.items() if site in few])
    return found | {site: Number(people) for site, people in counted.items()}


def groups_giving(apps: Sequence[App]) -> dict[int, Number]:
    """Count the groups that give access to each app, up to a number; one query."""
    found = dialect.rows(
        "SELECT ids.id, (SELECT count(*) FROM (SELECT DISTINCT g.group_id"  # noqa: S608
        f" FROM {GRANT} g WHERE g.app_id = ids.id LIMIT {COUNTED + 1:d}) few)"
        f" FROM {dialect.ids_table('bigint')}",
        [dialect.ids_parameter([app.pk for app in apps])],
    )
    return {app: Number(min(n, COUNTED), more=n > COUNTED) for app, n in found}


def _counted(apps: Sequence[int]) -> dict[UUID, int]:
    """Count people by site, one by one."""
    if not apps:
        return {}
    found = dialect.rows(
        f"SELECT p.site_id, count(DISTINCT a.account_id) FROM {ACCESS} a"  # noqa: S608
        f" JOIN {APP} p ON p.id = a.app_id WHERE a.state = %s"
        f" AND {dialect.one_of('a.app_id', 'bigint')} GROUP BY p.site_id",
        [ACTIVE.value, dialect.ids_parameter(apps)],
    )
    # SQLite hands keys over as text.
    return {UUID(str(site)): people for site, people in found}


def loss_of_site(site: Site) -> Loss:
    """Return what ends when a site is removed."""
    apps = list(App.objects.filter(site=site).order_by("kind", "pk"))
    rights = in_force(RoleAssignment.objects.filter(site=site))
    return _loss(site, apps, rights.values("account").distinct().count(), told=True)


def loss_of_app(app: App) -> Loss:
    """Return what ends when an app is removed from its site."""
    rights = in_force(RoleAssignment.objects.filter(site=app.site, app=app.kind))
    told = app.kind == App.Kind.SERVICE_MANAGEMENT
    return _loss(
        app.site, [app], rights.values("account").distinct().count(), told=told
    )


def _loss(site: Site, apps: Sequence[App], admins: int, *, told: bool) -> Loss:
    grants = AppGrant.objects.filter(app__in=apps).order_by("group").values("group")
    sentences = [
        sentence
        for name in settings.SITE_NUMBERS
        if told
        for sentence in import_string(name)(site)
    ]
    return Loss(
        apps=apps,
        groups=Number(*capped_count(grants.distinct(), COUNTED)),
        people=people_on(apps).get(site.pk, Number(0)),
        admins=admins,
        told=sentences,
    )


def _uses(apps: Iterable[int]) -> list[tuple[int, int]]:
    """Return how many people have each role in each app, where somebody has it."""
    uses = AppUse.objects.filter(app__in=list(apps), state=ACTIVE)
    counted = uses.order_by("app", "role").values_list("app", "role")
    found = counted.annotate(number=Sum("people"))
    return [(app, int(number)) for app, _role, number in found if number > 0]
