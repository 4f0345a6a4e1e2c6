"""Keeps deleted groups for a while, restores them, and forgets them in the end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from directories import dialect
from directories.events import Event
from directories.models import AuditEvent, GroupRecord, Member, Organization
from directories.services.audit import SYSTEM, Actor, Target, record_event
from directories.services.together import run_anew
from provisioning.models import (
    AppGrant,
    AppPermission,
    DeletedGroup,
    DeletedGroupGrant,
    DeletedGroupMember,
    DeletedGroupPermission,
    DeletedGroupRole,
    Group,
    GroupMember,
    GroupRole,
)
from provisioning.services import consequences
from provisioning.services.in_app import app_permissions
from provisioning.services.sites_and_apps import app_grants

GRANT = AppGrant._meta.db_table
KEPT_GRANT = DeletedGroupGrant._meta.db_table
KEPT_PERMISSION = DeletedGroupPermission._meta.db_table
KEPT_MEMBER = DeletedGroupMember._meta.db_table
KEPT_ROLE = DeletedGroupRole._meta.db_table
MEMBER = GroupMember._meta.db_table
PERMISSION = AppPermission._meta.db_table
ROLE = GroupRole._meta.db_table
# Groups, and rows of members, that one transaction forgets.
FORGOTTEN = 100
FORGOTTEN_MEMBERS = 20_000


class GoneError(Exception):
    """The deleted group was restored or forgotten meanwhile."""


@dataclass(frozen=True)
class Restored:
    """What a restoring did: `made` the group anew, or gave one its rights back.

    `rights` counts its access to apps, and permissions inside of them, too.
    """

    group: Group
    made: bool
    people: int
    rights: int


def delete(
    group: Group,
    *,
    organization: Organization,
    by: Actor,
    now: datetime,
    record: GroupRecord | None = None,
) -> DeletedGroup | None:
    """Delete a group, and keep what it was as long as the organization says.

    `record` is that of a provider that deletes it. Statements for all members at
    once, whatever their number; rights end. Call it in a transaction that holds the
    group. Raises consequences.LastAdminError for what an admin does.
    """
    kept = _keep(group, organization, by, now)
    if kept is not None and record is not None:
        kept.directory_name = record.directory.name
        kept.save(update_fields=["directory_name"])
    details = {
        **({"record": str(record.scim_id)} if record else {}),
        "restorable_until": kept.expires_at.isoformat() if kept else "",
    }
    target = Target("group", str(group.public_id), group.name, details)
    _record(Event.GROUP_DELETED, organization, by, target, now)
    consequences.end_group(group, by=by, now=now, refuses=record is None)
    group.delete()
    return kept


def _keep(
    group: Group,
    organization: Organization,
    by: Actor,
    now: datetime,
) -> DeletedGroup | None:
    if not organization.grace_days:
        return None
    kept = DeletedGroup.objects.create(
        public_id=group.public_id,
        organization=organization,
        name=group.name,
        name_key=group.name_key,
        description=group.description,
        deleted_at=now,
        deleted_by=by.name,
        expires_at=now + timedelta(days=organization.grace_days),
    )
    dialect.rows(
        f"INSERT INTO {KEPT_MEMBER} (group_id, account_id)"  # noqa: S608
        f" SELECT %s, account_id FROM {MEMBER} WHERE group_id = %s",
        [kept.pk, group.pk],
    )
    dialect.rows(
        f"INSERT INTO {KEPT_ROLE} (group_id, role, site_id, app)"  # noqa: S608
        f" SELECT %s, role, site_id, app FROM {ROLE} WHERE group_id = %s",
        [kept.pk, group.pk],
    )
    dialect.rows(
        f"INSERT INTO {KEPT_GRANT} (group_id, app_id, role, is_default)"  # noqa: S608
        f" SELECT %s, app_id, role, is_default FROM {GRANT} WHERE group_id = %s",
        [kept.pk, group.pk],
    )
    dialect.rows(
        f"INSERT INTO {KEPT_PERMISSION}"  # noqa: S608
        " (group_id, app_id, space_id, permission)"
        f" SELECT %s, app_id, space_id, permission FROM {PERMISSION}"
        " WHERE group_id = %s",
        [kept.pk, group.pk],
    )
    kept.member_count = DeletedGroupMember.objects.filter(group=kept).count()
    kept.save(update_fields=["member_count"])
    return kept


def restore(deleted: DeletedGroup, *, by: Actor, now: datetime) -> Restored:
    """Give the group of that name its rights back, or make it anew as a local one.

    Who has left the organization meanwhile does not come back. Raises GoneError, or
    for what an admin does consequences.SeatsError.
    """
    try:
        return _restore(deleted, by, now)
    except IntegrityError:
        # A group of this name was made at the same moment: now it is there.
        return _restore(deleted, by, now)


@run_anew
@transaction.atomic
def _restore(deleted: DeletedGroup, by: Actor, now: datetime) -> Restored:
    held = DeletedGroup.objects.select_for_update(of=("self",)).select_related(
        "organization"
    )
    kept = held.filter(pk=deleted.pk, expires_at__gt=now).first()
    if kept is None:
        raise GoneError(deleted.pk)
    group = _of_that_name(kept)
    made = group is None
    people = 0
    if group is None:
        group = _make(kept, now)
        people = _bring_members(kept, group)
    given = _bring_rights(kept, group, now)
    given += app_grants.give_all(kept.grants.all(), group, now)
    given += app_permissions.give_all(kept.permissions.all(), group, now)
    if given and not made:
        # Changed: who let it go does not get it back without review.
        kept_local = Group.objects.filter(pk=group.pk, kind=Group.Kind.LOCAL)
        kept_local.update(released_at=None)
    asked = by.kind == AuditEvent.ActorKind.ACCOUNT
    consequences.follow([group.pk], by=by, now=now, refuses=asked)
    numbers = {"joined": people, "rights": given, "made": made}
    target = Target("group", str(group.public_id), group.name, numbers)
    _record(Event.GROUP_RESTORED, kept.organization, by, target, now)
    kept.delete()
    return Restored(group=group, made=made, people=people, rights=given)


def _of_that_name(kept: DeletedGroup) -> Group | None:
    groups = Group.objects.select_for_update(of=("self",))
    return groups.filter(organization=kept.organization, name_key=kept.name_key).first()


def _make(kept: DeletedGroup, now: datetime) -> Group:
    return Group.objects.create(
        public_id=kept.public_id,
        organization=kept.organization,
        kind=Group.Kind.LOCAL,
        name=kept.name,
        name_key=kept.name_key,
        description=kept.description,
        created_at=now,
    )


def _bring_members(kept: DeletedGroup, group: Group) -> int:
    members = Member._meta.db_table
    dialect.rows(
        f"INSERT INTO {MEMBER} (group_id, account_id)"  # noqa: S608
        f" SELECT %s, k.account_id FROM {KEPT_MEMBER} k JOIN {members} m"
        " ON m.account_id = k.account_id AND m.organization_id = %s"
        " WHERE k.group_id = %s ON CONFLICT (group_id, account_id) DO NOTHING",
        [group.pk, dialect.uuid_parameter(kept.organization_id), kept.pk],
    )
    return GroupMember.objects.filter(group=group).count()


def _bring_rights(kept: DeletedGroup, group: Group, now: datetime) -> int:
    has = set(group.roles.values_list("role", "site", "app"))
    missing = [r for r in kept.roles.all() if (r.role, r.site_id, r.app) not in has]
    GroupRole.objects.bulk_create(
        GroupRole(
            group=group, role=r.role, site_id=r.site_id, app=r.app, created_at=now
        )
        for r in missing
    )
    return len(missing)


def forget_due(now: datetime) -> int:
    """Forget for good what can be restored no longer; return how many groups."""
    count = 0
    due = DeletedGroup.objects.filter(expires_at__lte=now).order_by("expires_at", "pk")
    while batch := list(due.select_related("organization")[:FORGOTTEN]):
        for kept in batch:
            _forget(kept, now)
        count += len(batch)
    return count


def _forget(kept: DeletedGroup, now: datetime) -> None:
    # Whoever restores it at this moment is waited for; who comes later is too late.
    held = DeletedGroup.objects.filter(pk=kept.pk, expires_at__lte=now)
    if not held.update(expires_at=F("deleted_at")):
        return
    members = DeletedGroupMember.objects.filter(group=kept).order_by("pk")
    while keys := list(members.values_list("pk", flat=True)[:FORGOTTEN_MEMBERS]):
        DeletedGroupMember.objects.filter(group=kept, pk__lte=keys[-1]).delete()
    with transaction.atomic():
        target = Target("group", str(kept.public_id), kept.name)
        _record(Event.GROUP_FORGOTTEN, kept.organization, SYSTEM, target, now)
        kept.delete()


def _record(
    event: Event, organization: Organization, by: Actor, target: Target, now: datetime
) -> None:
    record_event(event, organization=organization, by=by, target=target, at=now)
