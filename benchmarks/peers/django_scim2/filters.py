"""Which columns filters compare: by default externalId and displayName are none.

Runs in django-scim2's environment.
"""
# mypy: ignore-errors
# The peer is not installed where types are checked.

from django_scim.filters import GroupFilterQuery, UserFilterQuery


class UserFilters(UserFilterQuery):
    """The default ones, and the external id, which has an index."""

    attr_map = {
        **UserFilterQuery.attr_map,
        ("externalId", None, None): "scim_external_id",
    }


class GroupFilters(GroupFilterQuery):
    """The name, which has an index."""

    attr_map = {("displayName", None, None): "scim_display_name"}
