"""What follows from groups, members and people: admin rights, access to apps.

Whoever changes who is in a group, what a group gives, an app, or whether somebody is
active calls the function of that change in the same transaction.

What an admin does is refused where it `refuses` and an organization would lose its
last admin (rights.LastAdminError) or an app has too few licenses (seats.SeatsError).
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from directories.models import Account, Organization
from directories.services import accounts as account_writes
from directories.services import admins
from directories.services.accounts import Change
from directories.services.admins import LastAdminError, check_not_last
from directories.services.audit import Actor
from provisioning.models import App, AppGrant, Group
from provisioning.services.access import following, looks
from provisioning.services.access.seats import SeatsError
from provisioning.services.admin_rights import right_rows, rights

__all__ = [
    "LastAdminError",
    "SeatsError",
    "deactivate",
    "end_account",
    "end_grant",
    "end_group",
    "end_person",
    "follow",
    "follow_account",
    "follow_app",
    "follow_grant",
    "giving_rights",
    "reactivate",
]


def giving_rights(groups: Sequence[int]) -> list[int]:
    """Return those of the groups that give an admin right to who is in them."""
    return right_rows.giving(groups)


def follow(
    groups: Sequence[int],
    accounts: Sequence[int] | None = None,
    *,
    by: Actor | None = None,
    now: datetime | None = None,
    refuses: bool = False,
    came: bool | None = None,
) -> None:
    """Bring in step everybody in groups, or some people who came or went.

    One look at the groups when none of them gives anything. Who says that these people
    all `came`, or all left, in this transaction, saves some work. Raises
    LastAdminError or SeatsError where it `refuses`.
    """
    if accounts is not None and not accounts:
        return
    now = now or timezone.now()
    found = looks.at_groups(groups)
    if found.rights:
        where = right_rows.Where(found.rights, accounts)
        rights.bring_in_step(where, by=by, now=now, refuses=refuses)
    following.follow(found, accounts, by=by, now=now, refuses=refuses, came=came)


def follow_account(
    account: Account,
    *,
    by: Actor | None = None,
    now: datetime | None = None,
    refuses: bool = False,
    organization: Organization | None = None,
) -> None:
    """Bring one person in step with the groups they are in and their own state.

    One look when nothing is given. Raises LastAdminError where it `refuses`, and
    SeatsError for apps of the `organization` whose admin asks.
    """
    now = now or timezone.now()
    found = looks.at_account(account.pk)
    if found.rights:
        where = right_rows.Where(accounts=[account.pk])
        rights.bring_in_step(where, by=by, now=now, refuses=refuses)
    refuses_in = organization.pk if refuses and organization else None
    following.follow_account(account.pk, found, by=by, now=now, refuses_in=refuses_in)


def follow_grant(
    app: App, group: Group, *, by: Actor, now: datetime, refuses: bool = False
) -> None:
    """Let everybody in a group have what it was given in an app.

    Call it with the group locked, as every change of what a group gives does. Raises
    SeatsError where it `refuses`.
    """
    following.follow_grant(app, group, by=by, now=now, refuses=refuses)


def end_grant(app: App, group: Group, *, now: datetime) -> None:
    """End what a group gave in an app, when the grant is gone."""
    following.end_grants([group.pk], [app.pk], now=now)


def end_group(
    group: Group,
    *,
    by: Actor | None = None,
    now: datetime | None = None,
    refuses: bool = False,
) -> None:
    """End what a group gives; call it before the group is deleted."""
    now = now or timezone.now()
    found = looks.at_groups([group.pk])
    if found.rights:
        rights.end_giving(group, by=by, now=now, refuses=refuses)
    if found.apps:
        # Who joins it at this moment is waited for, or finds it gone.
        Group.objects.select_for_update(of=("self",)).filter(pk=group.pk).first()
        AppGrant.objects.filter(group=group).delete()
        following.end_grants([group.pk], found.apps, now=now)


def follow_app(app: App, *, now: datetime) -> None:
    """Bring everybody in step with an app that was removed, restored or changed."""
    following.follow_app(app, now=now)


def end_person(account: Account, *, change: Change) -> None:
    """End everything in an organization of who leaves it, whatever its source.

    Call it after the person has left the groups. Raises LastAdminError.
    """
    admins.end_direct_rights(account, change=change)
    follow_account(account, by=change.by, now=change.at, refuses=True)


def end_account(account: Account, *, now: datetime) -> None:
    """End all access of an account, before it is deleted."""
    following.end_account(account.pk, now=now)


def deactivate(account: Account, *, change: Change) -> None:
    """Deactivate an account; rights and access by its groups end.

    Raises LastAdminError; nothing has changed then.
    """
    if account.status == Account.Status.DEACTIVATED:
        return
    check_not_last(account)
    account_writes.set_status(account, Account.Status.DEACTIVATED, change=change)
    follow_account(account, by=change.by, now=change.at)


def reactivate(account: Account, *, change: Change, refuses: bool = False) -> None:
    """Reactivate an account; what it has by the groups it is in comes back.

    Raises SeatsError where it `refuses` and the app is the organization's.
    """
    if account.status == Account.Status.ACTIVE:
        return
    account_writes.set_status(account, Account.Status.ACTIVE, change=change)
    follow_account(
        account,
        by=change.by,
        now=change.at,
        refuses=refuses,
        organization=change.organization,
    )
