"""Turns a group's record into a synced group, by the rules of names."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from directories.consumers import MembersChange, Outcome, RefusedError
from directories.events import Event
from directories.folding import fold
from directories.models import (
    Account,
    Directory,
    GroupRecord,
    Job,
    LinkState,
    Organization,
)
from directories.queries import nesting
from directories.services import jobs
from directories.services.audit import Actor, Target, provider, record_event
from directories.services.opening import hold_open
from directories.services.troubleshooting import log_finding
from provisioning.models import Group, GroupMember
from provisioning.services import explanations, memberships
from provisioning.services.explanations import Reason

SYNC = "group-sync"

# Names that no identity provider may push (organization-provisioning 7.1).
BUILT_IN_NAMES = frozenset(
    {
        "atlassian-addons",
        "atlassian-addons-admin",
        "site-admins",
        "org-admins",
        "administrators",
        "system-administrators",
    }
)


class NotWaitingError(Exception):
    """The record does not wait for a local group of its name (any more)."""


def take_up(record: GroupRecord, *, now: datetime) -> Outcome:
    """Make or rename the synced group of a record.

    Called in the transaction that wrote the record, which is locked. Raises
    RefusedError for a name that may not be pushed.
    """
    group = Group.objects.filter(record=record).first()
    if group is not None and group.name == record.display_name:
        return Outcome(LinkState.LINKED)
    holder = _holder(record, group)
    _refuse_reserved(record, holder)
    if holder is not None:
        return _hold(record, group, now)
    if group is None:
        _create(record, now)
    else:
        _rename(group, record, now)
    return Outcome(LinkState.LINKED)


def _holder(record: GroupRecord, group: Group | None) -> Group | None:
    """Return the other group of the organization that has the record's name."""
    others = Group.objects.filter(
        organization_id=record.organization_id, name_key=record.display_name_key
    )
    return (others.exclude(pk=group.pk) if group else others).first()


def _refuse_reserved(record: GroupRecord, holder: Group | None) -> None:
    built_in = record.display_name_key in BUILT_IN_NAMES
    if built_in or (holder and holder.kind == Group.Kind.BUILT_IN):
        raise _refused(
            record,
            "built_in_group",
            _("A built-in group has this name. Rename the group in the provider."),
        )
    if holder is None:
        return
    if holder.kind == Group.Kind.DEFAULT:
        raise _refused(
            record,
            "default_group",
            _(
                "A default group of an app has this name. Rename the group in the "
                "provider."
            ),
        )
    if holder.kind == Group.Kind.SYNCED:
        raise _refused(
            record,
            "group_of_other_directory",
            _("Another directory already syncs a group of this name."),
        )
    if record.directory.mode == Directory.Mode.STRICT:
        raise _refused(
            record,
            Reason.LOCAL_NAME,
            _("A local group has this name. Rename one of the two groups."),
        )


def _refused(record: GroupRecord, kind: str, advice: str) -> RefusedError:
    text = f"Resource [GROUP]: with displayName[{record.display_name}] already exists."
    return RefusedError(text, kind=kind, name=record.display_name, advice=advice)


def _hold(record: GroupRecord, group: Group | None, now: datetime) -> Outcome:
    state = LinkState.LINKED if group else LinkState.HELD
    reason = Reason.RENAME_WAITS if group else Reason.LOCAL_NAME
    if reason != record.link_reason:
        finding = explanations.of_group(record, reason)
        log_finding(record.directory, finding, now=now)
    return Outcome(state, reason=reason)


def _create(record: GroupRecord, now: datetime) -> None:
    group = Group.objects.create(
        organization_id=record.organization_id,
        record=record,
        kind=Group.Kind.SYNCED,
        name=record.display_name,
        name_key=record.display_name_key,
        created_at=now,
    )
    _record(Event.GROUP_CREATED, group, provider(record.directory), record, now)


def _rename(group: Group, record: GroupRecord, now: datetime) -> None:
    group.name, group.name_key = record.display_name, record.display_name_key
    group.save(update_fields=["name", "name_key"])
    _record(Event.GROUP_UPDATED, group, provider(record.directory), record, now)


