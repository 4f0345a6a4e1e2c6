"""Reads about how a pushed group and the local one of its name differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from directories import dialect
from directories.dialect import Sql
from directories.models import (
    GroupRecord,
    LinkState,
    Member,
    Membership,
    UserRecord,
)
from directories.queries import nesting
from provisioning.models import Group, GroupMember
from provisioning.queries.accounts.people import MANY

# Longer lists of members are counted on a page of their own, not beside others.
COUNTED = 5_000
# How many groups with groups in them are counted beside others, one query each.
NESTED_COUNTED = 10
WALKED_BY_NAME = 50_000
# Seconds that a big count is kept, so that an admin can turn pages.
KEEP_S = 60
MEMBERSHIP = Membership._meta.db_table
USER = UserRecord._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table
GROUP = Group._meta.db_table
RECORD = GroupRecord._meta.db_table


class Change(TextChoices):
    """What happens to somebody when a group follows a record."""

    ADDED = "added", _("Added")
    REMOVED = "removed", _("Removed")
    STAYING = "staying", _("Staying")


@dataclass(frozen=True)
class Difference:
    """How many people join a group, leave it, and stay when it follows a record."""

    joining: int
    leaving: int
    staying: int

    @property
    def total(self) -> int:
        """Return how many people are in one of the two."""
        return self.joining + self.leaving + self.staying


@dataclass(frozen=True)
class DifferenceFilter:
    """Which people of a difference to list; what is empty does not matter."""

    text: str = ""
    change: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.change)


def linked_accounts(sources: Sequence[int]) -> Sql:
    """Return a query for the accounts that are linked members of these records."""
    return Sql(
        f"SELECT r.account_id FROM {MEMBERSHIP} m"  # noqa: S608
        f" JOIN {USER} r ON r.id = m.user_id"
        f" WHERE {dialect.one_of('m.group_id', 'bigint')} AND r.link_state = 'linked'",
        (dialect.ids_parameter(sources),),
    )


def difference(record: GroupRecord, group: Group) -> Difference:
    """Count who would join the group, leave it and stay in it; one query.

    It takes one more where groups are in the group. Big counts may be some seconds
    old.
    """
    key = f"difference:{record.pk}:{record.version}:{group.pk}"
    known: Difference | None = cache.get(key)
    if known is None:
        known = _count(record, group)
        if known.total > MANY:
            cache.set(key, known, KEEP_S)
    return known


def _count(record: GroupRecord, group: Group) -> Difference:
    linked = linked_accounts(nesting.counted_groups(record))
    found = dialect.rows(
        f"{_counts('0')} FROM (SELECT account_id, max(w) AS w, max(h) AS h FROM"  # noqa: S608
        f" (SELECT account_id, 1 AS w, 0 AS h FROM ({linked.text}) AS wanted"
        f" UNION ALL SELECT account_id, 0, 1 FROM {GROUP_MEMBER} WHERE group_id = %s)"
        " AS each_way GROUP BY account_id) AS person",
        [*linked.parameters, group.pk],
    )
    return Difference(*(number or 0 for number in found[0][1:]))


def _counts(key: str) -> str:
    return f"SELECT {key}, sum(w * (1 - h)), sum(h * (1 - w)), sum(w * h)"


def differences(
    records: Sequence[GroupRecord], groups: dict[int, Group], *, cap: int = COUNTED
) -> dict[int, Difference]:
    """Count the differences of many records at once, by key; two queries.

    `groups` are the local ones by the key of the record. Of more people than `cap`
    none is counted, and none of more than NESTED_COUNTED with groups in them.
    """
    near = [r for r in records if r.pk in groups and r.member_count <= cap]
    sizes = _sizes([groups[r.pk].pk for r in near], cap=cap)
    near = [r for r in near if sizes[groups[r.pk].pk] <= cap]
    deep = [r for r in near if r.nested_count and nesting.counts(r.directory)]
    keys = {r.pk for r in near} - {r.pk for r in deep}
    found = _count_together(list(keys))
    for record in deep[:NESTED_COUNTED]:
        found[record.pk] = difference(record, groups[record.pk])
    return found


def _sizes(groups: Sequence[int], *, cap: int) -> dict[int, int]:
    return dict(
        dialect.rows(
            "SELECT ids.id, (SELECT count(*) FROM"  # noqa: S608
            f" (SELECT 1 FROM {GROUP_MEMBER} m WHERE m.group_id = ids.id"
            f" LIMIT {cap + 1:d}) AS found) FROM {dialect.ids_table('bigint')}",
            [dialect.ids_parameter(groups)],
        )
    )


def _count_together(records: list[int]) -> dict[int, Difference]:
    keys = dialect.ids_parameter(records)
    rows = dialect.rows(
        f"{_counts('record')} FROM (SELECT record, account_id, max(w) AS w,"  # noqa: S608
        " max(h) AS h FROM (SELECT m.group_id AS record, r.account_id, 1 AS w, 0 AS h"
        f" FROM {MEMBERSHIP} m JOIN {USER} r ON r.id = m.user_id"
        f" WHERE {dialect.one_of('m.group_id', 'bigint')} AND r.link_state = 'linked'"
        f" UNION ALL SELECT p.id, gm.account_id, 0, 1 FROM {RECORD} p"
        f" JOIN {GROUP} g ON g.organization_id = p.organization_id"
        " AND g.name_key = p.display_name_key AND g.kind = 'local'"
        f" JOIN {GROUP_MEMBER} gm ON gm.group_id = g.id"
        f" WHERE {dialect.one_of('p.id', 'bigint')}) AS each_way"
        " GROUP BY record, account_id) AS person GROUP BY record",
        [keys, keys],
    )
    nothing = {key: Difference(0, 0, 0) for key in records}
    return nothing | {key: Difference(*numbers) for key, *numbers in rows}


def local_groups_of(records: Iterable[GroupRecord]) -> dict[int, Group]:
    """Return the local groups that hold the names of these records, by record."""
    wanted = list(records)
    if not wanted:
        return {}
    held = Group.objects.filter(
        organization=wanted[0].organization_id,
        name_key__in=[record.display_name_key for record in wanted],
        kind=Group.Kind.LOCAL,
    )
    by_name = {group.name_key: group for group in held}
    return {
        record.pk: by_name[record.display_name_key]
        for record in wanted
        if record.display_name_key in by_name
    }


def people(
    record: GroupRecord, group: Group, wanted: DifferenceFilter, *, size: int
) -> QuerySet[Member]:
    """Return whom a difference concerns; `size` is how many people it has in all.

    Sort them by name.
    """
    sides = _Sides(record, group, by_name=size > WALKED_BY_NAME)
    members = Member.objects.filter(organization=group.organization_id)
    chosen: dict[str, Q] = {
        Change.ADDED: sides.pushed() & ~Q(sides.inside_too()),
        Change.REMOVED: sides.inside() & ~Q(sides.pushed_too()),
        Change.STAYING: sides.inside() & Q(sides.pushed_too()),
    }
    members = members.filter(chosen.get(wanted.change) or sides.either())
    return dialect.search(members.prefetch_related("account"), wanted.text)


class _Sides:
    """Conditions on members: pushed in a record, inside of a group.

    Where few are, the database is made to list them first; where many are, to walk
    along everybody's names.
    """

    def __init__(self, record: GroupRecord, group: Group, *, by_name: bool) -> None:
        self._by_name = by_name
        self._inside = GroupMember.objects.filter(group=group)
        self._pushed = UserRecord.objects.filter(
            organization=group.organization_id,
            link_state=LinkState.LINKED,
            memberships__group__in=nesting.counted_groups(record),
        )

    def inside_too(self) -> Exists:
        return Exists(self._inside.filter(account=OuterRef("account")))

    def pushed_too(self) -> Exists:
        return Exists(self._pushed.filter(account=OuterRef("account")))

    def inside(self) -> Q:
        if self._by_name:
            return Q(self.inside_too())
        return Q(account__in=self._inside.values("account")[:WALKED_BY_NAME])

    def pushed(self) -> Q:
        if self._by_name:
            return Q(self.pushed_too())
        return Q(account__in=self._pushed.values("account")[:WALKED_BY_NAME])

    def either(self) -> Q:
        if self._by_name:
            return Q(self.pushed_too()) | Q(self.inside_too())
        # One list: of an OR of two the database would look at everybody.
        inside = self._inside.order_by().values("account")
        return Q(account__in=self._pushed.order_by().values("account").union(inside))

    def changes(self, accounts: Sequence[int]) -> dict[int, Change]:
        inside = set(
            self._inside.filter(account__in=accounts).values_list("account", flat=True)
        )
        pushed = set(
            self._pushed.filter(account__in=accounts).values_list("account", flat=True)
        )
        return {
            account: Change.STAYING
            if account in inside and account in pushed
            else (Change.REMOVED if account in inside else Change.ADDED)
            for account in accounts
        }


def changes(
    record: GroupRecord, group: Group, members: Iterable[Member]
) -> dict[int, Change]:
    """Say what happens to each of these people, by account; two queries."""
    accounts = [member.account_id for member in members]
    return _Sides(record, group, by_name=False).changes(accounts)
