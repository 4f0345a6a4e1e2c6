"""Makes one person's synced groups equal to what was pushed."""

from django.db.models import Exists, OuterRef

from directories.models import LinkState, Membership, UserRecord
from directories.queries import nesting
from provisioning.models import Group, GroupMember
from provisioning.services.syncing import memberships


def settle(record: UserRecord) -> None:
    """Put a linked person into the pushed groups, and out of every other synced one.

    The record is locked. While the guard has stopped its directory nobody is taken out.
    """
    if record.account is None or record.link_state != LinkState.LINKED:
        return
    if record.directory.guard_stopped_at is None:
        _leave_others(record)
    memberships.join_synced_groups(record, record.account)


def _leave_others(record: UserRecord) -> None:
    inside = GroupMember.objects.filter(
        account=record.account,
        group__organization=record.organization_id,
        group__kind=Group.Kind.SYNCED,
    )
    counts = nesting.counts(record.directory)
    if not counts:
        pushed = Membership.objects.filter(
            user=record, group=OuterRef("group__record_id")
        )
        inside = inside.exclude(Exists(pushed))
    found = list(inside.order_by("group_id").values_list("group_id", flat=True))
    if found:
        memberships.remove_members(found, [record.pk], shared=counts)
