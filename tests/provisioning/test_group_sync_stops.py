"""A real sync of a group: paused, cancelled and giving way in the middle of it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from directories import tasks
from directories.models import Job, Membership
from directories.services import job_changes, job_runs, jobs
from directories.services.audit import SYSTEM
from provisioning.models import GroupMember
from provisioning.services import pace
from provisioning.services.syncing import sync
from tests.factories.directories import (
    GroupRecordFactory,
    JobFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 6


@pytest.fixture
def record(monkeypatch):
    """Return a synced group whose people have still to join, two in a step."""
    monkeypatch.setattr(pace, "batch_size", lambda: 2)
    monkeypatch.setattr(sync, "batch_size", lambda: 2)
    monkeypatch.setattr(pace, "BREATH_S", 0)
    record = GroupRecordFactory.create(member_count=PEOPLE, directory__state="active")
    GroupFactory.create(
        organization=record.organization, record=record, kind="synced", name="Crew"
    )
    for _number in range(PEOPLE):
        user = UserRecordFactory.create(linked=True, directory=record.directory)
        Membership.objects.create(group=record, user=user, directory=record.directory)
    return record


def queue(record):
    return JobFactory.create(
        directory=record.directory, target=str(record.pk), total=PEOPLE
    )


def after_step(monkeypatch, number, call):
    """Call something when so many steps of a sync are done."""
    calls = []
    step = sync._join_next

    def stepping(*given, **more):
        found = step(*given, **more)
        calls.append(found)
        if len(calls) == number:
            call()
        return found

    monkeypatch.setattr(sync, "_join_next", stepping)


@pytest.mark.parametrize("change", [job_changes.pause_job, job_changes.cancel_job])
def test_it_stops_between_two_steps_and_nothing_is_half(record, monkeypatch, change):
    job = queue(record)
    after_step(monkeypatch, 2, lambda: change(job=job, by=SYSTEM, now=timezone.now()))

    tasks.work()

    job.refresh_from_db()
    assert job.state in {"paused", "cancelled"}
    assert GroupMember.objects.count() == 4
    if job.state == "paused":
        assert job.done == 4
        job_changes.resume_job(job=job, by=SYSTEM, now=timezone.now())
        tasks.work()
        assert GroupMember.objects.count() == PEOPLE


def test_it_lets_urgent_work_go_first_and_goes_on(record, monkeypatch):
    for name in ("LOOK_S", "SLICE_S"):
        monkeypatch.setattr(job_runs, name, 0)
    job = queue(record)
    seen = []
    monkeypatch.setattr(
        tasks, "check_domain", lambda run: seen.append(GroupMember.objects.count())
    )
    after_step(
        monkeypatch,
        2,
        lambda: JobFactory.create(
            kind="domain-check",
            priority=Job.Priority.URGENT,
            directory=record.directory,
            waiting_since=timezone.now() - timedelta(seconds=1),
        ),
    )

    tasks.work()

    job.refresh_from_db()
    assert seen == [4]
    assert (job.state, job.run) == ("done", 2)
    assert GroupMember.objects.count() == PEOPLE


def test_a_worker_that_lost_the_job_in_a_step_leaves_the_same_people(
    record, monkeypatch
):
    job = queue(record)
    runs: list[jobs.Run] = []

    def stolen():
        with transaction.atomic():
            Job.objects.update(beat_at=timezone.now() - timedelta(minutes=1))
        run = jobs.claim_next()
        assert run
        runs.append(run)

    after_step(monkeypatch, 2, stolen)

    tasks.run_job(job_id=str(job.pk))
    sync.sync_group(runs[0])
    jobs.finish_job(runs[0])

    job.refresh_from_db()
    assert (job.state, job.run) == ("done", 2)
    assert GroupMember.objects.count() == PEOPLE
