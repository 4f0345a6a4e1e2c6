"""Suspends people in an organization, and gives them back what they had.

Whoever is suspended has no access, no right and no session there, and takes no
license. Groups and the roles that were given directly stay, for when the access is
restored; what an identity provider pushes meanwhile changes that as ever.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from directories.events import Event
from directories.models import (
    Account,
    LinkState,
    Member,
    Organization,
    UserRecord,
)
from directories.services import admins
from directories.services.accounts import Change
from directories.services.audit import Actor
from directories.services.together import run_anew
from directories.services.troubleshooting import log_finding
from provisioning.reasons import Reason
from provisioning.services import consequences
from provisioning.services.syncing import explanations


class NotAMemberError(Exception):
    """The account is in the organization no longer."""


class OwnAccountError(Exception):
    """Admins would lock themselves out."""


@run_anew
@transaction.atomic
def suspend_person(
    account: Account, organization: Organization, *, by: Actor, now: datetime
) -> bool:
    """End everything a person has by the organization; say whether that is new.

    Raises NotAMemberError, OwnAccountError or admins.LastAdminError.
    """
    record, held, member = _hold(account, organization)
    if by.id == str(held.public_id):
        raise OwnAccountError(held.pk)
    if member.status == Member.Status.SUSPENDED:
        return False
    admins.check_not_last(held, organization=organization)
    Member.objects.filter(pk=member.pk).update(status=Member.Status.SUSPENDED)
    consequences.follow_account(held, by=by, now=now)
    admins.end_sessions([held.pk])
    if record is not None and record.active:
        _note(record, now)
    Change(organization, by, now).tell(Event.USER_SUSPENDED, held, {})
    return True


@run_anew
@transaction.atomic
def restore_person(
    account: Account, organization: Organization, *, by: Actor, now: datetime
) -> bool:
    """Give a suspended person back what they had; say whether they were suspended.

    A deactivated account stays deactivated. Raises NotAMemberError, or
    consequences.SeatsError where an app refuses who is one too many.
    """
    _record, held, member = _hold(account, organization)
    if member.status != Member.Status.SUSPENDED:
        return False
    status = Member.Status(held.status)
    Member.objects.filter(pk=member.pk).update(status=status)
    _marked(held, organization).update(link_reason="")
    consequences.follow_account(
        held, by=by, now=now, refuses=True, organization=organization
    )
    Change(organization, by, now).tell(Event.USER_RESTORED, held, {})
    return True


def _hold(
    account: Account, organization: Organization
) -> tuple[UserRecord | None, Account, Member]:
    """Lock a person as a provider's push does: record, account, then the place."""
    records = UserRecord.objects.select_for_update(of=("self",)).filter(
        organization=organization, account=account, link_state=LinkState.LINKED
    )
    record = records.select_related("directory__organization").first()
    held = Account.objects.select_for_update(of=("self",)).filter(pk=account.pk)
    place = Member.objects.select_for_update(of=("self",)).filter(
        organization=organization, account=account
    )
    current, member = held.first(), place.first()
    if current is None or member is None:
        raise NotAMemberError(account.pk)
    return record, current, member


def _note(record: UserRecord, now: datetime) -> None:
    """Say at the record and in the log why no push gives access from now on."""
    UserRecord.objects.filter(pk=record.pk, link_reason="").update(
        link_reason=Reason.SUSPENDED
    )
    log_finding(
        record.directory, explanations.of_user(record, Reason.SUSPENDED), now=now
    )


def _marked(account: Account, organization: Organization) -> QuerySet[UserRecord]:
    return UserRecord.objects.filter(
        organization=organization, account=account, link_reason=Reason.SUSPENDED
    )
