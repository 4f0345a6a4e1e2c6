"""Starts private Rollcall servers, each in a folder of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.connection import Target, read_target
from benchmarks.measure import descendants

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN_S = 120.0


@contextmanager
def rollcall(
    processes: int | None = None, *, directory: str = "organization", workers: int = 1
) -> Iterator[tuple[Target, int]]:
    """Run a server; yield a directory without people and the web server's pid.

    `directory` is a name of demo.json; see serving.
    """
    with serving(processes, workers=workers) as (told, pid):
        named = told["directories"][directory]
        yield read_target(named["scim_base_url"], named["scim_api_key"]), pid


@contextmanager
def serving(
    processes: int | None = None, *, workers: int = 1
) -> Iterator[tuple[dict[str, Any], int]]:
    """Run `serve --demo`; yield what demo.json tells and the web server's pid.

    The database is that of the environment. `workers` processes do what waits.
    """
    folder = Path(tempfile.mkdtemp(prefix="rollcall-benchmark-"))
    place = {"DATA_DIR": str(folder), "PORT": str(free_port()), "DIE_WITH_PARENT": "1"}
    if processes:
        place["WEB_PROCESSES"] = str(processes)
    child = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, str(ROOT / "manage.py"), "serve", "--demo"],
        env={**os.environ, **place},
        stdout=sys.stderr,
    )
    others: list[subprocess.Popen[bytes]] = []
    try:
        wait_for(folder / "demo.json", child)
        others = [more_work(place) for _ in range(1, workers)]
        yield json.loads((folder / "demo.json").read_text()), web_server(child.pid)
    finally:
        for each in others:
            each.terminate()
            each.wait()
        child.send_signal(signal.SIGINT)
        child.wait()
        shutil.rmtree(folder, ignore_errors=True)


def more_work(place: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start one more worker beside that of `serve`."""
    celery = [sys.executable, "-m", "celery", "-q", "-A", "config", "worker"]
    size = ["--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING"]
    return subprocess.Popen(  # noqa: S603 - our own command
        [*celery, *size], cwd=ROOT, env={**os.environ, **place}, stdout=sys.stderr
    )


def workers(web: int) -> list[int]:
    """Return the workers that belong to the same `serve` as a web server."""
    found = Path(f"/proc/{web}/stat").read_text().rpartition(")")[2].split()
    parent = int(found[1])
    return [
        each
        for each in descendants(os.getpid())
        if b"celery" in Path(f"/proc/{each}/cmdline").read_bytes()
        and each not in {parent, web}
    ]


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(path: Path, child: subprocess.Popen[bytes]) -> None:
    """Wait until the server is ready; raise TimeoutError if it never is."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not path.exists():
        if child.poll() is not None or time.monotonic() > deadline:
            raise TimeoutError("The server did not get ready.")
        time.sleep(0.1)


def web_server(pid: int) -> int:
    """Return the web server among the children of `serve`, else that itself."""
    for each in descendants(pid):
        command = Path(f"/proc/{each}/cmdline").read_bytes()
        if b"granian" in command:
            return each
    return pid
