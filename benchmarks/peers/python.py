"""Peers written in Python: an environment of their own, served by granian."""

import filecmp
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.peer import HOST, KEY, Place

ROOT = Path(__file__).resolve().parents[2]
# As many as Rollcall has on PostgreSQL.
THREADS = 2
# What a thread of gunicorn waits for is not the processor: its own advice.
GUNICORN_THREADS = 8


def install(name: str, folder: Path) -> None:
    """Make an environment of exactly the pinned packages, unless it is there."""
    lock = Path(__file__).parent / name / "requirements.txt"
    stamp = folder / "installed.txt"
    if stamp.exists() and filecmp.cmp(lock, stamp, shallow=False):
        return
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq"]
    subprocess.run(  # noqa: S603 - our own command
        [*pip, "--disable-pip-version-check", "--require-hashes", "-r", str(lock)],
        check=True,
        stdout=sys.stderr,
    )
    shutil.copy(lock, stamp)


def variables(name: str, place: Place) -> Mapping[str, str]:
    """Return the variables of a peer: its own packages, and nothing of ours."""
    ours = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": f"benchmarks.peers.{name}.settings",
        "PEER_KEY": KEY,
        "PEER_PORT": str(place.port),
    }
    return ours | ({"PEER_DATABASE": str(place.database)} if place.database else {})


def django(place: Place, *arguments: str) -> Sequence[str]:
    """Return a command of Django's in a peer's environment."""
    return [str(place.installed / "bin" / "python"), "-m", "django", *arguments]


def serve(place: Place, application: str, server: str = "") -> Sequence[str]:
    """Return the command that serves an application, on `server` or as asked for."""
    server = server or place.server
    binary = str(place.installed / "bin" / server)
    if server == "gunicorn":
        size = f"--worker-class gthread --threads {GUNICORN_THREADS} --keep-alive 75"
        address = f"--bind {HOST}:{place.port} --workers {place.processes}"
        options = f"{address} {size} --log-level warning"
    else:
        size = f"--workers {place.processes} --blocking-threads {THREADS}"
        address = f"--interface wsgi --host {HOST} --port {place.port}"
        options = f"{address} {size} --log-level warning --no-ws"
    return [binary, *options.split(), application]
