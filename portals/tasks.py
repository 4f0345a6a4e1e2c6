"""Background entry points of portals."""

from celery import shared_task
from django.utils import timezone

from directories.services import jobs
from directories.tasks import wake
from portals.services.customer_directories import conflict_runs, syncing
from portals.services.customer_lists import customer_imports


@shared_task
def settle_organizations() -> None:
    """Make organizations equal to their groups whose provider has had its time."""
    for job in syncing.queue_settled(timezone.now()):
        wake(job.pk)


def sync_all_groups(run: jobs.Run) -> None:
    """Sync every group that waited; the task of conflict_runs.SYNC_ALL jobs."""
    for job in conflict_runs.carry_out(run):
        wake(job.pk)


@shared_task
def forget_imports() -> None:
    """Delete the uploaded lists of customers that are some weeks old."""
    customer_imports.forget_old(timezone.now())
