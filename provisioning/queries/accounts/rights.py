"""Reads about the rights that groups give."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet

from directories.queries.rights import in_force
from provisioning.models import App, DeletedGroup, DeletedGroupRole, Group, GroupRole

Right = GroupRole | DeletedGroupRole
M = TypeVar("M", bound=Model)


def of_present_apps(rights: QuerySet[M]) -> QuerySet[M]:
    """Leave out rights about an app that was removed from its site."""
    gone = App.with_removed.filter(
        site=OuterRef("site"), kind=OuterRef("app"), removed_at__isnull=False
    )
    return rights.filter(~Exists(gone))


def rights_of(
    groups: Iterable[Group], *, removed: bool = False
) -> dict[int, list[GroupRole]]:
    """Return what each of these groups gives, by its key; one query.

    With `removed` what it will give again when a site or an app is restored too: who
    decides about the group needs a right for that as well.
    """
    found: dict[int, list[GroupRole]] = {}
    roles = GroupRole.objects.filter(group__in=list(groups)).select_related("site")
    roles = roles if removed else in_force(roles)
    for role in roles.order_by("role", "site__name", "app"):
        found.setdefault(role.group_id, []).append(role)
    return found


def rights_of_deleted(
    groups: Iterable[DeletedGroup], *, removed: bool = False
) -> dict[int, list[DeletedGroupRole]]:
    """Return what each of these deleted groups gave, by its key; one query.

    With `removed` as rights_of.
    """
    found: dict[int, list[DeletedGroupRole]] = {}
    roles = DeletedGroupRole.objects.filter(group__in=list(groups))
    roles = roles if removed else in_force(roles)
    for role in roles.select_related("site").order_by("role", "site__name", "app"):
        found.setdefault(role.group_id, []).append(role)
    return found
