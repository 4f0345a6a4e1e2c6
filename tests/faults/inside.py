"""What the run does inside of Rollcall: an organization, grants, poison, a look.

Imported after django.setup(); everything goes through the services that the console
calls too.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, close_old_connections, connection
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directories.models import Account, Directory, Job, Organization, UserRecord
from directories.services import audit, directories, organizations
from directories.services.demonstration import set_unbounded, set_unguarded
from directories.tasks import wake
from provisioning.models import ROLES_IN_APPS, AccessCheck, App, Group, GroupMember
from provisioning.services.access import checking
from provisioning.services.organization_groups.built_in import found_organization
from provisioning.services.sites_and_apps import app_grants, apps
from provisioning.services.syncing import sync
from tests.faults.company import APPS, Step

SITES = ("north", "south")
ADMIN = "admin@rollcall.example"
OPEN = [Job.State.QUEUED, Job.State.RUNNING]
PATIENCE_S = 120.0
P = ParamSpec("P")
R = TypeVar("R")


def patiently(call: Callable[P, R]) -> Callable[P, R]:
    """Repeat what the database did not answer, as an admin would."""

    @wraps(call)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            close_old_connections()
            try:
                return call(*args, **kwargs)
            except (DatabaseError, OSError):
                with suppress(DatabaseError):
                    connection.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    return again


def found(limit: int) -> tuple[Directory, str]:
    """Make an organization, sites, apps and a directory; return that and its key.

    One app has licenses for so many people only; the others wait in line.
    """
    now = timezone.now()
    organization = found_organization(name="Faults", now=now)
    organizations.add_domain(organization, name="example.com", verified=True, now=now)
    organizations.add_admin(
        organization, email=ADMIN, name="Ada", password="of no worth 12", now=now
    )
    for name in SITES:
        site = organizations.add_site(organization, name=name, now=now)
        apps.add_apps(site, App.Kind)
    scarce = App.objects.filter(site__name=SITES[0], kind=App.Kind.JIRA)
    scarce.update(user_limit=limit, at_limit=App.AtLimit.QUEUE)
    directory = directories.add_directory(
        organization=organization,
        provider=Directory.Provider.OKTA,
        name="Okta",
        by=audit.SYSTEM,
        now=now,
    )
    _, key = directories.set_up_provisioning(
        directory=directory, by=audit.SYSTEM, now=now
    )
    set_unguarded(directory)
    set_unbounded(directory)
    return directory, key


@patiently
def grant(scim_id: str, step: Step) -> None:
    """Let a synced group open apps, as an admin does in the console."""
    group = Group.objects.get(record__scim_id=scim_id)
    for site, kind in step.grants:
        app = App.objects.get(site__name=site, kind=kind)
        role = ROLES_IN_APPS[app.kind][0]
        app_grants.give_access(app, group, role, by=audit.SYSTEM, now=timezone.now())


@patiently
def open_jobs() -> list[Job]:
    """Return the jobs that wait or run."""
    return list(Job.objects.filter(state__in=OPEN).order_by("created_at"))


@patiently
def running_jobs() -> list[Job]:
    """Return the jobs that a worker has taken."""
    return list(Job.objects.filter(state=Job.State.RUNNING))


@patiently
def again(jobs: list[Job]) -> list[Job]:
    """Return jobs as they are now."""
    return list(Job.objects.filter(pk__in=[job.pk for job in jobs]))


@patiently
def are_taken_over(jobs: list[Job]) -> bool:
    """Tell whether each of the jobs has ended, or another run has begun."""
    now = {job.pk: job for job in Job.objects.filter(pk__in=[j.pk for j in jobs])}
    return all(
        now[job.pk].state != Job.State.RUNNING or now[job.pk].run > job.run
        for job in jobs
        if job.pk in now
    )


@patiently
def queue_comparison(directory: Directory, *, tells: bool = True) -> Job:
    """Do what "Sync now" does; without telling, as if the message were lost."""
    job = sync.queue_reconcile(directory, timezone.now())
    if tells:
        wake(job.pk)
    return job


@patiently
def nightly_check() -> AccessCheck:
    """Let the nightly check of access run; return what it found."""
    job = checking.queue_check(organization(), timezone.now())
    wake(job.pk)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and job.state != Job.State.DONE:
        time.sleep(0.25)
        job.refresh_from_db()
    return AccessCheck.objects.latest("at")


@patiently
def poison(directory: Directory, scim_id: str, team: str) -> int:
    """Damage a stored person, and empty a group behind the back of everybody.

    Return how many members the group lost, which a comparison has to put back.
    """
    broken = UserRecord.objects.filter(directory=directory, scim_id=scim_id)
    # Its words are no object any more, so every look at them raises.
    broken.update(document=["damaged"])
    return GroupMember.objects.filter(group__record__scim_id=team).delete()[0]


@patiently
def heal(directory: Directory, scim_id: str, document: object) -> None:
    """Put back what was damaged."""
    broken = UserRecord.objects.filter(directory=directory, scim_id=scim_id)
    broken.update(document=document)


@patiently
def job_page(job: Job) -> str:
    """Return what an admin sees on the page of a job."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(Account.objects.get(email=ADMIN))
    return client.get(reverse("directories:job-detail", args=[job.pk])).text


def sites_and_apps() -> dict[tuple[str, str], int]:
    """Return the key of each app."""
    found = App.objects.filter(Q(site__name__in=SITES))
    keys = {(app.site.name, str(app.kind)): app.pk for app in found.select_related()}
    return {each: keys[each] for each in APPS}


def organization() -> Organization:
    """Return the organization of the run."""
    return Organization.objects.get(name="Faults")
