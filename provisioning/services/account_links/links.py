"""Links between records and accounts, as an admin changes them.

Unlinking deletes neither side: the record stays and takes what is pushed, the account
becomes local. It stays so until an admin re-links the record.
"""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from directories import dialect
from directories.events import Event
from directories.models import (
    Account,
    Directory,
    GroupRecord,
    Job,
    LinkState,
    Member,
    Organization,
    UserRecord,
)
from directories.services import records
from directories.services.audit import Actor, Target, record_event
from directories.services.opening import hold_open
from directories.services.subscriptions import check_subscription
from directories.tasks import wake
from provisioning.models import Group
from provisioning.reasons import Reason
from provisioning.services.account_links import apart
from provisioning.services.organization_groups import returning
from provisioning.services.syncing import group_members, memberships, settling, sync


class NotLinkedError(Exception):
    """The record leads to nothing that could be unlinked or synced."""


class NotManagedError(Exception):
    """The organization does not manage the account."""


def look_again(record: UserRecord, *, by: Actor, now: datetime) -> UserRecord:
    """Let the rules decide about a record anew, also one that was unlinked.

    Returns it as it is then. Raises records.UnknownRecordError, opening.ClosedError,
    subscriptions.SubscriptionEndedError or consumers.RefusedError.
    """
    check_subscription(record.directory.organization)

    @transaction.atomic
    def look() -> UserRecord:
        held = hold(record)
        if apart.is_kept_apart(held):
            UserRecord.objects.filter(pk=held.pk).update(link_reason="")
        _record_user(Event.SCIM_USER_REVISITED, held, by, now)
        records.revisit_user(directory=held.directory, scim_id=held.scim_id, now=now)
        return _read(held.pk)

    return dialect.retrying(look)


def unlink(record: UserRecord, *, by: Actor, now: datetime) -> list[Job]:
    """Part a record from its account for good; neither is deleted.

    The account becomes local and leaves the synced groups, and keeps its state. Returns
    jobs to wake when all is done, for others who push the address. Raises
    NotLinkedError, records.UnknownRecordError or opening.ClosedError.
    """

    @transaction.atomic
    def part() -> list[Job]:
        held = hold(record)
        if apart.is_kept_apart(held):
            raise NotLinkedError(held.pk)
        account = held.account
        if account is not None:
            _let_go(held, account, by, now)
        held.account, held.link_state = None, LinkState.UNLINKED
        held.link_reason = Reason.UNLINKED_BY_ADMIN
        held.save(update_fields=["account", "link_state", "link_reason"])
        if account is None:
            return []
        # The account's address may be another than the one that was pushed last.
        return sync.queue_where_waiting(held, now, freed=account.email_key)

    return dialect.retrying(part)


def _let_go(record: UserRecord, account: Account, by: Actor, now: datetime) -> None:
    memberships.leave_synced_groups(account, record.organization_id)
    Member.objects.filter(organization=record.organization_id, account=account).update(
        directory=None
    )
    _record_account(Event.SCIM_USER_UNLINKED, record, account, by, now)


def drop_records(
    organization: Organization, account: Account, *, by: Actor, now: datetime
) -> int:
    """Delete the records of a managed account in every directory; return how many.

    The account keeps its state and becomes local. Pushed again, the person is a new
    record, and is in the groups that are pushed again. Raises NotManagedError or
    opening.ClosedError.
    """
    if account.managed_by_id != organization.pk:
        raise NotManagedError(account.pk)
    found = UserRecord.objects.filter(organization=organization, account=account)
    owned = list(found.select_related("directory__organization").order_by("pk"))
    for record in owned:
        dialect.retrying(lambda each=record: _drop(each, account, by, now))  # type: ignore[misc]
    return len(owned)


