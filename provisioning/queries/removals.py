"""Reads for the pages about removals: rows, and where they lead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Lower

from directories.folding import fold
from directories.models import (
    Account,
    Directory,
    GroupRecord,
    Organization,
    Removal,
)
from directories.queries.removals import MEMBERSHIPS, PEOPLE
from provisioning.models import Group

Kind = Removal.Kind
KINDS = {"people": PEOPLE, "memberships": MEMBERSHIPS}
CHUNK = 2_000


@dataclass(frozen=True)
class RemovalFilter:
    """Which removals a list is asked for."""

    text: str = ""
    kind: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.kind)


@dataclass(frozen=True)
class Row:
    """A removal with the account and the group it is about, as far as they exist."""

    removal: Removal
    account: Account | None
    group: Group | None
    group_name: str


def matching(removals: QuerySet[Removal], wanted: RemovalFilter) -> QuerySet[Removal]:
    """Keep the removals that match; of groups those that were deleted by name."""
    if wanted.kind:
        removals = removals.filter(kind=wanted.kind)
    if wanted.text:
        folded = " ".join(wanted.text.casefold().split())
        removals = removals.annotate(folded=Lower("name")).filter(
            folded__contains=folded
        )
    return removals


def rows_of(organization: Organization, removals: Sequence[Removal]) -> list[Row]:
    """Add to removals what they are about; three queries whatever their number."""
    accounts = Account.objects.in_bulk(
        {r.account_key for r in removals if r.account_key}
    )
    records = GroupRecord.objects.in_bulk(
        {r.group_key for r in removals if r.group_key}
    )
    groups = Group.objects.filter(organization=organization)
    synced = {g.record_id: g for g in groups.filter(record__in=records)}
    names = [r.name for r in removals if r.kind == Kind.GROUP_DELETED]
    # By the name as it is indexed.
    keys = [fold(name) for name in names]
    named = {g.name: g for g in groups.filter(name_key__in=keys)} if keys else {}
    return [
        Row(
            removal=each,
            account=accounts.get(each.account_key),
            group=named.get(each.name)
            if each.kind == Kind.GROUP_DELETED
            else synced.get(each.group_key),
            group_name=_group_name(each, records),
        )
        for each in removals
    ]


def _group_name(removal: Removal, records: dict[int, GroupRecord]) -> str:
    if removal.kind == Kind.GROUP_DELETED:
        return removal.name
    record = records.get(removal.group_key)
    return record.display_name if record else ""


def all_rows(organization: Organization, removals: QuerySet[Removal]) -> Iterator[Row]:
    """Return every row in order, a chunk at a time."""
    after = 0
    while batch := list(removals.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        yield from rows_of(organization, batch)
        after = batch[-1].pk


def deletion_of(group: Group) -> Directory | None:
    """Return the directory whose deletion of a synced group waits for a decision."""
    if group.kind != Group.Kind.SYNCED or group.record_id is not None:
        return None
    held = Removal.objects.filter(
        directory__organization=group.organization_id,
        kind=Kind.GROUP_DELETED,
        state=Removal.State.HELD,
        name=group.name,
    ).select_related("directory")
    found = held.first()
    return found.directory if found else None
