"""What a peer is: how to install it, how to start it, what it cannot do."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks.connection import Target
from directories.management.processes import die_with_parent

HOST = "127.0.0.1"
READY_WITHIN_S = 60.0
ENDS_WITHIN_S = 10.0
KEY = "a-key-that-opens-only-a-server-under-test"
SERVER_ERROR = 500


@dataclass(frozen=True)
class Place:
    """Where a peer runs: what was installed, its port, its database, its size.

    `database` is the folder of PostgreSQL's socket, None for a store in memory.
    `server` is granian or gunicorn, for those that are Python.
    """

    installed: Path
    port: int
    processes: int = 1
    database: Path | None = None
    server: str = "granian"


@dataclass(frozen=True)
class Peer:
    """Another SCIM server.

    `prepare` are the commands that make its tables; `cannot` says what it refuses
    by design, by phase.
    """

    name: str
    version: str
    path: str
    is_durable: bool
    install: Callable[[Path], None]
    command: Callable[[Place], Sequence[str]]
    variables: Callable[[Place], Mapping[str, str]]
    prepare: Callable[[Place], Sequence[Sequence[str]]] = lambda _place: ()
    cannot: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def serving(peer: Peer, place: Place) -> Iterator[tuple[Target, int]]:
    """Run a peer; yield where it is reached and its pid, and end it afterwards."""
    variables = peer.variables(place)
    for command in peer.prepare(place):
        _run(command, place, variables)
    child = subprocess.Popen(  # noqa: S603 - our own commands
        peer.command(place),
        cwd=place.installed,
        env=variables,
        stdout=sys.stderr,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads run yet
    )
    try:
        wait_until_ready(peer, place.port, child)
        yield Target(HOST, place.port, peer.path, KEY), child.pid
    finally:
        end(child)


def _run(command: Sequence[str], place: Place, variables: Mapping[str, str]) -> None:
    subprocess.run(  # noqa: S603 - our own commands
        command, cwd=place.installed, env=variables, check=True, stdout=sys.stderr
    )


def wait_until_ready(peer: Peer, port: int, child: subprocess.Popen[bytes]) -> None:
    """Wait until a peer answers; raise TimeoutError if it never does."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not answers(f"{peer.path}/Users?count=1", port):
        if child.poll() is not None or time.monotonic() > deadline:
            reason = f"{peer.name} did not get ready."
            raise TimeoutError(reason)
        time.sleep(0.1)


def answers(path: str, port: int) -> bool:
    """Tell whether a server answers a request, be it with a refusal."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {KEY}"})
        return connection.getresponse().status < SERVER_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def end(child: subprocess.Popen[bytes]) -> None:
    """End a process: politely first, for good after some seconds."""
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