@transaction.atomic
def _drop(record: UserRecord, account: Account, by: Actor, now: datetime) -> None:
    held = hold(record)
    if held.account_id != account.pk:
        return
    _let_go(held, account, by, now)
    # Until it is pushed again, no directory answers for the account.
    Member.objects.filter(organization=held.organization_id, account=account).update(
        former_directory=held.directory.name, released_at=now
    )
    for job in sync.queue_where_waiting(held, now, freed=account.email_key):
        transaction.on_commit(partial(wake, job.pk))
    records.forget_user(held, by=by, now=now)


def sync_person(record: UserRecord, *, by: Actor, now: datetime) -> UserRecord:
    """Look at a person again, and make their synced groups equal to what was pushed.

    Raises as look_again does.
    """
    check_subscription(record.directory.organization)

    @transaction.atomic
    def again() -> UserRecord:
        held = hold(record)
        _record_user(Event.SCIM_SYNC_STARTED, held, by, now)
        records.revisit_user(directory=held.directory, scim_id=held.scim_id, now=now)
        current = _read(held.pk)
        # How groups in groups count was read when the directory was held.
        current.directory = held.directory
        settling.settle(current)
        return current

    return dialect.retrying(again)


def sync_group(record: GroupRecord, *, by: Actor, now: datetime) -> Job:
    """Queue the job that makes a synced group equal to its record.

    Raises NotLinkedError when the record led to no group, opening.ClosedError or
    subscriptions.SubscriptionEndedError.
    """
    check_subscription(record.directory.organization)

    @transaction.atomic
    def again() -> Job:
        hold_open(record.directory)
        group = Group.objects.filter(record=record).first()
        if group is None:
            raise NotLinkedError(record.pk)
        returning.settle_group(group)
        record_event(
            Event.SCIM_SYNC_STARTED,
            organization=record.directory.organization,
            by=by,
            target=Target("group", str(group.public_id), group.name),
            at=now,
        )
        return group_members.queue_sync(record, now)

    return dialect.retrying(again)


def keep_local(member: Member, *, by: Actor, now: datetime) -> None:
    """Take a person whom a directory let go for a local one from now on."""

    @transaction.atomic
    def keep() -> None:
        released = Member.objects.filter(
            pk=member.pk, directory=None, released_at__isnull=False
        )
        if released.update(released_at=None, former_directory=None):
            account = member.account
            record_event(
                Event.ORPHAN_KEPT,
                organization=member.organization,
                by=by,
                target=Target("account", str(account.public_id), account.email),
                at=now,
            )

    dialect.retrying(keep)


def waiting_records(organization_id: UUID, account: Account) -> list[UserRecord]:
    """Return the records with an account's address that led to no account."""
    found = UserRecord.objects.select_related("directory__organization").filter(
        organization=organization_id,
        directory__kind=Directory.Kind.ORGANIZATION,
        email_key=account.email_key,
        account=None,
    )
    return list(found.order_by("pk"))


def hold(record: UserRecord) -> UserRecord:
    """Lock a record, and hold its directory open for as long.

    Raises opening.ClosedError or records.UnknownRecordError.
    """
    hold_open(record.directory)
    locked = UserRecord.objects.select_for_update(of=("self",)).filter(pk=record.pk)
    held = next(iter(locked), None)
    if held is None:
        raise records.UnknownRecordError(record.scim_id)
    # As it is held: how groups in groups count cannot change meanwhile.
    held.directory, held.organization = record.directory, record.directory.organization
    return held


def _read(key: int) -> UserRecord:
    return UserRecord.objects.select_related("directory", "account").get(pk=key)


def _record_user(event: Event, record: UserRecord, by: Actor, now: datetime) -> None:
    target = Target("user", str(record.scim_id), record.user_name)
    record_event(event, organization=record.organization, by=by, target=target, at=now)


def _record_account(
    event: Event, record: UserRecord, account: Account, by: Actor, now: datetime
) -> None:
    details = {"record": str(record.scim_id), "user_name": record.user_name}
    record_event(
        event,
        organization=record.organization,
        by=by,
        target=Target("account", str(account.public_id), account.email, details),
        at=now,
    )
