"""Finds or makes the account that a record is to be linked to."""

from collections.abc import Collection
from datetime import datetime

from directories import rows
from directories.events import Event
from directories.models import (
    Account,
    Directory,
    Member,
    RoleAssignment,
    UserRecord,
)
from directories.services import accounts
from directories.services.accounts import Change
from directories.services.audit import Actor, Target, provider, record_events
from provisioning.models import GroupMember
from provisioning.reasons import Reason
from provisioning.services.account_links.ownership import Ownership
from provisioning.services.accounts import takeover
from provisioning.services.accounts.mapping import profile_of
from provisioning.services.admin_rights import right_rows
from provisioning.services.organization_groups import letting_go


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
    if approved_by is None and is_admin(account):
        back = returning_admins(record.directory, [account.pk])
        return "" if back else Reason.ADMIN_ACCOUNT
    return ""


def is_admin(account: Account) -> bool:
    """Say whether the account holds an admin right anywhere, or would if active."""
    return bool(right_rows.holders([account.pk]))


def returning_admins(directory: Directory, keys: Collection[int]) -> set[int]:
    """Return whose rights all come from groups that the directory let go, of these.

    They were provisioned until then. What such a group gives has been the provider's
    to decide; to hold them would end their rights when their group is synced again.
    """
    released = Member.objects.filter(
        organization=directory.organization_id, account__in=keys, directory=None
    ).exclude(released_at=None)
    back = set(released.values_list("account", flat=True))
    if not back:
        return back
    given = RoleAssignment.objects.filter(account__in=back)
    giving = GroupMember.objects.filter(account__in=back, group__roles__isnull=False)
    sources = {
        *given.values_list("account", "group_id"),
        *giving.values_list("account", "group_id"),
    }
    groups = letting_go.decided_by(directory).filter(pk__in={g for _, g in sources})
    own = set(groups.values_list("pk", flat=True))
    return back - {account for account, group in sources if group not in own}


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
