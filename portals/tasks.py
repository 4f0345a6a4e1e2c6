"""Background entry points of portals."""

from celery import shared_task
from django.utils import timezone

from directories.tasks import wake
from portals.services import syncing


@shared_task
def settle_organizations() -> None:
    """Make organizations equal to their groups whose provider has had its time."""
    for job in syncing.queue_settled(timezone.now()):
        wake(job.pk)
