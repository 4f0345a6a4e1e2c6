"""What users and groups are looked up and sorted by, in SQL."""

from directories.scim.lookup.filters import condition, read_filter
from directories.scim.lookup.resources import GROUPS, USERS, Lookup
from directories.scim.lookup.sorting import Key, sort_keys

__all__ = [
    "GROUPS",
    "USERS",
    "Key",
    "Lookup",
    "condition",
    "read_filter",
    "sort_keys",
]
