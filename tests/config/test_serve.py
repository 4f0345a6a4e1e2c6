"""`manage.py serve`: starts everything, leaves nothing."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow
SERVE = [sys.executable, "manage.py", "serve"]
PATIENCE_S = 60


@pytest.fixture
def place(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "DATA_DIR": str(tmp_path / "data"),
        "PORT": str(port),
    }


@pytest.fixture
def migrated(place, db):
    """Have the server find a database that is up to date, as when started again."""
    own = Path(place["DATA_DIR"])
    own.mkdir(mode=0o700)
    with (
        closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as done,
        closing(sqlite3.connect(own / "rollcall.sqlite3")) as copy,
    ):
        done.backup(copy)


@pytest.fixture
def server(place):
    command = subprocess.Popen(
        SERVE, cwd=settings.BASE_DIR, env=place, stdout=subprocess.PIPE, text=True
    )
    assert command.stdout is not None
    for line in command.stdout:
        if "Ctrl-C" in line:
            break
    yield command
    command.kill()
    command.wait(PATIENCE_S)
    command.stdout.close()


def family(pid: int) -> set[int]:
    """Return the processes below this one, at every depth."""
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    children = {int(child) for child in listing.read_text().split()}
    return children.union(*(family(child) for child in children))


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A zombie has ended; whoever inherits it only has not looked yet.
    return state != "Z"


def wait_until_ended(pids: set[int]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while running := {pid for pid in pids if is_running(pid)}:
        assert time.monotonic() < deadline, running
        time.sleep(0.1)


def test_it_answers_and_ends_at_ctrl_c(server, place):
    below = family(server.pid)
    with urlopen(f"http://127.0.0.1:{place['PORT']}/readyz", timeout=5) as answer:
        ready = answer.status

    server.send_signal(signal.SIGINT)

    assert ready == 200
    assert server.wait(PATIENCE_S) == 0
    assert len(below) >= 3
    wait_until_ended(below)


@pytest.mark.usefixtures("migrated")
def test_no_child_outlives_its_sudden_death(server):
    below = family(server.pid)

    server.kill()

    server.wait(PATIENCE_S)
    wait_until_ended(below)


@pytest.mark.usefixtures("migrated")
def test_it_ends_when_a_part_ends(server):
    below = family(server.pid)

    os.kill(min(below), signal.SIGKILL)

    assert server.wait(PATIENCE_S) == 1
    wait_until_ended(below)


def test_taken_port_ends_it_before_anything_starts(place):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(place["PORT"])))
        taken.listen()
        result = subprocess.run(
            SERVE,
            cwd=settings.BASE_DIR,
            env=place,
            capture_output=True,
            text=True,
            check=False,
        )

    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert f"Port {place['PORT']} is taken" in result.stderr
    assert not (Path(place["DATA_DIR"]) / "rollcall.sqlite3").exists()
