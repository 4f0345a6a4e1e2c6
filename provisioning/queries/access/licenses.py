"""Reads about the licenses of apps: how many are used, and who is one too many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import floor

from django.db.models import Q, Sum

from directories import dialect
from directories.models import Member, Organization
from provisioning.models import (
    LICENSED_ROLES,
    App,
    AppAccess,
    AppRole,
    AppUse,
    GroupMember,
)

ACCESS = AppAccess._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
PERSON = Member._meta.db_table
# From here on admins are warned, in percent.
NEARLY_FULL = 90
State = AppAccess.State


@dataclass(frozen=True)
class Licenses:
    """How many licenses of an app are used, and by whom besides nothing is.

    `others` are the people in roles that take no license: (name of the role, number).
    """

    app: App
    used: int = 0
    waiting: int = 0
    refused: int = 0
    others: list[tuple[str, int]] = field(default_factory=list)

    @property
    def limit(self) -> int | None:
        """Return the user limit, None for none."""
        return self.app.user_limit

    @property
    def free(self) -> int | None:
        """Return how many more people can have a license, None for any number."""
        return None if self.limit is None else max(0, self.limit - self.used)

    @property
    def over(self) -> int:
        """Return how many people more than the limit have access."""
        return 0 if self.limit is None else max(0, self.used - self.limit)

    @property
    def percent(self) -> int:
        """Return how much of the limit is used, 0 without a limit."""
        return floor(100 * self.used / self.limit) if self.limit else 0

    @property
    def is_full(self) -> bool:
        """Say whether no license is left."""
        return self.free == 0

    @property
    def is_nearly_full(self) -> bool:
        """Say whether few licenses are left, or none."""
        return self.limit is not None and (self.is_full or self.percent >= NEARLY_FULL)

    @property
    def tone(self) -> str:
        """Return the tone of the bar."""
        return "danger" if self.is_full else ""

    @property
    def people(self) -> int:
        """Return how many roles people are entitled to in the app."""
        besides = sum(number for _role, number in self.others)
        return self.used + self.waiting + self.refused + besides

    @property
    def needs_attention(self) -> bool:
        """Say whether an admin should look at the licenses."""
        return bool(self.waiting or self.refused or self.over)


def licenses_of(apps: Iterable[App]) -> dict[int, Licenses]:
    """Return the licenses of apps by their keys; one query for any number."""
    by_key = {app.pk: app for app in apps}
    uses = AppUse.objects.filter(app__in=list(by_key)).order_by("app", "role", "state")
    found = uses.values_list("app", "role", "state").annotate(people=Sum("people"))
    counts: dict[int, dict[tuple[str, str], int]] = {}
    for app_id, role, state, people in found:
        counts.setdefault(app_id, {})[(role, state)] = max(0, int(people or 0))
    return {key: _of(app, counts.get(key, {})) for key, app in by_key.items()}


def licenses(app: App) -> Licenses:
    """Return the licenses of one app."""
    return licenses_of([app])[app.pk]


def _of(app: App, counts: dict[tuple[str, str], int]) -> Licenses:
    licensed = LICENSED_ROLES[app.kind]
    others = [
        (str(role.label), counts[(role.value, State.ACTIVE)])
        for role in AppRole
        if role != licensed and counts.get((role.value, State.ACTIVE))
    ]
    return Licenses(
        app=app,
        used=counts.get((licensed, State.ACTIVE), 0),
        waiting=counts.get((licensed, State.WAITING), 0),
        refused=counts.get((licensed, State.REFUSED), 0),
        others=others,
    )


def needed(app: App, groups: Sequence[int]) -> int:
    """Count the active people of groups who have no license of an app, nor wait."""
    found = dialect.rows(
        "SELECT count(*) FROM (SELECT DISTINCT m.account_id"  # noqa: S608
        f" FROM {GROUP_MEMBER} m JOIN {PERSON} p ON p.account_id = m.account_id"
        " AND p.organization_id = %s AND p.status = 'active'"
        f" WHERE {dialect.one_of('m.group_id', 'bigint')} AND NOT EXISTS"
        f" (SELECT 1 FROM {ACCESS} a WHERE a.account_id = m.account_id"
        " AND a.app_id = %s AND a.role = %s)) AS found",
        [
            dialect.uuid_parameter(app.site.organization_id),
            dialect.ids_parameter(list(groups)),
            app.pk,
            LICENSED_ROLES[app.kind].value,
        ],
    )
    return int(found[0][0])


def in_trouble(organization: Organization) -> list[Licenses]:
    """Return the apps of an organization whose licenses an admin should look at."""
    apps = App.objects.filter(site__organization=organization, removed_at=None)
    lined = AppUse.objects.filter(
        app__site__organization=organization, state__in=[State.WAITING, State.REFUSED]
    )
    concerned = apps.filter(Q(user_limit__isnull=False) | Q(pk__in=lined.values("app")))
    named = concerned.select_related("site").order_by("site__name", "kind", "pk")
    found = licenses_of(named).values()
    return [use for use in found if use.needs_attention or use.is_nearly_full]
