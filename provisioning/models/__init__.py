"""Tables of the provisioning app."""

from provisioning.models.app import ROLES_IN_APPS, App, AppGrant, AppRole
from provisioning.models.choice_refusal import ChoiceRefusal
from provisioning.models.conflict_result import ConflictResult
from provisioning.models.deleted_group import (
    DeletedGroup,
    DeletedGroupGrant,
    DeletedGroupMember,
    DeletedGroupRole,
)
from provisioning.models.dry_run import DryRun, DryRunLine
from provisioning.models.group import Group, GroupMember, GroupRole
from provisioning.models.sync_choice import SyncChoice

__all__ = [
    "ROLES_IN_APPS",
    "App",
    "AppGrant",
    "AppRole",
    "ChoiceRefusal",
    "ConflictResult",
    "DeletedGroup",
    "DeletedGroupGrant",
    "DeletedGroupMember",
    "DeletedGroupRole",
    "DryRun",
    "DryRunLine",
    "Group",
    "GroupMember",
    "GroupRole",
    "SyncChoice",
]
