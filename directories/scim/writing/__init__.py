"""What a request wants done to users and groups, whichever way it came."""

from directories.scim.writing.groups import GroupWrites
from directories.scim.writing.users import UserWrites

__all__ = ["GroupWrites", "UserWrites"]
