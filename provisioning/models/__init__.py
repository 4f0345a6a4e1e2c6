"""Tables of the provisioning app."""

from provisioning.models.app import App
from provisioning.models.group import Group, GroupMember

__all__ = ["App", "Group", "GroupMember"]
