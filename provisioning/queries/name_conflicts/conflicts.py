"""Reads about pushed groups that wait for a local group of their name."""

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from directories.folding import fold
from directories.models import Directory, GroupRecord, Job, Organization
from directories.paging import capped_count
from provisioning.models import ConflictResult, Group

COUNT_CAP = 1_000
LOCAL_NAME, RENAME_WAITS = WAITING = ("local_group_same_name", "rename_waits")


@dataclass(frozen=True)
class ConflictFilter:
    """Which groups that wait to look at; what is empty does not matter."""

    directory: str = ""
    text: str = ""


def conflicts_in(
    organization: Organization, wanted: ConflictFilter
) -> QuerySet[GroupRecord]:
    """Return the records that wait for a local group of their name."""
    directories = Directory.objects.filter(
        organization=organization, kind=Directory.Kind.ORGANIZATION
    )
    if wanted.directory:
        directories = directories.filter(pk=uuid.UUID(wanted.directory))
    records = GroupRecord.objects.filter(
        directory__in=list(directories.values_list("pk", flat=True)),
        link_reason__in=WAITING,
    )
    if text := fold(wanted.text):
        records = records.filter(display_name_key__contains=text)
    return records.select_related("directory")


def waiting_for(group: Group) -> GroupRecord | None:
    """Return the pushed group that waits for this local one to give up its name."""
    if group.kind != Group.Kind.LOCAL:
        return None
    directories = Directory.objects.filter(
        organization=group.organization_id, kind=Directory.Kind.ORGANIZATION
    )
    records = GroupRecord.objects.filter(
        directory__in=directories.values("pk"),
        display_name_key=group.name_key,
        link_reason__in=WAITING,
    )
    return records.select_related("directory").first()


def conflict_count(organization: Organization, directory: str = "") -> int:
    """Count the groups that wait for a local one of their name, up to COUNT_CAP."""
    wanted = ConflictFilter(directory=directory)
    return capped_count(conflicts_in(organization, wanted), COUNT_CAP)[0]


def results_of(job: Job, outcome: str = "") -> QuerySet[ConflictResult]:
    """Return what came of each group of a job that synced all."""
    results = ConflictResult.objects.filter(job=job)
    return results.filter(outcome=outcome) if outcome else results
