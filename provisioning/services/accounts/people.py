"""Turns a person's record into an account, by the rules of the domain.

Whether the address's domain is verified decides: accounts of verified domains
are managed, their profile and state follow the identity provider; of all
others only the membership in synced groups does.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from directories.consumers import Outcome, RefusedError
from directories.findings import Refusal
from directories.models import Account, LinkState, UserRecord
from directories.services import accounts, photos
from directories.services.audit import Actor, provider
from directories.services.opening import hold_open
from directories.services.together import run_anew
from directories.services.troubleshooting import log_finding
from provisioning.reasons import Reason
from provisioning.services import consequences
from provisioning.services.account_links import apart, linking, other_party
from provisioning.services.account_links.ownership import Ownership, ownership_of
from provisioning.services.accounts import arrival_notes, external_people, takeover
from provisioning.services.accounts.mapping import photo_of, profile_of
from provisioning.services.directory_scope import scope
from provisioning.services.held_removals import losses, pausing
from provisioning.services.organization_groups import all_members
from provisioning.services.suspension import suspended
from provisioning.services.syncing import explanations, memberships


class NotWaitingError(Exception):
    """The record does not wait for an admin to link its account (any more)."""


class OwnAccountError(Exception):
    """Linking would deactivate the account of the admin who asks for it."""


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
    left = ""
    after = outcome.account if outcome.state == LinkState.LINKED else None
    stopped = record.directory.guard_stopped_at is not None
    if before is not None and before != after and not stopped:
        left = pausing.leave_groups(record, before, outcome, now=now)
    if after is not None and before != after:
        all_members.join(record, after, now=now)
        # A record that is new is in no group yet.
        if record.created_at != now:
            pausing.join_groups(record, after, now=now)
    if outcome.reason and outcome.reason != record.link_reason:
        _log(record, outcome.reason, now, more=left)
    return outcome


def _log(record: UserRecord, reason: str, now: datetime, *, more: str = "") -> None:
    """Log why a record stands as it does, naming the others who are concerned."""
    named = f"{other_party.named(record, reason)} {more}".strip()
    finding = explanations.of_user(record, reason, more=named)
    log_finding(record.directory, finding, now=now)


def let_go(record: UserRecord, *, now: datetime) -> None:
    """Unlink the account of a record that is about to be deleted.

    A managed account is deactivated, unless it is the last organization admin's; an
    external one keeps its access unless the organization chose otherwise.
    """
    account = record.account
    if account is None:
        apart.note_deleted(record, now=now)
        return
    if not losses.holds_deletion(record, account, now=now):
        part(record, account, now=now)


def part(record: UserRecord, account: Account, *, now: datetime) -> None:
    """Take from an account what it had by a record that is deleted."""
    memberships.leave_synced_groups(account, record.organization_id)
    takeover.release_member(record, account, now=now)
    try:
        _take_access(record, account, now)
    except consequences.LastAdminError:
        _log(record, Reason.LAST_ADMIN, now)
    takeover.record_unlinked(record, account, by=provider(record.directory), now=now)


def _take_access(record: UserRecord, account: Account, now: datetime) -> None:
    """Deactivate a managed account; take an external person out where that is wished.

    Raises consequences.LastAdminError.
    """
    change = _change(record, now)
    if account.managed_by_id == record.organization_id:
        consequences.deactivate(account, change=change)
    elif record.organization.removes_external:
        external_people.remove_deactivated(account, change)


@run_anew
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
        _note_owned(held, now)
    return outcome.account


def _note_owned(linked: UserRecord, now: datetime) -> None:
    """Tell the other records that wait for the same account that it is taken."""
    waiting = UserRecord.objects.filter(
        organization_id=linked.organization_id,
        email_key=linked.email_key,
        link_state=LinkState.HELD,
        link_reason=Reason.ADMIN_ACCOUNT,
    )
    for other in waiting.select_related("directory").exclude(pk=linked.pk):
        same = other.directory_id == linked.directory_id
        reason = Reason.OTHER_RECORD if same else Reason.OTHER_DIRECTORY
        if waiting.filter(pk=other.pk).update(link_reason=reason):
            _log(other, reason, now)


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
    linking.record_links(record, account, now, made=False, by=by)
    return _follow(record, account, ownership_of(record), now)


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
    domain = ownership_of(record)
    if domain.same_key:
        arrival_notes.log_same_key(record, domain.same_key, now=now)
    known = current is not None and current.email_key == record.email_key
    if domain.elsewhere and not known:
        raise _email_refused(
            record,
            kind=Refusal.DOMAIN_OF_OTHER_ORGANIZATION,
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
    stand in the way of taking access away but that nobody would administer the
    organization then.
    """
    if losses.holds_deactivation(record, account, now=now):
        # As they are: whose groups wait must not get them by being deactivated.
        paused = record.link_state == LinkState.PAUSED
        state = LinkState.PAUSED if paused else LinkState.LINKED
        return Outcome(state, account, Reason.GUARD_HELD)
    same = record.email_key == account.email_key
    managed = account.managed_by_id == record.organization_id
    if managed and same:
        change = _change(record, now)
        accounts.change_profile(account, _updates(record), change=change)
    # Who was taken out and came back by an admin's invitation is left alone.
    if managed or record.link_reason != Reason.INACTIVE:
        try:
            _take_access(record, account, now)
        except consequences.LastAdminError:
            return Outcome(LinkState.LINKED, account, Reason.LAST_ADMIN)
    if managed and same:
        return Outcome(LinkState.LINKED, account)
    return Outcome(LinkState.PAUSED, account, Reason.INACTIVE)


