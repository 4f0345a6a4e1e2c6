"""Changes the details of managed people whom no identity provider owns."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from directories.folding import domain_of
from directories.models import Account, Domain, Job, Organization
from directories.services import accounts
from directories.services.audit import Actor
from directories.services.together import run_anew
from provisioning.services.accounts.managed_accounts import hold_account
from provisioning.services.syncing import sync


class DomainNotVerifiedError(Exception):
    """The organization has not verified the domain of the new address."""


@run_anew
@transaction.atomic
def change_details(
    account: Account,
    organization: Organization,
    *,
    email: str,
    profile: Mapping[str, str],
    by: Actor,
    now: datetime,
) -> list[Job]:
    """Set the profile and the address of a managed account.

    Returns the jobs that link the address that has become free, where it was pushed.
    Raises managed_accounts.NotManagedError or OwnedError, DomainNotVerifiedError, or
    accounts.EmailTakenError.
    """
    held = hold_account(account.pk, organization)
    change = accounts.Change(organization, by, now)
    accounts.change_profile(held, profile, change=change)
    if email == held.email:
        return []
    verified = Domain.objects.verified().filter(
        organization=organization, name=domain_of(email)
    )
    if not verified.exists():
        raise DomainNotVerifiedError(email)
    freed = held.email_key
    accounts.change_email(held, email, change=change)
    return sync.queue_for_address(organization.pk, freed, now)
