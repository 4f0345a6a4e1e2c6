"""Reads about why a person has access to apps, and why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from directories import dialect
from directories.models import Member, Membership, UserRecord
from provisioning.models import (
    App,
    AppAccess,
    AppGrant,
    AppRole,
    Group,
    GroupMember,
    TrelloEnterprise,
)
from provisioning.queries.access.access_origins import Origin, Origins
from provisioning.queries.accounts.people import record_of

# Ways of one person that are read; groups that are named where none opens an app.
WAYS = 500
OPENERS = 5
GRANT = AppGrant._meta.db_table
GROUP = Group._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
State = AppAccess.State


@dataclass(frozen=True)
class Way:
    """A group that gives a role to somebody.

    `given` is who let the group, `joined` how the person came into it; None where
    the log does not know, or may not be shown. `direct` is False where a synced group
    has them by a group inside of it.
    """

    group: Group
    grant: AppGrant
    given: Origin | None = None
    joined: Origin | None = None
    direct: bool = True


@dataclass(frozen=True)
class Held:
    """A role that somebody is entitled to; `state` is "" where nothing came of it yet.

    Where `since` is None they have it not: they are not active, or the app was removed.
    """

    role: str
    state: str
    since: datetime | None
    ways: list[Way] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Return the name of the role."""
        return str(AppRole(self.role).label)


@dataclass(frozen=True)
class AppAnswer:
    """Why somebody may use an app, or why not.

    `openers` are some groups that would let them in, where none of theirs does.
    """

    app: App
    held: list[Held]
    openers: list[AppGrant]
    more_openers: bool = False

    @property
    def has_access(self) -> bool:
        """Say whether the person may use the app now."""
        return any(each.state == State.ACTIVE for each in self.held)


def answers(
    member: Member, apps: Sequence[App], *, logs: bool = True
) -> list[AppAnswer]:
    """Return why a person may use each of these apps, or not, in their order.

    The number of queries does not grow with apps or groups. Without `logs` it does
    not say who brought it about.
    """
    known = {app.pk: app for app in apps}
    keys = list(known)
    rows = AppAccess.objects.filter(account=member.account_id, app__in=keys)
    rights = {(row.app_id, row.role): row for row in rows.order_by("role", "pk")}
    grants = _grants(member, keys)
    for grant in grants:
        grant.app = known[grant.app_id]
    origins = Origins.of(member, grants) if logs else Origins()
    direct = _direct(member, [each.group for each in grants])
    ways: dict[tuple[int, str], list[Way]] = {}
    for grant in grants:
        way = Way(
            group=grant.group,
            grant=grant,
            given=origins.of_grant(grant),
            joined=origins.of_membership(grant.group),
            direct=direct is None or grant.group.record_id in {None, *direct},
        )
        ways.setdefault((grant.app_id, grant.role), []).append(way)
    closed = [app.pk for app in apps if not any(key[0] == app.pk for key in ways)]
    openers = _openers(closed)
    return [
        AppAnswer(
            app=app,
            held=[
                _held(key[1], rights.get(key), ways.get(key, []))
                for key in sorted({*rights, *ways})
                if key[0] == app.pk
            ],
            openers=openers.get(app.pk, [])[:OPENERS],
            more_openers=len(openers.get(app.pk, [])) > OPENERS,
        )
        for app in apps
    ]


def _held(role: str, row: AppAccess | None, ways: list[Way]) -> Held:
    if row is None:
        return Held(role, "", None, ways)
    return Held(role, row.state, row.since, ways)


def _grants(member: Member, apps: Sequence[int]) -> list[AppGrant]:
    found = AppGrant.objects.filter(
        app__in=apps,
        group__organization=member.organization_id,
        group__group_members__account=member.account_id,
    )
    related = found.select_related("group__record__directory", "group__directory")
    return list(related.order_by("group__name_key", "pk")[:WAYS])


