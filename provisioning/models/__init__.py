"""Tables of the provisioning app."""

from provisioning.models.app import (
    LICENSED_ROLES,
    ROLES_IN_APPS,
    App,
    AppGrant,
    AppRole,
)
from provisioning.models.app_access import (
    AccessCheck,
    AppAccess,
    AppUse,
    TrelloEnterprise,
)
from provisioning.models.app_permission import AppPermission, Space
from provisioning.models.choice_refusal import ChoiceRefusal
from provisioning.models.conflict_result import ConflictResult
from provisioning.models.deleted_group import (
    DeletedGroup,
    DeletedGroupGrant,
    DeletedGroupMember,
    DeletedGroupPermission,
    DeletedGroupRole,
)
from provisioning.models.dry_run import DryRun, DryRunLine
from provisioning.models.group import Group, GroupMember, GroupRole
from provisioning.models.invitation import Invitation
from provisioning.models.sync_choice import SyncChoice

__all__ = [
    "LICENSED_ROLES",
    "ROLES_IN_APPS",
    "AccessCheck",
    "App",
    "AppAccess",
    "AppGrant",
    "AppPermission",
    "AppRole",
    "AppUse",
    "ChoiceRefusal",
    "ConflictResult",
    "DeletedGroup",
    "DeletedGroupGrant",
    "DeletedGroupMember",
    "DeletedGroupPermission",
    "DeletedGroupRole",
    "DryRun",
    "DryRunLine",
    "Group",
    "GroupMember",
    "GroupRole",
    "Invitation",
    "Space",
    "SyncChoice",
    "TrelloEnterprise",
]
