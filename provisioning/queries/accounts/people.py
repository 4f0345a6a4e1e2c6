"""Reads about people: the Users list, one person, who administers."""

import uuid
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, QuerySet

from directories import choices, dialect
from directories.models import (
    Account,
    Directory,
    LinkState,
    Member,
    Organization,
    UserRecord,
)
from directories.queries.rights import in_force
from provisioning.models import Group
from provisioning.queries.access.access_filters import with_access
from provisioning.queries.accounts.invitations import invited_in

LOCAL = "local"
# The state of people who were invited and have not signed in yet.
INVITED = "invited"
# Counting this many takes long enough that a few seconds old will do.
MANY = 20_000
KEEP_S = 10


@dataclass(frozen=True)
class MemberFilter:
    """Which people to list; what is empty does not matter.

    `status` is that of a member, or INVITED. `directory` is the id of a directory, or
    LOCAL for people of none. `access` is the key of an app, or NO_ACCESS.
    """

    text: str = ""
    status: str = ""
    directory: str = ""
    admins: bool = False
    access: str = ""

    def __bool__(self) -> bool:
        words = (self.text, self.status, self.directory, self.access)
        return self.admins or any(words)


Choice = choices.Choice[MemberFilter]


def chosen(organization: Organization, choice: Choice) -> QuerySet[Member]:
    """Return the people who were chosen, with account and directory."""
    if choice.all:
        return members_of(organization, choice.wanted)
    members = organization.members.select_related("account", "directory")
    return members.filter(account__public_id__in=choice.ids)


@dataclass(frozen=True)
class MemberNumbers:
    """How many people an organization has."""

    total: int
    active: int
    admins: int
    by_status: dict[str, int]


def members_of(
    organization: Organization, wanted: MemberFilter, *, listed: bool = False
) -> QuerySet[Member]:
    """Return the people of an organization with account and directory.

    For a page of a list, `listed`, see access_filters.with_access.
    """
    members = organization.members.select_related("account", "directory")
    if wanted.status == INVITED:
        members = members.filter(
            account__in=invited_in(organization).values("account"),
            directory=None,
            status=Member.Status.ACTIVE,
        )
    elif wanted.status:
        members = members.filter(status=wanted.status)
    if wanted.access:
        members = with_access(members, organization, wanted.access, listed=listed)
    if wanted.directory == LOCAL:
        members = members.filter(directory=None)
    elif wanted.directory:
        members = members.filter(directory=uuid.UUID(wanted.directory))
    if wanted.admins:
        # Few, so their ids are the better way in than the whole list by name.
        members = members.filter(account__in=admin_ids(organization))
    return dialect.search(members, wanted.text)


def admin_ids(organization: Organization) -> list[int]:
    """Return the keys of the accounts that hold an admin right."""
    held = in_force(organization.role_assignments.all()).order_by("account_id")
    return list(held.values_list("account_id", flat=True).distinct())


def member_numbers(organization: Organization) -> MemberNumbers:
    """Count the people; big counts may be some seconds old."""
    admins = len(admin_ids(organization))
    key = f"member-numbers:{organization.pk}"
    if (known := cache.get(key)) is None:
        counted = organization.members.order_by("status").values_list("status")
        known = dict(counted.annotate(people=Count("*")))
        if sum(known.values()) > MANY:
            cache.set(key, known, KEEP_S)
    active = known.get(Member.Status.ACTIVE, 0)
    return MemberNumbers(sum(known.values()), active, admins, known)


def record_of(organization: Organization, account: Account) -> UserRecord | None:
    """Return the record that owns the account in this organization."""
    records = UserRecord.objects.select_related("directory")
    return records.filter(organization=organization, account=account).first()


def waiting_record_of(
    organization: Organization, account: Account
) -> UserRecord | None:
    """Return a record that waits for review before it gets this account."""
    return (
        UserRecord.objects.select_related("directory")
        .filter(
            directory__organization=organization,
            directory__kind=Directory.Kind.ORGANIZATION,
            email_key=account.email_key,
            link_state=LinkState.HELD,
        )
        .order_by("pk")
        .first()
    )


def groups_of(organization: Organization, account: Account) -> QuerySet[Group]:
    """Return the account's groups in an organization, by name."""
    return (
        Group.objects.filter(organization=organization, group_members__account=account)
        .select_related("record__directory")
        .order_by("name_key", "pk")
    )
