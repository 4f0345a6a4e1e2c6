"""Links a record to an account that an admin chose, though the addresses differ."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from directories import dialect
from directories.models import Account, LinkState, UserRecord
from directories.services.audit import Actor
from directories.services.subscriptions import check_subscription
from provisioning.services.account_links import linking
from provisioning.services.account_links.links import hold
from provisioning.services.account_links.ownership import ownership_of
from provisioning.services.accounts import people
from provisioning.services.organization_groups import all_members
from provisioning.services.syncing import memberships


class UnlinkableError(Exception):
    """A record and an account cannot be linked; the text tells an admin why."""


def link_to(
    record: UserRecord, account: Account, *, by: Actor, now: datetime
) -> UserRecord:
    """Link a record to an account with another address, which gets the pushed one.

    Raises UnlinkableError, records.UnknownRecordError, opening.ClosedError or
    subscriptions.SubscriptionEndedError.
    """
    check_subscription(record.directory.organization)

    @transaction.atomic
    def link() -> UserRecord:
        held = hold(record)
        chosen = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
        if reason := reason_against(held, chosen):
            raise UnlinkableError(reason)
        outcome = people.link_chosen(held, chosen, by=by, now=now)
        held.account = outcome.account
        held.link_state, held.link_reason = outcome.state, outcome.reason
        held.save(update_fields=["account", "link_state", "link_reason"])
        if outcome.state == LinkState.LINKED:
            all_members.join(held, chosen, now=now)
            memberships.join_synced_groups(held, chosen)
        return held

    return dialect.retrying(link)


def reason_against(record: UserRecord, account: Account) -> str:
    """Say why a record cannot be linked to an account of a choice, "" if it can."""
    return (
        _reason_against_record(record)
        or _reason_against_account(record, account)
        or _reason_against_address(record, account)
    )


def _reason_against_record(record: UserRecord) -> str:
    if record.account_id is not None:
        return _("The person is linked to an account already. Unlink it first.")
    if not record.active:
        return _(
            "The person is inactive in the identity provider: linking would "
            "deactivate the account. Activate the person there first."
        )
    if not record.email:
        return _(
            "The person has no email address. Map one in the identity provider and "
            "push the person again."
        )
    domain = ownership_of(record)
    if not domain.ours or domain.other_directory:
        return _(
            "The account would get the address {email}, and this directory does not "
            "decide about its domain. Verify the domain, and link it to this "
            "directory or to none."
        ).format(email=record.email)
    return ""


def _reason_against_account(record: UserRecord, account: Account) -> str:
    organization = record.organization_id
    if account.managed_by_id != organization:
        return _(
            "Your organization does not manage this account, so it cannot give it "
            "another address. Verify the domain of the account's address first."
        )
    if account.records.filter(organization=organization).exists():
        return _("The account is linked to another record. Unlink that one first.")
    if linking.is_admin(account):
        return _(
            "The account holds an admin right, and linking it would hand it to the "
            "identity provider. Revoke the right first."
        )
    if account.deletion_at is not None:
        return _("The account is to be deleted. Cancel the deletion first.")
    return ""


def _reason_against_address(record: UserRecord, account: Account) -> str:
    others = Account.objects.filter(email_key=record.email_key).exclude(pk=account.pk)
    if holder := others.first():
        return _(
            "The account {name} has the address {email} already. Give that account "
            "another address first, or link the person to it."
        ).format(name=holder.get_full_name(), email=record.email)
    return ""
