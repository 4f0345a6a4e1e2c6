"""Paused, resumed, cancelled, tried again, forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Job, JobInput
from directories.services import job_changes, job_history, jobs
from directories.services.audit import SYSTEM
from tests.factories.directories import DirectoryFactory, JobFactory

pytestmark = pytest.mark.django_db
State = Job.State


def do(change, job):
    return change(job=job, by=SYSTEM, now=timezone.now())


def state_of(job):
    return Job.objects.get(pk=job.pk).state


def test_a_paused_run_stops_at_its_report_and_goes_on_there():
    job = JobFactory.create(total=9)
    run = jobs.claim_job(job.pk)
    assert run
    do(job_changes.pause_job, job)

    with pytest.raises(jobs.LostRunError):
        run.report(done=4, cursor=4)
    jobs.finish_job(run)
    jobs.fail_job(run, error="too late")

    assert state_of(job) == State.PAUSED
    assert jobs.claim_next() is None
    do(job_changes.resume_job, job)
    again = jobs.claim_next()
    assert again
    assert (again.job.done, again.job.cursor) == (4, 4)
    events = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(events) == [Event.JOB_PAUSED, Event.JOB_RESUMED]


def test_paused_work_is_not_queued_a_second_time():
    directory = DirectoryFactory.create()

    def enqueue():
        return jobs.enqueue_job(
            kind="group-sync",
            target="7",
            label="Crew",
            directory=directory,
            now=timezone.now(),
        )

    job = enqueue()
    do(job_changes.pause_job, job)

    again = enqueue()

    assert again.pk == job.pk
    assert state_of(job) == State.PAUSED


def test_a_paused_run_does_not_take_a_later_change_for_done():
    directory = DirectoryFactory.create()

    def enqueue():
        return jobs.enqueue_job(
            kind="group-sync",
            target="7",
            label="Crew",
            directory=directory,
            now=timezone.now(),
        )

    job = enqueue()
    run = jobs.claim_job(job.pk)
    assert run
    do(job_changes.pause_job, job)
    enqueue()

    with pytest.raises(jobs.LostRunError):
        run.report(done=4, cursor=4)

    do(job_changes.resume_job, job)
    again = jobs.claim_next()
    assert again
    assert (again.job.done, again.job.cursor) == (0, 0)


def test_pausing_a_run_pauses_the_later_changes_too():
    run = JobFactory.create(state=State.RUNNING, target="7")
    later = JobFactory.create(target="7", directory=run.directory)

    paused = do(job_changes.pause_job, run)

    assert paused == later
    assert (state_of(run), state_of(later)) == (State.DONE, State.PAUSED)


def test_a_cancelled_run_stops_for_good():
    job = JobFactory.create()
    run = jobs.claim_job(job.pk)
    assert run

    do(job_changes.cancel_job, job)

    with pytest.raises(jobs.LostRunError):
        run.report(done=1)
    assert state_of(job) == State.CANCELLED
    with pytest.raises(job_changes.NotPossibleError):
        do(job_changes.resume_job, job)


def test_the_release_of_a_directory_can_be_paused_but_not_cancelled():
    job = JobFactory.create(kind="directory-release")

    with pytest.raises(job_changes.NotCancellableError):
        do(job_changes.cancel_job, job)

    do(job_changes.pause_job, job)
    assert state_of(job) == State.PAUSED


def test_a_failed_job_is_tried_again_where_it_stopped():
    values = {"cursor": 7, "failures": 5, "error": "no", "finished_at": timezone.now()}
    job = JobFactory.create(state=State.FAILED, **values)

    do(job_changes.retry_job, job)

    run = jobs.claim_next()
    assert run
    assert (run.job, run.job.cursor, run.job.failures) == (job, 7, 0)


def test_what_waits_already_is_tried_instead():
    failed = JobFactory.create(state=State.FAILED, target="7")
    waits = JobFactory.create(target="7", directory=failed.directory)

    assert do(job_changes.retry_job, failed) == waits


def test_what_was_over_long_ago_is_forgotten(settings, monkeypatch):
    monkeypatch.setattr(job_history, "BATCH", 1)
    long_ago = timezone.now() - timedelta(days=settings.JOB_DAYS + 1)
    over = {"state": State.DONE, "beat_at": long_ago, "finished_at": long_ago}
    for number in range(2):
        job = JobFactory.create(**over, target=str(number))
        JobInput.objects.create(job=job)
    kept = {
        JobFactory.create(beat_at=long_ago),
        JobFactory.create(state=State.DONE, finished_at=timezone.now()),
    }

    assert job_history.forget_old(timezone.now()) == 2

    assert set(Job.objects.all()) == kept
    assert not JobInput.objects.exists()
