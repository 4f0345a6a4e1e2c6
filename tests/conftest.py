"""What holds for every test: no strangers on the network, no half-silent page."""

import os
import shutil
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connection
from playwright.sync_api import ConsoleMessage, Page, Request

from config.celery import app as celery_app
from directories.management.commands.serve import worker_command
from directories.management.processes import Processes
from directories.services import request_log, seen

# Playwright's loop runs in the test's thread; Django would refuse its queries.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# Else each answer of the live server waits 40 ms between its head and its body.
WSGIRequestHandler.disable_nagle_algorithm = True


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a random id by its argument, so that two processes name it alike."""
    try:
        UUID(str(val))
    except ValueError:
        return None
    return argname


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Let no test meet what another counted, cached or has still to write."""
    for each in caches.all(initialized_only=True):
        each.clear()
    request_log.buffer.clear()
    seen.buffer.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Empty, after tests that commit, only the tables that have rows.

    Truncating all of them takes PostgreSQL a third of a second, each time.
    """
    if connection.vendor == "postgresql":
        vars(connection.ops)["sql_flush"] = delete_rows


def delete_rows(_style: object, tables: list[str], **_options: bool) -> list[str]:
    """Return the statements that empty these tables, foreign keys unasked."""
    found = " UNION ALL ".join(
        f"(SELECT {number} FROM {connection.ops.quote_name(table)} LIMIT 1)"  # noqa: S608
        for number, table in enumerate(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(found)
        full = [connection.ops.quote_name(tables[row[0]]) for row in cursor]
    return [
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {table}" for table in full),  # noqa: S608
    ]


@pytest.fixture
def real_worker(transactional_db: None) -> Iterator[None]:
    """Run a worker process on the test's own database and queue.

    Tasks are sent for the length of the test, not run in the caller; wait for
    what they change. Rows must be committed for the worker to see them.
    """
    celery_app.conf.task_always_eager = False
    try:
        with Processes() as processes:
            processes.start("worker", worker_command(), env=worker_place())
            yield
    finally:
        celery_app.conf.task_always_eager = True


def worker_place() -> dict[str, str]:
    """Return the variables that put a worker on the test's database and queue."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "DATA_DIR": str(django_settings.DATA_DIR),
        "DATABASE_URL": database_url(),
        "REDIS_URL": django_settings.REDIS_URL,
        "SECRET_KEY": django_settings.SECRET_KEY,
        "BEAT_THREAD": "1",
    }


def database_url() -> str:
    """Return the URL of the database this test runs on."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    return f"postgres://{place['USER']}@/{place['HOST']}/{place['NAME']}"


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any],
) -> dict[str, Any]:
    """Start Debian's Chromium; it speaks to nobody but the page."""
    quiet = ["background-networking", "component-update", "sync", "gpu", "quic"]
    return browser_type_launch_args | {
        "executable_path": shutil.which("chromium"),
        "args": [
            "--no-sandbox",
            "--no-first-run",
            *(f"--disable-{name}" for name in quiet),
        ],
    }


@pytest.fixture
def strict_page(page: Page, live_server: Any, settings: Any) -> Iterator[Page]:
    """Hand out a page that fails the test on any script error or failed request.

    A breach of the content security policy is a console error, so it fails too.
    """
    settings.BASE_URL = live_server.url
    problems: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        # The browser says so: forms with mistakes are 422, closed portals 404.
        closed = "/customer/portal/" in message.location["url"]
        expected = "status of 404" if closed else "status of 422"
        if message.type == "error" and expected not in message.text:
            problems.append(message.text)

    def note_failure(request: Request) -> None:
        # A request is aborted when the page is left or a newer one replaces it.
        if request.failure != "net::ERR_ABORTED":
            problems.append(f"{request.url}: {request.failure}")

    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", note_message)
    page.on("requestfailed", note_failure)
    yield page
    assert not problems, problems
