"""Counts the requests of identity providers by hour, for charts."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Count, F, Min, QuerySet, Value, When
from django.db.models.functions import TruncHour

from directories.models import Activity, ActivityMark, Directory, RequestEntry

# Rows are written a little after their key is given out: younger ones wait.
SETTLED = timedelta(seconds=90)
BATCH = 50_000
KIND = Case(
    When(status__gte=500, then=Value(Activity.Kind.FAILED)),
    When(status__gte=400, then=Value(Activity.Kind.REFUSED)),
    When(method="GET", then=Value(Activity.Kind.READ)),
    When(path__endswith=".search", then=Value(Activity.Kind.READ)),
    default=Value(Activity.Kind.CHANGE),
)


def count_activity(now: datetime) -> int:
    """Count what every directory's request log has got since; return how much."""
    counted = 0
    for directory in Directory.objects.order_by("pk").values_list("pk", flat=True):
        while step := _count_next(directory, now):
            counted += step
    return counted


def forget_activity(now: datetime) -> None:
    """Delete the hours that are too old for any chart."""
    cut = now - timedelta(days=settings.ACTIVITY_DAYS)
    Activity.objects.filter(hour__lt=cut).delete()


@transaction.atomic
def _count_next(directory: UUID, now: datetime) -> int:
    mark = _mark(directory)
    rows = _uncounted(directory, mark.entry, now)
    keys = list(rows.values_list("pk", flat=True)[:BATCH])
    if not keys:
        return 0
    found = (
        rows.filter(pk__lte=keys[-1])
        .order_by()
        .annotate(hour=TruncHour("at"), kind=KIND)
        .values_list("hour", "kind")
        .annotate(requests=Count("pk"))
    )
    for hour, kind, requests in found:
        _add(directory, hour, kind, requests)
    ActivityMark.objects.filter(pk=mark.pk).update(entry=keys[-1])
    return len(keys)


def _mark(directory: UUID) -> ActivityMark:
    """Lock how far a directory is counted, so that nothing is counted twice."""
    ActivityMark.objects.get_or_create(directory_id=directory)
    return ActivityMark.objects.select_for_update().get(directory_id=directory)


def _uncounted(directory: UUID, after: int, now: datetime) -> "QuerySet[RequestEntry]":
    rows = RequestEntry.objects.filter(directory=directory, pk__gt=after)
    fresh = rows.filter(at__gte=now - SETTLED).aggregate(first=Min("pk"))["first"]
    if fresh is not None:
        rows = rows.filter(pk__lt=fresh)
    return rows.order_by("pk")


def _add(directory: UUID, hour: datetime, kind: str, requests: int) -> None:
    same = Activity.objects.filter(directory=directory, hour=hour, kind=kind)
    if not same.update(requests=F("requests") + requests):
        Activity.objects.create(
            directory_id=directory, hour=hour, kind=kind, requests=requests
        )
