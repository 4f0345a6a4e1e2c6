"""Turns portal-only customers into customers with an Atlassian account.

The customer keeps organizations, projects and history; password and sessions go. There
is no way back.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from directories.events import Event
from directories.folding import domain_of, fold
from directories.models import (
    Account,
    Domain,
    LinkState,
    Member,
    Organization,
    Site,
    UserRecord,
)
from directories.services import accounts
from directories.services.accounts import Change
from directories.services.audit import Actor
from directories.services.together import run_anew
from portals.models import Customer, OrganizationMember
from portals.reasons import Reason
from portals.refusals import Refused
from portals.services.customer_accounts import customer_notices, customers


class CannotMigrateError(Exception):
    """The customer cannot have an account; `reason` says why."""

    def __init__(self, reason: Refused) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Prospect:
    """What a migration would come upon: the account of the address, if there is one.

    `managed` says that the organization has verified the domain of the address.
    """

    account: Account | None
    managed: bool
    refused: Refused | None = None


def prospect_of(customer: Customer) -> Prospect:
    """Say what the migration of a customer would do, or why it cannot be."""
    organization = customer.site.organization
    account = Account.objects.filter(email_key=customer.email_key).first()
    owner = _owner_of_domain(customer.email)
    managed = owner == organization
    if customer.kind != Customer.Kind.PORTAL_ONLY:
        return Prospect(account, managed, Refused.HAS_ACCOUNT)
    if owner is not None and not managed:
        return Prospect(account, managed, Refused.ELSEWHERE)
    refused = _refusal(account, customer.site) if account else None
    return Prospect(account, managed, refused)


def _owner_of_domain(email: str) -> Organization | None:
    # One organization at the most has verified a name.
    domains = Domain.objects.verified().select_related("organization")
    found = domains.filter(name=domain_of(email)).first()
    return found.organization if found else None


def _refusal(account: Account, site: Site) -> Refused | None:
    if not account.is_active:
        return Refused.ACCOUNT_DEACTIVATED
    if account.managed_by_id not in {None, site.organization_id}:
        return Refused.ELSEWHERE
    members = Member.objects.filter(organization=site.organization, account=account)
    if members.filter(status=Member.Status.SUSPENDED).exists():
        return Refused.SUSPENDED
    if Customer.objects.filter(site=site, account=account).exists():
        return Refused.ACCOUNT_TAKEN
    return None


@run_anew
@transaction.atomic
def migrate(customer: Customer, *, by: Actor, now: datetime) -> Customer:
    """Let a customer sign in with the account of the address, made if there is none.

    Raises CannotMigrateError or customers.GoneError.
    """
    held = customers.hold(customer, with_record=True)
    change = Change(held.site.organization, by, now)
    account, is_new = _account_of(held, change)
    details = {
        "account": str(account.public_id),
        "new_account": is_new,
        "record": str(held.record_id or ""),
    }
    _let_record_go(held)
    held.kind, held.account = Customer.Kind.ACCOUNT, account
    held.password, held.session_epoch = "", held.session_epoch + 1
    held.save(
        update_fields=[
            "kind",
            "account",
            "password",
            "session_epoch",
            "record",
            "directory",
            "former_directory",
            "source",
        ]
    )
    customers.record(Event.CUSTOMER_MIGRATED, held, by=by, now=now, details=details)
    customer_notices.mail_migrated(held, new_account=is_new)
    return held


def _account_of(customer: Customer, change: Change) -> tuple[Account, bool]:
    """Return the account of a customer's address in the organization, and if it is new.

    Of two who make it at the same moment one finds the other's.
    """
    prospect = prospect_of(customer)
    if prospect.account is None and prospect.refused is None:
        made = _make_account(customer, change, managed=prospect.managed)
        if made is not None:
            return made, True
        prospect = prospect_of(customer)
    if prospect.refused or prospect.account is None:
        raise CannotMigrateError(prospect.refused or Refused.GONE)
    locked = Account.objects.select_for_update(of=("self",), no_key=True)
    account = locked.get(pk=prospect.account.pk)
    if not account.is_active or account.email_key != fold(customer.email):
        raise CannotMigrateError(Refused.ACCOUNT_DEACTIVATED)
    _join(account, change)
    return account, False


def _make_account(
    customer: Customer, change: Change, *, managed: bool
) -> Account | None:
    profile = dict.fromkeys(accounts.PROFILE, "") | {
        "name": customer.name,
        "job_title": customer.job_title,
        "department": customer.department,
        "company": customer.company,
        "time_zone": customer.time_zone,
        "language": customer.language,
    }
    try:
        with transaction.atomic():
            account = accounts.create_account(
                email=customer.email, profile=profile, managed=managed, change=change
            )
    except IntegrityError:
        return None
    change.record(Event.ACCOUNT_CREATED, account)
    _join(account, change)
    return account


def _join(account: Account, change: Change) -> None:
    """Make an account a local member, unless it is one of whatever source."""
    organization = change.organization
    if not organization.members.filter(account=account).exists():
        accounts.join_organization(
            account, organization=organization, directory=None, now=change.at
        )


def _let_record_go(customer: Customer) -> None:
    """Part a locked customer from a provider's record, and keep what it gave."""
    if customer.directory is not None:
        customer.former_directory = customer.directory.name
        customer.source = Customer.Source.IMPORTED
    if customer.record_id is not None:
        UserRecord.objects.filter(scim_id=customer.record_id).update(
            link_state=LinkState.UNLINKED, link_reason=Reason.ACCOUNT
        )
    customer.record = customer.directory = None
    synced = OrganizationMember.objects.filter(customer=customer, synced=True)
    synced.update(manual=True, synced=False)
