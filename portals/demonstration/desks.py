"""The help desks of the demonstration: their admin and customer directories."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from directories.folding import fold
from directories.models import Account, Directory, RoleAssignment, Site
from directories.services import accounts, admins
from directories.services.accounts import Change
from directories.services.audit import SYSTEM
from directories.services.demonstration import set_unbounded, set_unguarded
from portals.demonstration.filling import fill
from portals.demonstration.sources import customer_directory
from portals.models import (
    Customer,
    CustomerDirectory,
    CustomerOrganization,
    ServiceProject,
)
from provisioning.demonstration.organization import Demonstration
from provisioning.models import App

CUSTOMERS = Path(__file__).with_name("customers.csv")
JIRA_ADMIN = ("Jonas Berg", "jira-admin@rollcall.example")
# Whoever runs both is Jira admin and Jira Service Management admin of a site.
JIRA_APPS = (App.Kind.JIRA, App.Kind.SERVICE_MANAGEMENT)
COMPANY = Directory.Provider.ENTRA
COMPANY_NAME = "Client companies"
EMPTY = Directory.Provider.OTHER
EMPTY_NAME = "Your customers' identity provider"
Policy = CustomerDirectory.GroupPolicy


@dataclass(frozen=True)
class Desks:
    """The parts of the help desks that people are told of.

    `empty` is the customer directory of the site that demo.json names, ready for a
    first push; `company` is the one of the other site, which gets sample customers.
    """

    jira_admin: Account
    empty: Directory
    company: Directory


@transaction.atomic
def desks(parts: Demonstration, now: datetime) -> Desks:
    """Return the parts, adding those that are not there (any more)."""
    other = _other_site(parts)
    jira_admin = _jira_admin(parts, now)
    if _is_bare([parts.site, other]):
        _give_jira_apps(parts.admin, [parts.site, other], _change(parts, now))
        fill(named=parts.site, other=other, agents=[parts.admin, jira_admin], now=now)
    company = customer_directory(
        other, COMPANY, name=COMPANY_NAME, policy=Policy.DONT_SYNC, now=now
    )
    empty = customer_directory(
        parts.site, EMPTY, name=EMPTY_NAME, policy=Policy.SYNC, now=now
    )
    for directory in (company, empty):
        set_unbounded(directory)
        set_unguarded(directory)
    return Desks(jira_admin=jira_admin, empty=empty, company=company)


def _is_bare(sites: list[Site]) -> bool:
    """Say whether the sites have nothing of a help desk: an earlier version's."""
    tables = (CustomerDirectory, ServiceProject, Customer, CustomerOrganization)
    return not any(table.objects.filter(site__in=sites).exists() for table in tables)


def _other_site(parts: Demonstration) -> Site:
    """Return the site that demo.json does not name; where there is but one, that."""
    others = parts.organization.sites.exclude(pk=parts.site.pk)
    return others.order_by("created_at", "name").first() or parts.site


def _jira_admin(parts: Demonstration, now: datetime) -> Account:
    """Return who runs Jira on the named site, made if nobody has the address."""
    name, email = JIRA_ADMIN
    account = Account.objects.filter(email_key=fold(email)).first()
    if account is not None:
        return account
    change = _change(parts, now)
    account = accounts.create_account(
        email=email, profile={"name": name}, managed=False, change=change
    )
    accounts.join_organization(
        account, organization=parts.organization, directory=None, now=now
    )
    _give_jira_apps(account, [parts.site], change)
    return account


def _give_jira_apps(account: Account, sites: list[Site], change: Change) -> None:
    for site in sites:
        for app in JIRA_APPS:
            admins.grant_role(
                account,
                RoleAssignment.Role.APP_ADMIN,
                change=change,
                site=site,
                app=app.value,
            )


def _change(parts: Demonstration, now: datetime) -> Change:
    return Change(organization=parts.organization, by=SYSTEM, at=now)
