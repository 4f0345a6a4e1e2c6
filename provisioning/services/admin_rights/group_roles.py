"""Gives groups admin rights, and takes them away."""

from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.models import RoleAssignment, Site
from directories.services.admins import scope
from directories.services.audit import Actor, Target, record_event
from directories.services.together import run_anew
from provisioning.models import Group, GroupRole
from provisioning.services.admin_rights import rights

# What these give is part of what they are.
FIXED = frozenset({Group.Kind.BUILT_IN, Group.Kind.ALL_MEMBERS})


class FixedRightsError(Exception):
    """Nobody changes what a group of this kind gives."""


@run_anew
@transaction.atomic
def give_role(
    group: Group,
    role: RoleAssignment.Role,
    *,
    site: Site | None,
    app: str,
    by: Actor,
    now: datetime,
) -> bool:
    """Give everybody in a group a right, now and later; return whether it is new.

    Raises FixedRightsError.
    """
    # Who joins at this moment is waited for here, or looks what the group gives when
    # this has ended; whoever leaves is waited for where their right is written.
    locked = _locked(group)
    made, new = GroupRole.objects.get_or_create(
        group=locked, role=role, site=site, app=app, defaults={"created_at": now}
    )
    if new:
        # Changed: who is let go does not come back to it without review.
        kept = Group.objects.filter(pk=locked.pk, kind=Group.Kind.LOCAL)
        kept.update(released_at=None)
        _record(Event.GROUP_ROLE_GRANTED, locked, made, by, now)
        rights.follow_group(locked, by=by, now=now, refuses=False)
    return new


@run_anew
@transaction.atomic
def take_role(given: GroupRole, *, by: Actor, now: datetime) -> None:
    """Take a right from a group, and from everybody who has it by the group alone.

    Raises FixedRightsError or rights.LastAdminError.
    """
    group = _locked(given.group)
    if GroupRole.objects.filter(pk=given.pk).delete()[0]:
        _record(Event.GROUP_ROLE_REVOKED, group, given, by, now)
        rights.follow_group(group, by=by, now=now, refuses=True)


def _locked(group: Group) -> Group:
    """Keep others from changing what the group is or gives meanwhile."""
    locked = Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
    if locked.kind in FIXED:
        raise FixedRightsError(group.pk)
    return locked


def _record(
    event: Event, group: Group, given: GroupRole, by: Actor, now: datetime
) -> None:
    details = {"role": given.role, **scope(given.site, given.app)}
    record_event(
        event,
        organization=group.organization,
        by=by,
        target=Target("group", str(group.public_id), group.name, details),
        at=now,
    )
