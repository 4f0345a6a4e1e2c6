"""Puts back what a provider took away, or would have, until its next push."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from directories.folding import fold
from directories.models import (
    Account,
    Directory,
    GroupRecord,
    Member,
    Removal,
    UserRecord,
)
from directories.services import accounts, group_records, records
from directories.services.audit import SYSTEM
from directories.services.group_records import GroupValues
from directories.services.memberships import MembersPlan
from directories.services.opening import hold_open
from provisioning.models import DeletedGroup, Group
from provisioning.services import consequences
from provisioning.services.accounts import takeover
from provisioning.services.held_removals.group_deletions import waiting_group
from provisioning.services.held_removals.taking_away import former_record, loose_account
from provisioning.services.organization_groups import deleted_groups, letting_go

DISCARDED = "guard_discarded"


def activate(directory: Directory, removal: Removal, now: datetime) -> None:
    """Put the record of a person back to active; account and groups follow."""
    scim_id = UUID(removal.scim_id)
    records.reactivate_user(directory=directory, scim_id=scim_id, now=now)


def keep_person(directory: Directory, removal: Removal, now: datetime) -> None:
    """Let a person whose record is deleted stay as a local one."""
    hold_open(directory)
    if account := loose_account(directory, removal):
        record = former_record(directory, removal, account)
        takeover.let_go(record, account, reason=DISCARDED, now=now)


def bring_back_person(directory: Directory, removal: Removal, now: datetime) -> None:
    """Let a person whose record was deleted in again, as a local one."""
    account = loose_account(directory, removal)
    organization = directory.organization
    if account is None or account.deletion_at is not None:
        return
    if not Member.objects.filter(organization=organization, account=account).exists():
        accounts.join_organization(
            account, organization=organization, directory=None, now=now
        )
    if account.managed_by_id == organization.pk:
        _reactivate(account, accounts.Change(organization, SYSTEM, now))


def _reactivate(account: Account, change: accounts.Change) -> None:
    consequences.reactivate(account, change=change)


def keep_group(directory: Directory, removal: Removal, now: datetime) -> None:
    """Let a group whose record is deleted stay as a local one, as it is."""
    hold_open(directory)
    group = waiting_group(directory, removal.name)
    if group is not None:
        letting_go.release(Group.objects.filter(pk=group.pk), directory, now=now)


def restore_group(directory: Directory, removal: Removal, now: datetime) -> None:
    """Make a deleted group again, as a local one with its people and rights.

    The one that a provider deleted then: an admin may have deleted others of the name.
    """
    kept = (
        DeletedGroup.objects.filter(
            organization=directory.organization_id,
            name_key=fold(removal.name),
            deleted_at__gte=removal.at,
            expires_at__gt=now,
        )
        .exclude(directory_name="")
        .order_by("deleted_at")
        .first()
    )
    if kept is None:
        return
    with suppress(deleted_groups.GoneError):
        restored = deleted_groups.restore(kept, by=SYSTEM, now=now)
        if restored.made:
            # Pushed again, it is taken up again.
            made = Group.objects.filter(pk=restored.group.pk)
            made.update(**letting_go.values(directory, now))


def bring_in(
    directory: Directory, group_key: int, batch: Sequence[Removal], now: datetime
) -> None:
    """Put people back into a group's record; the synced group follows."""
    record = GroupRecord.objects.filter(directory=directory, pk=group_key).first()
    users = UserRecord.objects.filter(
        directory=directory, pk__in=[removal.user_key for removal in batch]
    )
    people = list(users.values_list("scim_id", flat=True))
    if record is None or not people:
        return
    plan = MembersPlan(replaces=False, add=people, passes_over=True)

    def edit(document: dict[str, Any]) -> GroupValues:
        return GroupValues(
            document=document,
            document_key=record.document_key,
            display_name=record.display_name,
            external_id=record.external_id,
            members=plan,
        )

    group_records.change_group(
        directory=directory, scim_id=record.scim_id, edit=edit, now=now
    )
