"""A worker that is killed in the middle of a push loses and doubles nothing."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import close_old_connections

from config.celery import app as celery_app
from directories.management.commands.serve import worker_command
from directories.management.processes import die_with_parent
from directories.models import GroupRecord, Job, Membership, UserRecord
from provisioning.models import Group, GroupMember
from tests.conftest import worker_place
from tests.provisioning.conftest import Provider

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.django_db(transaction=True),
]

PEOPLE = 5_000
GROUPS = 10
PATIENCE_S = 120
Worker = subprocess.Popen[bytes]


@pytest.fixture
def start_worker() -> Iterator[Callable[[], Worker]]:
    """Start worker processes on the test's database; none is left running."""
    started: list[Worker] = []

    def start() -> Worker:
        worker = subprocess.Popen(
            worker_command(),
            env={**os.environ, **worker_place()},
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads run yet
        )
        started.append(worker)
        return worker

    celery_app.conf.task_always_eager = False
    yield start
    celery_app.conf.task_always_eager = True
    for worker in started:
        if worker.poll() is None:
            kill(worker)


def kill(worker: Worker) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "the worker did not finish in time"
        time.sleep(0.1)
        close_old_connections()


def test_a_killed_worker_loses_and_doubles_nothing(
    start_worker, idp: Provider, settings
):
    settings.MEMBERS_IN_REQUEST = 20
    worker = start_worker()
    ids = [idp.push(f"p{number}@example.com")["id"] for number in range(PEOPLE)]
    groups = [idp.group(f"Team {number}") for number in range(GROUPS)]

    for number, group in enumerate(groups):
        if number == GROUPS // 2:
            wait_until(GroupMember.objects.exists)
            kill(worker)
        members = [{"value": each} for each in ids[number::2]]
        body = {"Operations": [{"op": "add", "path": "members", "value": members}]}
        assert idp.send("PATCH", f"/Groups/{group['id']}", body).status_code == 204
    assert Job.objects.exclude(state=Job.State.DONE).exists()
    start_worker()
    wait_until(lambda: not Job.objects.exclude(state=Job.State.DONE).exists())

    assert UserRecord.objects.count() == PEOPLE
    assert sorted(Group.objects.values_list("name", flat=True)) == sorted(
        f"Team {number}" for number in range(GROUPS)
    )
    for number, group in enumerate(groups):
        pushed = {f"p{each}@example.com" for each in range(number, PEOPLE, 2)}
        synced = Group.objects.get(record__scim_id=group["id"])
        assert set(synced.members.values_list("email", flat=True)) == pushed
        record = GroupRecord.objects.get(scim_id=group["id"])
        assert record.member_count == len(pushed)
    assert Membership.objects.count() == GroupMember.objects.count()


def test_a_job_whose_worker_was_killed_goes_on_where_it_stopped(
    start_worker, idp: Provider, settings
):
    settings.MEMBERS_IN_REQUEST = 0
    ids = [idp.push(f"p{number}@example.com")["id"] for number in range(50)]
    members = [{"value": each} for each in ids]
    idp.send("POST", "/Groups", {"displayName": "Team", "members": members})
    # As a killed worker leaves it: running, with a heartbeat that grows old.
    Job.objects.update(state=Job.State.RUNNING, run=1, done=10, cursor=0)

    start_worker()
    wait_until(lambda: Job.objects.filter(state=Job.State.DONE).exists())

    assert Job.objects.get().run == 2
    assert GroupMember.objects.count() == 50
