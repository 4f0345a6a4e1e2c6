"""Which job comes first and who lets whom go first, whatever clocks and brokers do."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from directories import tasks
from directories.models import Job
from directories.queries import job_order
from directories.services import job_runs, jobs
from tests.factories.directories import DirectoryFactory, JobFactory

pytestmark = pytest.mark.django_db
URGENT, NORMAL, BULK = Job.Priority.URGENT, Job.Priority.NORMAL, Job.Priority.BULK


def ago(**time):
    return timezone.now() - timedelta(**time)


def waiting(directory, seconds=10, **values):
    return JobFactory.create(
        directory=directory, waiting_since=ago(seconds=seconds), **values
    )


def taken(count):
    runs = [jobs.claim_next() for _ in range(count)]
    return [run and run.job.label for run in runs]


def test_the_urgent_go_first_then_who_waited_longest():
    okta = DirectoryFactory.create()
    waiting(okta, 10, label="later")
    waiting(okta, 20, label="sooner")
    waiting(okta, 30, label="bulk", priority=BULK)
    waiting(okta, 1, label="urgent", priority=URGENT)

    assert taken(5) == ["urgent", "sooner", "later", "bulk", None]


def test_directories_take_turns():
    okta, entra = DirectoryFactory.create(), DirectoryFactory.create()
    for number in range(100):
        waiting(okta, 200 - number, label=f"okta {number}")
    waiting(entra, 5, label="entra 0")
    waiting(entra, 4, label="entra 1")

    assert taken(4) == ["okta 0", "entra 0", "okta 1", "entra 1"]


def test_what_has_waited_long_moves_up():
    okta = DirectoryFactory.create()
    waiting(okta, 16 * 60, label="old bulk", priority=BULK)
    waiting(okta, 6 * 60, label="bulk", priority=BULK)
    waiting(okta, 20, label="normal")
    waiting(okta, 20, label="urgent", priority=URGENT)

    assert taken(4) == ["old bulk", "urgent", "bulk", "normal"]


def test_small_work_is_urgent_and_a_big_group_is_not(settings):
    few = settings.JOB_FEW

    assert job_order.priority_of("group-sync", few) == URGENT
    assert job_order.priority_of("group-sync", few + 1) == NORMAL
    assert job_order.priority_of("directory-reconcile", 0) == BULK
    assert job_order.priority_of("nobody-knows", 0) == NORMAL


@pytest.mark.parametrize("clock", [{"hours": 1}, {"hours": -1}])
def test_who_is_silent_is_taken_over_whatever_its_clock_said(clock):
    job = JobFactory.create(state=Job.State.RUNNING, beat_at=ago(**clock))

    run = jobs.claim_next()

    assert run
    assert run.job == job
    assert jobs.claim_next() is None


def test_a_time_far_ahead_puts_nothing_off():
    JobFactory.create(waiting_since=ago(days=-1), label="from a wrong clock")

    assert taken(1) == ["from a wrong clock"]


def test_what_failed_is_put_off_a_little():
    first = JobFactory.create(kind="nobody-knows")
    second = JobFactory.create(kind="nobody-knows-either")

    tasks.work()

    failures = Job.objects.order_by("pk").values_list("failures", flat=True)
    assert list(failures) == [1, 1]
    assert jobs.claim_next() is None
    assert jobs.claim_job(first.pk)
    Job.objects.filter(pk=second.pk).update(waiting_since=ago(seconds=1))
    assert taken(1) == [second.label]


def test_a_message_sent_twice_or_for_nothing_changes_nothing(settings, monkeypatch):
    done: list[jobs.Run] = []
    monkeypatch.setattr(tasks, "import_string", lambda _name: done.append)
    JobFactory.create()

    tasks.work()
    tasks.work()

    assert len(done) == 1
    assert Job.objects.get().state == Job.State.DONE


def test_a_message_makes_a_worker_do_all_that_waits(monkeypatch):
    order = []
    monkeypatch.setattr(
        tasks, "import_string", lambda _name: lambda run: order.append(run.job.label)
    )
    okta = DirectoryFactory.create()
    waiting(okta, 5, label="second")
    third = waiting(okta, 3, label="third")
    waiting(okta, 1, label="first", priority=URGENT)

    tasks.wake(third.pk)

    assert order == ["first", "second", "third"]


def test_a_broker_that_is_away_loses_nothing(monkeypatch):
    def away(*_given, **_more):
        raise OperationalError

    monkeypatch.setattr(tasks.work, "delay", away)
    job = JobFactory.create()

    tasks.wake(job.pk)

    assert Job.objects.get().state == Job.State.QUEUED


@pytest.mark.parametrize(
    ("level", "load", "own", "expected"),
    [
        (URGENT, 9, 1, True),
        (BULK, 0, 9, False),
        # As urgent: only a directory that has nothing, or two less.
        (NORMAL, 0, 1, True),
        (NORMAL, 1, 2, False),
        (NORMAL, 1, 3, True),
    ],
)
def test_it_is_more_urgent_or_fairer(level, load, own, expected):
    job = JobFactory.build(directory=DirectoryFactory.build(), priority=NORMAL)
    found = job_order.Candidate(job.pk, level, load)

    running = Counter({job_order.owner_of(job): own})

    assert job_order.comes_before(found, job, running) == expected


@pytest.fixture
def at_once(monkeypatch, transactional_db):
    for name in ("LOOK_S", "SLICE_S", "FAIR_SLICE_S"):
        monkeypatch.setattr(job_runs, name, 0)


def running(**values):
    job = JobFactory.create(total=9, **values)
    run = jobs.claim_job(job.pk)
    assert run
    return run


@pytest.mark.usefixtures("at_once")
def test_better_work_goes_first_and_the_run_waits_at_its_cursor():
    run = running()
    better = waiting(run.job.directory, priority=URGENT)

    with pytest.raises(jobs.GaveWayError) as gave:
        run.report(done=4, cursor=4)

    assert gave.value.then.job == better
    run.job.refresh_from_db()
    assert (run.job.state, run.job.done, run.job.cursor) == ("queued", 4, 4)
    again = jobs.claim_next()
    assert again
    assert (again.job, again.job.cursor) == (run.job, 4)


@pytest.mark.parametrize(
    ("kind", "report"),
    [
        ("group-sync", {"done": 4, "cursor": 0}),
        ("dry-run", {"done": 4, "cursor": 4}),
        ("directory-release", {"done": 0}),
    ],
)
@pytest.mark.usefixtures("at_once")
def test_nothing_rests_where_it_could_not_go_on(kind, report):
    run = running(kind=kind)
    waiting(run.job.directory, priority=URGENT)

    run.report(**report)

    assert Job.objects.get(pk=run.job.pk).state == "running"


@pytest.mark.usefixtures("at_once")
def test_what_is_new_is_left_to_free_workers():
    run = running()
    JobFactory.create(priority=URGENT, waiting_since=timezone.now())

    run.report(done=4, cursor=4)


@pytest.mark.usefixtures("at_once")
def test_nothing_gives_way_to_what_is_no_better():
    run = running(priority=URGENT)
    waiting(run.job.directory, priority=URGENT)
    waiting(DirectoryFactory.create(), priority=BULK)

    run.report(done=4, cursor=4)


@pytest.mark.usefixtures("at_once")
def test_the_worker_does_the_better_one_then_the_rest(monkeypatch):
    order = []

    def handler(run):
        order.append((run.job.label, run.job.cursor))
        if run.job.label == "big" and run.job.cursor == 0:
            waiting(run.job.directory, label="urgent", priority=URGENT)
        run.report(done=1, cursor=run.job.cursor + 1)

    monkeypatch.setattr(tasks, "import_string", lambda _name: handler)
    JobFactory.create(label="big", total=2)

    tasks.work()

    assert order == [("big", 0), ("urgent", 0), ("big", 1)]
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
