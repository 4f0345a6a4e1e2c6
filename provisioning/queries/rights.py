"""Reads about the rights that groups give."""

from collections.abc import Iterable

from provisioning.models import DeletedGroup, DeletedGroupRole, Group, GroupRole

Right = GroupRole | DeletedGroupRole


def rights_of(groups: Iterable[Group]) -> dict[int, list[GroupRole]]:
    """Return what each of these groups gives, by its key; one query."""
    found: dict[int, list[GroupRole]] = {}
    roles = GroupRole.objects.filter(group__in=list(groups)).select_related("site")
    for role in roles.order_by("role", "site__name", "app"):
        found.setdefault(role.group_id, []).append(role)
    return found


def rights_of_deleted(
    groups: Iterable[DeletedGroup],
) -> dict[int, list[DeletedGroupRole]]:
    """Return what each of these deleted groups gave, by its key; one query."""
    found: dict[int, list[DeletedGroupRole]] = {}
    roles = DeletedGroupRole.objects.filter(group__in=list(groups))
    for role in roles.select_related("site").order_by("role", "site__name", "app"):
        found.setdefault(role.group_id, []).append(role)
    return found
