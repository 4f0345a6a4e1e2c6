"""Keeps admin rights in step with groups, members and accounts.

Whoever changes who is in a group, what a group gives, or whether somebody is
active calls one of these in the same transaction: `follow` for groups,
`follow_account` for a person, `end_group` before a group is deleted, `deactivate`
and `reactivate` in place of accounts.set_status. Rights end in that request, and the
sessions of whoever lost one end with them.

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
from directories.services import accounts, admins
from directories.services.accounts import Change
from directories.services.admins import LastAdminError, check_not_last, is_last_admin
from directories.services.audit import SYSTEM, Actor, provider
from directories.services.troubleshooting import log_finding
from provisioning.models import Group, GroupRole
from provisioning.reasons import Reason
from provisioning.services import explanations, right_events, right_rows
from provisioning.services.right_rows import Right, Where

__all__ = [
    "LastAdminError",
    "check_not_last",
    "deactivate",
    "end_group",
    "end_person",
    "follow",
    "follow_account",
    "follow_all",
    "follow_group",
    "follow_users",
    "gives_rights",
    "is_last_admin",
    "reactivate",
]
ADMIN = RoleAssignment.Role.ORGANIZATION_ADMIN


def gives_rights(groups: Sequence[int]) -> list[int]:
    """Return those of the groups that give an admin right to who is in them."""
    return right_rows.giving(groups)


def follow(
    groups: Sequence[int],
    accounts: Sequence[int] | None = None,
    *,
    by: Actor | None = None,
    now: datetime | None = None,
    refuses: bool = False,
) -> None:
    """Bring rights in step with the members of groups, or with some of them.

    One look at the groups when none of them gives a right. Raises LastAdminError
    where it `refuses`.
    """
    if giving := right_rows.giving(groups):
        where = Where(giving, accounts)
        _bring_in_step(where, by=by, now=now, refuses=refuses)


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
        _bring_in_step(Where(sorted(keys)))


def follow_group(group: Group, *, by: Actor, now: datetime, refuses: bool) -> None:
    """Bring rights in step after what a group gives has changed.

    Raises LastAdminError where it `refuses`.
    """
    _bring_in_step(Where([group.pk]), by=by, now=now, refuses=refuses)


def follow_users(groups: Sequence[int], users: Sequence[int]) -> None:
    """Bring rights in step after people, by their records, came or went."""
    if giving := right_rows.giving(groups):
        keys = right_rows.accounts_of(users, UserRecord._meta.db_table)
        _bring_in_step(Where(giving, keys))


def follow_account(
    account: Account,
    *,
    by: Actor | None = None,
    now: datetime | None = None,
    refuses: bool = False,
) -> None:
    """Bring the rights of one person in step with the groups they are in."""
    if right_rows.concerns(account.pk):
        where = Where(accounts=[account.pk])
        _bring_in_step(where, by=by, now=now, refuses=refuses)


def end_group(
    group: Group,
    *,
    by: Actor | None = None,
    now: datetime | None = None,
    refuses: bool = False,
) -> None:
    """End what a group gives; call it before the group is deleted."""
    if right_rows.giving([group.pk]):
        by = by or _source(group)
        GroupRole.objects.filter(group=group).delete()
        _bring_in_step(Where([group.pk]), by=by, now=now, refuses=refuses)


def end_person(account: Account, *, change: Change) -> None:
    """End every right in an organization of who leaves it, whatever its source.

    Call it after the person has left the groups. Raises LastAdminError.
    """
    admins.end_direct_rights(account, change=change)
    follow_account(account, by=change.by, now=change.at, refuses=True)


def deactivate(account: Account, *, change: Change) -> None:
    """Deactivate an account and end the rights that it has by groups.

    Raises LastAdminError; nothing has changed then.
    """
    if account.status == Account.Status.DEACTIVATED:
        return
    check_not_last(account)
    accounts.set_status(account, Account.Status.DEACTIVATED, change=change)
    follow_account(account, by=change.by, now=change.at)


def reactivate(account: Account, *, change: Change) -> None:
    """Reactivate an account; rights by the groups it is in come back."""
    if account.status == Account.Status.ACTIVE:
        return
    accounts.set_status(account, Account.Status.ACTIVE, change=change)
    follow_account(account, by=change.by, now=change.at)


def _bring_in_step(
    where: Where,
    *,
    by: Actor | None = None,
    now: datetime | None = None,
    refuses: bool = False,
) -> None:
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
