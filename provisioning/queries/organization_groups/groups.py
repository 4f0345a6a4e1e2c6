"""Reads about groups: the Groups list, who is in one, how its sync goes."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet

from directories import dialect
from directories.models import (
    GroupRecord,
    Job,
    LinkState,
    Member,
    Membership,
    Organization,
)
from directories.queries import nesting
from provisioning.models import Group, GroupMember
from provisioning.queries.accounts.people import KEEP_S, MANY

COUNT_CAP = 10_000
EXPORT_BATCH = 1_000
NESTED_SHOWN = 50
WALKED_BY_NAME = 50_000
GOING_ON = Job.State.going_on()


@dataclass(frozen=True)
class GroupFilter:
    """Which groups to list; what is empty does not matter."""

    text: str = ""
    kind: str = ""
    directory: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.kind or self.directory)


def groups_in(organization: Organization, wanted: GroupFilter) -> QuerySet[Group]:
    """Return the groups of an organization with the directory they come from."""
    groups = organization.groups.select_related("record__directory", "directory")
    if wanted.kind:
        groups = groups.filter(kind=wanted.kind)
    if wanted.directory:
        place = uuid.UUID(wanted.directory)
        groups = groups.filter(Q(record__directory=place) | Q(directory=place))
    return dialect.search(groups, wanted.text, field="name_key")


def group_count(organization: Organization) -> int:
    """Count the groups; a big count may be some seconds old."""
    key = f"group-count:{organization.pk}"
    if (known := cache.get(key)) is None:
        known = organization.groups.count()
        if known > MANY:
            cache.set(key, known, KEEP_S)
    return int(known)


def member_counts(groups: Sequence[Group], *, cap: int = 0) -> dict[int, int]:
    """Count the members of each group, up to `cap` + 1 where that is set."""
    members = GroupMember._meta.db_table
    limit = f" LIMIT {cap + 1:d}" if cap else ""
    counted = dialect.rows(
        "SELECT ids.id, (SELECT count(*) FROM"  # noqa: S608 - only our own names
        f" (SELECT 1 FROM {members} m WHERE m.group_id = ids.id{limit}) AS found)"
        f" FROM {dialect.ids_table('bigint')}",
        [dialect.ids_parameter([group.pk for group in groups])],
    )
    return dict(counted)


def with_member_counts(groups: Iterable[Group]) -> Iterator[tuple[Group, int]]:
    """Pair each group with its exact number of members, a batch at a time."""
    rest = iter(groups)
    while batch := list(islice(rest, EXPORT_BATCH)):
        counts = member_counts(batch)
        for group in batch:
            yield group, counts[group.pk]


def people_in(group: Group, text: str = "", *, count: int) -> QuerySet[Member]:
    """Return the people of a group whose name or e-mail contains `text`.

    `count` is how many there are; sort them by name.
    """
    inside = GroupMember.objects.filter(group=group)
    members = Member.objects.filter(organization=group.organization_id)
    if count > WALKED_BY_NAME:
        members = members.filter(Exists(inside.filter(account=OuterRef("account"))))
    else:
        # The limit makes the database list the group first. Left to choose, it
        # walks along everybody's names, which is slow where the members of a
        # smaller group stand close together and far down.
        members = members.filter(account__in=inside.values("account")[:WALKED_BY_NAME])
    return dialect.search(members.prefetch_related("account", "directory"), text)


def inside_of(group: Group, accounts: Sequence[int]) -> set[int]:
    """Return which of these accounts are in a group."""
    inside = GroupMember.objects.filter(group=group, account__in=list(accounts))
    return set(inside.values_list("account", flat=True))


def accounts_among(
    organization: Organization, public_ids: Sequence[uuid.UUID]
) -> list[int]:
    """Return the keys of the accounts with these ids that are in an organization."""
    members = Member.objects.filter(
        organization=organization, account__public_id__in=list(public_ids)
    )
    return list(members.order_by("account").values_list("account", flat=True))


def loose_members(record: GroupRecord, *, count: int) -> int:
    """Count the members of a record who are not linked, so not in its group.

    `count` people are in the group. Many are not looked at one by one: where nobody
    comes from groups in it, those who are in it are those who are linked.
    """
    if record.member_count > MANY and not record.nested_count:
        return max(0, record.member_count - count)
    members = Membership.objects.filter(group=record)
    return members.exclude(user__link_state=LinkState.LINKED).count()


@dataclass(frozen=True)
class Nested:
    """The groups in a group and around it; of many the first by name.

    `through` people are in it only because they are in one of the groups in it.
    """

    inside: list[GroupRecord]
    around: list[GroupRecord]
    inside_count: int
    counts: bool
    through: int

    def __bool__(self) -> bool:
        return bool(self.inside or self.around)

    @property
    def more_inside(self) -> int:
        """Return how many groups in it are not told."""
        return self.inside_count - len(self.inside)


def nested_groups(record: GroupRecord, *, linked: int, count: int) -> Nested:
    """Return the groups that a group is tied to; two queries where there are any.

    `linked` of its direct members are linked, `count` people are in its group.
    """
    near = GroupRecord.objects.select_related("group").order_by("display_name_key")
    inside = (
        near.filter(nested_in__parent=record) if record.nested_count else near.none()
    )
    around = near.filter(nested__child=record) if record.was_nested else near.none()
    counts = nesting.counts(record.directory)
    return Nested(
        inside=list(inside[:NESTED_SHOWN]),
        around=list(around[:NESTED_SHOWN]),
        inside_count=record.nested_count,
        counts=counts,
        through=max(0, count - linked) if counts else 0,
    )


def sync_job(group: Group, *, kind: str) -> Job | None:
    """Return the job that brings a synced group in step, while there is one."""
    return (
        Job.objects.filter(kind=kind, target=str(group.record_id), state__in=GOING_ON)
        .order_by("-state", "pk")
        .first()
    )
