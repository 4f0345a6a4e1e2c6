"""Reads for charts: how many requests came on each day, what went wrong and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Sum
from django.db.models.functions import TruncDate

from directories import dialect
from directories.findings import reason_of
from directories.models import Activity, Directory, TroubleshootingEntry

DAYS = 14
# The newest entries of a log that are looked at, and the reasons that are shown.
ENTRIES = 20_000
REASONS = 6
KEEP_S = 30
ENTRY = TroubleshootingEntry._meta.db_table


@dataclass(frozen=True)
class Day:
    """The requests of one day, by their kind."""

    on: date
    requests: dict[str, int]


@dataclass(frozen=True)
class Failure:
    """Why something was refused or left out, and how often."""

    sentence: str
    times: int


def days_of(directories: Sequence[Directory], now: datetime) -> list[Day]:
    """Return the last days, today last; those without requests too."""
    days = [now.date() - timedelta(days=back) for back in reversed(range(DAYS))]
    found = (
        Activity.objects.filter(
            directory__in=directories, hour__gte=now - timedelta(days=DAYS)
        )
        .order_by()
        .annotate(on=TruncDate("hour"))
        .values_list("on", "kind")
        .annotate(total=Sum("requests"))
    )
    by_day: dict[date, dict[str, int]] = {}
    for on, kind, total in found:
        by_day.setdefault(on, {})[kind] = total
    return [Day(on, by_day.get(on, {})) for on in days]


def failures_of(directories: Sequence[Directory], now: datetime) -> list[Failure]:
    """Return what went wrong lately, the most frequent first; some seconds old.

    Of a very full log only the newest entries are looked at.
    """
    key = "failures:" + ",".join(sorted(each.pk.hex for each in directories))
    if (found := cache.get(key)) is None:
        found = _most_frequent(directories, now - timedelta(days=DAYS))
        cache.set(key, found, KEEP_S)
    return [Failure(reason_of(entry), times) for entry, times in found]


def _most_frequent(
    directories: Sequence[Directory], since: datetime
) -> list[tuple[TroubleshootingEntry, int]]:
    """Return the newest entry of the most frequent reasons, and how often each was."""
    if not directories:
        return []
    moment = dialect.datetime_parameter(since)
    newest = " UNION ALL ".join(
        [
            "SELECT * FROM (SELECT id, kind, times, level"  # noqa: S608
            f" FROM {ENTRY} WHERE directory_id = %s AND at >= %s"
            f" ORDER BY at DESC, id DESC LIMIT {ENTRIES:d}) AS of_one"
        ]
        * len(directories)
    )
    found = TroubleshootingEntry.objects.raw(
        "SELECT entry.*, often.times AS often FROM"  # noqa: S608
        f" (SELECT sum(times) AS times, max(id) AS id FROM ({newest}) AS newest"
        " WHERE level <> 'info' GROUP BY kind ORDER BY 1 DESC, 2"
        f" LIMIT {REASONS:d}) AS often JOIN {ENTRY} AS entry ON entry.id = often.id"
        " ORDER BY often.times DESC, entry.id",
        [
            parameter
            for each in directories
            for parameter in (dialect.uuid_parameter(each.pk), moment)
        ],
    )
    return [(entry, int(vars(entry)["often"])) for entry in found]
