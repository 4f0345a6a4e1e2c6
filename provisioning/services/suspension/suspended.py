"""Tells provisioning who is suspended: no push of a provider gives them access."""

from datetime import datetime
from uuid import UUID

from directories.models import Account, LinkState, Member, UserRecord
from provisioning.reasons import Reason


def reason_of(
    record: UserRecord, account: Account, *, was_active: bool, now: datetime
) -> str:
    """Return Reason.SUSPENDED where an admin has suspended the person, else "".

    Whoever is suspended has it on the record, so it is looked up only of those, and
    of who is linked or activated by this push.
    """
    linked = record.account_id == account.pk and record.link_state == LinkState.LINKED
    same = linked and was_active and record.link_reason != Reason.SUSPENDED
    if same or account.created_at == now:
        return ""
    return Reason.SUSPENDED if is_suspended(account, record.organization_id) else ""


def is_suspended(account: Account, organization_id: UUID) -> bool:
    """Say whether the person is suspended in an organization."""
    return Member.objects.filter(
        organization=organization_id,
        account=account,
        status=Member.Status.SUSPENDED,
    ).exists()
