"""Writes to group records: store, change members, hand to the consumer."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from directories import dialect
from directories.consumers import MembersChange, consumer_for
from directories.events import Event
from directories.folding import fold
from directories.models import Directory, GroupRecord, LinkState
from directories.services import limits, memberships, nestings
from directories.services.audit import Target, provider, record_event
from directories.services.member_events import record_group
from directories.services.memberships import MembersPlan
from directories.services.nestings import Held
from directories.services.opening import hold_open
from directories.services.records import (
    Check,
    TakenError,
    UnknownRecordError,
    accept,
)

Document = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class GroupValues:
    """A group as a document, and what to do to its members (None: nothing)."""

    document: Document
    document_key: Document
    display_name: str
    external_id: str
    members: MembersPlan | None


GroupEdit = Callable[[Document], GroupValues]


def create_group(
    *, directory: Directory, values: GroupValues, now: datetime
) -> GroupRecord:
    """Store a new group with its members and return the record.

    Raises TakenError, limits.LimitReachedError, UnknownMembersError or
    consumers.RefusedError.
    """
    return _writing(values.display_name, partial(_create_group, directory, values, now))


def change_group(
    *,
    directory: Directory,
    scim_id: uuid.UUID,
    edit: GroupEdit,
    now: datetime,
    check: Check = accept,
) -> GroupRecord:
    """Apply `edit` to a locked group that passes `check`: document, then members.

    Raises UnknownRecordError, nestings.GroupInItselfError, what `check` and `edit`
    raise and what create_group raises.
    """
    names: list[str] = [""]

    def edited(document: Document) -> GroupValues:
        values = edit(document)
        names[0] = values.display_name
        return values

    call = partial(_change_group, directory, scim_id, check, edited, now)
    return _writing(names, call)


def delete_group(
    *, directory: Directory, scim_id: uuid.UUID, now: datetime, check: Check = accept
) -> None:
    """Forget a group for good; raises UnknownRecordError or what `check` raises."""
    _run(partial(_delete_group, directory, scim_id, check, now))


def _run(call: Callable[[Held], T]) -> T:
    """Run a write as often as its locks need it."""
    return nestings.widening(lambda held: dialect.retrying(partial(call, held)))


def _writing(name: str | list[str], call: Callable[[Held], GroupRecord]) -> GroupRecord:
    """Run a write; turn a broken constraint into the error that explains it."""
    try:
        return _run(call)
    except IntegrityError as error:
        _raise_taken(error, name)
    # Another directory made a group of this name at the same moment: now it is
    # there to be seen.
    try:
        return _run(call)
    except IntegrityError as error:
        _raise_taken(error, name)
        raise


def _raise_taken(error: IntegrityError, name: str | list[str]) -> None:
    """Raise TakenError if the error is about the name in the directory."""
    if "display_name" in dialect.violated_constraint(error):
        said = name[0] if isinstance(name, list) else name
        raise TakenError("GROUP", "displayName", said) from error


@transaction.atomic
def _create_group(
    directory: Directory, values: GroupValues, now: datetime, held: Held
) -> GroupRecord:
    hold_open(directory)
    nestings.lock(held)
    limits.check_groups(directory)
    record = GroupRecord(
        directory=directory,
        organization=directory.organization,
        seen_at=now,
        created_at=now,
    )
    _fill(record, values, now)
    record.save(force_insert=True)
    _hand_over(record, now)
    change = _change_members(record, values.members, held, now)
    details = {"after": record.document}
    record_group(Event.SCIM_GROUP_CREATED, record, change, details, now)
    return record


@transaction.atomic
def _change_group(
    directory: Directory,
    scim_id: uuid.UUID,
    check: Check,
    edit: GroupEdit,
    now: datetime,
    held: Held,
) -> GroupRecord:
    hold_open(directory)
    record = _locked(directory, scim_id, held)
    check(record)
    before = record.document
    values = edit(before)
    same = values.document == before
    if not same:
        _fill(record, values, now)
        record.version += 1
        record.save()
    if not same or record.link_state != LinkState.LINKED or record.link_reason:
        _hand_over(record, now)
    change = _change_members(record, values.members, held, now)
    if not same:
        changes = {"before": before, "after": record.document}
        _record(Event.SCIM_GROUP_UPDATED, record, changes, now)
    if change:
        record_group(Event.SCIM_GROUP_MEMBERS, record, change, {}, now)
    return record


@transaction.atomic
def _delete_group(
    directory: Directory, scim_id: uuid.UUID, check: Check, now: datetime, held: Held
) -> None:
    hold_open(directory)
    record = _locked(directory, scim_id, held)
    check(record)
    nestings.hold(record, [], held)
    consumer_for(directory).group_removed(record, now)
    parents = _take_out(record, now)
    details = {
        "before": record.document,
        "members": record.member_count,
        **({"groups": parents} if parents else {}),
    }
    _record(Event.SCIM_GROUP_DELETED, record, details, now)
    record.delete()


def _take_out(record: GroupRecord, now: datetime) -> list[str]:
    """Take a locked group out of the groups that it is in; return their names."""
    if not record.was_nested:
        return []
    names = []
    for parent in GroupRecord.objects.filter(nested__child=record).order_by("pk"):
        parent.directory, parent.organization = record.directory, record.organization
        change = nestings.take_out(parent, record, now=now)
        consumer_for(record.directory).members_changed(parent, change, now)
        names.append(parent.display_name)
    return names


def _locked(directory: Directory, scim_id: uuid.UUID, held: Held) -> GroupRecord:
    nestings.lock(held)
    record = (
        GroupRecord.objects.select_for_update(of=("self",))
        .filter(directory=directory, scim_id=scim_id)
        .first()
    )
    if record is None:
        raise UnknownRecordError(scim_id)
    # The caller's object carries the organization; spare a query.
    record.directory, record.organization = directory, directory.organization
    return record


def _fill(record: GroupRecord, values: GroupValues, now: datetime) -> None:
    record.document = values.document
    record.document_key = values.document_key
    record.display_name = values.display_name
    record.display_name_key = fold(values.display_name)
    record.external_id = values.external_id
    record.updated_at = now


def _hand_over(record: GroupRecord, now: datetime) -> None:
    outcome = consumer_for(record.directory).group_changed(record, now)
    if (record.link_state, record.link_reason) != (outcome.state, outcome.reason):
        record.link_state, record.link_reason = outcome.state, outcome.reason
        record.save(update_fields=["link_state", "link_reason"])


def _change_members(
    record: GroupRecord, plan: MembersPlan | None, held: Held, now: datetime
) -> MembersChange:
    if plan is None:
        return MembersChange()
    change = memberships.carry_out(record, plan, held=held, now=now)
    if change:
        consumer_for(record.directory).members_changed(record, change, now)
    return change


def _record(
    event: Event, record: GroupRecord, details: dict[str, Any], now: datetime
) -> None:
    directory = record.directory
    record_event(
        event,
        organization=directory.organization,
        by=provider(directory),
        target=Target("group", str(record.scim_id), record.display_name, details),
        at=now,
    )
