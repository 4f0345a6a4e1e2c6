"""Takes people out of their synced groups and brings them back, and tells of it."""

from datetime import datetime

from django.utils.translation import ngettext

from directories.consumers import Outcome
from directories.events import Event
from directories.models import Account, UserRecord
from directories.services import memberships as pushed
from directories.services.accounts import Change
from directories.services.audit import provider
from provisioning.models import Group
from provisioning.reasons import Reason
from provisioning.services.syncing import memberships

# What is the matter with the address of somebody who is paused.
ADDRESS = frozenset(
    {Reason.NO_EMAIL, Reason.EMAIL_NOT_VERIFIED, Reason.EMAIL_LINKED_ELSEWHERE}
)
SHOWN = 5


def leave_groups(
    record: UserRecord, account: Account, outcome: Outcome, *, now: datetime
) -> str:
    """Take an account out of its synced groups; return a sentence that names them.

    Somebody paused for the address has the memberships remembered, where the
    organization brings them back later; else they are forgotten.
    """
    left = memberships.leave_synced_groups(account, record.organization_id)
    if outcome.reason not in ADDRESS:
        return ""
    if not record.organization.restores_memberships:
        pushed.leave_all(record, now=now)
        # Read before; the answer must not show them.
        record.direct_groups = []
    if not left:
        return ""
    names = list(_names(left))
    details = {"groups_left": len(left), "groups_left_names": names}
    _tell(Event.SCIM_MEMBERSHIPS_PAUSED, record, account, now, details)
    return ngettext(
        "The group left: {names}.", "The {count} groups left: {names}.", len(left)
    ).format(count=len(left), names=_shown(names, len(left)))


def join_groups(record: UserRecord, account: Account, *, now: datetime) -> None:
    """Put an account into the synced groups of its record."""
    memberships.join_synced_groups(record, account)
    if record.link_reason in ADDRESS:
        joined = Group.objects.filter(
            organization=record.organization_id,
            kind=Group.Kind.SYNCED,
            group_members__account=account,
        ).values_list("pk", flat=True)
        keys = list(joined)
        details = {"groups_joined": len(keys), "groups_joined_names": _names(keys)}
        _tell(Event.SCIM_MEMBERSHIPS_RESTORED, record, account, now, details)


def _names(keys: list[int]) -> list[str]:
    groups = Group.objects.filter(pk__in=keys[:SHOWN]).order_by("name_key")
    return list(groups.values_list("name", flat=True))


def _shown(names: list[str], count: int) -> str:
    return ", ".join([*names, "…"] if count > len(names) else names)


def _tell(
    event: Event,
    record: UserRecord,
    account: Account,
    now: datetime,
    details: dict[str, object],
) -> None:
    change = Change(record.organization, provider(record.directory), now)
    change.tell(event, account, {**details, "user_name": record.user_name})
