"""Writes to organizations, sites, domains and their first admin."""

from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.folding import dns_name, fold
from directories.models import (
    Account,
    Directory,
    Domain,
    Organization,
    RoleAssignment,
    Site,
)
from directories.services import accounts, admins
from directories.services.audit import SYSTEM, Target, record_event


@transaction.atomic
def create_organization(*, name: str, now: datetime) -> Organization:
    """Make an organization with its local directory."""
    organization = Organization.objects.create(name=name, created_at=now)
    Directory.objects.create(
        organization=organization,
        kind=Directory.Kind.LOCAL,
        name="Local directory",
        name_key=fold("Local directory"),
        state=Directory.State.ACTIVE,
        created_at=now,
    )
    record_event(
        Event.ORGANIZATION_CREATED,
        organization=organization,
        by=SYSTEM,
        target=Target("organization", str(organization.pk), name),
        at=now,
    )
    return organization


@transaction.atomic
def add_admin(
    organization: Organization, *, email: str, name: str, password: str, now: datetime
) -> Account:
    """Make an account that administers the organization.

    Raises accounts.EmailTakenError when the address has an account.
    """
    holder = Account.objects.filter(email_key=fold(email)).first()
    if holder is not None:
        raise accounts.EmailTakenError(holder)
    change = accounts.Change(organization=organization, by=SYSTEM, at=now)
    account = accounts.create_account(
        email=email,
        profile={"name": name},
        managed=False,
        change=change,
        password=password,
    )
    change.record(Event.ACCOUNT_CREATED, account)
    accounts.join_organization(
        account, organization=organization, directory=None, now=now
    )
    admins.grant_role(account, RoleAssignment.Role.ORGANIZATION_ADMIN, change=change)
    return account


def add_site(organization: Organization, *, name: str, now: datetime) -> Site:
    """Add a site to the organization."""
    return Site.objects.create(organization=organization, name=name, created_at=now)


def add_domain(
    organization: Organization, *, name: str, verified: bool, now: datetime
) -> Domain:
    """Add a mail domain, proven to be the organization's or not."""
    return Domain.objects.create(
        organization=organization,
        name=dns_name(fold(name)),
        verified_at=now if verified else None,
        created_at=now,
    )