def _direct(member: Member, groups: Iterable[Group]) -> set[int] | None:
    """Return the pushed groups that name the person, None where none is pushed."""
    records = {group.record_id for group in groups if group.record_id}
    if not records:
        return None
    users = UserRecord.objects.filter(
        organization=member.organization_id, account=member.account_id
    )
    direct = Membership.objects.filter(group__in=records, user__in=users.values("pk"))
    return set(direct.order_by("pk").values_list("group_id", flat=True))


def _openers(apps: Sequence[int]) -> dict[int, list[AppGrant]]:
    """Return some groups that open each of these apps, one more than are shown."""
    if not apps:
        return {}
    each = (
        f"SELECT id FROM (SELECT id FROM {GRANT} WHERE app_id = %s"  # noqa: S608
        f" ORDER BY group_id, role LIMIT {OPENERS + 1:d}) AS few"
    )
    keys = [
        key for (key,) in dialect.rows(" UNION ALL ".join([each] * len(apps)), apps)
    ]
    found: dict[int, list[AppGrant]] = {}
    grants = AppGrant.objects.filter(pk__in=keys).select_related("group")
    for grant in grants.order_by("group__name_key", "pk"):
        found.setdefault(grant.app_id, []).append(grant)
    return found


@dataclass(frozen=True)
class Standing:
    """What about a person decides beside groups: their state, and the record's.

    `record` is the pushed one that has the account, `waiting` one that waits for it;
    `trello` says that a Trello Enterprise owns a free account of theirs.
    """

    member: Member
    record: UserRecord | None
    trello: str = ""


def standing_of(member: Member) -> Standing:
    """Return what about a person decides beside groups."""
    organization = member.organization
    trello = ""
    if member.status == Member.Status.ACTIVE and member.directory_id:
        linked = TrelloEnterprise.objects.filter(organization=organization)
        trello = next((each.name for each in linked), "")
    return Standing(member, record_of(organization, member.account), trello)


def ways_in(app: App, accounts: Sequence[int]) -> dict[int, list[AppGrant]]:
    """Return by which groups these people get into an app, by account; two queries."""
    found: dict[int, list[AppGrant]] = {}
    rows = dialect.rows(
        f"SELECT m.account_id, gr.id FROM {GROUP_MEMBER} m"  # noqa: S608
        f" JOIN {GRANT} gr ON gr.group_id = m.group_id AND gr.app_id = %s"
        f" WHERE {dialect.one_of('m.account_id', 'bigint')}",
        [app.pk, dialect.ids_parameter(accounts)],
    )
    grants = AppGrant.objects.select_related("group").in_bulk({key for _, key in rows})
    for account, key in rows:
        if key in grants:
            found.setdefault(account, []).append(grants[key])
    for given in found.values():
        given.sort(key=lambda each: (each.role, each.group.name_key))
    return found


def other_ways(
    accounts: Sequence[int], apps: Sequence[int], *, but: Iterable[int] = ()
) -> dict[tuple[int, int, str], list[str]]:
    """Return the names of the groups by which people have roles in these apps."""
    found: dict[tuple[int, int, str], list[str]] = {}
    rows = dialect.rows(
        "SELECT m.account_id, gr.app_id, gr.role, g.name"  # noqa: S608
        f" FROM {GROUP_MEMBER} m JOIN {GRANT} gr ON gr.group_id = m.group_id"
        f" JOIN {GROUP} g ON g.id = gr.group_id"
        f" WHERE {dialect.one_of('m.account_id', 'bigint')}"
        f" AND {dialect.one_of('gr.app_id', 'bigint')}"
        f" AND NOT {dialect.one_of('gr.group_id', 'bigint')}"
        " ORDER BY g.name_key",
        [dialect.ids_parameter(each) for each in (accounts, apps, sorted(but))],
    )
    for account, app, role, name in rows:
        found.setdefault((account, app, role), []).append(name)
    return found
