"""Hands people from one directory of an organization to another.

The directory to which a domain is linked owns its people. Whoever hands a person
over locks the two records first and the account last, as every other change of a
person does; two that meet the other way round are run anew by the record service.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from directories import rows
from directories.events import Event
from directories.models import (
    Account,
    LinkState,
    Member,
    TroubleshootingEntry,
    UserRecord,
)
from directories.services.audit import Actor, Target, provider, record_event
from directories.services.troubleshooting import Finding, log_finding
from provisioning.reasons import Reason
from provisioning.services.syncing import explanations, memberships


def owner_of(
    account: Account, record: UserRecord, *, lock: bool = False
) -> UserRecord | None:
    """Return the other record of the organization that has the account."""
    owners = UserRecord.objects.filter(
        organization=record.organization_id, account=account
    ).exclude(pk=record.pk)
    if lock:
        owners = owners.select_for_update(of=("self",))
    owner = owners.select_related("directory").first()
    if owner is not None:
        owner.organization = record.organization
    return owner


def hold_owner(account: Account, record: UserRecord) -> None:
    """Lock the other record that has the account, if there is one."""
    owner_of(account, record, lock=True)


def take_over(
    owner: UserRecord, account: Account, record: UserRecord, *, now: datetime
) -> None:
    """Take a locked account from the record that has it, for another directory's.

    The former record waits; its groups are left. Told in the logs of both.
    """
    by = provider(record.directory)
    owner.account = None
    owner.link_state = LinkState.HELD
    owner.link_reason = Reason.DOMAIN_LINKED_ELSEWHERE
    rows.update(owner, "account", "link_state", "link_reason")
    memberships.leave_synced_groups(account, owner.organization_id)
    record_unlinked(owner, account, by=by, now=now, reason="taken_over")
    log_finding(
        owner.directory,
        explanations.of_user(
            owner,
            Reason.DOMAIN_LINKED_ELSEWHERE,
            more=_("{directory} has taken the account {email} over.").format(
                directory=record.directory.name, email=account.email
            ),
        ),
        now=now,
    )
    log_finding(record.directory, _taken(record, owner), now=now)


def let_go(record: UserRecord, account: Account, *, reason: str, now: datetime) -> None:
    """Make the account local that a record had and may not have any more."""
    release_member(record, account, now=now)
    by = provider(record.directory)
    record_unlinked(record, account, by=by, now=now, reason=reason)


def release_member(record: UserRecord, account: Account, *, now: datetime) -> None:
    """Say that no directory owns the person any more, and which one did."""
    Member.objects.filter(
        organization=record.organization_id,
        account=account,
        directory=record.directory_id,
    ).update(directory=None, former_directory=record.directory.name, released_at=now)


def record_unlinked(
    record: UserRecord,
    account: Account,
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Write down that a record has lost its account."""
    details = {"record": str(record.scim_id), "user_name": record.user_name}
    if reason:
        details |= {"reason": reason, "directory": record.directory.name}
    record_event(
        Event.SCIM_USER_UNLINKED,
        organization=record.organization,
        by=by,
        target=Target("account", str(account.public_id), account.email, details),
        at=now,
    )


def _taken(record: UserRecord, owner: UserRecord) -> Finding:
    return Finding(
        kind="taken_over",
        level=TroubleshootingEntry.Level.INFO,
        reason=_(
            "The account was taken over from {directory}, where it was linked to "
            "{user_name}: the domain is linked to this directory."
        ).format(directory=owner.directory.name, user_name=owner.user_name),
        advice=_("Remove the person from the other identity provider."),
        subject=TroubleshootingEntry.Subject.USER,
        subject_id=str(record.scim_id),
        subject_name=record.user_name,
    )
