"""Disconnects an identity provider whose user provisioning is not set up."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from directories.events import Event
from directories.models import Directory, Domain, Job, Member, TroubleshootingEntry
from directories.services import domains, request_log
from directories.services.audit import Actor, Target, record_event

# Rows that one transaction deletes.
FORGOTTEN = 2_000


class StillSetUpError(Exception):
    """User provisioning of the directory is set up, or is being deleted."""


def disconnect(*, directory: Directory, by: Actor, now: datetime) -> list[Job]:
    """Delete a directory with its logs; return the jobs that follow its domains.

    Linked domains move to the local directory, and with them whose they are; people
    and groups are local already. The audit log stays. Raises StillSetUpError.
    """
    if not _idle(directory).exists():
        raise StillSetUpError(directory.pk)
    # May be long, and one statement for all of it would never end in time.
    request_log.forget_requests(directory.pk)
    _forget_entries(directory)
    return _disconnect(directory, by, now)


def _idle(directory: Directory) -> QuerySet[Directory]:
    return Directory.objects.filter(pk=directory.pk, state=Directory.State.NOT_SET_UP)


def _forget_entries(directory: Directory) -> None:
    entries = TroubleshootingEntry.objects.filter(directory=directory).order_by("pk")
    while batch := list(entries.values_list("pk", flat=True)[:FORGOTTEN]):
        TroubleshootingEntry.objects.filter(pk__in=batch).delete()


@transaction.atomic
def _disconnect(directory: Directory, by: Actor, now: datetime) -> list[Job]:
    if not _idle(directory).select_for_update(of=("self",)).exists():
        raise StillSetUpError(directory.pk)
    organization = directory.organization
    names = Domain.objects.filter(directory=directory).order_by("name")
    details = {"domains": list(names.values_list("name", flat=True))}
    local = organization.directories.filter(kind=Directory.Kind.LOCAL).first()
    following: list[Job] = []
    if local is not None:
        following = domains.move_domains(directory=directory, to=local, by=by, now=now)
    # Who is left here in spite of all is local from now on, too.
    Member.objects.filter(directory=directory).update(
        directory=None, former_directory=directory.name, released_at=now
    )
    target = Target("directory", str(directory.pk), directory.name, details)
    record_event(
        Event.DIRECTORY_REMOVED,
        organization=organization,
        by=by,
        target=target,
        at=now,
    )
    _idle(directory).delete()
    return following
