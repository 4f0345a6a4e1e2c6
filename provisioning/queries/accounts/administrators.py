"""Reads about who holds which admin right, and where it comes from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, QuerySet

from directories import dialect
from directories.models import Account, Member, Organization, RoleAssignment, Site
from directories.queries.rights import in_force
from provisioning.models import App, Group, GroupMember, GroupRole

DIRECT, BY_GROUP = "direct", "group"
EXPORT_BATCH = 500
FOUND = 20


@dataclass(frozen=True)
class AdministratorFilter:
    """What the list of administrators is searched for."""

    text: str = ""
    role: str = ""
    source: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.role or self.source)


@dataclass(frozen=True)
class HeldRight:
    """A right of a person with the group that gives it, None: given directly.

    `app` is the name of the app it is about, "" for all.
    """

    assignment: RoleAssignment
    group: Group | None
    app: str


@dataclass(frozen=True)
class Administrator:
    """A person with their rights."""

    member: Member
    rights: Sequence[HeldRight]


@dataclass(frozen=True)
class GivenRight:
    """A right that a group gives, with the name of its app, "" for all."""

    given: GroupRole
    app: str


@dataclass(frozen=True)
class Effect:
    """What giving or taking a right changes, in numbers of people.

    `members` are in the group, `others` of them have the same right in another way.
    """

    members: int
    others: int

    @property
    def change(self) -> int:
        """Return how many get or lose the right."""
        return self.members - self.others


def administrators_of(
    organization: Organization, wanted: AdministratorFilter
) -> QuerySet[Member]:
    """Return the people who hold a right that is asked for."""
    rights = in_force(organization.role_assignments.all())
    if wanted.role:
        rights = rights.filter(role=wanted.role)
    if wanted.source == DIRECT:
        rights = rights.filter(group_id=0)
    elif wanted.source == BY_GROUP:
        rights = rights.filter(group_id__gt=0)
    members = organization.members.select_related("account")
    members = members.filter(account__in=rights.values("account"))
    return dialect.search(members, wanted.text)


def with_rights(
    organization: Organization, members: Sequence[Member]
) -> list[Administrator]:
    """Return people with their rights; two queries whatever their number."""
    held: dict[int, list[HeldRight]] = {}
    for right in rights_of(organization, [each.account_id for each in members]):
        held.setdefault(right.assignment.account_id, []).append(right)
    return [Administrator(each, held.get(each.account_id, [])) for each in members]


def in_batches(
    organization: Organization, members: Iterator[Member]
) -> Iterator[Administrator]:
    """Go through many people with their rights."""
    while batch := list(islice(members, EXPORT_BATCH)):
        yield from with_rights(organization, batch)


def rights_of(organization: Organization, accounts: Iterable[int]) -> list[HeldRight]:
    """Return the rights of accounts, the strongest first."""
    rows = (
        in_force(organization.role_assignments.filter(account__in=list(accounts)))
        .select_related("site")
        .order_by("role", "group_id", "pk")
    )
    assignments = list(rows)
    groups = Group.objects.in_bulk({a.group_id for a in assignments if a.group_id})
    order = list(RoleAssignment.Role.values)
    apps = dict(App.Kind.choices)
    return [
        HeldRight(a, groups.get(a.group_id), str(apps.get(a.app, a.app)))
        for a in sorted(assignments, key=lambda a: order.index(a.role))
    ]


def candidates(organization: Organization, text: str) -> list[Member]:
    """Return some active people that match, by name."""
    members = organization.members.filter(status=Member.Status.ACTIVE)
    found = dialect.search(members.select_related("account"), text)
    return list(found.order_by("name", "pk")[:FOUND])


def rights_of_group(group: Group) -> QuerySet[GroupRole]:
    """Return what a group gives."""
    roles = in_force(group.roles.select_related("site"))
    return roles.order_by("role", "pk")


def given_by(group: Group) -> list[GivenRight]:
    """Return what a group gives, with the names of the apps."""
    apps = dict(App.Kind.choices)
    return [
        GivenRight(each, str(apps.get(each.app, each.app)))
        for each in rights_of_group(group)
    ]


def effect(group: Group, *, role: str, site: Site | None, app: str) -> Effect:
    """Count whom a right by a group concerns, and who has it otherwise."""
    active = Member.objects.filter(
        organization=group.organization_id, status=Member.Status.ACTIVE
    )
    members = GroupMember.objects.filter(
        group=group, account__in=active.values("account")
    )
    others = (
        RoleAssignment.objects.filter(
            organization=group.organization_id, role=role, site=site, app=app
        )
        .exclude(group_id=group.pk)
        .filter(account__in=members.values("account"))
    )
    counted = others.aggregate(people=Count("account", distinct=True))
    return Effect(members=members.count(), others=counted["people"])


def admin_count(organization: Organization) -> int:
    """Count the active organization admins; the rights of who is suspended rest."""
    suspended = organization.members.filter(status=Member.Status.SUSPENDED)
    rights = organization.role_assignments.filter(
        role=RoleAssignment.Role.ORGANIZATION_ADMIN,
        account__status=Account.Status.ACTIVE,
    ).exclude(account__in=suspended.values("account"))
    return int(rights.aggregate(people=Count("account", distinct=True))["people"])
