"""Writes that say what customers can ask for in a project."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from directories.events import Event
from directories.services.audit import Actor, record_event
from portals.models import RequestType, ServiceProject
from portals.services.service_projects.projects import hold, project_target


class NameTakenError(Exception):
    """The project has a request type of this name."""


def add_request_type(
    project: ServiceProject, name: str, description: str, *, by: Actor, now: datetime
) -> RequestType:
    """Put a request type at the end; raises NameTakenError."""
    with transaction.atomic():
        hold(project)
        _check(project, name)
        last = project.request_types.aggregate(last=Max("position"))["last"]
        made = RequestType.objects.create(
            project=project,
            name=name,
            description=description,
            position=0 if last is None else last + 1,
        )
        _note(project, {"request_type_added": name}, by, now)
    return made


def change_request_type(
    request_type: RequestType,
    name: str,
    description: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Rename a request type, or describe it anew; raises NameTakenError."""
    project = request_type.project
    before = [request_type.name, request_type.description]
    if before == [name, description]:
        return
    with transaction.atomic():
        _hold(request_type)
        _check(project, name, but=request_type)
        request_type.name, request_type.description = name, description
        request_type.save(update_fields=["name", "description"])
        _note(project, {"request_type_changed": [before[0], name]}, by, now)


def move_request_type(
    request_type: RequestType, *, up: bool, by: Actor, now: datetime
) -> None:
    """Let a request type and its neighbour change places."""
    project = request_type.project
    with transaction.atomic():
        _hold(request_type)
        order = list(project.request_types.order_by("position", "pk"))
        place = next(n for n, each in enumerate(order) if each.pk == request_type.pk)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(order):
            return
        order[place], order[other] = order[other], order[place]
        for position, each in enumerate(order):
            each.position = position
        RequestType.objects.bulk_update(order, ["position"])
        names = [each.name for each in order]
        _note(project, {"request_types_ordered": names}, by, now)


def remove_request_type(request_type: RequestType, *, by: Actor, now: datetime) -> None:
    """Take a request type away."""
    project = request_type.project
    with transaction.atomic():
        _hold(request_type)
        request_type.delete()
        _note(project, {"request_type_removed": request_type.name}, by, now)


def _hold(request_type: RequestType) -> None:
    """Keep the project of a request type as it is; raises DoesNotExist."""
    hold(request_type.project)
    RequestType.objects.only("pk").get(pk=request_type.pk)


def _check(
    project: ServiceProject, name: str, *, but: RequestType | None = None
) -> None:
    same = project.request_types.filter(name__iexact=name)
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        raise NameTakenError(name)


def _note(
    project: ServiceProject, details: dict[str, object], by: Actor, now: datetime
) -> None:
    record_event(
        Event.SERVICE_PROJECT_CHANGED,
        organization=project.site.organization,
        by=by,
        target=project_target(project, {"key": project.key, **details}),
        at=now,
    )
