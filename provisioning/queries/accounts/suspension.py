"""What suspending people, or restoring their access, changes, in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Q, QuerySet

from directories import dialect
from directories.models import Account, Member, Organization, RoleAssignment
from provisioning.models import (
    LICENSED_ROLES,
    App,
    AppAccess,
    AppGrant,
    GroupMember,
)
from provisioning.queries.access.access_filters import present_apps
from provisioning.queries.access.licenses import licenses_of

ACCESS = AppAccess._meta.db_table
GRANT = AppGrant._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
# Of more people than this, what they have is not counted.
COUNTED = 2_000
SUSPENDED = Q(status=Member.Status.SUSPENDED)


@dataclass(frozen=True)
class Needed:
    """How many licenses of an app are needed, and how many are free: None for all."""

    app: App
    people: int
    free: int | None

    @property
    def short(self) -> int:
        """Return how many people there is no license for."""
        return 0 if self.free is None else max(self.people - self.free, 0)


@dataclass(frozen=True)
class Effect:
    """What becomes of chosen people.

    `people` change, `already` are as they would be; of those who change `synced` are
    an identity provider's, `deactivated` have no account that works. `roles` in
    apps, `licenses` and admin `rights` end or come back; None: too many to count.
    """

    people: int
    already: int
    synced: int
    deactivated: int
    roles: int | None = None
    rights: int | None = None
    licenses: Sequence[Needed] = ()

    @property
    def license_count(self) -> int:
        """Return how many licenses there are in all."""
        return sum(each.people for each in self.licenses)


def effect_of_suspending(
    organization: Organization, members: QuerySet[Member]
) -> Effect:
    """Count what chosen people lose while they are suspended."""
    return _effect(organization, members, ~SUSPENDED, restores=False)


def effect_of_restoring(
    organization: Organization, members: QuerySet[Member]
) -> Effect:
    """Count what chosen people get back."""
    return _effect(organization, members, SUSPENDED, restores=True)


def _effect(
    organization: Organization, members: QuerySet[Member], who: Q, *, restores: bool
) -> Effect:
    numbers = _numbers(members, who, restores=restores)
    if numbers.people > COUNTED:
        return numbers
    active = members.filter(who, account__status=Account.Status.ACTIVE)
    keys = list(active.order_by("pk").values_list("account_id", flat=True))
    by_role = _implied(organization, keys) if restores else _held(organization, keys)
    return replace(
        numbers,
        roles=sum(by_role.values()),
        rights=_rights(organization, keys),
        licenses=_licenses(organization, by_role),
    )


def _numbers(members: QuerySet[Member], who: Q, *, restores: bool) -> Effect:
    """Count chosen people; all of them are read once."""
    told = {
        "people": Count("pk", filter=who),
        "already": Count("pk", filter=~who),
        "synced": Count("pk", filter=who & Q(directory__isnull=False)),
        "deactivated": Count("pk", filter=who & Q(status=Member.Status.DEACTIVATED)),
    }
    numbers = Effect(**members.order_by().aggregate(**told))
    if not (restores and numbers.people):
        return numbers
    # What they are besides suspended, only the account says.
    ended = members.filter(who).exclude(account__status=Account.Status.ACTIVE)
    return replace(numbers, deactivated=ended.count())


def _held(organization: Organization, keys: list[int]) -> dict[tuple[int, str], int]:
    """Count the roles in apps that these accounts have."""
    return _counted(
        f"SELECT a.app_id, a.role, count(*) FROM {ACCESS} a"  # noqa: S608
        f" WHERE {dialect.one_of('a.account_id', 'bigint')} AND a.state = 'active'"
        " GROUP BY a.app_id, a.role",
        organization,
        keys,
    )


def _implied(organization: Organization, keys: list[int]) -> dict[tuple[int, str], int]:
    """Count the roles in apps that the groups of these accounts give."""
    return _counted(
        "SELECT app_id, role, count(*) FROM (SELECT DISTINCT m.account_id, g.app_id,"  # noqa: S608
        f" g.role FROM {GROUP_MEMBER} m JOIN {GRANT} g ON g.group_id = m.group_id"
        f" WHERE {dialect.one_of('m.account_id', 'bigint')}) AS given"
        " GROUP BY app_id, role",
        organization,
        keys,
    )


def _counted(
    sql: str, organization: Organization, keys: list[int]
) -> dict[tuple[int, str], int]:
    if not keys:
        return {}
    apps = set(present_apps(organization).values_list("pk", flat=True))
    found = dialect.rows(sql, [dialect.ids_parameter(keys)])
    return {(app, role): int(count) for app, role, count in found if app in apps}


def _rights(organization: Organization, keys: list[int]) -> int:
    if not keys:
        return 0
    found = dialect.rows(
        f"SELECT count(*) FROM {RoleAssignment._meta.db_table}"  # noqa: S608
        f" WHERE organization_id = %s AND {dialect.one_of('account_id', 'bigint')}",
        [dialect.uuid_parameter(organization.pk), dialect.ids_parameter(keys)],
    )
    return int(found[0][0])


def _licenses(
    organization: Organization, by_role: dict[tuple[int, str], int]
) -> list[Needed]:
    needed = {
        app: by_role[app.pk, LICENSED_ROLES[app.kind]]
        for app in present_apps(organization)
        if (app.pk, LICENSED_ROLES[app.kind]) in by_role
    }
    used = licenses_of(needed)
    return [Needed(app, people, used[app.pk].free) for app, people in needed.items()]
