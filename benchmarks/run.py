"""Starts private servers, one on SQLite and one on PostgreSQL, and loads both.

    python benchmarks/run.py --json figures.json

Each server is the one that `make run` starts, in a folder of its own that is
removed at the end. PostgreSQL writes to the disk as in production; it is served
by two web processes, SQLite by one (WEB_PROCESSES changes both).
"""

import argparse
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

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.connection import read_target
from benchmarks.measure import descendants
from benchmarks.scim import run, tell

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN_S = 120.0
INSIDE = "ROLLCALL_BENCHMARK_INSIDE"


def main() -> int:
    """Run on both databases; return 1 when an answer was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, default=11_200)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    if os.environ.get(INSIDE):
        print_figures(on_server(given.users, given.seconds), given.json)
        return 0
    databases = [given.only] if given.only else ["sqlite", "postgresql"]
    figures = {name: on(name, given.users, given.seconds) for name in databases}
    print_figures(figures, given.json)
    return 1 if any(found["wrong"] for found in figures.values()) else 0


def print_figures(figures: dict[str, Any], path: Path | None) -> None:
    """Print figures as JSON, and write them to a file if one is named."""
    text = json.dumps(figures, indent=2) + "\n"
    if path:
        path.write_text(text)
    sys.stdout.write(text)


def on(database: str, users: int, seconds: float) -> dict[str, Any]:
    """Return the figures on one kind of database."""
    tell(f"\n{database}")
    clean = {k: v for k, v in os.environ.items() if not k.endswith("_URL")}
    again = [sys.executable, str(Path(__file__).resolve())]
    again += ["--users", str(users), "--seconds", str(seconds)]
    env = {**clean, INSIDE: database}
    if database == "postgresql":
        again.insert(0, str(ROOT / "config" / "tools" / "with-services"))
        env.setdefault("WEB_PROCESSES", "2")
    done = subprocess.run(again, env=env, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own command
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def on_server(users: int, seconds: float) -> dict[str, Any]:
    """Return the figures of a fresh server on the database of the environment."""
    if os.environ[INSIDE] == "postgresql":
        write_to_disk(Path(os.environ["DATABASE_URL"].partition("@/")[2]).parent)
    with server() as (folder, pid):
        told = json.loads((folder / "demo.json").read_text())
        directory = told["directories"]["organization"]
        target = read_target(directory["scim_base_url"], directory["scim_api_key"])
        return run(target, users=users, seconds=seconds, pid=web_server(pid))


def write_to_disk(folder: Path) -> None:
    """Restart the private PostgreSQL so that a commit has reached the disk.

    The tests have it forget what a crash would lose; figures of that would lie.
    """
    command = ["pg_ctl", "-D", str(folder / "pg"), "-l", str(folder / "pg.log"), "-w"]
    place = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    options = f"{place} -c shared_buffers=256MB -c max_connections=200"
    command[0] = str(max(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")))
    if os.getuid() == 0:
        user = ["setpriv", "--reuid", "postgres", "--regid", "postgres"]
        command = [*user, "--clear-groups", *command]
    subprocess.run(  # noqa: S603 - our own command
        [*command, "-o", options, "restart"],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def server() -> Iterator[tuple[Path, int]]:
    """Run `serve --demo` in a folder of its own; yield the folder and the pid."""
    folder = Path(tempfile.mkdtemp(prefix="rollcall-benchmark-"))
    place = {"DATA_DIR": str(folder), "PORT": str(free_port())}
    child = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, str(ROOT / "manage.py"), "serve", "--demo"],
        env={**os.environ, **place},
        stdout=sys.stderr,
    )
    try:
        wait_for(folder / "demo.json", child)
        yield folder, child.pid
    finally:
        child.send_signal(signal.SIGINT)
        child.wait()
        shutil.rmtree(folder, ignore_errors=True)


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


if __name__ == "__main__":
    sys.exit(main())
