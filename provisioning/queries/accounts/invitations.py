"""Reads about invitations, and about which groups an invitation puts people into."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from directories.models import Account, Member, Organization
from provisioning.models import (
    ROLES_IN_APPS,
    App,
    AppGrant,
    AppRole,
    Group,
    Invitation,
)
from provisioning.queries.access.access_filters import present_apps


@dataclass(frozen=True)
class Choice:
    """A role in an app that people can be invited to, by its default groups."""

    app: App
    role: AppRole
    groups: Sequence[Group]

    @property
    def key(self) -> str:
        """Return the word by which a form names it."""
        return f"{self.app.pk}:{self.role.value}"


def choices_in(organization: Organization) -> list[Choice]:
    """Return every role in every app of an organization; two queries."""
    apps = list(present_apps(organization))
    defaults: dict[tuple[int, str], list[Group]] = {}
    grants = AppGrant.objects.filter(app__in=apps, is_default=True)
    for grant in grants.select_related("group").order_by("group__name_key"):
        defaults.setdefault((grant.app_id, grant.role), []).append(grant.group)
    return [
        Choice(app, role, defaults.get((app.pk, role), ()))
        for app in apps
        for role in ROLES_IN_APPS[app.kind]
    ]


def invited_in(organization: Organization) -> QuerySet[Invitation]:
    """Return the invitations of an organization that were not followed yet."""
    return Invitation.objects.pending().filter(organization=organization)


def invited_among(organization: Organization, accounts: Collection[int]) -> set[int]:
    """Return which of these accounts were invited and have not come yet."""
    pending = Invitation.objects.pending().filter(
        organization=organization, account__in=list(accounts)
    )
    return set(pending.values_list("account_id", flat=True))


def invited_accounts(organization: Organization) -> set[int]:
    """Return all who were invited and have not come yet, for an export."""
    return set(invited_in(organization).values_list("account_id", flat=True))


def status_of(member: Member, invited: Collection[int]) -> str:
    """Return a person's status in the words of lists; see parts/status.html."""
    waits = member.status == Member.Status.ACTIVE and not member.directory_id
    if waits and member.account_id in invited:
        return _("Invited")
    return member.get_status_display()


def invitation_of(organization: Organization, account: Account) -> Invitation | None:
    """Return the invitation that a person has not followed yet."""
    pending = Invitation.objects.pending().select_related("account", "organization")
    return pending.filter(organization=organization, account=account).first()
