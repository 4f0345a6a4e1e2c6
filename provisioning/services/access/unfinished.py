"""Finds people whom work that failed has left in line, though licenses are free.

Whom a limit keeps out is said by the state of their rows alone, so no comparison with
grants and members finds them.
"""

from contextlib import suppress
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef

from directories.models import Job, Organization
from directories.services import job_changes
from directories.services.audit import SYSTEM
from directories.tasks import wake
from provisioning.models import App, AppAccess
from provisioning.services import pace
from provisioning.services.access import folding, following, rows, seats
from provisioning.services.access.rows import Use


def try_again(organization: Organization, now: datetime) -> None:
    """Queue again the jobs about higher limits that were given up.

    They alone know whether an admin let in those too whom the former limit refused.
    Where the same was decided again since, that job counts instead.
    """
    work = Job.objects.filter(
        organization=organization, kind=following.FOLLOW, target__startswith="seats:"
    )
    since = work.filter(
        target=OuterRef("target"), created_at__gt=OuterRef("created_at")
    )
    given_up = work.filter(~Exists(since), state=Job.State.FAILED)
    for job in given_up.order_by("created_at", "pk"):
        # Unless somebody has tried it again at this moment.
        with suppress(job_changes.NotPossibleError), transaction.atomic():
            again = job_changes.retry_job(job=job, by=SYSTEM, now=now)
            transaction.on_commit(partial(wake, again.pk))


def waits_for_nothing(app: App) -> bool:
    """Say whether somebody waits for a license of a present app, and one is free.

    By the counts, which are to be right: nobody is gone through for that.
    """
    counted = folding.counted([app.pk])
    return any(
        each.here
        and counted[Use(each.pk, each.role, AppAccess.State.WAITING)] > 0
        and (not each.bounded or seats.free(each) > 0)
        for each in rows.held_apps([app.pk])
    )


def let_in_next(app: int) -> tuple[int, bool]:
    """Let in the next who wait, as far as it goes; return how many, and if more can.

    Call it in a transaction.
    """
    held = rows.held_apps([app], "FOR NO KEY UPDATE OF a")
    if not held or not held[0].here:
        return 0, False
    return seats.let_in(held[0], refused=False, most=pace.batch_size())
