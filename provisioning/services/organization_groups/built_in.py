"""The groups that every organization has from the start, with what they give.

No identity provider can push a group of such a name; see group_names.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from directories.models import Organization, RoleAssignment
from directories.services import organizations
from directories.services.audit import SYSTEM
from provisioning.models import Group, GroupRole
from provisioning.services.organization_groups.local_groups import create_group

Role = RoleAssignment.Role


@dataclass(frozen=True)
class BuiltIn:
    """A built-in group and the right that it gives over the organization."""

    name: str
    description: str
    role: RoleAssignment.Role


BUILT_IN = (
    BuiltIn("org-admins", "Administers the organization", Role.ORGANIZATION_ADMIN),
    BuiltIn("site-admins", "Administers the sites", Role.SITE_ADMIN),
)


@transaction.atomic
def found_organization(*, name: str, now: datetime) -> Organization:
    """Make an organization with its local directory and its built-in groups."""
    organization = organizations.create_organization(name=name, now=now)
    for each in BUILT_IN:
        group = create_group(
            organization,
            name=each.name,
            description=each.description,
            by=SYSTEM,
            now=now,
            kind=Group.Kind.BUILT_IN,
        )
        GroupRole.objects.create(group=group, role=each.role, created_at=now)
    return organization
