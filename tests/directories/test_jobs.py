"""Background work: claimed once, fenced off, tried again, rescued."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directories import tasks
from directories.models import Job
from directories.services import jobs
from tests.factories.directories import DirectoryFactory, JobFactory

pytestmark = pytest.mark.django_db


def enqueue(directory, target="1"):
    return jobs.enqueue_job(
        kind="group-sync",
        target=target,
        label="Engines",
        directory=directory,
        now=timezone.now(),
    )


def claim(job):
    run = jobs.claim_job(job.pk)
    assert run is not None
    return run


def test_a_waiting_job_serves_every_later_change():
    directory = DirectoryFactory.create()

    assert enqueue(directory).pk == enqueue(directory).pk
    assert enqueue(directory, target="2").pk != enqueue(directory).pk


def test_a_change_during_a_run_gets_a_job_of_its_own():
    directory = DirectoryFactory.create()
    first = enqueue(directory)
    jobs.claim_job(first.pk)

    assert enqueue(directory).pk != first.pk


def test_a_job_is_claimed_once():
    job = JobFactory.create()

    assert jobs.claim_job(job.pk) is not None
    assert jobs.claim_job(job.pk) is None


def test_a_job_whose_worker_fell_silent_is_claimed_again():
    job = JobFactory.create()
    first = claim(job)
    Job.objects.update(beat_at=timezone.now() - timedelta(minutes=1))

    second = claim(job)

    with pytest.raises(jobs.LostRunError):
        first.report(done=1)
    second.report(done=1)


def test_a_finished_run_that_was_taken_over_changes_nothing():
    job = JobFactory.create()
    first = claim(job)
    Job.objects.update(beat_at=timezone.now() - timedelta(minutes=1))
    jobs.claim_job(job.pk)

    jobs.finish_job(first)

    job.refresh_from_db()
    assert job.state == Job.State.RUNNING


def test_a_failing_job_is_tried_five_times_then_says_why():
    job = JobFactory.create(kind="nobody-knows")

    for _ in range(jobs.TRIES):
        tasks.run_job(job_id=str(job.pk))

    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "nobody-knows" in job.error


def test_lost_jobs_are_sent_again_once_per_turn():
    long_ago = timezone.now() - timedelta(minutes=1)
    queued = JobFactory.create(beat_at=long_ago)
    running = JobFactory.create(beat_at=long_ago, state=Job.State.RUNNING, target="2")
    JobFactory.create(beat_at=long_ago, state=Job.State.DONE, target="3")

    assert set(jobs.lost_jobs()) == {queued.pk, running.pk}
    assert jobs.lost_jobs() == [running.pk]


def test_a_waiting_job_starts_at_the_beginning_for_a_later_change():
    directory = DirectoryFactory.create()
    job = enqueue(directory)
    Job.objects.update(cursor=7, done=7)

    assert enqueue(directory).pk == job.pk

    job.refresh_from_db()
    assert (job.cursor, job.done) == (0, 0)


def test_a_failed_run_ends_when_the_same_work_is_queued_already():
    directory = DirectoryFactory.create()
    run = claim(enqueue(directory))
    enqueue(directory)

    jobs.fail_job(run, error="broken")

    run.job.refresh_from_db()
    assert run.job.state == Job.State.DONE


def test_progress_forgives_earlier_failures():
    job = JobFactory.create()
    for number in range(jobs.TRIES):
        run = claim(job)
        run.report(done=number, cursor=number + 1)
        jobs.fail_job(run, error="the worker was restarted")

    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
