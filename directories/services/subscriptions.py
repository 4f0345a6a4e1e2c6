"""Writes to the subscription: without one syncing rests and everything is kept."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from directories.events import Event
from directories.models import Directory, Job, Organization
from directories.services import jobs
from directories.services.audit import Actor, Target, record_event
from directories.services.directories import RECONCILE


class SubscriptionEndedError(Exception):
    """Syncing rests: the organization has no subscription. Fit for the client."""

    def __init__(self) -> None:
        super().__init__(
            "The organization's subscription has ended, so syncing is paused. "
            "Nothing was removed: all users, groups and their access are kept. An "
            "organization admin can renew it under Settings, Subscription; then "
            "send this again."
        )


class UnchangedError(Exception):
    """The subscription is in this state already."""


def check_subscription(organization: Organization) -> None:
    """Raise SubscriptionEndedError while syncing rests; no query."""
    if organization.subscription == Organization.Subscription.LAPSED:
        raise SubscriptionEndedError


@transaction.atomic
def end_subscription(*, organization: Organization, by: Actor, now: datetime) -> None:
    """Pause syncing of all directories; people, groups and access stay.

    Work under way goes back to wait. Raises UnchangedError.
    """
    directories = _directories(organization).count()
    _set(organization, Organization.Subscription.LAPSED, now)
    _record(Event.SCIM_SYNC_DISABLED, organization, directories, by, now)
    running = Job.objects.filter(
        organization=organization, state=Job.State.RUNNING
    ).exclude(kind__in=settings.JOBS_THAT_GO_ON)
    for pk in running.order_by("pk").values_list("pk", flat=True):
        _rest(Job.objects.filter(pk=pk, state=Job.State.RUNNING), now)


@transaction.atomic
def renew_subscription(
    *, organization: Organization, by: Actor, now: datetime
) -> list[Job]:
    """Let syncing go on; return the jobs that compare every directory.

    What waited is woken by the rescue. Raises UnchangedError.
    """
    directories = list(_directories(organization))
    _set(organization, Organization.Subscription.ACTIVE, now)
    _record(Event.SCIM_SYNC_ENABLED, organization, len(directories), by, now)
    return [
        jobs.enqueue_job(
            kind=RECONCILE,
            target=str(directory.pk),
            label=directory.name,
            directory=directory,
            now=now,
        )
        for directory in directories
    ]


def _directories(organization: Organization) -> QuerySet[Directory]:
    active = Directory.objects.filter(
        organization=organization, state=Directory.State.ACTIVE
    )
    return active.exclude(kind=Directory.Kind.LOCAL).order_by("pk")


def _set(organization: Organization, state: str, now: datetime) -> None:
    others = Organization.objects.filter(pk=organization.pk).exclude(subscription=state)
    if others.update(subscription=state, subscription_changed_at=now) != 1:
        raise UnchangedError(state)
    organization.subscription = state
    organization.subscription_changed_at = now


def _rest(job: QuerySet[Job], now: datetime) -> None:
    """Take a job from its worker; the next run goes on at the cursor."""
    try:
        with transaction.atomic():
            job.update(state=Job.State.QUEUED, beat_at=now, waiting_since=now)
    except IntegrityError:
        # The same work is queued already and will be done by that job.
        job.update(state=Job.State.DONE, finished_at=now, beat_at=now)


def _record(
    event: Event, organization: Organization, directories: int, by: Actor, now: datetime
) -> None:
    details = {"directories": directories}
    target = Target("organization", str(organization.pk), organization.name, details)
    record_event(event, organization=organization, by=by, target=target, at=now)
