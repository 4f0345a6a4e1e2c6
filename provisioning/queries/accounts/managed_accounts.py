"""Reads about managed accounts: the list, and which of them were chosen."""

import uuid
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from directories import choices, dialect
from directories.models import Account, Member, Organization, UserRecord
from provisioning.queries.accounts.people import KEEP_S, LOCAL, MANY

DELETION = "deletion"
ACTIVE, DEACTIVATED = "active", "deactivated"


@dataclass(frozen=True)
class ManagedFilter:
    """Which managed accounts to list; what is empty does not matter.

    `status` is active, deactivated, or deletion: to be deleted. `directory` is the id
    of a directory, or LOCAL for people of none.
    """

    text: str = ""
    status: str = ""
    domain: str = ""
    directory: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.status or self.domain or self.directory)


Choice = choices.Choice[ManagedFilter]


@dataclass(frozen=True)
class Numbers:
    """How many managed accounts there are, and how many are to be deleted."""

    total: int
    leaving: int


@dataclass(frozen=True)
class Effect:
    """What the deactivation of chosen accounts would do.

    `owned` accounts are an identity provider's and stay as they are; `already` are
    deactivated.
    """

    chosen: int
    owned: int
    already: int

    @property
    def deactivated(self) -> int:
        """Return how many would be deactivated, but for the last admin."""
        return self.chosen - self.owned - self.already


def members_of(organization: Organization, wanted: ManagedFilter) -> QuerySet[Member]:
    """Return the managed people of an organization with account and directory."""
    members = organization.members.select_related("account", "directory").filter(
        account__managed_by=organization
    )
    if wanted.status == DELETION:
        members = members.filter(account__in=_leaving(organization))
    elif wanted.status:
        members = members.filter(_has_status(organization, wanted.status))
    if wanted.domain:
        members = members.filter(account__email_domain=wanted.domain)
    if wanted.directory == LOCAL:
        members = members.filter(directory=None)
    elif wanted.directory:
        members = members.filter(directory=uuid.UUID(wanted.directory))
    return dialect.search(members, wanted.text)


def _has_status(organization: Organization, status: str) -> Q:
    """Return the condition that a member's account has a status.

    Members repeat it, in an index by name, but for who is suspended: they are few.
    """
    suspended = organization.members.filter(
        status=Member.Status.SUSPENDED,
        account__managed_by=organization,
        account__status=status,
    )
    keys = list(suspended.values_list("pk", flat=True))
    return Q(status=status) | Q(pk__in=keys) if keys else Q(status=status)


def numbers(organization: Organization) -> Numbers:
    """Count managed accounts; big counts may be some seconds old."""
    key = f"managed-accounts:{organization.pk}"
    total = cache.get(key)
    if total is None:
        total = Account.objects.filter(managed_by=organization).count()
        if total > MANY:
            cache.set(key, total, KEEP_S)
    return Numbers(total, len(_leaving(organization)))


def _leaving(organization: Organization) -> list[int]:
    # Few, so their keys are the better way in than the whole list by name.
    leaving = Account.objects.filter(managed_by=organization, deletion_at__isnull=False)
    return list(leaving.values_list("pk", flat=True))


def chosen(organization: Organization, choice: Choice) -> QuerySet[Account]:
    """Return the accounts that were chosen and that can be deactivated by an admin."""
    active = _all_chosen(organization, choice).filter(status=Account.Status.ACTIVE)
    return active.filter(~_owned(organization))


def effect_of(organization: Organization, choice: Choice) -> Effect:
    """Count what the deactivation of the chosen accounts would do."""
    accounts = _all_chosen(organization, choice)
    # Both in one pass: to find who is owned takes longest.
    free = accounts.filter(~_owned(organization)).aggregate(
        total=Count("pk"),
        active=Count("pk", filter=Q(status=Account.Status.ACTIVE)),
    )
    total = accounts.count()
    return Effect(
        chosen=total,
        owned=total - free["total"],
        already=free["total"] - free["active"],
    )


def _all_chosen(organization: Organization, choice: Choice) -> QuerySet[Account]:
    managed = Account.objects.filter(managed_by=organization)
    if choice.all:
        members = members_of(organization, choice.wanted).order_by()
        if not choice.wanted:
            # Everybody who is managed is a member.
            return managed
        return managed.filter(pk__in=members.values("account_id"))
    return managed.filter(public_id__in=choice.ids)


def _owned(organization: Organization) -> Exists:
    """Return the condition that an identity provider owns an account."""
    records = UserRecord.objects.filter(organization=organization)
    return Exists(records.filter(account=OuterRef("pk")))
