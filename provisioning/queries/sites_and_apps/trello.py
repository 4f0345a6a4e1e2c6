"""Reads about a Trello Enterprise: who has one of its free accounts.

Nothing is stored: every active person whom an identity provider brought has one.
"""

from django.core.cache import cache
from django.db.models import QuerySet

from directories.models import Member, Organization
from provisioning.models import TrelloEnterprise
from provisioning.queries.accounts.people import KEEP_S, MANY


def enterprise_of(organization: Organization) -> TrelloEnterprise | None:
    """Return the Trello Enterprise that an organization has linked."""
    found = TrelloEnterprise.objects.select_related("organization")
    return found.filter(organization=organization).first()


def has_account(member: Member) -> bool:
    """Say whether somebody has a free account while a Trello Enterprise is linked."""
    return member.directory_id is not None and member.status == Member.Status.ACTIVE


def with_accounts(organization: Organization) -> QuerySet[Member]:
    """Return who has a free account while a Trello Enterprise is linked."""
    active = organization.members.filter(status=Member.Status.ACTIVE)
    return active.filter(directory__isnull=False)


def account_count(organization: Organization) -> int:
    """Count who has a free account; a big count may be some seconds old."""
    key = f"trello-accounts:{organization.pk}"
    if (known := cache.get(key)) is None:
        known = with_accounts(organization).count()
        if known > MANY:
            cache.set(key, known, KEEP_S)
    return int(known)
