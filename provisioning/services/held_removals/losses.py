"""Asks the mass-change guard before people and groups lose anything.

What is held here stays as it is: a person keeps the account and the groups, a group
its members, though the record already says what the provider said.
"""

from collections.abc import Sequence
from datetime import datetime

from directories.consumers import MembersChange, Outcome
from directories.models import (
    Account,
    GroupRecord,
    LinkState,
    Removal,
    UserRecord,
)
from directories.queries import nesting
from directories.services import guard
from directories.services.guard import Loss
from directories.services.troubleshooting import log_finding
from provisioning.models import Group, GroupMember
from provisioning.reasons import Reason
from provisioning.services.syncing import explanations

# Above what a database holds: all of them.
EVERYBODY = 1_000_000_000


def holds_deactivation(record: UserRecord, account: Account, *, now: datetime) -> bool:
    """Say whether the deactivation of a person waits for an admin's decision.

    Who has lost access already loses nothing more. What was held is looked at again
    by every push, and carried out once its decision is made.
    """
    if record.link_reason == Reason.GUARD_HELD:
        return guard.is_held(record.directory, account.pk)
    if not _has_access(record, account):
        return False
    return guard.hold_loss(
        record.directory, _of_person(Removal.Kind.DEACTIVATED, record, account), now=now
    )


def _has_access(record: UserRecord, account: Account) -> bool:
    if account.managed_by_id == record.organization_id:
        return account.is_active
    return record.link_state == LinkState.LINKED


def holds_deletion(record: UserRecord, account: Account, *, now: datetime) -> bool:
    """Say whether the deletion of a person waits; the record is deleted anyway."""
    if record.link_reason == Reason.GUARD_HELD:
        # Deleted takes the place of deactivated, and waits as that did.
        guard.regain_person(record.directory, account.pk)
    elif not _has_access(record, account):
        return False
    held = guard.hold_loss(
        record.directory, _of_person(Removal.Kind.DELETED, record, account), now=now
    )
    if held:
        finding = explanations.of_user(record, Reason.GUARD_HELD)
        log_finding(record.directory, finding, now=now)
    return held


def _of_person(kind: Removal.Kind, record: UserRecord, account: Account) -> Loss:
    return Loss(
        kind=kind,
        user_key=record.pk or 0,
        account_key=account.pk,
        scim_id=str(record.scim_id),
        name=record.user_name,
    )


def note_return(
    record: UserRecord, outcome: Outcome, *, was_active: bool, now: datetime
) -> None:
    """Let a person's losses count no more when the provider brings them back.

    `was_active` says whether the record's account was. Of who has just been
    made, or has been there all the time, nothing is asked.
    """
    account = outcome.account
    if account is None or not record.active or account.created_at == now:
        return
    same = record.account_id == account.pk and was_active
    if same and record.link_reason == outcome.reason:
        return
    guard.regain_person(record.directory, account.pk)


def hold_members(record: GroupRecord, change: MembersChange, *, now: datetime) -> bool:
    """Say whether nobody may leave the synced group of a record, nor those above.

    `change` names only what counts. Who has joined counts as lost no more.
    """
    directory = record.directory
    if not guard.watches(directory):
        return False
    if record.created_at != now:
        guard.regain_members(directory, record.pk, change.joined)
    if not change.left and not change.removed:
        return directory.guard_stopped_at is not None
    if record.link_state != LinkState.LINKED and not change.above:
        return False
    held = guard.hold_losses(
        directory, group_key=record.pk, users=_leaving(change), now=now
    )
    if held:
        finding = explanations.of_group(record, Reason.GUARD_HELD)
        log_finding(directory, finding, now=now)
    return held


def _leaving(change: MembersChange) -> Sequence[int]:
    if not change.removed:
        return change.left
    inside = nesting.users_in(change.removed, most=EVERYBODY) or []
    return list({*change.left, *inside})


def holds_group(record: GroupRecord, group: Group, *, now: datetime) -> bool:
    """Say whether a synced group stays, though its record is deleted next."""
    if not guard.watches(record.directory):
        return False
    loss = Loss(
        kind=Removal.Kind.GROUP_DELETED,
        group_key=record.pk,
        scim_id=str(record.scim_id),
        name=group.name,
        size=GroupMember.objects.filter(group=group).count(),
    )
    held = guard.hold_loss(record.directory, loss, now=now)
    if held:
        finding = explanations.of_group(record, Reason.GUARD_HELD)
        log_finding(record.directory, finding, now=now)
    return held


def takes_back(record: GroupRecord, group: Group) -> bool:
    """Say whether a group that waits to be deleted is the record's, pushed anew."""
    if group.kind != Group.Kind.SYNCED or group.record_id is not None:
        return False
    return guard.regain_group(record.directory, group.name)
