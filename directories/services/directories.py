"""Writes to identity provider directories."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction

from directories.consumers import consumer_for
from directories.events import Event
from directories.folding import fold
from directories.models import (
    ApiKey,
    Directory,
    GroupRecord,
    Job,
    Membership,
    Organization,
    Removal,
    Site,
    UserRecord,
)
from directories.services import api_keys, jobs
from directories.services.audit import Actor, Target, record_event

RELEASE = "directory-release"
# The names of tasks in settings.JOB_HANDLERS; what they do is not known here.
RECONCILE = "directory-reconcile"
ALL_MEMBERS = "directory-all-members"
# Rows that one transaction deletes.
FORGOTTEN = 2_000


class NameTakenError(Exception):
    """Another directory of the organization has this name."""


class AlreadySetUpError(Exception):
    """User provisioning of the directory is set up already."""


class NotSetUpError(Exception):
    """User provisioning of the directory is not set up."""


class OtherKeyError(Exception):
    """The directory has another key than the one to be replaced."""


def add_directory(
    *,
    organization: Organization,
    provider: str,
    name: str,
    by: Actor,
    now: datetime,
    site: Site | None = None,
) -> Directory:
    """Add an identity provider directory, of a site's customers or of accounts.

    Raises NameTakenError.
    """
    customers, google = Directory.Kind.CUSTOMERS, Directory.Provider.GOOGLE_WORKSPACE
    try:
        with transaction.atomic():
            directory = Directory.objects.create(
                organization=organization,
                kind=customers if site else Directory.Kind.ORGANIZATION,
                site=site,
                provider=provider,
                name=name,
                name_key=fold(name),
                all_members=provider == google and site is None,
                guard_on=site is None,
                created_at=now,
            )
            _record(Event.DIRECTORY_ADDED, directory, by, now)
    except IntegrityError as error:
        raise NameTakenError(name) from error
    return directory


def rename_directory(
    *, directory: Directory, name: str, by: Actor, now: datetime
) -> None:
    """Give the directory another name; raises NameTakenError."""
    before = directory.name
    try:
        with transaction.atomic():
            directory.name, directory.name_key = name, fold(name)
            directory.save(update_fields=["name", "name_key"])
            _record(Event.DIRECTORY_CHANGED, directory, by, now, name=[before, name])
    except IntegrityError as error:
        raise NameTakenError(name) from error


@transaction.atomic
def set_up_provisioning(
    *,
    directory: Directory,
    by: Actor,
    now: datetime,
    tests_first: bool = False,
) -> tuple[ApiKey, str]:
    """Open the directory to its provider; return the key and its text.

    With `tests_first` only test users and groups are synced, which are named under
    Sync rules. Raises AlreadySetUpError.
    """
    fresh = Directory.objects.filter(pk=directory.pk, state=Directory.State.NOT_SET_UP)
    if fresh.update(state=Directory.State.ACTIVE, first_request_at=None) != 1:
        raise AlreadySetUpError(directory.pk)
    directory.state = Directory.State.ACTIVE
    if tests_first:
        directory.scope = Directory.Scope.TEST
        directory.save(update_fields=["scope"])
    _record(
        Event.SCIM_DIRECTORY_CREATED, directory, by, now, scope=str(directory.scope)
    )
    return api_keys.create_api_key(directory=directory, by=by, now=now)


@transaction.atomic
def delete_configuration(*, directory: Directory, by: Actor, now: datetime) -> Job:
    """Close the directory at once and queue the job that makes all local.

    Accounts and access stay as they are. Raises NotSetUpError.
    """
    # Locked first: requests that hold the directory open end before it closes.
    live = Directory.objects.filter(pk=directory.pk, state=Directory.State.ACTIVE)
    if not live.select_for_update(of=("self",)).exists():
        raise NotSetUpError(directory.pk)
    live.update(state=Directory.State.DELETING, guard_stopped_at=None)
    # Who was kept from being taken away stays, as everybody does.
    held = Removal.objects.filter(directory=directory, state=Removal.State.HELD)
    held.update(state=Removal.State.DISCARDED)
    for key in ApiKey.objects.filter(directory=directory, revoked_at=None):
        api_keys.revoke_api_key(key=key, by=by, now=now)
    users = UserRecord.objects.filter(directory=directory).count()
    groups = GroupRecord.objects.filter(directory=directory).count()
    _record(
        Event.SCIM_DIRECTORY_DELETED, directory, by, now, users=users, groups=groups
    )
    return jobs.enqueue_job(
        kind=RELEASE,
        target=str(directory.pk),
        label=directory.name,
        directory=directory,
        total=users + groups,
        now=now,
    )


@transaction.atomic
def replace_api_key(
    *,
    directory: Directory,
    former: str,
    by: Actor,
    now: datetime,
    overlap: timedelta = timedelta(0),
) -> tuple[ApiKey, str]:
    """Let the directory's key end after `overlap`; return a new one with its text.

    `former` is the prefix of the key that is to end, "" when there is none: the
    same wish sent twice ends one key only. Raises NotSetUpError or OtherKeyError.
    """
    active = Directory.objects.filter(pk=directory.pk, state=Directory.State.ACTIVE)
    if not active.select_for_update(of=("self",)).exists():
        raise NotSetUpError(directory.pk)
    present = ApiKey.objects.filter(directory=directory, revoked_at=None)
    newest = present.order_by("-created_at", "-pk").first()
    if former != (newest.prefix if newest else ""):
        raise OtherKeyError(former)
    return api_keys.regenerate_api_key(
        directory=directory, by=by, now=now, overlap=overlap
    )


@transaction.atomic
def request_sync(*, directory: Directory, by: Actor, now: datetime) -> Job:
    """Queue the job that makes everything equal to the directory's records.

    For a closed directory it is the job that makes all local, tried again.
    Raises NotSetUpError.
    """
    current = Directory.objects.select_for_update(of=("self",)).get(pk=directory.pk)
    if current.state == Directory.State.NOT_SET_UP:
        raise NotSetUpError(directory.pk)
    deleting = current.state == Directory.State.DELETING
    _record(Event.SCIM_SYNC_STARTED, directory, by, now)
    return jobs.enqueue_job(
        kind=RELEASE if deleting else RECONCILE,
        target=str(directory.pk),
        label=directory.name,
        directory=directory,
        total=_records(directory) if deleting else 0,
        now=now,
    )


def _records(directory: Directory) -> int:
    users = UserRecord.objects.filter(directory=directory).count()
    return users + GroupRecord.objects.filter(directory=directory).count()


def compare_directory(run: jobs.Run) -> None:
    """Make everything equal to what the directory pushed; the task of RECONCILE."""
    if run.job.directory is not None:
        consumer_for(run.job.directory).directory_compared(run)


def release_directory(run: jobs.Run) -> None:
    """Make what a closed directory owned local, then forget its records.

    The task of RELEASE jobs; run again, it goes on where it stopped.
    """
    directory = run.job.directory
    if directory is None or directory.state != Directory.State.DELETING:
        return
    total = run.job.total

    def progress(done: int) -> None:
        run.report(done=min(done, total))

    consumer_for(directory).directory_released(directory, progress, run.job.created_at)
    _forget_records(directory, run)
    Directory.objects.filter(pk=directory.pk, state=Directory.State.DELETING).update(
        state=Directory.State.NOT_SET_UP, first_request_at=None
    )


def _forget_records(directory: Directory, run: jobs.Run) -> None:
    groups = GroupRecord.objects.filter(directory=directory)
    while group := groups.order_by("pk").first():
        _forget(Membership.objects.filter(group=group), run)
        group.delete()
    _forget(UserRecord.objects.filter(directory=directory), run)


def _forget(rows: models.QuerySet[Any], run: jobs.Run) -> None:
    """Delete rows in short transactions, so that requests get in between."""
    while batch := list(rows.order_by("pk").values_list("pk", flat=True)[:FORGOTTEN]):
        with transaction.atomic():
            run.report(done=run.job.total)
            rows.filter(pk__in=batch).delete()


def _record(
    event: Event, directory: Directory, by: Actor, now: datetime, **details: object
) -> None:
    record_event(
        event,
        organization=directory.organization,
        by=by,
        target=Target("directory", str(directory.pk), directory.name, dict(details)),
        at=now,
    )
