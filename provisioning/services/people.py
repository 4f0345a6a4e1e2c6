"""Turns a person's record into an account, by the rules of the domain.

Whether the address's domain is verified decides: accounts of verified domains
are managed, their profile and state follow the identity provider; of all
others only the membership in synced groups does.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from directories import rows
from directories.consumers import Outcome, RefusedError
from directories.events import Event
from directories.folding import domain_of
from directories.models import (
    Account,
    Domain,
    LinkState,
    Member,
    RoleAssignment,
    UserRecord,
)
from directories.services import accounts
from directories.services.audit import Actor, Target, provider, record_events
from directories.services.opening import hold_open
from directories.services.troubleshooting import log_finding
from provisioning.services import (
    all_members,
    apart,
    explanations,
    losses,
    memberships,
    rights,
    scope,
)
from provisioning.services.explanations import Reason
from provisioning.services.mapping import profile_of


class NotWaitingError(Exception):
    """The record does not wait for an admin to link its account (any more)."""


class OwnAccountError(Exception):
    """Linking would deactivate the account of the admin who asks for it."""


@dataclass(frozen=True)
class Ownership:
    """Who has verified the domain of a record's address."""

    ours: bool
    elsewhere: bool
    other_directory: bool


def take_up(record: UserRecord, *, now: datetime) -> Outcome:
    """Bring the account of a record in step with it, and its synced groups.

    Called in the transaction that wrote the record, which is locked. Raises
    RefusedError when the address is another's.
    """
    if apart.is_kept_apart(record):
        return apart.keep_apart(record, now=now)
    before = record.account if record.link_state == LinkState.LINKED else None
    was_active = record.account is not None and record.account.is_active
    outcome = _decide(record, now)
    losses.note_return(record, outcome, was_active=was_active, now=now)
    if outcome.reason and outcome.reason != record.link_reason:
        finding = explanations.of_user(record, outcome.reason)
        log_finding(record.directory, finding, now=now)
    after = outcome.account if outcome.state == LinkState.LINKED else None
    stopped = record.directory.guard_stopped_at is not None
    if before is not None and before != after and not stopped:
        memberships.leave_synced_groups(before, record.organization_id)
    if after is not None and before != after:
        all_members.join(record, after, now=now)
        # A record that is new is in no group yet.
        if record.created_at != now:
            memberships.join_synced_groups(record, after)
    return outcome


def let_go(record: UserRecord, *, now: datetime) -> None:
    """Unlink the account of a record that is about to be deleted.

    A managed account is deactivated; an external one keeps its access.
    """
    account = record.account
    if account is None:
        apart.note_deleted(record, now=now)
        return
    if losses.holds_deletion(record, account, now=now):
        return
    change = _change(record, now)
    memberships.leave_synced_groups(account, record.organization_id)
    Member.objects.filter(
        organization_id=record.organization_id, account=account
    ).update(directory=None)
    if account.managed_by_id == record.organization_id:
        _deactivate(record, account, change)
    _record_links([Event.SCIM_USER_UNLINKED], record, account, now)


def _deactivate(record: UserRecord, account: Account, change: accounts.Change) -> None:
    """Deactivate an account, unless nobody could administer without it."""
    try:
        rights.deactivate(account, change=change)
    except rights.LastAdminError:
        finding = explanations.of_user(record, Reason.LAST_ADMIN)
        log_finding(record.directory, finding, now=change.at)


