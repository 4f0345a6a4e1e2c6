"""Tells what the mass-change guard does: to the logs, and to the admins by mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from directories.events import Event
from directories.models import Directory, TroubleshootingEntry
from directories.services.audit import SYSTEM, Actor, Target, record_event
from directories.services.notices import mail_admins
from directories.services.troubleshooting import Finding, log_finding


@dataclass(frozen=True)
class Stop:
    """What stopped a directory: `lost` of `base` people, else memberships."""

    people: bool
    lost: int
    base: int


def tell_stopped(directory: Directory, stop: Stop, *, now: datetime) -> None:
    """Log that the guard stopped a directory, and mail its organization's admins."""
    numbers = {"lost": stop.lost, "of": stop.base, "people": stop.people}
    tell(Event.GUARD_STOPPED, directory, numbers, by=SYSTEM, now=now)
    log_finding(directory, _finding(directory, stop), now=now)
    mail_admins(
        directory.organization_id,
        template="directories/mail/guard_stopped.txt",
        context={
            "directory": directory.name,
            "people": stop.people,
            "lost": stop.lost,
            "base": stop.base,
            "percent": directory.guard_percent,
            "least": directory.guard_least,
        },
        path=reverse("provisioning:removal-list", args=[directory.pk]),
    )


def tell(
    event: Event,
    directory: Directory,
    details: Mapping[str, object],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Write an audit event about the guard of a directory."""
    record_event(
        event,
        organization=directory.organization,
        by=by,
        target=Target("directory", str(directory.pk), directory.name, dict(details)),
        at=now,
    )


def _finding(directory: Directory, stop: Stop) -> Finding:
    what = (
        _("{lost} of {base} people would have been deactivated or deleted")
        if stop.people
        else _("{lost} of {base} memberships in groups would have been taken away")
    )
    numbers = what.format(
        lost=number_format(stop.lost, force_grouping=True),
        base=number_format(stop.base, force_grouping=True),
    )
    return Finding(
        kind="guard_stopped",
        level=TroubleshootingEntry.Level.ERROR,
        reason=_(
            "Syncing of removals is stopped: {numbers} within one hour, more than "
            "{percent} % and more than {least}."
        ).format(
            numbers=numbers,
            percent=directory.guard_percent,
            least=directory.guard_least,
        ),
        advice=_(
            "Nobody else loses access until you decide. Open the directory, review "
            "what waits, and approve or discard it."
        ),
        subject_name=directory.name,
    )
