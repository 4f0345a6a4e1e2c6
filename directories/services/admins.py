"""Writes to admin rights that were given directly, and who may not lose one.

An organization always keeps an active organization admin: whatever takes a right,
an account or a place in the organization away asks `check_not_last` first.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from directories import dialect
from directories.events import Event
from directories.models import (
    Account,
    Member,
    Organization,
    RoleAssignment,
    Site,
)
from directories.services.accounts import Change
from directories.services.together import run_anew

Role = RoleAssignment.Role
ACCOUNT = Account._meta.db_table
ADMINISTERED = (
    f"SELECT organization_id FROM {RoleAssignment._meta.db_table}"  # noqa: S608
    " WHERE account_id = %s AND role = %s"
)


class LastAdminError(Exception):
    """The account is the only active organization admin of `organization`."""

    def __init__(self, account: Account, organization: Organization) -> None:
        super().__init__(account.pk)
        self.account = account
        self.organization = organization


class NotAMemberError(Exception):
    """The account is no active member of the organization."""


class FromGroupError(Exception):
    """A group gives the right: it ends with the place in the group."""


def active_admins(organization_ids: Collection[UUID]) -> QuerySet[RoleAssignment]:
    """Return the organization admin rights of accounts that can use them."""
    suspended = Member.objects.filter(
        organization=OuterRef("organization"),
        account=OuterRef("account"),
        status=Member.Status.SUSPENDED,
    )
    return RoleAssignment.objects.filter(
        organization__in=organization_ids,
        role=Role.ORGANIZATION_ADMIN,
        account__status=Account.Status.ACTIVE,
    ).filter(~Exists(suspended))


def lock_admins(organization_ids: Collection[UUID]) -> None:
    """Let nobody else take organization admins away until the transaction ends.

    The last lock that a change takes; read who is admin by a query after it.
    """
    rows = Organization.objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(pk__in=organization_ids).order_by("pk").values_list("pk"))


def check_not_last(
    account: Account, *, organization: Organization | None = None
) -> None:
    """Raise LastAdminError if an organization would be left without an admin.

    Looks at every organization unless one is given; call it in the transaction
    that takes the account or its right away.
    """
    ids = _administered(account)
    if organization is not None:
        ids &= {organization.pk}
    if not ids:
        return
    lock_admins(ids)
    admins = active_admins(ids).order_by("organization_id", "pk")
    own = {a.organization_id: a for a in admins.filter(account=account)}
    others = set(
        admins.exclude(account=account).values_list("organization_id", flat=True)
    )
    for organization_id in own.keys() - others:
        raise LastAdminError(account, Organization.objects.get(pk=organization_id))


def _administered(account: Account) -> set[UUID]:
    """Return the organizations that the account administers as a whole.

    Asked whenever somebody is deactivated, so the statement is put together once.
    """
    found = dialect.rows(ADMINISTERED, [account.pk, Role.ORGANIZATION_ADMIN.value])
    return {UUID(str(organization)) for (organization,) in found}


def is_last_admin(account: Account) -> bool:
    """Say whether an organization has no other active organization admin."""
    try:
        check_not_last(account)
    except LastAdminError:
        return True
    return False


@run_anew
@transaction.atomic
def grant_role(
    account: Account,
    role: RoleAssignment.Role,
    *,
    change: Change,
    site: Site | None = None,
    app: str = "",
) -> bool:
    """Give an admin right directly; return whether it was new.

    Raises NotAMemberError.
    """
    members = Member.objects.select_for_update(of=("self",))
    active = members.filter(
        organization=change.organization, account=account, status=Member.Status.ACTIVE
    )
    if not active.exists():
        raise NotAMemberError(account.pk)
    _assignment, made = RoleAssignment.objects.get_or_create(
        organization=change.organization,
        site=site,
        account=account,
        role=role,
        app=app,
        group_id=0,
        defaults={"created_at": change.at},
    )
    if made:
        record_right(account, role, change=change, given=True, scope=scope(site, app))
    return made


@run_anew
@transaction.atomic
def revoke_role(assignment: RoleAssignment, *, change: Change) -> None:
    """Take a right away that was given directly; sessions end with it.

    Raises FromGroupError or LastAdminError. One that is gone already stays gone.
    """
    if assignment.group_id:
        raise FromGroupError(assignment.pk)
    account, role = assignment.account, Role(assignment.role)
    if role == Role.ORGANIZATION_ADMIN:
        lock_admins([assignment.organization_id])
    rows = RoleAssignment.objects.filter(pk=assignment.pk, group_id=0)
    others = active_admins([assignment.organization_id]).exclude(pk=assignment.pk)
    effective = active_admins([assignment.organization_id]).filter(pk=assignment.pk)
    if role == Role.ORGANIZATION_ADMIN and effective.exists() and not others.exists():
        raise LastAdminError(account, change.organization)
    if not rows.delete()[0]:
        return
    end_sessions([account.pk])
    place = scope(assignment.site, assignment.app)
    record_right(account, role, change=change, given=False, scope=place)


def end_direct_rights(account: Account, *, change: Change) -> None:
    """Take every right that was given directly from who leaves the organization.

    Raises LastAdminError.
    """
    check_not_last(account, organization=change.organization)
    rights = RoleAssignment.objects.filter(
        organization=change.organization, account=account, group_id=0
    )
    held = list(rights.select_related("site").order_by("pk"))
    rights.delete()
    if held:
        end_sessions([account.pk])
    for each in held:
        place = scope(each.site, each.app)
        role = Role(each.role)
        record_right(account, role, change=change, given=False, scope=place)


def end_sessions(account_ids: Iterable[int]) -> None:
    """Sign accounts out everywhere."""
    keys = sorted(set(account_ids))
    if keys:
        dialect.rows(
            f"UPDATE {ACCOUNT} SET session_epoch = session_epoch + 1"  # noqa: S608
            f" WHERE {dialect.one_of('id', 'bigint')}",
            [dialect.ids_parameter(keys)],
        )


def scope(site: Site | None, app: str) -> dict[str, str]:
    """Return where a right holds, as the audit log keeps it."""
    place = {"site": site.name if site else "", "app": app}
    return {key: value for key, value in place.items() if value}


def record_right(
    account: Account,
    role: RoleAssignment.Role,
    *,
    change: Change,
    given: bool,
    scope: dict[str, str],
) -> None:
    """Write the audit event of a right that an account got or lost."""
    details = {"role": str(role), **scope}
    change.tell(event_of(role, given=given), account, details)


def event_of(role: str, *, given: bool) -> Event:
    """Return what the audit log calls getting or losing a right."""
    if role == Role.ORGANIZATION_ADMIN:
        return Event.ORG_ADMIN_ADDED if given else Event.ORG_ADMIN_REMOVED
    return Event.ROLE_GRANTED if given else Event.ROLE_REVOKED
