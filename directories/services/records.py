"""Writes to records: store, hand to the consumer, keep the outcome."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from directories import dialect, rows
from directories.consumers import Outcome, consumer_for
from directories.events import Event
from directories.folding import fold, index_key
from directories.models import Account, Directory, Record, UserEmail, UserRecord
from directories.queries import direct_groups
from directories.services import limits, memberships, opening
from directories.services.audit import (
    SYSTEM,
    Actor,
    Target,
    one_write,
    provider,
    record_event,
)

Document = dict[str, Any]


class UnknownRecordError(Exception):
    """The directory has no such record."""


class TakenError(Exception):
    """A value that must be unique in the directory is taken.

    The text is fit for the client; `attribute` is the SCIM name.
    """

    def __init__(self, resource: str, attribute: str, value: str) -> None:
        super().__init__(
            f"Resource [{resource}]: with {attribute}[{value}] already exists."
        )
        self.attribute = attribute
        self.value = value


@dataclass(frozen=True)
class UserValues:
    """A person as a document, and what of it is kept in columns.

    `active` None leaves the state as it is.
    """

    document: Document
    document_key: Document
    user_name: str
    external_id: str
    display_name: str
    email: str
    emails: Sequence[tuple[str, str]]
    active: bool | None


# The fields that a provider's words fill, and those that their outcome fills.
SAID = (
    "document",
    "document_key",
    "user_name",
    "user_name_key",
    "external_id",
    "display_name_key",
    "email",
    "email_key",
    "active",
    "updated_at",
    "version",
)
LINK = ("link_state", "link_reason", "account")
_RECORD = rows.Columns(UserRecord, "t")
UserEdit = Callable[[Document], UserValues]
# Looks at a locked record and raises when the caller wants another one.
Check = Callable[[Record], None]


def accept(_record: Record) -> None:
    """Take a record as it is; the check of callers that have no condition."""


def create_user(
    *, directory: Directory, values: UserValues, now: datetime
) -> UserRecord:
    """Store a new person and return the record with its outcome.

    Raises TakenError, limits.LimitReachedError or consumers.RefusedError.
    """
    return _writing(values, partial(_create_user, directory, values, now))


def change_user(
    *,
    directory: Directory,
    scim_id: uuid.UUID,
    edit: UserEdit,
    now: datetime,
    check: Check = accept,
) -> UserRecord:
    """Apply `edit` to the document of a locked record that passes `check`.

    What changes nothing is not written, but the consumer looks at it again:
    the world around the record may have changed. Raises UnknownRecordError, whatever
    `check` and `edit` raise, and what create_user raises.
    """
    seen: list[UserValues] = []

    def edited(document: Document) -> UserValues:
        seen[:] = [edit(document)]
        return seen[0]

    return _writing(seen, partial(_change_user, directory, scim_id, check, edited, now))


def delete_user(
    *, directory: Directory, scim_id: uuid.UUID, now: datetime, check: Check = accept
) -> None:
    """Forget a person for good; raises UnknownRecordError or what `check` raises."""
    dialect.retrying(partial(_delete_user, directory, scim_id, check, now))


def revisit_user(*, directory: Directory, scim_id: uuid.UUID, now: datetime) -> None:
    """Let the consumer look at a person again, as if they were pushed anew.

    Raises UnknownRecordError, opening.ClosedError or consumers.RefusedError.
    """

    @transaction.atomic
    def revisit() -> None:
        record = _locked(directory, scim_id)
        if _keep(record, consumer_for(directory).user_changed(record, now)):
            rows.update(record, *LINK)

    dialect.retrying(revisit)


def reactivate_user(*, directory: Directory, scim_id: uuid.UUID, now: datetime) -> bool:
    """Put a person who was deactivated back as they were, until the next push.

    Return whether that changed anything. Raises what revisit_user raises.
    """
    return dialect.retrying(partial(_reactivate_user, directory, scim_id, now))


@transaction.atomic
def _reactivate_user(directory: Directory, scim_id: uuid.UUID, now: datetime) -> bool:
    record = _locked(directory, scim_id)
    if record.active:
        return False
    before = record.document
    record.active, record.updated_at = True, now
    record.document = {**before, "active": True}
    record.document_key = {**record.document_key, "active": True}
    record.version += 1
    changes = {"before": before, "after": record.document}
    with one_write():
        _record(Event.SCIM_USER_UPDATED, record, changes, now, by=SYSTEM)
        _keep(record, consumer_for(directory).user_changed(record, now))
        rows.update(record, *SAID, *LINK)
    return True


def _writing(
    values: UserValues | list[UserValues], call: Callable[[], UserRecord]
) -> UserRecord:
    """Run a write; turn a broken constraint into the error that explains it."""
    try:
        return dialect.retrying(call)
    except IntegrityError as error:
        _raise_taken(error, values)
    # Another request made the same account at the same moment: now it is there.
    try:
        return dialect.retrying(call)
    except IntegrityError as error:
        _raise_taken(error, values)
        raise


def _raise_taken(error: IntegrityError, values: UserValues | list[UserValues]) -> None:
    """Raise TakenError if the error is about a value of the record itself."""
    broken = dialect.violated_constraint(error)
    said = values[0] if isinstance(values, list) else values
    if "user_name" in broken:
        raise TakenError("USER", "userName", said.user_name) from error
    if "user_record_email" in broken or "userrecord.email_key" in broken:
        raise TakenError("USER", "email", said.email) from error


@transaction.atomic
def _create_user(directory: Directory, values: UserValues, now: datetime) -> UserRecord:
    opening.hold_open(directory)
    limits.check_users(directory)
    record = UserRecord(
        directory=directory,
        organization=directory.organization,
        seen_at=now,
        created_at=now,
    )
    _fill(record, values, now)
    with one_write():
        _record(Event.SCIM_USER_CREATED, record, {"after": record.document}, now)
        # Before the record is stored, so that it is stored with what came of it.
        _keep(record, consumer_for(directory).user_changed(record, now))
        rows.insert(record)
        _save_emails(record, values)
    # Who is new is in no group yet.
    record.direct_groups = []
    return record


@transaction.atomic
def _change_user(
    directory: Directory,
    scim_id: uuid.UUID,
    check: Check,
    edit: UserEdit,
    now: datetime,
) -> UserRecord:
    record = _locked(directory, scim_id)
    check(record)
    before = record.document
    values = edit(before)
    same = values.document == before
    with one_write():
        if not same:
            _fill(record, values, now)
            record.version += 1
            changes = {"before": before, "after": record.document}
            _record(Event.SCIM_USER_UPDATED, record, changes, now)
        linked = _keep(record, consumer_for(directory).user_changed(record, now))
        if not same or linked:
            rows.update(record, *(LINK if same else (*SAID, *LINK)))
        if not same and values.document.get("emails") != before.get("emails"):
            UserEmail.objects.filter(record=record).delete()
            _save_emails(record, values)
    return record


@transaction.atomic
def _delete_user(
    directory: Directory, scim_id: uuid.UUID, check: Check, now: datetime
) -> None:
    record = _locked(directory, scim_id)
    check(record)
    consumer_for(directory).user_removed(record, now)
    memberships.leave_all(record, now=now)
    _record(Event.SCIM_USER_DELETED, record, {"before": record.document}, now)
    record.delete()


def _locked(directory: Directory, scim_id: uuid.UUID) -> UserRecord:
    """Return a person's record and account; hold record and directory as they are.

    Raises UnknownRecordError, or opening.ClosedError.
    """
    # The account is read when it is needed, after the lock was got: joined to
    # this query it would be as it was before another change that we waited for.
    found = dialect.rows(
        f"SELECT {_RECORD.sql}, {direct_groups.column()}, {opening.READ_ANEW}"  # noqa: S608
        f" FROM {_RECORD.table} t"
        f" JOIN {opening.TABLE} d ON d.id = t.directory_id AND d.state = %s"
        " WHERE t.scim_id = %s AND t.directory_id = %s"
        f" {dialect.update_lock('t')} {dialect.key_share_lock('d')}",
        [
            Directory.State.ACTIVE.value,
            dialect.uuid_parameter(scim_id),
            dialect.uuid_parameter(directory.pk),
        ],
    )
    if not found:
        opening.hold_open(directory)
        raise UnknownRecordError(scim_id)
    *said, groups = found[0][: -opening.READ_COUNT]
    opening.take_over(directory, found[0][-opening.READ_COUNT :])
    record = _RECORD.build(said)
    # As they were before the lock, which will do for an answer.
    record.direct_groups = direct_groups.read(groups)
    # The caller's object carries the organization; spare a query.
    record.directory, record.organization = directory, directory.organization
    if record.account_id is not None:
        record.account = rows.fetch(Account, "t.id = %s", [record.account_id])[0]
    return record


def _fill(record: UserRecord, values: UserValues, now: datetime) -> None:
    record.document = values.document
    record.document_key = values.document_key
    record.user_name = values.user_name
    record.user_name_key = fold(values.user_name)
    record.external_id = values.external_id
    record.display_name_key = index_key(values.display_name)
    record.email = values.email
    record.email_key = fold(values.email)
    if values.active is not None:
        record.active = values.active
    record.updated_at = now


def _save_emails(record: UserRecord, values: UserValues) -> None:
    emails = (
        UserEmail(
            record=record,
            directory_id=record.directory_id,
            value_key=fold(value),
            type_key=fold(kind),
        )
        for value, kind in values.emails
    )
    rows.insert(*emails)


def _keep(record: UserRecord, outcome: Outcome) -> bool:
    """Let the record say what came of it; return whether that is new."""
    account_id = outcome.account.pk if outcome.account else None
    now_is = (outcome.state, account_id, outcome.reason)
    if (record.link_state, record.account_id, record.link_reason) == now_is:
        return False
    record.link_state, record.link_reason = outcome.state, outcome.reason
    record.account = outcome.account
    return True


def _record(
    event: Event,
    record: UserRecord,
    details: dict[str, Any],
    now: datetime,
    *,
    by: Actor | None = None,
) -> None:
    directory = record.directory
    record_event(
        event,
        organization=directory.organization,
        by=by or provider(directory),
        target=Target("user", str(record.scim_id), record.user_name, details),
        at=now,
    )


def forget_user(record: UserRecord, *, by: Actor, now: datetime) -> None:
    """Delete a locked record whose consumer has let go of it already."""
    memberships.leave_all(record, now=now)
    record_event(
        Event.SCIM_USER_DELETED,
        organization=record.organization,
        by=by,
        target=Target(
            "user",
            str(record.scim_id),
            record.user_name,
            {"before": record.document},
        ),
        at=now,
    )
    record.delete()
