"""What admins do to managed accounts: deactivate, reactivate, delete, take back.

Only to accounts that the organization manages and that no identity provider owns.
A deleted account is deactivated for GRACE first and can be taken back.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from directories.consumers import tell_account_deleted
from directories.events import Event
from directories.models import (
    Account,
    Job,
    LinkState,
    Organization,
    UserRecord,
)
from directories.services import notices
from directories.services.accounts import Change
from directories.services.audit import SYSTEM, Actor
from directories.services.together import run_anew
from provisioning.services import consequences
from provisioning.services.syncing import sync

GRACE = timedelta(days=14)


class NotManagedError(Exception):
    """The organization does not manage the account, or it is gone."""


class OwnedError(Exception):
    """An identity provider owns the account, so it decides."""

    def __init__(self, record: UserRecord) -> None:
        super().__init__(record.pk)
        self.record = record


class OwnAccountError(Exception):
    """Admins would lock themselves out."""


class DeletionScheduledError(Exception):
    """The account is to be deleted; that has to be cancelled first."""


@run_anew
@transaction.atomic
def deactivate_account(
    account: Account, organization: Organization, *, by: Actor, now: datetime
) -> None:
    """End all access of an account, until it is reactivated; twice is once.

    Raises NotManagedError, OwnedError, OwnAccountError or
    consequences.LastAdminError.
    """
    held = hold_account(account.pk, organization)
    if by.id == str(held.public_id):
        raise OwnAccountError(held.pk)
    if not held.is_active:
        return
    consequences.deactivate(held, change=Change(organization, by, now))
    notices.mail_person(
        held,
        template="provisioning/mail/account_deactivated.txt",
        context={"organization": organization.name},
    )


@run_anew
@transaction.atomic
def reactivate_account(
    account: Account, organization: Organization, *, by: Actor, now: datetime
) -> None:
    """Let a deactivated account in again, with the access it had.

    Raises NotManagedError, OwnedError or DeletionScheduledError.
    """
    held = hold_account(account.pk, organization)
    if held.deletion_at is not None:
        raise DeletionScheduledError(held.pk)
    change = Change(organization, by, now)
    consequences.reactivate(held, change=change, refuses=True)


@run_anew
@transaction.atomic
def schedule_deletion(
    account: Account, organization: Organization, *, by: Actor, now: datetime
) -> datetime:
    """Deactivate an account and delete it after GRACE; return when.

    Raises NotManagedError, OwnedError, OwnAccountError or
    consequences.LastAdminError.
    """
    held = hold_account(account.pk, organization)
    if by.id == str(held.public_id):
        raise OwnAccountError(held.pk)
    if held.deletion_at is not None:
        return held.deletion_at
    change = Change(organization, by, now)
    consequences.deactivate(held, change=change)
    held.deletion_at = now + GRACE
    held.save(update_fields=["deletion_at"])
    details = {"deletion_at": held.deletion_at.isoformat(), "name": held.name}
    change.tell(Event.DELETION_SCHEDULED, held, details)
    notices.mail_person(
        held,
        template="provisioning/mail/account_to_be_deleted.txt",
        context={"organization": organization.name, "days": GRACE.days},
    )
    return held.deletion_at


@run_anew
@transaction.atomic
def cancel_deletion(
    account: Account, organization: Organization, *, by: Actor, now: datetime
) -> list[Job]:
    """Keep an account that was to be deleted; it stays deactivated.

    Returns the jobs that link it where it was pushed meanwhile. Raises
    NotManagedError.
    """
    held = hold_account(account.pk, organization)
    if held.deletion_at is None:
        return []
    held.deletion_at = None
    held.save(update_fields=["deletion_at"])
    Change(organization, by, now).tell(Event.DELETION_CANCELLED, held, {})
    return sync.queue_for_address(organization.pk, held.email_key, now)


def due_accounts(
    now: datetime, *, but: Collection[int] = (), size: int = 100
) -> list[int]:
    """Return the keys of accounts whose time has come, leaving some out."""
    due = Account.objects.filter(deletion_at__lte=now).exclude(pk__in=but)
    return list(due.order_by("deletion_at", "pk").values_list("pk", flat=True)[:size])


@run_anew
@transaction.atomic
def delete_account(key: int, *, now: datetime) -> list[Job]:
    """Delete an account whose time has come, for good, in every organization.

    The audit log keeps the name. Returns the jobs that make a new account where the
    address was pushed meanwhile.
    """
    due = Account.objects.select_for_update(of=("self",)).filter(
        pk=key, deletion_at__lte=now
    )
    account = due.first()
    organization = account.managed_by if account else None
    if not account or not organization or owning_record(account, organization):
        # Nobody has decided about it any more, or an identity provider owns it.
        due.update(deletion_at=None)
        return []
    # Of other organizations, whose external person it was.
    UserRecord.objects.filter(account=account).update(
        account=None, link_state=LinkState.UNLINKED, link_reason=""
    )
    details = {"name": account.name, "email": account.email}
    Change(organization, SYSTEM, now).tell(Event.ACCOUNT_DELETED, account, details)
    consequences.end_account(account, now=now)
    freed = account.email_key
    tell_account_deleted(account, now)
    account.delete()
    return sync.queue_for_address(organization.pk, freed, now)


def hold_account(key: int, organization: Organization) -> Account:
    """Lock an account of the organization that no provider owns, and return it.

    Raises NotManagedError or OwnedError.
    """
    rows = Account.objects.select_for_update(of=("self",))
    account = rows.filter(pk=key, managed_by=organization).first()
    if account is None:
        raise NotManagedError(key)
    record = owning_record(account, organization)
    if record is not None:
        raise OwnedError(record)
    return account


def owning_record(account: Account, organization: Organization) -> UserRecord | None:
    """Return the record by which an identity provider owns an account, if any."""
    records = UserRecord.objects.select_related("directory")
    return records.filter(organization=organization, account=account).first()
