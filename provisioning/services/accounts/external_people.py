"""Takes external people out of an organization, with everything they hold there."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.models import (
    Account,
    LinkState,
    Member,
    Organization,
    RoleAssignment,
)
from directories.services.accounts import Change
from directories.services.admins import check_not_last
from directories.services.audit import Actor
from directories.services.together import run_anew
from provisioning.models import AppPermission, Group, GroupMember, Invitation
from provisioning.services import consequences


class NotExternalError(Exception):
    """The organization manages the account, or does not know the person."""


class StillPushedError(Exception):
    """An identity provider pushes the person as active."""


@dataclass(frozen=True)
class Holdings:
    """What a person holds in an organization: names of groups, admin rights."""

    groups: list[str]
    rights: int


def holdings_of(account: Account, organization: Organization) -> Holdings:
    """Return what the account would lose with its place in the organization."""
    groups = Group.objects.filter(
        organization=organization, group_members__account=account
    )
    rights = RoleAssignment.objects.filter(organization=organization, account=account)
    names = groups.order_by("name_key").values_list("name", flat=True)
    return Holdings(list(names), rights.count())


@run_anew
@transaction.atomic
def remove_person(
    account: Account, organization: Organization, *, by: Actor, now: datetime
) -> Holdings:
    """Take an external person out of the organization, as an admin asks.

    Raises NotExternalError, StillPushedError or admins.LastAdminError.
    """
    held = Account.objects.select_for_update(of=("self",)).filter(pk=account.pk)
    current = held.first()
    known = Member.objects.filter(organization=organization, account=account)
    if (
        current is None
        or current.managed_by_id == organization.pk
        or not known.exists()
    ):
        raise NotExternalError(account.pk)
    linked = current.records.filter(
        organization=organization, link_state=LinkState.LINKED
    )
    if linked.exists():
        raise StillPushedError(account.pk)
    check_not_last(current, organization=organization)
    return take_everything(current, Change(organization, by, now))


def remove_deactivated(account: Account, change: Change) -> None:
    """Take out an external person whom an identity provider deactivated.

    Who is suspended keeps the bare place, or they would be back, and suspended no
    more, as soon as they are pushed as active. Raises admins.LastAdminError.
    """
    known = Member.objects.filter(organization=change.organization, account=account)
    member = known.first()
    if member is not None:
        check_not_last(account, organization=change.organization)
        suspended = member.status == Member.Status.SUSPENDED
        take_everything(account, change, keeps_place=suspended)


def take_everything(
    account: Account, change: Change, *, keeps_place: bool = False
) -> Holdings:
    """End groups, rights, permissions, sessions that had rights, and the place.

    Call it in the transaction of the change, for who is not the last admin.
    """
    organization = change.organization
    held = holdings_of(account, organization)
    GroupMember.objects.filter(
        account=account, group__organization=organization
    ).delete()
    # Or somebody who is invited again would administer what they did before.
    inside = AppPermission.objects.filter(app__site__organization=organization)
    permissions, _each = inside.filter(account=account).delete()
    consequences.end_person(account, change=change)
    if not keeps_place:
        Member.objects.filter(organization=organization, account=account).delete()
    Invitation.objects.filter(organization=organization, account=account).delete()
    details: dict[str, object] = {
        "groups_left": len(held.groups),
        "groups_left_names": held.groups[:20],
        "rights": held.rights,
    }
    if permissions:
        details["permissions"] = permissions
    if keeps_place:
        details["stays_suspended"] = True
    change.tell(Event.USER_REMOVED, account, details)
    return held
