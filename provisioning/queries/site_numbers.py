"""Reads about sites in numbers: who has access, what gives it, what else is there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Sum
from django.utils.module_loading import import_string

from directories import dialect
from directories.models import RoleAssignment, Site
from directories.paging import capped_count
from directories.queries.rights import in_force
from provisioning.models import App, AppAccess, AppGrant, AppUse

ACCESS = AppAccess._meta.db_table
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


def people_with_access(apps: Sequence[App]) -> dict[int, int]:
    """Count the people with the role in each app that has most; one query."""
    found: dict[int, int] = {}
    for app, _role, people in _uses(apps):
        found[app] = max(found.get(app, 0), people)
    return found


def people_in_any(apps: Sequence[App]) -> Number:
    """Count the people with access to at least one of the apps.

    Many are not counted: as many as have one role in one app, at least.
    """
    uses = _uses(apps)
    numbers = [people for _app, _role, people in uses]
    if len(numbers) <= 1:
        return Number(sum(numbers))
    if sum(numbers) > COUNTED:
        return Number(max(numbers), more=True)
    found = dialect.rows(
        f"SELECT count(DISTINCT account_id) FROM {ACCESS}"  # noqa: S608
        f" WHERE state = %s AND {dialect.one_of('app_id', 'bigint')}",
        [ACTIVE.value, dialect.ids_parameter([app.pk for app in apps])],
    )
    return Number(int(found[0][0]))


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
        people=people_in_any(apps),
        admins=admins,
        told=sentences,
    )


def _uses(apps: Sequence[App]) -> list[tuple[int, str, int]]:
    """Return how many people have each role in each app, where somebody has it."""
    uses = AppUse.objects.filter(app__in=[app.pk for app in apps], state=ACTIVE)
    counted = uses.order_by("app", "role").values_list("app", "role")
    found = counted.annotate(number=Sum("people"))
    return [(app, role, int(n)) for app, role, n in found if n and n > 0]
