"""The log of requests: written in batches, kept for a while."""

import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.celery import app as celery_app
from directories.models import Directory, RequestEntry
from directories.services import request_log
from directories.services.buffer import Buffer
from tests.factories.directories import RequestEntryFactory
from tests.scim.test_request_log import entries, setting


def test_the_lines_of_a_directory_that_is_gone_go_with_it(scim, second):
    scim.get("/Users")
    second.get("/Users")
    Directory.objects.filter(pk=second.directory.pk).delete()

    assert len(entries(scim)) == 1
    assert RequestEntry.objects.count() == 1


def test_what_does_not_fit_is_dropped():
    written: list[int] = []
    buffer = Buffer(written.extend, name="test", batch=2, most=3)

    for number in range(5):
        buffer.add(number)
    buffer.flush()
    buffer.add(5)
    buffer.flush()

    assert written == [0, 1, 2, 5]


def test_a_thread_writes_what_is_held_and_goes_on(settings):
    settings.BUFFER_DELAY_S = 0.01
    written, done = [], threading.Event()

    def write(items):
        written.extend(items)
        done.set()

    buffer = Buffer(write, name="test", batch=10)
    for number in range(2):
        done.clear()
        buffer.add(number)
        assert done.wait(10)

    assert written == [0, 1]


def test_what_comes_while_a_batch_fails_is_written(settings):
    settings.BUFFER_DELAY_S = 0.01
    done = threading.Event()
    written: list[int] = []

    def write(items):
        if items == [0]:
            buffer.add(1)
            raise ValueError(items)
        written.extend(items)
        done.set()

    buffer = Buffer(write, name="test", batch=1)
    buffer.add(0)

    assert done.wait(10)
    assert written == [1]


@pytest.mark.django_db(transaction=True)
def test_the_thread_writes_to_the_database(scim, settings):
    scim.get("/Users")
    (line,) = request_log.buffer._items
    settings.BUFFER_DELAY_S = 0.01
    done = threading.Event()

    def write(lines):
        request_log._write_all(lines)
        connection.close()
        done.set()

    Buffer(write, name="test", batch=10).add(line)

    assert done.wait(10)
    assert RequestEntry.objects.get().path == "/Users"


ENDS = """
import multiprocessing
from django.conf import settings
settings.configure(BUFFER_DELAY_S=60)
from directories.services.buffer import Buffer

def work():
    buffer = Buffer(lambda items: print(*items, flush=True), name="test", batch=10)
    buffer.add("held")

work()
child = multiprocessing.get_context("fork").Process(target=work)
child.start()
child.join()
"""


def test_what_is_held_is_written_when_a_process_ends():
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ENDS],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert ended.stdout.split() == ["held", "held"]


def test_what_is_older_than_a_directory_keeps_is_forgotten(scim, second):
    now = timezone.now()
    setting(scim, request_log_days=3)
    setting(second, request_log_days=0)
    for client in (scim, second):
        for days in (5, 4, 2, 0):
            RequestEntryFactory.create(
                directory=client.directory, at=now - timedelta(days=days)
            )

    assert request_log.forget_old_requests(now) == 2 + 3
    assert len(entries(scim)) == 2


def test_forgetting_is_on_the_schedule(scim):
    RequestEntryFactory.create(
        directory=scim.directory, at=timezone.now() - timedelta(days=15)
    )
    name = settings.CELERY_BEAT_SCHEDULE["forget"]["task"]

    celery_app.tasks[str(name)].delay()

    assert entries(scim) == []


def test_a_directory_keeps_no_more_than_the_settings_allow(scim, second, settings):
    settings.SCIM_REQUEST_LOG_ROWS = 3
    for path in "abcde":
        RequestEntryFactory.create(directory=scim.directory, path=f"/{path}")
    RequestEntryFactory.create(directory=second.directory)

    assert request_log.forget_old_requests(timezone.now()) == 2
    assert [entry.path for entry in entries(scim)] == ["/c", "/d", "/e"]


def test_forgetting_goes_through_more_than_one_batch(scim, monkeypatch):
    monkeypatch.setattr(request_log, "BATCH", 2)
    long_ago = timezone.now() - timedelta(days=99)
    RequestEntryFactory.create_batch(5, directory=scim.directory, at=long_ago)

    assert request_log.forget_old_requests(timezone.now()) == 5
