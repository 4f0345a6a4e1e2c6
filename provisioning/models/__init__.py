"""Tables of the provisioning app."""

from provisioning.models.app import App
from provisioning.models.conflict_result import ConflictResult
from provisioning.models.deleted_group import (
    DeletedGroup,
    DeletedGroupMember,
    DeletedGroupRole,
)
from provisioning.models.dry_run import DryRun, DryRunLine
from provisioning.models.group import Group, GroupMember, GroupRole
from provisioning.models.sync_choice import SyncChoice

__all__ = [
    "App",
    "ConflictResult",
    "DeletedGroup",
    "DeletedGroupMember",
    "DeletedGroupRole",
    "DryRun",
    "DryRunLine",
    "Group",
    "GroupMember",
    "GroupRole",
    "SyncChoice",
]
