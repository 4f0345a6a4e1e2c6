"""Makes the demonstration organization and finds it again."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from directories.demonstration.places import COMPANY, find_directory
from directories.models import (
    Account,
    Directory,
    Organization,
    RoleAssignment,
    Site,
)
from directories.services import accounts, organizations
from directories.services.accounts import Change
from directories.services.audit import SYSTEM
from directories.services.demonstration import (
    set_demonstration,
    set_unbounded,
    set_unguarded,
)
from directories.services.directories import add_directory
from provisioning.demonstration.permissions import give_permissions
from provisioning.models import App
from provisioning.services.organization_groups import local_groups
from provisioning.services.organization_groups.built_in import found_organization
from provisioning.services.sites_and_apps import sites

NAME = "Meridian Works"
ADMIN = ("Alex Moreau", "admin@rollcall.example", False)
OWN_DOMAINS = ("meridian.example", "meridian-labs.example")
# Verified and linked to no directory: free for whoever tries a first push.
FREE_DOMAINS = ("example.com", "example.org")
SITES = ("meridian", "meridian-help")
COMPANY_NAME = "Meridian Okta"
EMPTY = Directory.Provider.OTHER
EMPTY_NAME = "Your identity provider"

# Name, address, whether the domain is verified. The sample company has the
# first three too: two link, the admin waits for review.
TOMAS = ("Tomas Lindgren", "tomas.lindgren@meridian.example", True)
YUKI = ("Yuki T.", "yuki.tanabe@freelance.example", False)
PRIYA = ("Priya Natarajan", "priya.natarajan@meridian.example", True)
GRETA = ("Greta Olofsson", "greta.olofsson@meridian.example", True)
SAM = ("Sam Okafor", "sam.okafor@harbor-books.example", False)
PEOPLE = (TOMAS, YUKI, PRIYA, GRETA, SAM)
# The sample company has a group of the first name too: it waits for review.
LOCAL_GROUPS = (
    ("Design", "Designers, before the identity provider knew them", (TOMAS, GRETA)),
    ("Book club", "Every other Thursday", (TOMAS, YUKI, SAM)),
)
# Priya is an admin by this group alone.
ORG_ADMINS = ("org-admins", (ADMIN, PRIYA))
# Groups that the first site gets with its apps.
DEFAULT_GROUPS = (
    "jira-users-meridian",
    "confluence-users-meridian",
    "jira-servicemanagement-users-meridian",
)


class IncompleteError(Exception):
    """The organization has lost its admin or its sites."""


@dataclass(frozen=True)
class Demonstration:
    """The parts of the demonstration organization that people are told of."""

    organization: Organization
    admin: Account
    site: Site
    company: Directory
    empty: Directory


@transaction.atomic
def prepare(*, password: str, now: datetime) -> Organization:
    """Make the organization with sites, domains, and local people and groups."""
    organization = found_organization(name=NAME, now=now)
    set_demonstration(organization, Organization.Demonstration.PREPARED)
    for name in (*OWN_DOMAINS, *FREE_DOMAINS):
        organizations.add_domain(organization, name=name, verified=True, now=now)
    for name in SITES:
        sites.add_site(organization, name=name, kinds=App.Kind, by=SYSTEM, now=now)
    name, email, _ = ADMIN
    admin = organizations.add_admin(
        organization, email=email, name=name, password=password, now=now
    )
    people = _add_people(Change(organization=organization, by=SYSTEM, at=now))
    _add_groups(organization, {**people, email: admin}, now)
    return organization


def _add_people(change: Change) -> dict[str, Account]:
    people = {}
    for name, email, managed in PEOPLE:
        account = accounts.create_account(
            email=email, profile={"name": name}, managed=managed, change=change
        )
        accounts.join_organization(
            account, organization=change.organization, directory=None, now=change.at
        )
        people[email] = account
    return people


def _add_groups(
    organization: Organization, people: dict[str, Account], now: datetime
) -> None:
    for name, text, who in LOCAL_GROUPS:
        group = local_groups.create_group(
            organization, name=name, description=text, by=SYSTEM, now=now
        )
        local_groups.add_accounts(group, [people[email] for _, email, _ in who])
    inside = [*((key, PEOPLE) for key in DEFAULT_GROUPS), ORG_ADMINS]
    for key, members in inside:
        group = organization.groups.get(name_key=key)
        local_groups.add_accounts(group, [people[email] for _, email, _ in members])
    site = organization.sites.get(name=SITES[0])
    give_permissions(site, people[TOMAS[1]], now)


def parts(organization: Organization, now: datetime) -> Demonstration:
    """Return the parts, adding the directories that are not there (any more).

    Found by what nobody renames: the first of each kind. Raises IncompleteError.
    """
    rights = organization.role_assignments.select_related("account")
    first = rights.filter(role=RoleAssignment.Role.ORGANIZATION_ADMIN, group_id=0)
    admin = first.order_by("pk").first()
    site = organization.sites.order_by("created_at", "-name").first()
    if admin is None or site is None:
        raise IncompleteError
    empty = _directory(organization, EMPTY, EMPTY_NAME, now)
    set_unguarded(empty)
    return Demonstration(
        organization=organization,
        admin=admin.account,
        site=site,
        company=_directory(organization, COMPANY, COMPANY_NAME, now),
        empty=empty,
    )


def _directory(
    organization: Organization, provider: str, name: str, now: datetime
) -> Directory:
    directory = find_directory(organization, provider) or add_directory(
        organization=organization, provider=provider, name=name, by=SYSTEM, now=now
    )
    set_unbounded(directory)
    return directory
