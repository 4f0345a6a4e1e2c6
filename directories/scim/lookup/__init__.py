"""What users and groups are looked up and sorted by, in SQL."""

from directories.scim.lookup.filters import condition, read_filter
from directories.scim.lookup.resources import GROUPS, USERS, Lookup

__all__ = ["GROUPS", "USERS", "Lookup", "condition", "read_filter"]
