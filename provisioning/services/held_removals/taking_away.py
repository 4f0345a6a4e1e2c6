"""Carries out removals that the guard had held and an admin approved."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from directories.models import (
    Account,
    Directory,
    GroupRecord,
    LinkState,
    Removal,
    UserRecord,
)
from directories.queries import nesting
from directories.services import nestings, records
from directories.services.audit import provider
from directories.services.opening import hold_open
from provisioning.models import Group
from provisioning.services.accounts import people
from provisioning.services.held_removals.group_deletions import waiting_group
from provisioning.services.organization_groups import deleted_groups
from provisioning.services.syncing import memberships


def deactivate(directory: Directory, removal: Removal, now: datetime) -> None:
    """Take access from a person whose record is inactive."""
    scim_id = UUID(removal.scim_id)
    records.revisit_user(directory=directory, scim_id=scim_id, now=now)
    found = UserRecord.objects.select_related("account")
    record = found.get(directory=directory, scim_id=scim_id)
    # While more waits, nobody who is paused leaves a group by themself.
    if record.account is not None and record.link_state != LinkState.LINKED:
        memberships.leave_synced_groups(record.account, record.organization_id)


def delete_person(directory: Directory, removal: Removal, now: datetime) -> None:
    """Take from a person what they had by a record that is deleted."""
    hold_open(directory)
    if account := loose_account(directory, removal):
        people.part(former_record(directory, removal, account), account, now=now)


def loose_account(directory: Directory, removal: Removal) -> Account | None:
    """Return the account that a deleted record had, unless another one has it now."""
    account = (
        Account.objects.select_for_update(of=("self",))
        .filter(pk=removal.account_key)
        .first()
    )
    owners = UserRecord.objects.filter(
        organization=directory.organization_id, account=removal.account_key
    )
    return None if owners.exists() else account


def former_record(
    directory: Directory, removal: Removal, account: Account
) -> UserRecord:
    """Return a deleted record again, as far as anybody needs to know it."""
    return UserRecord(
        directory=directory,
        organization=directory.organization,
        scim_id=UUID(removal.scim_id),
        user_name=removal.name,
        account=account,
        link_state=LinkState.LINKED,
        active=False,
    )


def delete_group(directory: Directory, removal: Removal, now: datetime) -> None:
    """Delete a synced group whose record is gone; it can be restored for a while."""
    hold_open(directory)
    group = waiting_group(directory, removal.name)
    if group is not None:
        deleted_groups.delete(
            group,
            organization=directory.organization,
            by=provider(directory),
            now=now,
            record=GroupRecord(directory=directory, scim_id=UUID(removal.scim_id)),
        )


def take_out(
    directory: Directory, group_key: int, batch: Sequence[Removal], _now: datetime
) -> None:
    """Take people out of a synced group, and out of those around it."""
    users = [removal.user_key for removal in batch]

    @transaction.atomic
    def step(held: nestings.Held) -> None:
        hold_open(directory)
        nestings.lock(held)
        locked = GroupRecord.objects.select_for_update(of=("self",))
        record = locked.filter(pk=group_key).first()
        if record is None:
            return
        record.directory = directory
        counts = nesting.counts(directory)
        above = nestings.hold(record, [], held) if counts else []
        groups = Group.objects.filter(record__in=[record.pk, *above])
        keys = list(groups.order_by("pk").values_list("pk", flat=True))
        memberships.remove_members(keys, users, shared=counts)

    nestings.widening(step)
