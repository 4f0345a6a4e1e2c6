"""Reads about people: the Users list, one person, who administers."""

import uuid
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, QuerySet

from directories import dialect
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

LOCAL = "local"
# Counting this many takes long enough that a few seconds old will do.
MANY = 20_000
KEEP_S = 10


@dataclass(frozen=True)
class MemberFilter:
    """Which people to list; what is empty does not matter.

    `directory` is the id of a directory, or LOCAL for people of none.
    """

    text: str = ""
    status: str = ""
    directory: str = ""
    admins: bool = False

    def __bool__(self) -> bool:
        return bool(self.text or self.status or self.directory or self.admins)


@dataclass(frozen=True)
class MemberNumbers:
    """How many people an organization has."""

    total: int
    active: int
    admins: int
    by_status: dict[str, int]


def members_of(organization: Organization, wanted: MemberFilter) -> QuerySet[Member]:
    """Return the people of an organization with account and directory."""
    members = organization.members.select_related("account", "directory")
    if wanted.status:
        members = members.filter(status=wanted.status)
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
