"""Background entry points: run a job, send lost jobs again."""

import uuid

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from directories.services import (
    activity,
    domain_checks,
    domains,
    guard,
    jobs,
    key_reminders,
    passwords,
    photos,
    request_log,
    troubleshooting,
)

logger = structlog.get_logger(__name__)


@shared_task
def run_job(*, job_id: str) -> None:
    """Do one job, unless another worker does it already."""
    run = jobs.claim_job(uuid.UUID(job_id))
    if run is None:
        return
    try:
        import_string(settings.JOB_HANDLERS[run.job.kind])(run)
    except jobs.LostRunError:
        logger.warning("job_taken_over", job=job_id, run=run.number)
    except Exception as error:
        # The outermost edge of background work: whatever went wrong, the row
        # must say so and the job must get its next try. Without a database
        # to say it to, the rescue finds the job silent and sends it again.
        logger.exception("job_failed", job=job_id, run=run.number)
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


def check_domain(run: jobs.Run) -> None:
    """Look for the proof of a domain; the task of CHECK jobs."""
    for job in domain_checks.check_domain(run):
        wake(job.pk)


@shared_task
def check_domains() -> None:
    """Look whether verified domains still have their proof."""
    for job in domains.queue_checks(timezone.now()):
        wake(job.pk)


@shared_task
def fetch_photos() -> None:
    """Fetch the photos that a lost message should have fetched."""
    photos.fetch_waiting(timezone.now())


@shared_task
def remind() -> None:
    """Mail admins of keys that end soon; again and again does no harm."""
    key_reminders.send_reminders(timezone.now())


@shared_task
def count_activity() -> None:
    """Count the requests of identity providers that came since, for charts."""
    activity.count_activity(timezone.now())


@shared_task
def forget() -> None:
    """Delete what logs hold that is older than its directory keeps."""
    activity.count_activity(timezone.now())
    activity.forget_activity(timezone.now())
    request_log.forget_old_requests(timezone.now())
    troubleshooting.forget_old_entries(timezone.now())
    guard.forget_old(timezone.now())


@shared_task
def forget_requests(*, directory_id: str, last: int) -> None:
    """Delete the logged requests of a directory up to the key `last`."""
    request_log.forget_requests(uuid.UUID(directory_id), last=last)


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def send_password_reset(*, email: str, language: str) -> None:
    """Mail a reset link, if the address has an account.

    The look-up is here, not in the request: how long an answer takes must not
    tell whether there is an account.
    """
    passwords.send_reset_mail(email=email, language=language)
