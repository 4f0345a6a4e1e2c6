"""Reads of the Overview: what needs attention, what goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from directories.models import (
    Directory,
    Job,
    Organization,
    RoleAssignment,
    TroubleshootingEntry,
)
from directories.queries.providers import (
    KeyHealth,
    connected_directories,
    present_keys,
)
from directories.queries.removals import Standing, stopped_in
from provisioning.models import LICENSED_ROLES, App, AppAccess
from provisioning.queries.access.app_access import runs
from provisioning.queries.access.licenses import Licenses, in_trouble
from provisioning.queries.review import Waiting, waiting

ERRORS_SINCE = timedelta(hours=24)
FAILURES_SINCE = timedelta(days=7)
JOBS_SHOWN = 5
APPS_SHOWN = 8


@dataclass(frozen=True)
class KeyDue:
    """The key of a directory that ends soon or has ended."""

    directory: Directory
    health: KeyHealth


@dataclass(frozen=True)
class ErrorCount:
    """How many errors a directory's log got lately."""

    directory: Directory
    count: int


@dataclass(frozen=True)
class Attention:
    """What an admin should look at, most pressing first.

    `connected` are the directories of customers too.
    """

    directories: Sequence[Directory]
    connected: Sequence[Directory] = ()
    keys: Sequence[KeyDue] = ()
    stopped: Sequence[Standing] = ()
    failed_jobs: Sequence[Job] = ()
    errors: Sequence[ErrorCount] = ()
    waiting: Waiting = field(default_factory=lambda: Waiting(0, 0))
    not_set_up: Sequence[Directory] = ()
    silent: Sequence[Directory] = ()
    licenses: Sequence[Licenses] = ()

    def __bool__(self) -> bool:
        urgent = (
            self.stopped or self.keys or self.failed_jobs or self.errors or self.waiting
        )
        return bool(urgent or self.licenses or self.not_set_up or self.silent)

    def without_providers(self) -> "Attention":
        """Return the part that concerns who may not look after the providers."""
        return Attention(
            directories=self.directories, waiting=self.waiting, licenses=self.licenses
        )


def attention_of(organization: Organization, now: datetime) -> Attention:
    """Return what needs an admin's attention at `now`."""
    connected = list(connected_directories(organization).order_by("name_key", "pk"))
    customers = Directory.Kind.CUSTOMERS
    directories = [d for d in connected if d.kind != customers]
    licenses = in_trouble(organization)
    if not connected:
        return Attention(directories=directories, licenses=licenses)
    running = [d for d in connected if d.state == Directory.State.ACTIVE]
    active = [d for d in running if d.kind != customers]
    return Attention(
        directories=directories,
        connected=connected,
        keys=_keys_due(running, now),
        stopped=stopped_in(directories),
        failed_jobs=list(_failed_jobs(organization, now)),
        errors=_errors(connected, now - ERRORS_SINCE),
        waiting=waiting(organization),
        not_set_up=[d for d in directories if d.state == Directory.State.NOT_SET_UP],
        silent=[d for d in active if d.first_request_at is None],
        licenses=licenses,
    )


def _keys_due(directories: Sequence[Directory], now: datetime) -> list[KeyDue]:
    """Return the present key of each directory where its end is near or past."""
    keys = present_keys([directory.pk for directory in directories], now)
    due = [
        KeyDue(directory, health)
        for directory in directories
        if directory.pk in keys
        and (health := keys[directory.pk].health) is not None
        and health.state != "valid"
    ]
    return sorted(due, key=lambda each: each.health.key.expires_at)


def _errors(directories: Sequence[Directory], since: datetime) -> list[ErrorCount]:
    entries = TroubleshootingEntry.objects.filter(
        directory__in=directories,
        level=TroubleshootingEntry.Level.ERROR,
        at__gte=since,
    )
    found = entries.order_by("directory").values_list("directory")
    counts = dict(found.annotate(entries=Count("pk")))
    return [ErrorCount(d, counts[d.pk]) for d in directories if d.pk in counts]


def _failed_jobs(organization: Organization, now: datetime) -> QuerySet[Job]:
    """Return the jobs that failed lately and were not done since."""
    done_since = Job.objects.filter(
        organization=organization,
        kind=OuterRef("kind"),
        target=OuterRef("target"),
        state=Job.State.DONE,
        created_at__gte=OuterRef("created_at"),
    )
    return (
        Job.objects.filter(
            ~Exists(done_since),
            organization=organization,
            state=Job.State.FAILED,
            beat_at__gte=now - FAILURES_SINCE,
        )
        .select_related("directory")
        .order_by("-beat_at", "pk")[:JOBS_SHOWN]
    )


@dataclass(frozen=True)
class LicenseUse:
    """How many people use a license of an app, and how many wait for one.

    `free` is 0 where there is no limit.
    """

    app: App
    used: int
    waiting: int

    @property
    def free(self) -> int:
        """Return how many licenses nobody uses."""
        return max((self.app.user_limit or 0) - self.used, 0)


def licenses_of(
    organization: Organization, rights: Sequence[RoleAssignment]
) -> list[LicenseUse]:
    """Return the apps that rights are about with the most users and their licenses."""
    apps = App.objects.filter(
        site__organization=organization,
        site__removed_at__isnull=True,
        removed_at__isnull=True,
    ).select_related("site")
    licensed = Q(uses__role__in=set(LICENSED_ROLES.values()))
    state = AppAccess.State
    apps = apps.annotate(
        used=Sum("uses__people", filter=licensed & Q(uses__state=state.ACTIVE)),
        waiting=Sum("uses__people", filter=licensed & Q(uses__state=state.WAITING)),
    )
    uses = [
        LicenseUse(app, app.used or 0, app.waiting or 0)
        for app in apps
        if any(runs(right, app) for right in rights)
    ]
    uses.sort(key=lambda each: (-each.waiting, -each.used, each.app.pk))
    return [each for each in uses if each.used or each.waiting][:APPS_SHOWN]


def running_jobs(organization: Organization) -> list[Job]:
    """Return the work that goes on or waits, running first."""
    jobs = Job.objects.filter(organization=organization, state__in=Job.State.going_on())
    return list(
        jobs.select_related("directory").order_by("-state", "created_at", "pk")[
            :JOBS_SHOWN
        ]
    )
