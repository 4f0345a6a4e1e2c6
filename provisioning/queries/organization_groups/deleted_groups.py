"""Reads about groups that were deleted and can still be restored."""

from datetime import datetime

from django.db.models import QuerySet

from directories.folding import fold
from directories.models import Member, Organization
from provisioning.models import DeletedGroup, DeletedGroupMember, Group


def deleted_groups_in(
    organization: Organization, text: str, *, now: datetime
) -> QuerySet[DeletedGroup]:
    """Return the deleted groups that can be restored and whose name has `text`."""
    groups = DeletedGroup.objects.filter(organization=organization, expires_at__gt=now)
    return groups.filter(name_key__contains=fold(text)) if text else groups


def same_name(deleted: DeletedGroup) -> Group | None:
    """Return the group that has the name of a deleted one now."""
    return (
        Group.objects.select_related("record__directory")
        .filter(organization=deleted.organization_id, name_key=deleted.name_key)
        .first()
    )


def people_to_restore(deleted: DeletedGroup) -> int:
    """Count who was in a deleted group and is still in the organization."""
    here = Member.objects.filter(organization=deleted.organization_id)
    were = DeletedGroupMember.objects.filter(group=deleted)
    return were.filter(account__in=here.values("account")).count()
