"""Background entry points: run a job, send lost jobs again."""

import uuid

import structlog
from celery import shared_task
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from directories.services import jobs

logger = structlog.get_logger(__name__)


@shared_task
def run_job(*, job_id: str) -> None:
    """Do one job, unless another worker does it already."""
    run = jobs.claim_job(uuid.UUID(job_id))
    if run is None:
        return
    handler = import_string(settings.JOB_HANDLERS[run.job.kind])
    try:
        handler(run)
    except jobs.LostRunError:
        logger.warning("job_taken_over", job=job_id, run=run.number)
    except Exception as error:
        # The outermost edge of background work: whatever went wrong, the row
        # must say so and the job must get its next try.
        logger.exception("job_failed", job=job_id, run=run.number)
        close_old_connections()
        jobs.fail_job(run, error=f"{type(error).__name__}: {error}")
    else:
        jobs.finish_job(run)


def wake(job_id: uuid.UUID) -> None:
    """Send the message that makes a worker look at a job."""
    run_job.delay(job_id=str(job_id))


@shared_task
def rescue() -> None:
    """Send again what was queued or running and has fallen silent."""
    for job_id in jobs.lost_jobs(timezone.now()):
        wake(job_id)