@transaction.atomic
def approve_link(record: UserRecord, *, by: Actor, now: datetime) -> Account:
    """Link a record that was held because its account holds an admin right.

    Raises NotWaitingError, OwnAccountError, opening.ClosedError, or RefusedError
    when the address has become another organization's.
    """
    hold_open(record.directory)
    held = (
        UserRecord.objects.select_for_update(of=("self",))
        .select_related("organization", "directory__organization")
        .filter(
            pk=record.pk,
            link_state=LinkState.HELD,
            link_reason=Reason.ADMIN_ACCOUNT,
        )
        .first()
    )
    if held is None:
        raise NotWaitingError(record.pk)
    # As it is held: how groups in groups count cannot change meanwhile.
    held.directory = record.directory
    outcome = _decide(held, now, approved_by=by)
    if outcome.account is None:
        raise NotWaitingError(record.pk)
    ends = not outcome.account.is_active or outcome.reason == Reason.LAST_ADMIN
    if ends and by.id == str(outcome.account.public_id):
        raise OwnAccountError(record.pk)
    held.account = outcome.account
    held.link_state, held.link_reason = outcome.state, outcome.reason
    held.save(update_fields=["account", "link_state", "link_reason"])
    if outcome.state == LinkState.LINKED:
        all_members.join(held, outcome.account, now=now)
        memberships.join_synced_groups(held, outcome.account)
    return outcome.account


def link_chosen(
    record: UserRecord, account: Account, *, by: Actor, now: datetime
) -> Outcome:
    """Link a locked record to an account that an admin chose for it.

    The account gets the pushed address; the organization manages it, and the domain
    of that address. Raises RefusedError when another account has the address.
    """
    accounts.join_organization(
        account,
        organization=record.organization,
        directory=record.directory,
        now=now,
    )
    _record_links([Event.SCIM_USER_LINKED], record, account, now, by=by)
    return _follow(record, account, _ownership(record), now)


def ownership(record: UserRecord) -> Ownership:
    """Say who has verified the domain of a record's address."""
    return _ownership(record)


def _decide(
    record: UserRecord, now: datetime, *, approved_by: Actor | None = None
) -> Outcome:
    current = record.account
    if current is not None and not record.active:
        return _rest(record, current, now)
    if not record.email:
        state = LinkState.PAUSED if current else LinkState.UNLINKED
        return Outcome(state, current, Reason.NO_EMAIL)
    if not scope.carries_user(record):
        return scope.leave_out_user(record, current, now)
    domain = _ownership(record)
    known = current is not None and current.email_key == record.email_key
    if domain.elsewhere and not known:
        raise _email_refused(
            record,
            kind="domain_of_other_organization",
            advice=_(
                "Another organization has verified the domain of this address. "
                "Give the person another address, or ask that organization."
            ),
        )
    if current is not None:
        return _follow(record, current, domain, now)
    return _link(record, domain, now, approved_by)


def _rest(record: UserRecord, account: Account, now: datetime) -> Outcome:
    """Take access away from who is inactive, whatever their address says.

    What else has changed is looked at when they are active again; nothing may
    stand in the way of taking access away.
    """
    if losses.holds_deactivation(record, account, now=now):
        return Outcome(LinkState.LINKED, account, Reason.GUARD_HELD)
    same = record.email_key == account.email_key
    if account.managed_by_id != record.organization_id:
        return Outcome(LinkState.PAUSED, account, Reason.INACTIVE)
    change = _change(record, now)
    if same:
        accounts.change_profile(account, _updates(record), change=change)
    try:
        rights.deactivate(account, change=change)
    except rights.LastAdminError:
        return Outcome(LinkState.LINKED, account, Reason.LAST_ADMIN)
    if same:
        return Outcome(LinkState.LINKED, account)
    return Outcome(LinkState.PAUSED, account, Reason.INACTIVE)


def _link(
    record: UserRecord, domain: Ownership, now: datetime, approved_by: Actor | None
) -> Outcome:
    """Find or make the account of a record that has none yet."""
    if domain.other_directory:
        return Outcome(LinkState.HELD, reason=Reason.DOMAIN_LINKED_ELSEWHERE)
    held = rows.fetch(Account, "t.email_key = %s", [record.email_key], lock=True)
    account = next(iter(held), None)
    if account is None and not record.active:
        return Outcome(LinkState.UNLINKED, reason=Reason.INACTIVE)
    events = [Event.SCIM_USER_LINKED]
    if account is None:
        events = [Event.ACCOUNT_CREATED, *events]
        profile = profile_of(record.document)
        account = accounts.create_account(
            email=record.email,
            profile={**profile, "name": profile["name"] or record.user_name},
            managed=domain.ours,
            change=_change(record, now),
        )
    elif reason := _reason_to_hold(record, account, approved=approved_by is not None):
        return Outcome(LinkState.HELD, reason=reason)
    if domain.ours:
        accounts.claim(account, record.organization)
    accounts.join_organization(
        account,
        organization=record.organization,
        directory=record.directory,
        now=now,
    )
    _record_links(events, record, account, now, by=approved_by)
    return _in_step(record, account, now)


