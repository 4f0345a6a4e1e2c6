"""Background entry points: run a job, send lost jobs again."""

import time
import uuid

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from directories import dialect
from directories.services import (
    activity,
    domain_checks,
    domains,
    guard,
    job_history,
    jobs,
    key_reminders,
    passwords,
    photos,
    request_log,
    troubleshooting,
)

logger = structlog.get_logger(__name__)
# One message keeps a worker busy for no longer, but for the job that it is at.
TURN_S = 10.0


@shared_task
def work() -> None:
    """Do what waits, the best job first; what a message makes a worker do.

    After a while the next message goes on, so that a worker can be ended in between.
    """
    ends = time.monotonic() + TURN_S
    run = jobs.claim_next()
    while run is not None:
        _do(run)
        if time.monotonic() > ends:
            _send()
            return
        run = jobs.claim_next()


@shared_task
def run_job(*, job_id: str) -> None:
    """Do one job, unless another worker does it already."""
    run = jobs.claim_job(uuid.UUID(job_id))
    if run is not None:
        _do(run)


def _do(run: jobs.Run) -> None:
    """Do a job, or those that it gives way to; then send word of what waits again."""
    then = _do_one(run)
    if then is None:
        return
    while then is not None:
        then = _do_one(then)
    _send()


def _do_one(run: jobs.Run) -> jobs.Run | None:
    """Do a job; return the run that it gave way to."""
    try:
        import_string(settings.JOB_HANDLERS[run.job.kind])(run)
    except jobs.GaveWayError as better:
        return better.then
    except jobs.LostRunError:
        logger.warning("job_taken_over", job=str(run.job.pk), run=run.number)
    except jobs.HopelessError as error:
        logger.warning("job_given_up", job=str(run.job.pk), reason=str(error))
        jobs.fail_job(run, error=str(error), for_good=True)
    except Exception as error:
        if reason := dialect.outage(error):
            # No fault of the job: silent as it is now, another run goes on soon.
            logger.error(  # noqa: TRY400 - a traceback says no more
                "job_interrupted", job=str(run.job.pk), reason=reason, error=str(error)
            )
            return None
        # The outermost edge of background work: whatever went wrong, the row
        # must say so and the job must get its next try. Without a database
        # to say it to, the rescue finds the job silent and sends it again.
        logger.exception("job_failed", job=str(run.job.pk), run=run.number)
        jobs.fail_job(run, error=f"{type(error).__name__}: {error}")
    else:
        jobs.finish_job(run)
    return None


def wake(_job_id: uuid.UUID) -> None:
    """Send the message that makes a worker look for work.

    It takes what is best to be done, which need not be this job.
    """
    _send()


def _send() -> None:
    try:
        work.delay()
    except OperationalError:
        # The broker is away: the row is there, and the rescue sends again.
        logger.warning("message_not_sent")


@shared_task
def rescue() -> None:
    """Send messages for what was queued or running and has fallen silent."""
    for job_id in jobs.lost_jobs():
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
    job_history.forget_old(timezone.now())


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
