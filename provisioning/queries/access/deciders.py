"""Reads about who decides who gets into an app."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from directories.models import Account, Member, RoleAssignment
from provisioning.models import App
from provisioning.queries.accounts.administrators import admin_count

SHOWN = 5
ROLES = (
    RoleAssignment.Role.SITE_ADMIN,
    RoleAssignment.Role.USER_ACCESS_ADMIN,
    RoleAssignment.Role.APP_ADMIN,
)


@dataclass(frozen=True)
class Holders:
    """Who holds one right about an app: the first of them, by name."""

    role: str
    people: Sequence[Account]
    more: bool

    @property
    def label(self) -> str:
        """Return the name of the right."""
        return str(RoleAssignment.Role(self.role).label)


@dataclass(frozen=True)
class Deciders:
    """Who looks after an app: how many run the organization, who runs site and app."""

    organization_admins: int
    holders: Sequence[Holders]


def deciders_of(app: App) -> Deciders:
    """Return who looks after an app; a query for each right."""
    return Deciders(
        organization_admins=admin_count(app.site.organization),
        holders=[_holders(app, role) for role in ROLES],
    )


def _holders(app: App, role: str) -> Holders:
    rights = RoleAssignment.objects.filter(
        Q(site=app.site_id) | Q(site=None),
        organization=app.site.organization_id,
        role=role,
        app__in=["", app.kind],
    )
    # Rights of who is suspended rest.
    resting = Member.objects.filter(
        organization=app.site.organization_id,
        account=OuterRef("pk"),
        status=Member.Status.SUSPENDED,
    )
    active = Account.objects.filter(
        ~Exists(resting),
        pk__in=rights.values("account"),
        status=Account.Status.ACTIVE,
    )
    found = list(active.order_by("name", "pk")[: SHOWN + 1])
    return Holders(role, found[:SHOWN], more=len(found) > SHOWN)