def _reason_to_hold(record: UserRecord, account: Account, *, approved: bool) -> str:
    """Say why an admin must look before the account is linked, "" if not."""
    organization = record.organization_id
    if account.records.filter(organization=organization).exists():
        return Reason.OTHER_DIRECTORY
    if is_admin(account) and not approved:
        return Reason.ADMIN_ACCOUNT
    return ""


def is_admin(account: Account) -> bool:
    """Say whether the account holds an admin right anywhere."""
    return RoleAssignment.objects.filter(account=account).exists()


def _follow(
    record: UserRecord, account: Account, domain: Ownership, now: datetime
) -> Outcome:
    """Carry a change on to the account that the record is linked to."""
    if record.email_key == account.email_key:
        if domain.ours:
            accounts.claim(account, record.organization)
        return _in_step(record, account, now)
    if not domain.ours or account.managed_by_id != record.organization_id:
        return Outcome(LinkState.PAUSED, account, Reason.EMAIL_NOT_VERIFIED)
    if is_admin(account):
        outcome = _in_step(record, account, now)
        return Outcome(outcome.state, account, Reason.ADMIN_EMAIL_CHANGE)
    try:
        accounts.change_email(account, record.email, change=_change(record, now))
    except accounts.EmailTakenError as error:
        raise _email_refused(
            record,
            kind="email_taken",
            advice=_(
                "The account {name} already has this address. Change the address "
                "of that account or delete it, then push the person again."
            ).format(name=error.holder.get_full_name()),
        ) from error
    return _in_step(record, account, now)


def _in_step(record: UserRecord, account: Account, now: datetime) -> Outcome:
    """Apply profile and state where the organization manages the account."""
    if not record.active:
        return _rest(record, account, now)
    if account.managed_by_id == record.organization_id:
        change = _change(record, now)
        accounts.change_profile(account, _updates(record), change=change)
        rights.reactivate(account, change=change)
    return Outcome(LinkState.LINKED, account)


def _updates(record: UserRecord) -> dict[str, str]:
    """Return what a push changes; one without a name leaves the name alone."""
    profile = profile_of(record.document)
    return {k: v for k, v in profile.items() if v or k != "name"}


def _ownership(record: UserRecord) -> Ownership:
    # One organization at the most has verified a name.
    verified = rows.fetch(
        Domain, "t.name = %s AND t.verified_at IS NOT NULL", [domain_of(record.email)]
    )
    if not verified:
        return Ownership(ours=False, elsewhere=False, other_directory=False)
    (domain,) = verified
    ours = domain.organization_id == record.organization_id
    elsewhere = domain.directory_id not in {None, record.directory_id}
    return Ownership(ours=ours, elsewhere=not ours, other_directory=ours and elsewhere)


def _email_refused(record: UserRecord, *, kind: str, advice: str) -> RefusedError:
    text = f"Resource [USER]: with email[{record.email}] already exists."
    return RefusedError(text, kind=kind, name=record.user_name, advice=advice)


def _change(record: UserRecord, now: datetime) -> accounts.Change:
    return accounts.Change(
        organization=record.organization, by=provider(record.directory), at=now
    )


def _record_links(
    events: list[Event],
    record: UserRecord,
    account: Account,
    now: datetime,
    *,
    by: Actor | None = None,
) -> None:
    target = Target(
        "account",
        str(account.public_id),
        account.email,
        {"record": str(record.scim_id), "user_name": record.user_name},
    )
    record_events(
        [(event, target) for event in events],
        organization=record.organization,
        by=by or provider(record.directory),
        at=now,
    )
