"""Writes of service projects: make, change, delete, and what can be asked for there."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from directories import dialect
from directories.dialect import violated_constraint
from directories.events import Event
from directories.folding import fold
from directories.models import Site
from directories.services.audit import Actor, Target, record_event
from portals.models import RequestType, ServiceProject

PROJECT = ServiceProject._meta.db_table
KEY = re.compile(r"[A-Z][A-Z0-9]{1,9}")


class KeyTakenError(Exception):
    """Another project of the site has this key."""


class NameTakenError(Exception):
    """Another project of the site has this name."""


@dataclass(frozen=True)
class Details:
    """What somebody says about a project; its key never changes."""

    name: str
    description: str = ""
    announcement: str = ""
    customer_service_management: bool = False


def default_request_types() -> list[str]:
    """Return what customers of a new project can ask for."""
    return [_("Get help"), _("Report a problem"), _("Ask a question")]


def create_project(
    site: Site, key: str, details: Details, *, by: Actor, now: datetime
) -> ServiceProject:
    """Make a restricted project with the usual request types.

    Raises KeyTakenError or NameTakenError.
    """
    project = ServiceProject(
        site=site,
        key=key,
        name_key=fold(details.name),
        created_at=now,
        **asdict(details),
    )
    with transaction.atomic():
        _save(project, new=True)
        _make_request_types(project, default_request_types())
        _note(Event.SERVICE_PROJECT_CREATED, project, by, now, asdict(details))
    return project


def _make_request_types(project: ServiceProject, names: Sequence[str]) -> None:
    RequestType.objects.bulk_create(
        RequestType(project=project, name=name, position=place)
        for place, name in enumerate(names)
    )


def change_project(
    project: ServiceProject, details: Details, *, by: Actor, now: datetime
) -> None:
    """Change what a project says about itself; raises NameTakenError."""
    with transaction.atomic():
        stored = hold(project)
        changes = _changes(stored, asdict(details))
        if not changes:
            return
        for field in fields(details):
            setattr(project, field.name, getattr(details, field.name))
        project.name_key = fold(details.name)
        _save(project)
        _note(Event.SERVICE_PROJECT_CHANGED, project, by, now, {"changes": changes})


def change_permissions(
    project: ServiceProject, access: str, sharing: str, *, by: Actor, now: datetime
) -> bool:
    """Say whom a project lets in and with whom they share; False for no change."""
    with transaction.atomic():
        stored = hold(project)
        changes = _changes(stored, {"access": access, "sharing": sharing})
        if not changes:
            return False
        project.access, project.sharing = access, sharing
        project.save(update_fields=["access", "sharing"])
        _note(Event.SERVICE_PROJECT_CHANGED, project, by, now, {"changes": changes})
    return True


def delete_project(project: ServiceProject, *, by: Actor, now: datetime) -> None:
    """Delete a project; its customers and organizations stay on the site."""
    with transaction.atomic():
        hold(project)
        details = {
            "key": project.key,
            "customers": project.project_customers.count(),
            "organizations": project.project_organizations.count(),
        }
        _note(Event.SERVICE_PROJECT_DELETED, project, by, now, details)
        project.delete()


def hold(project: ServiceProject) -> ServiceProject:
    """Return the stored project, and keep it as it is until the transaction ends.

    Raises DoesNotExist, which pages of projects answer with 404.
    """
    return ServiceProject.objects.select_for_update().get(pk=project.pk)


def stays(project: ServiceProject) -> bool:
    """Say whether a project is there, and keep it until the transaction ends.

    Others may do the same at that time; who deletes it waits.
    """
    found = dialect.rows(
        f"SELECT 1 FROM {PROJECT} p WHERE p.id = %s {dialect.key_share_lock('p')}",  # noqa: S608
        [project.pk],
    )
    return bool(found)


def project_target(project: ServiceProject, details: dict[str, Any]) -> Target:
    """Return a project as the audit log keeps it."""
    return Target("service-project", str(project.pk), project.name, details)


def _changes(stored: ServiceProject, wanted: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [getattr(stored, name), value]
        for name, value in wanted.items()
        if getattr(stored, name) != value
    }


def _note(
    event: Event,
    project: ServiceProject,
    by: Actor,
    now: datetime,
    details: dict[str, Any],
) -> None:
    record_event(
        event,
        organization=project.site.organization,
        by=by,
        target=project_target(project, {"key": project.key, **details}),
        at=now,
    )


def _save(project: ServiceProject, *, new: bool = False) -> None:
    try:
        with transaction.atomic():
            project.save(force_insert=new)
    except IntegrityError as error:
        broken = violated_constraint(error)
        if "key_unique" in broken or broken.endswith(".key"):
            raise KeyTakenError(project.key) from None
        if "name" in broken:
            raise NameTakenError(project.name) from None
        raise
