"""Finds or makes the account that a record is to be linked to."""

from datetime import datetime

from directories import rows
from directories.events import Event
from directories.models import Account, RoleAssignment, UserRecord
from directories.services import accounts
from directories.services.accounts import Change
from directories.services.audit import Actor, Target, provider, record_events
from provisioning.services import takeover
from provisioning.services.explanations import Reason
from provisioning.services.mapping import profile_of
from provisioning.services.ownership import Ownership


def hold_account(
    record: UserRecord, domain: Ownership
) -> tuple[Account | None, UserRecord | None]:
    """Return the account of a record's address, locked, and the record that has it.

    Where the directory may take it over the record is locked first.
    """
    at = "t.email_key = %s"
    found = rows.fetch(Account, at, [record.email_key], lock=not domain.here)
    if found and domain.here:
        takeover.hold_owner(found[0], record)
        # It may have got another address while the lock was waited for.
        found = rows.fetch(Account, at, [record.email_key], lock=True)
    if not found:
        return None, None
    return found[0], takeover.owner_of(found[0], record, lock=domain.here)


def make_account(record: UserRecord, *, managed: bool, change: Change) -> Account:
    """Make the account of somebody who has none."""
    profile = profile_of(record.document)
    return accounts.create_account(
        email=record.email,
        profile={**profile, "name": profile["name"] or record.user_name},
        managed=managed,
        change=change,
    )


def reason_to_hold(
    record: UserRecord,
    account: Account,
    owner: UserRecord | None,
    domain: Ownership,
    approved_by: Actor | None,
) -> str:
    """Say why the account that exists may not be linked now, "" if it may."""
    if account.deletion_at is not None:
        return Reason.DELETION_SCHEDULED
    if owner is not None and owner.directory_id == record.directory_id:
        return Reason.OTHER_RECORD
    if owner is not None and not domain.here:
        return Reason.OTHER_DIRECTORY
    if is_admin(account) and approved_by is None:
        return Reason.ADMIN_ACCOUNT
    return ""


def is_admin(account: Account) -> bool:
    """Say whether the account holds an admin right anywhere."""
    return RoleAssignment.objects.filter(account=account).exists()


def record_links(
    record: UserRecord,
    account: Account,
    now: datetime,
    *,
    made: bool,
    by: Actor | None = None,
) -> None:
    """Write down that a record has got its account, and whether it is a new one."""
    details = {"record": str(record.scim_id), "user_name": record.user_name}
    target = Target("account", str(account.public_id), account.email, details)
    events = [Event.SCIM_USER_LINKED]
    if made:
        events = [Event.ACCOUNT_CREATED, *events]
    record_events(
        [(event, target) for event in events],
        organization=record.organization,
        by=by or provider(record.directory),
        at=now,
    )
