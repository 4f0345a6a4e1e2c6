"""Decisions about pushed groups whose name a local group holds.

A pushed group that is new waits as a whole; one that is synced already keeps its
former name until its new one is free. What waits is decided by an admin here, or
taken up by itself when the name becomes free.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from directories import dialect
from directories.consumers import RefusedError
from directories.events import Event
from directories.folding import fold
from directories.models import (
    Directory,
    GroupRecord,
    Job,
    LinkState,
    Organization,
)
from directories.queries import nesting
from directories.services.audit import Actor
from directories.services.opening import ClosedError, hold_open
from directories.services.together import run_anew
from directories.tasks import wake
from provisioning.models import Group, GroupMember, GroupRole
from provisioning.queries.name_conflicts.conflicts import (
    WAITING,
    ConflictFilter,
    conflicts_in,
)
from provisioning.queries.name_conflicts.differences import (
    linked_accounts,
    local_groups_of,
)
from provisioning.services import consequences
from provisioning.services.in_app import app_permissions
from provisioning.services.name_conflicts import conflict_notes
from provisioning.services.name_conflicts.staying_local import check_may_follow
from provisioning.services.organization_groups import deleted_groups, groups
from provisioning.services.organization_groups.group_events import record_group
from provisioning.services.organization_groups.group_names import (
    free_name,
    is_built_in,
    is_of_system,
)
from provisioning.services.sites_and_apps import app_grants
from provisioning.services.syncing.group_members import end_rights_at_once, queue_sync

MEMBER = GroupMember._meta.db_table
# Records that are looked at together.
REVISITED = 200


class Decision(TextChoices):
    """What an admin can do about a pushed group and the local one of its name."""

    SYNC = "sync", _("Sync group")
    KEEP_BOTH = "keep-both", _("Keep both")
    ADOPT = "adopt", _("Adopt")


EVENTS = {
    Decision.SYNC: Event.GROUP_CONFLICT_SYNCED,
    Decision.KEEP_BOTH: Event.GROUP_CONFLICT_KEPT_BOTH,
    Decision.ADOPT: Event.GROUP_CONFLICT_ADOPTED,
}


class NotWaitingError(Exception):
    """The record does not wait for a local group of its name (any more)."""


@dataclass(frozen=True)
class Decided:
    """What a decision led to: the synced group of the record.

    `local_name` is that of the local group that stays, "" where none does.
    """

    record: GroupRecord
    group: Group
    local_name: str = ""


@dataclass
class _Conflict:
    """A locked record, the locked local group of its name, its own synced group."""

    record: GroupRecord
    local: Group
    synced: Group | None


@run_anew
@transaction.atomic
def decide(
    record: GroupRecord, decision: str, *, by: Actor, now: datetime
) -> tuple[Decided, Job]:
    """Carry out a decision about a record that waits for a local group of its name.

    Returns the job that makes the members equal, too; wake it when the transaction
    has ended. Raises NotWaitingError, staying_local.StaysLocalError,
    opening.ClosedError or consequences.LastAdminError.
    """
    decided = carry_out(record, decision, by=by, now=now)
    return decided, queue_sync(decided.record, now)


def carry_out(
    record: GroupRecord, decision: str, *, by: Actor, now: datetime
) -> Decided:
    """Decide as `decide` does; the caller makes the members equal."""
    conflict = _hold(record)
    if decision != Decision.KEEP_BOTH:
        check_may_follow(conflict.local)
    before = conflict.synced
    rest = conflict_notes.only_local(conflict.record, conflict.local)
    if decision == Decision.SYNC:
        group, local_name = _sync(conflict, by, now), ""
    elif decision == Decision.KEEP_BOTH:
        local_name = _step_aside(conflict.local)
        group = _take_name(conflict, now)
    else:
        group, local_name = _adopt(conflict, now)
    held = conflict.record
    held.link_state, held.link_reason = LinkState.LINKED, ""
    held.save(update_fields=["link_state", "link_reason"])
    details: dict[str, object] = {"local_group": local_name} if local_name else {}
    if decision == Decision.SYNC:
        details["left"] = rest.total
        conflict_notes.note_people(
            Event.USER_REMOVED_FROM_GROUP, rest, group, by=by, now=now
        )
    elif decision == Decision.ADOPT and before is None:
        conflict_notes.note_moved(rest, group, local_name, by=by, now=now)
    if before is not None:
        details["renamed"] = True
    record_group(EVENTS[Decision(decision)], group, by, held, now, **details)
    end_rights_at_once([held])
    return Decided(record=held, group=group, local_name=local_name)


def _hold(record: GroupRecord) -> _Conflict:
    hold_open(record.directory)
    held = (
        GroupRecord.objects.select_for_update(of=("self",))
        .select_related("organization", "directory__organization")
        .filter(pk=record.pk, link_reason__in=WAITING)
        .first()
    )
    if held is None or _never_synced(held.display_name_key):
        raise NotWaitingError(record.pk)
    # How groups in groups count cannot change meanwhile.
    held.directory = record.directory
    same_name = Group.objects.filter(
        organization_id=held.organization_id,
        name_key=held.display_name_key,
        kind=Group.Kind.LOCAL,
    )
    local = next(iter(same_name.select_for_update(of=("self",))), None)
    if local is None:
        raise NotWaitingError(record.pk)
    return _Conflict(held, local, Group.objects.filter(record=held).first())


def _never_synced(name_key: str) -> bool:
    return is_built_in(name_key) or is_of_system(name_key)


def _sync(conflict: _Conflict, by: Actor, now: datetime) -> Group:
    """Let the pushed group be the one of this name, with what the local one gives.

    A group that was synced under a former name takes over what the local one gives,
    which is deleted then and can be restored.
    """
    if conflict.synced is None:
        return _hand_over(conflict)
    _copy_rights(conflict.local, conflict.synced, now)
    organization = conflict.record.organization
    deleted_groups.delete(conflict.local, organization=organization, by=by, now=now)
    return _take_name(conflict, now)


def _hand_over(conflict: _Conflict) -> Group:
    group = conflict.local
    group.kind, group.record = Group.Kind.SYNCED, conflict.record
    group.name, group.released_at = conflict.record.display_name, None
    group.save(update_fields=["kind", "record", "name", "released_at"])
    return group


def _adopt(conflict: _Conflict, now: datetime) -> tuple[Group, str]:
    """Sync the group; who is only in the local one keeps what it gives in another."""
    if conflict.synced is not None:
        _copy_rights(conflict.local, conflict.synced, now)
        name = _step_aside(conflict.local)
        return _take_name(conflict, now), name
    rest = _rest_of(conflict, now)
    return _hand_over(conflict), rest.name if rest else ""


def _rest_of(conflict: _Conflict, now: datetime) -> Group | None:
    """Make a local group of those who are only in the local one; None if nobody is."""
    local = conflict.local
    linked = linked_accounts(nesting.counted_groups(conflict.record))
    only = (
        f"SELECT account_id FROM {MEMBER} WHERE group_id = %s"  # noqa: S608
        f" EXCEPT {linked.text}"
    )
    parameters = [local.pk, *linked.parameters]
    if not dialect.rows(f"SELECT 1 FROM ({only}) AS found LIMIT 1", parameters):  # noqa: S608
        return None
    name = free_name(local)
    rest = Group.objects.create(
        organization_id=local.organization_id,
        kind=Group.Kind.LOCAL,
        name=name,
        name_key=fold(name),
        description=local.description,
        created_at=now,
    )
    dialect.rows(
        f"INSERT INTO {MEMBER} (group_id, account_id)"  # noqa: S608
        f" SELECT %s, account_id FROM ({only}) AS found",
        [rest.pk, *parameters],
    )
    _copy_rights(local, rest, now)
    return rest


def _copy_rights(source: Group, target: Group, now: datetime) -> None:
    """Let one group give what another gives too."""
    has = set(target.roles.values_list("role", "site", "app"))
    GroupRole.objects.bulk_create(
        GroupRole(
            group=target, role=r.role, site_id=r.site_id, app=r.app, created_at=now
        )
        for r in source.roles.all()
        if (r.role, r.site_id, r.app) not in has
    )
    app_grants.give_all(source.grants.all(), target, now)
    app_permissions.give_all(source.app_permissions.all(), target, now)
    consequences.follow([target.pk], now=now)


def _step_aside(local: Group) -> str:
    """Rename a local group that stays, and return its new name."""
    name = free_name(local)
    local.name, local.name_key, local.released_at = name, fold(name), None
    local.save(update_fields=["name", "name_key", "released_at"])
    return name


def _take_name(conflict: _Conflict, now: datetime) -> Group:
    """Give the name to the record's synced group, a new one if it has none."""
    record, group = conflict.record, conflict.synced
    if group is None:
        return groups.create(record, now)
    group.name, group.name_key = record.display_name, record.display_name_key
    group.save(update_fields=["name", "name_key"])
    return group