@transaction.atomic
def sync_held_group(record: GroupRecord, *, by: Actor, now: datetime) -> Job:
    """Hand the local group that a record waits for over to the record.

    Returns the job that makes their members equal; wake it when the transaction
    has ended. Raises NotWaitingError or opening.ClosedError.
    """
    hold_open(record.directory)
    held = (
        GroupRecord.objects.select_for_update(of=("self",))
        .select_related("organization", "directory")
        .filter(pk=record.pk, link_state=LinkState.HELD, link_reason=Reason.LOCAL_NAME)
        .first()
    )
    if held is None or held.display_name_key in BUILT_IN_NAMES:
        raise NotWaitingError(record.pk)
    same_name = Group.objects.filter(
        organization_id=held.organization_id,
        name_key=held.display_name_key,
        kind=Group.Kind.LOCAL,
    )
    group = next(iter(same_name.select_for_update(of=("self",))), None)
    if group is None:
        raise NotWaitingError(record.pk)
    group.kind, group.record, group.name = Group.Kind.SYNCED, held, held.display_name
    group.save(update_fields=["kind", "record", "name"])
    held.link_state, held.link_reason = LinkState.LINKED, ""
    held.save(update_fields=["link_state", "link_reason"])
    _record(Event.GROUP_HANDED_OVER, group, by, held, now)
    return queue_sync(held, now)


def carry_members(
    record: GroupRecord, change: MembersChange, *, now: datetime
) -> list[Job]:
    """Carry a change of members on to the synced groups where they count.

    Small ones at once; for large ones the jobs that will do it are returned.
    """
    counts = nesting.counts(record.directory)
    whole = change if counts else _direct(change)
    most = settings.MEMBERS_IN_REQUEST
    joined = _people(whole.joined, whole.nested, most)
    left = _people(whole.left, whole.removed, most)
    size = most + 1 if joined is None or left is None else len(joined) + len(left)
    records = [record.pk, *whole.above]
    at_once = _as_many(records, size, most)
    groups = _synced(records[:at_once])
    if groups and joined is not None and left is not None:
        shared = record.nested_count or whole.above or whole.removed
        memberships.remove_members(groups, left, shared=counts and bool(shared))
        memberships.add_members(groups, joined)
    return [queue_sync(each, now) for each in _later(record, records[at_once:])]


def _direct(change: MembersChange) -> MembersChange:
    return MembersChange(joined=change.joined, left=change.left)


def _people(
    users: Sequence[int], groups: Sequence[int], most: int
) -> Sequence[int] | None:
    """Return these users and all in these groups, None when they are too many."""
    if len(users) > most:
        return None
    if not groups:
        return users
    inside = nesting.users_in(groups, most=most)
    return None if inside is None else list({*users, *inside})


def _as_many(records: Sequence[int], size: int, most: int) -> int:
    """Return for how many of the records a change can be carried on at once."""
    if size * len(records) <= most:
        return len(records)
    return 1 if size <= most else 0


def _synced(records: Sequence[int]) -> list[int]:
    groups = Group.objects.filter(record__in=records).order_by("pk")
    return list(groups.values_list("pk", flat=True)) if records else []


def _later(record: GroupRecord, records: Sequence[int]) -> list[GroupRecord]:
    """Return the records that wait for a job, those that led to a group."""
    if not records:
        return []
    found = GroupRecord.objects.filter(pk__in=records, group__isnull=False)
    waiting = list(found.order_by("pk"))
    for each in waiting:
        each.directory, each.organization = record.directory, record.organization
    return waiting


def queue_sync(record: GroupRecord, now: datetime) -> Job:
    """Queue the job that makes the synced group equal to its record."""
    return jobs.enqueue_job(
        kind=SYNC,
        target=str(record.pk),
        label=record.display_name,
        directory=record.directory,
        total=record.member_count,
        now=now,
    )


def let_go(record: GroupRecord, *, now: datetime) -> None:
    """Delete the synced group of a record that is about to be deleted."""
    group = Group.objects.filter(record=record).first()
    if group is not None:
        _record(Event.GROUP_DELETED, group, provider(record.directory), record, now)
        group.delete()


@transaction.atomic
def create_group(
    organization: Organization,
    *,
    name: str,
    description: str,
    by: Actor,
    now: datetime,
    kind: Group.Kind = Group.Kind.LOCAL,
) -> Group:
    """Make a group that lives in the organization only.

    Raises IntegrityError when the name is in use.
    """
    group = Group.objects.create(
        organization=organization,
        kind=kind,
        name=name,
        name_key=fold(name),
        description=description,
        created_at=now,
    )
    record_event(
        Event.GROUP_CREATED,
        organization=organization,
        by=by,
        target=Target("group", str(group.public_id), name),
        at=now,
    )
    return group


def add_accounts(group: Group, accounts: list[Account]) -> None:
    """Put accounts into a local group; who is in it already stays."""
    GroupMember.objects.bulk_create(
        (GroupMember(group=group, account=account) for account in accounts),
        ignore_conflicts=True,
    )


def _record(
    event: Event, group: Group, by: Actor, record: GroupRecord, now: datetime
) -> None:
    record_event(
        event,
        organization=record.organization,
        by=by,
        target=Target(
            "group",
            str(group.public_id),
            record.display_name,
            {"record": str(record.scim_id)},
        ),
        at=now,
    )
