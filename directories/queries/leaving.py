"""Reads about what ends with the configuration of a directory, or with all of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from directories.models import (
    ApiKey,
    Directory,
    Domain,
    GroupRecord,
    Job,
    Member,
    Removal,
    TroubleshootingEntry,
)
from directories.paging import capped_count
from directories.queries.arrivals import Tallies, tallies
from directories.queries.jobs import ACTIVE


@dataclass(frozen=True)
class Configuration:
    """What the deletion of a directory's configuration changes, in numbers.

    `held` removals were kept from being carried out, so that these people and
    members stay. `memberships` are those that stay in the groups.
    """

    tallies: Tallies
    memberships: int
    held: int
    keys: int
    jobs: int


@dataclass(frozen=True)
class Connection:
    """What ends with a directory that is not set up, and what stays.

    `people` were provisioned by it and are local. Counts of logs are capped.
    """

    domains: list[Domain]
    people: int
    entries: int
    entries_more: bool
    requests: int
    requests_more: bool
    job: Job | None


def configuration_of(directory: Directory, now: datetime) -> Configuration:
    """Count what the deletion of a directory's configuration changes."""
    groups = GroupRecord.objects.filter(directory=directory)
    held = Removal.objects.filter(directory=directory, state=Removal.State.HELD)
    jobs = Job.objects.filter(directory=directory, state__in=ACTIVE)
    return Configuration(
        tallies=tallies(directory),
        memberships=groups.aggregate(all=Sum("member_count"))["all"] or 0,
        held=held.count(),
        keys=ApiKey.objects.live(now).filter(directory=directory).count(),
        jobs=jobs.count(),
    )


def connection_of(directory: Directory) -> Connection:
    """Count what ends with a directory, and who was provisioned by it."""
    organization = directory.organization
    domains = Domain.objects.filter(directory=directory).order_by("name")
    people = Member.objects.filter(
        organization=organization,
        directory=None,
        released_at__isnull=False,
        former_directory=directory.name,
    )
    entries = TroubleshootingEntry.objects.filter(directory=directory)
    entry_count, entries_more = capped_count(entries)
    request_count, requests_more = capped_count(directory.request_entries.all())
    jobs = Job.objects.filter(directory=directory, state__in=ACTIVE)
    return Connection(
        domains=list(domains),
        people=people.count(),
        entries=entry_count,
        entries_more=entries_more,
        requests=request_count,
        requests_more=requests_more,
        job=jobs.order_by("created_at", "pk").first(),
    )