def revisit_name(organization: Organization, name_key: str, *, now: datetime) -> None:
    """Take up what waits for a name that has become free."""
    waiting = GroupRecord.objects.filter(
        organization=organization, display_name_key=name_key, link_reason__in=WAITING
    )
    for record in waiting.select_related("directory__organization").order_by("pk"):
        revisit(record, now=now)


def revisit_waiting(directory: Directory, *, now: datetime) -> None:
    """Take up what waits in a directory for a name that nobody holds any more."""
    wanted = ConflictFilter(directory=str(directory.pk))
    after = 0
    waiting = conflicts_in(directory.organization, wanted).order_by("pk")
    while batch := list(waiting.filter(pk__gt=after)[:REVISITED]):
        held = local_groups_of(batch)
        for record in batch:
            if record.pk not in held:
                record.directory = directory
                revisit(record, now=now)
        after = batch[-1].pk


def revisit(record: GroupRecord, *, now: datetime) -> None:
    """Look at a record again as if it were pushed anew; refusals leave it waiting."""
    with suppress(RefusedError, ClosedError):
        job = dialect.retrying(lambda: _revisit(record, now))
        if job is not None:
            wake(job.pk)


@transaction.atomic
def _revisit(record: GroupRecord, now: datetime) -> Job | None:
    hold_open(record.directory)
    held = GroupRecord.objects.select_for_update(of=("self",)).filter(pk=record.pk)
    current = held.first()
    if current is None:
        return None
    current.directory = record.directory
    current.organization = record.directory.organization
    outcome = groups.take_up(current, now=now)
    was = current.link_state, current.link_reason
    if was == (outcome.state, outcome.reason):
        return None
    current.link_state, current.link_reason = outcome.state, outcome.reason
    current.save(update_fields=["link_state", "link_reason"])
    became_linked = outcome.state == LinkState.LINKED and was[0] != LinkState.LINKED
    return queue_sync(current, now) if became_linked else None
