"""The charts about identity providers: what they sent, and what went wrong."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directories.charts import Chart, Series, Tone
from directories.models import Activity, Directory
from directories.queries.activity import DAYS, days_of, failures_of
from directories.queries.arrivals import Tally

TONES: dict[str, Tone] = {
    Activity.Kind.CHANGE: "success",
    Activity.Kind.READ: "neutral",
    Activity.Kind.REFUSED: "warning",
    Activity.Kind.FAILED: "danger",
}


def of_activity(directories: Sequence[Directory], now: datetime) -> Chart:
    """Draw how many requests came on each of the last days."""
    days = days_of(directories, now)
    series = [
        Series(
            str(Activity.Kind(kind).label),
            tone,
            [day.requests.get(kind, 0) for day in days],
        )
        for kind, tone in TONES.items()
    ]
    return Chart(
        shape="columns",
        title=_("Sync activity"),
        summary=_("Requests of each of the last {days} days.").format(days=DAYS),
        head=_("Day"),
        labels=[date_format(day.on, "j M") for day in days],
        series=series,
    )


def of_failures(directories: Sequence[Directory], now: datetime) -> Chart:
    """Draw what was refused or left out lately, by reason."""
    failures = failures_of(directories, now)
    return Chart(
        shape="bars",
        title=_("Failures by reason"),
        summary=_("What went wrong in the last {days} days.").format(days=DAYS),
        head=_("Reason"),
        labels=[_reason(each.sentence) for each in failures],
        series=[Series(_("Times"), "danger", [each.times for each in failures])],
    )


def of_records(users: Tally) -> Chart:
    """Draw what has become of the people of a directory."""
    return Chart(
        shape="ring",
        title=_("People by state"),
        summary=_("What has become of the people that were pushed."),
        head=_("People"),
        labels=[_("People")],
        series=[
            Series(_("Linked"), "success", [users.linked]),
            Series(_("Paused"), "neutral", [users.paused]),
            Series(_("Waiting for review"), "warning", [users.held]),
            Series(_("Not linked"), "danger", [users.unlinked]),
        ],
    )


def _reason(sentence: str) -> str:
    """Return what a sentence gives as the reason: that is what tells them apart.

    Further sentences name who it was about, once.
    """
    _what, _colon, why = sentence.partition(": ")
    reason = (why or sentence).partition(". ")[0].rstrip(".")
    return reason[:1].upper() + reason[1:]
