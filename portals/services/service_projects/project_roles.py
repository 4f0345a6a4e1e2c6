"""Writes that say who works in a service project."""

from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.models import Account
from directories.services.audit import Actor, record_event
from portals.models import ProjectRole, ServiceProject
from portals.services.service_projects.projects import hold, project_target


class NotAMemberError(Exception):
    """The account is not one of the organization's users, or is not active there."""


def give_role(
    project: ServiceProject, account: Account, role: str, *, by: Actor, now: datetime
) -> bool:
    """Make an account admin or agent of a project; return whether that is new."""
    with transaction.atomic():
        hold(project)
        held = ProjectRole.objects.filter(project=project, account=account).first()
        if held and held.role == role:
            return False
        ProjectRole.objects.update_or_create(
            project=project,
            account=account,
            defaults={"role": role},
            create_defaults={"role": role, "created_at": now},
        )
        before = {"before": held.role} if held else {}
        given = {"role": role, **before}
        _note(Event.PROJECT_ROLE_GRANTED, project, account, given, by, now)
    return True


def take_role(
    project: ServiceProject, account: Account, *, by: Actor, now: datetime
) -> bool:
    """Take the role of an account in a project; return whether it had one."""
    with transaction.atomic():
        hold(project)
        held = ProjectRole.objects.filter(project=project, account=account).first()
        if held is None:
            return False
        held.delete()
        taken = {"role": held.role}
        _note(Event.PROJECT_ROLE_REVOKED, project, account, taken, by, now)
    return True


def _note(
    event: Event,
    project: ServiceProject,
    account: Account,
    details: dict[str, str],
    by: Actor,
    now: datetime,
) -> None:
    person = {"account": str(account.public_id), "name": account.get_full_name()}
    target = project_target(project, {"key": project.key, **person, **details})
    record_event(
        event, organization=project.site.organization, by=by, target=target, at=now
    )