def _link(
    record: UserRecord, domain: Ownership, now: datetime, approved_by: Actor | None
) -> Outcome:
    """Find or make the account of a record that has none yet."""
    if domain.other_directory:
        return Outcome(LinkState.HELD, reason=Reason.DOMAIN_LINKED_ELSEWHERE)
    account, owner = linking.hold_account(record, domain)
    if account is None and not record.active:
        return Outcome(LinkState.UNLINKED, reason=Reason.INACTIVE)
    made = account is None
    if account is None:
        account = linking.make_account(
            record, managed=domain.ours, change=_change(record, now)
        )
    elif reason := linking.reason_to_hold(record, account, owner, domain, approved_by):
        return Outcome(LinkState.HELD, reason=reason)
    if owner is not None:
        takeover.take_over(owner, account, record, now=now)
    if domain.ours:
        accounts.claim(account, change=_change(record, now))
    else:
        arrival_notes.log_external(record, account, made=made, now=now)
    accounts.join_organization(
        account,
        organization=record.organization,
        directory=record.directory,
        now=now,
    )
    linking.record_links(record, account, now, made=made, by=approved_by)
    return _in_step(record, account, now)


def _follow(
    record: UserRecord, account: Account, domain: Ownership, now: datetime
) -> Outcome:
    """Carry a change on to the account that the record is linked to."""
    if record.email_key != account.email_key:
        return _move(record, account, domain, now)
    if domain.other_directory:
        reason = Reason.DOMAIN_LINKED_ELSEWHERE
        takeover.let_go(record, account, reason=reason, now=now)
        return Outcome(LinkState.HELD, reason=reason)
    if domain.ours:
        accounts.claim(account, change=_change(record, now))
    return _in_step(record, account, now)


def _move(
    record: UserRecord, account: Account, domain: Ownership, now: datetime
) -> Outcome:
    """Give the account another address, where the organization may."""
    if domain.other_directory:
        return Outcome(LinkState.PAUSED, account, Reason.EMAIL_LINKED_ELSEWHERE)
    if not domain.ours:
        return Outcome(LinkState.PAUSED, account, Reason.EMAIL_NOT_VERIFIED)
    if account.managed_by_id != record.organization_id:
        _join_again(record, account, now)
        return Outcome(LinkState.LINKED, account, Reason.EXTERNAL_EMAIL)
    if linking.is_admin(account):
        outcome = _in_step(record, account, now)
        return Outcome(outcome.state, account, Reason.ADMIN_EMAIL_CHANGE)
    try:
        accounts.change_email(account, record.email, change=_change(record, now))
    except accounts.EmailTakenError as error:
        raise _email_refused(
            record,
            kind=Refusal.EMAIL_TAKEN,
            advice=other_party.advice(record, error.holder),
        ) from error
    return _in_step(record, account, now)


def _in_step(record: UserRecord, account: Account, now: datetime) -> Outcome:
    """Apply profile and state where the organization manages the account."""
    if not record.active:
        return _rest(record, account, now)
    was_active = account.is_active
    if account.managed_by_id == record.organization_id:
        change = _change(record, now)
        accounts.change_profile(account, _updates(record), change=change)
        photos.follow_photo(account, photo_of(record.document), now=now)
        consequences.reactivate(account, change=change)
    else:
        _join_again(record, account, now)
    reason = suspended.reason_of(record, account, was_active=was_active, now=now)
    return Outcome(LinkState.LINKED, account, reason)


def _join_again(record: UserRecord, account: Account, now: datetime) -> None:
    """List an external person again who was perhaps taken out while inactive."""
    if record.link_state == LinkState.PAUSED:
        accounts.join_organization(
            account,
            organization=record.organization,
            directory=record.directory,
            now=now,
        )


def _updates(record: UserRecord) -> dict[str, str]:
    """Return what a push changes; one without a name leaves the name alone."""
    profile = profile_of(record.document)
    return {k: v for k, v in profile.items() if v or k != "name"}


def _email_refused(record: UserRecord, *, kind: Refusal, advice: str) -> RefusedError:
    text = f"Resource [USER]: with email[{record.email}] already exists."
    return RefusedError(text, kind=kind, name=record.user_name, advice=advice)


def _change(record: UserRecord, now: datetime) -> accounts.Change:
    return accounts.Change(
        organization=record.organization, by=provider(record.directory), at=now
    )
