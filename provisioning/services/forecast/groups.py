"""Works out which groups would be made, held, taken up again or let go."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from directories import dialect
from directories.consumers import RefusedError
from directories.models import Directory, GroupRecord, LinkState, Nesting
from directories.queries import nesting
from provisioning.models import DryRun, Group
from provisioning.reasons import Reason
from provisioning.services.forecast.run import (
    BATCH,
    GROUPS,
    SOURCES,
    Forecast,
    analyse,
)
from provisioning.services.name_conflicts.staying_local import reason_of
from provisioning.services.organization_groups import group_names, letting_go

GROUP = Group._meta.db_table
RECORD = GroupRecord._meta.db_table
NESTING = Nesting._meta.db_table
READ = (
    "organization_id",
    "display_name",
    "display_name_key",
    "link_state",
    "link_reason",
)


@dataclass(frozen=True)
class Fate:
    """What becomes of a group's record; `group` is the group that it takes, 0: none.

    `follows` says that it has a synced group afterwards.
    """

    effect: str
    detail: str = ""
    group: int = 0
    follows: bool = False


def looked_at(forecast: Forecast) -> QuerySet[GroupRecord]:
    """Return the records that wait, or whose state is not what the rule says."""
    records = GroupRecord.objects.filter(directory=forecast.directory)
    out = Q(link_reason=Reason.OUT_OF_SCOPE)
    waits = Q(link_state=LinkState.HELD, link_reason=Reason.LOCAL_NAME)
    if forecast.rule.everybody:
        return records.filter(out | waits)
    chosen = Q(display_name_key__in=list(forecast.rule.groups))
    return records.filter((out & chosen) | (~out & ~chosen) | (waits & chosen))


def waiting(forecast: Forecast) -> QuerySet[GroupRecord]:
    """Return the records that wait for a local group of their name."""
    return GroupRecord.objects.filter(
        directory=forecast.directory,
        link_state=LinkState.HELD,
        link_reason=Reason.LOCAL_NAME,
    )


def work_out(
    forecast: Forecast, records: QuerySet[GroupRecord], *, alone: bool = False
) -> None:
    """Decide about these records; keep which groups are synced afterwards.

    `alone` leaves out the groups that nothing is decided about.
    """
    if not alone:
        _keep_present(forecast.directory)
    after = 0
    # Without the documents, which nothing is decided by.
    lean = records.only(*READ)
    while batch := list(lean.filter(pk__gt=after).order_by("pk")[:BATCH]):
        after = batch[-1].pk
        _work_out(forecast, batch)
        forecast.advance(len(batch))
    analyse(GROUPS)
    _keep_sources(forecast.directory)


def _keep_present(directory: Directory) -> None:
    dialect.rows(
        f"INSERT INTO {GROUPS} (record_id, group_id) SELECT g.record_id, g.id"  # noqa: S608
        f" FROM {GROUP} g JOIN {RECORD} r ON r.id = g.record_id"
        " WHERE r.directory_id = %s",
        [dialect.uuid_parameter(directory.pk)],
    )


def _work_out(forecast: Forecast, batch: Sequence[GroupRecord]) -> None:
    directory = forecast.directory
    names = [record.display_name_key for record in batch]
    holders = {
        group.name_key: group
        for group in Group.objects.filter(
            organization=directory.organization_id, name_key__in=names
        ).prefetch_related("grants__app")
    }
    _keep_for_review(directory, holders)
    own = {
        group.record_id: group
        for group in Group.objects.filter(record__in=[record.pk for record in batch])
    }
    fates = []
    for record in batch:
        record.directory = directory
        holder = holders.get(record.display_name_key)
        fates.append((record, _decide(forecast, record, own.get(record.pk), holder)))
    gone = [record.pk for record, fate in fates if not fate.follows]
    dialect.rows(
        f"DELETE FROM {GROUPS} WHERE {dialect.one_of('record_id', 'bigint')}",  # noqa: S608
        [dialect.ids_parameter(gone)],
    )
    come = [(record.pk, fate.group) for record, fate in fates if fate.follows]
    dialect.insert_rows(GROUPS, ("record_id", "group_id"), come)
    forecast.add([(f.effect, r.display_name, f.detail) for r, f in fates if f.effect])


def _keep_for_review(directory: Directory, holders: dict[str, Group]) -> None:
    """Treat as any local group what was let go, but not by this directory."""
    keys = [group.pk for group in holders.values() if group.released_at]
    found = letting_go.groups_of(directory).filter(pk__in=keys)
    again = set(found.values_list("pk", flat=True)) if keys else set()
    for group in holders.values():
        if group.pk not in again:
            group.released_at = None


def _decide(
    forecast: Forecast, record: GroupRecord, own: Group | None, holder: Group | None
) -> Fate:
    if not _carried(forecast, record):
        return Fate("group_let_go" if own else "group_left_out")
    waits = record.link_state == LinkState.HELD
    if waits and holder is not None:
        return _decided(forecast, holder)
    try:
        group_names.refuse_reserved(record, holder)
        if holder is not None and holder.released_at is None:
            group_names.refuse_local(record)
    except RefusedError as error:
        return Fate("group_refused", error.kind)
    return _meet(holder)


def _meet(holder: Group | None) -> Fate:
    """Return what becomes of a record whose name nobody refuses."""
    if holder is None:
        return Fate("group_made", follows=True)
    if holder.released_at is not None:
        return Fate("group_again", group=holder.pk, follows=True)
    return Fate("group_held", Reason.LOCAL_NAME)


def _decided(forecast: Forecast, holder: Group) -> Fate:
    """Return what becomes of a record that waits for a group of its name."""
    decides = forecast.dry_run.kind == DryRun.Kind.CONFLICTS
    if not decides or holder.kind != Group.Kind.LOCAL:
        return Fate("")
    if reason := reason_of(holder):
        return Fate("group_stays_local", reason)
    return Fate("group_synced", group=holder.pk, follows=True)


def _carried(forecast: Forecast, record: GroupRecord) -> bool:
    rule = forecast.rule
    return rule.everybody or record.display_name_key in rule.groups


def _keep_sources(directory: Directory) -> None:
    """Keep for every synced group the records whose people belong into it."""
    deep = nesting.counts(directory)
    flat = "AND r.nested_count = 0" if deep else ""
    dialect.rows(
        f"INSERT INTO {SOURCES} (top_id, id) SELECT s.record_id, s.record_id"  # noqa: S608
        f" FROM {GROUPS} s JOIN {RECORD} r ON r.id = s.record_id {flat}",
        [],
    )
    if deep:
        dialect.rows(
            f"INSERT INTO {SOURCES} (top_id, id) WITH RECURSIVE down(top, id) AS ("  # noqa: S608
            f"SELECT r.id, r.id FROM {GROUPS} s JOIN {RECORD} r ON r.id = s.record_id"
            " WHERE r.nested_count > 0 UNION SELECT down.top, n.child_id FROM down"
            f" JOIN {NESTING} n ON n.parent_id = down.id) SELECT top, id FROM down",
            [],
        )
    analyse(SOURCES)
