"""Keeps admin rights in step with groups, members and accounts.

Whoever changes what decides about them calls provisioning.services.consequences.
Rights end in that request, and the sessions of whoever lost one end with them.

An organization keeps an active organization admin. What a provider changes is
carried out, but the last one keeps the right, given directly, and the log says so;
with `refuses`, for what an admin does, LastAdminError is raised instead.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from directories.models import Account, Organization, RoleAssignment, UserRecord
from directories.services import admins
from directories.services.accounts import Change
from directories.services.admins import LastAdminError, check_not_last, is_last_admin
from directories.services.audit import SYSTEM, Actor, provider
from directories.services.troubleshooting import log_finding
from provisioning.models import Group, GroupRole
from provisioning.reasons import Reason
from provisioning.services.admin_rights import right_events, right_rows
from provisioning.services.admin_rights.right_rows import Right, Where
from provisioning.services.syncing import explanations

__all__ = [
    "LastAdminError",
    "bring_in_step",
    "check_not_last",
    "end_giving",
    "follow_all",
    "follow_group",
    "is_last_admin",
]
ADMIN = RoleAssignment.Role.ORGANIZATION_ADMIN


@transaction.atomic
def follow_all(organization: Organization) -> None:
    """Bring every right by a group of an organization in step."""
    held = RoleAssignment.objects.filter(organization=organization, group_id__gt=0)
    giving = GroupRole.objects.filter(group__organization=organization)
    keys = {
        *held.order_by("group_id").values_list("group_id", flat=True).distinct(),
        *giving.order_by("group_id").values_list("group_id", flat=True),
    }
    if keys:
        bring_in_step(Where(sorted(keys)))


def follow_group(group: Group, *, by: Actor, now: datetime, refuses: bool) -> None:
    """Bring rights in step after what a group gives has changed.

    Raises LastAdminError where it `refuses`.
    """
    bring_in_step(Where([group.pk]), by=by, now=now, refuses=refuses)


def end_giving(group: Group, *, by: Actor | None, now: datetime, refuses: bool) -> None:
    """End the rights that a group gives, before it is deleted."""
    by = by or _source(group)
    GroupRole.objects.filter(group=group).delete()
    bring_in_step(Where([group.pk]), by=by, now=now, refuses=refuses)


def bring_in_step(
    where: Where,
    *,
    by: Actor | None = None,
    now: datetime | None = None,
    refuses: bool = False,
) -> None:
    """Bring the rights of some groups, some accounts or those of both in step.

    Raises LastAdminError where it `refuses`.
    """
    now = now or timezone.now()
    ended = right_rows.end(where)
    given = right_rows.give(where, now)
    if not ended and not given:
        return
    lost = _really(ended)
    for organization in _without_admin(lost):
        keeper = _keeper(lost, organization)
        if refuses and keeper is not None:
            raise LastAdminError(keeper, organization)
        if keeper is not None:
            _keep(keeper, organization, now)
            lost = [
                each
                for each in lost
                if (each.account, each.role) != (keeper.pk, ADMIN)
                or each.organization != organization.pk
            ]
    admins.end_sessions(each.account for each in lost)
    right_events.record_rights(lost, given=False, by=by, now=now)
    right_events.record_rights(_new(given), given=True, by=by, now=now)


def _really(ended: Sequence[Right]) -> list[Right]:
    """Return what is held in no other way either."""
    if not ended:
        return []
    left = {each.held for each in right_rows.held_by([each.account for each in ended])}
    return [each for each in ended if each.held not in left]


def _new(given: Sequence[Right]) -> list[Right]:
    """Return what was held in no other way before."""
    if not given:
        return []
    have: dict[object, int] = {}
    for each in right_rows.held_by([each.account for each in given]):
        have[each.held] = have.get(each.held, 0) + 1
    return [each for each in given if have.get(each.held, 0) == 1]


def _without_admin(lost: Iterable[Right]) -> list[Organization]:
    """Return the organizations that have just lost their last admin; lock them."""
    concerned = {each.organization for each in lost if each.role == ADMIN}
    if not concerned:
        return []
    admins.lock_admins(concerned)
    have = set(
        admins.active_admins(concerned)
        .order_by("pk")
        .values_list("organization_id", flat=True)
    )
    return list(Organization.objects.filter(pk__in=concerned - have).order_by("pk"))


def _keeper(lost: Iterable[Right], organization: Organization) -> Account | None:
    """Return who keeps the right: of those who lost it, who signed in last."""
    losers = [
        each.account
        for each in lost
        if each.role == ADMIN and each.organization == organization.pk
    ]
    active = Account.objects.filter(pk__in=losers, status=Account.Status.ACTIVE)
    return active.order_by(F("last_login").desc(nulls_last=True), "pk").first()


def _keep(account: Account, organization: Organization, now: datetime) -> None:
    """Give the last admin directly what a group gave, and say so."""
    RoleAssignment.objects.create(
        organization=organization, account=account, role=ADMIN, created_at=now
    )
    change = Change(organization=organization, by=SYSTEM, at=now)
    admins.record_right(
        account, ADMIN, change=change, given=True, scope={"kept": "last_admin"}
    )
    record = (
        UserRecord.objects.filter(organization=organization, account=account)
        .select_related("directory")
        .first()
    )
    if record is not None:
        finding = explanations.of_user(record, Reason.LAST_ADMIN_RIGHT)
        log_finding(record.directory, finding, now=now)


def _source(group: Group) -> Actor:
    """Return who decides about a group: its directory, or nobody in person."""
    return provider(group.record.directory) if group.record else SYSTEM
