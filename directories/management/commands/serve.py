"""`manage.py serve`: the whole of Rollcall on this machine, in one command."""

import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from directories.management.processes import Processes, die_with_parent

HOST = "127.0.0.1"
READY_WITHIN_S = 60.0
LOOK_EVERY_S = 0.1


class Command(BaseCommand):
    """Bring the database up to date, then run worker and web server."""

    help = "Run the web server and the worker; Ctrl-C ends both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the switch for demonstration data."""
        parser.add_argument(
            "--demo",
            action="store_true",
            help="also make demonstration data and print how to sign in",
        )

    def handle(self, *, demo: bool, **_options: object) -> None:
        """Start everything and stay until a signal or until a part of it ends."""
        refuse_taken_port(settings.PORT)
        if settings.DIE_WITH_PARENT:
            die_with_parent()
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, interrupt)
        if demo:
            set_previous_demo_aside(settings.DATA_DIR)
        try:
            call_command("migrate", verbosity=0, interactive=False)
            with Processes() as processes:
                start_worker(processes)
                start_web(processes)
                wait_until_ready(processes)
                self.stdout.write(f"Rollcall runs on {settings.BASE_URL}")
                self.stdout.flush()
                if demo:
                    call_command("demo", stdout=self.stdout, stderr=self.stderr)
                self.stdout.write("Ctrl-C ends it.")
                self.stdout.flush()
                stay(processes)
        except KeyboardInterrupt:
            self.stdout.write("Ended.")


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Treat a polite end like Ctrl-C, also where a shell had that ignored."""
    raise KeyboardInterrupt


def refuse_taken_port(port: int) -> None:
    """Stop before anything starts when another program listens on the port."""
    with socket.socket() as probe:
        # A port in TIME_WAIT after a restart is free for our purpose.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            reason = f"Port {port} is taken. Choose another, such as PORT={port + 1}."
            raise CommandError(reason) from error


def set_previous_demo_aside(data_dir: Path) -> None:
    """Rename demo.json: its presence means ready, its values are kept.

    The command `demo` reads `demo.previous.json` and writes `demo.json` last.
    """
    current = data_dir / "demo.json"
    if current.exists():
        current.replace(data_dir / "demo.previous.json")


def start_worker(processes: Processes) -> None:
    """Start the Celery worker with the scheduler as one of its threads."""
    # The file queue moves messages through the temporary folder; on another
    # file system than the queue that is a copy, and two could take one message.
    temporary = settings.DATA_DIR / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    processes.start(
        "worker",
        worker_command(),
        env={**our_place(), "BEAT_THREAD": "1", "TMPDIR": str(temporary)},
    )


def worker_command() -> list[str]:
    """Return the command of a worker that has no other workers to talk to."""
    celery = [sys.executable, "-m", "celery", "-q", "-A", "config", "worker"]
    size = ["--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING"]
    lonely = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [*celery, *size, *lonely]


def start_web(processes: Processes) -> None:
    """Start the web server on the loopback address."""
    processes.start(
        "web server", web_command(), env={**our_place(), "DIE_WITH_PARENT": "1"}
    )


def web_command() -> list[str]:
    """Return the command of a web server that replaces a process of its that died.

    Without that it ends all the others as soon as their connections are closed.
    """
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi"]
    address = f"--host {HOST} --port {settings.PORT}"
    size = (
        f"--workers {settings.WEB_PROCESSES} --blocking-threads {settings.WEB_THREADS}"
    )
    options = "--log-level warning --no-ws --respawn-failed-workers"
    return [
        *granian,
        *f"{address} {size} {options} --respawn-interval 0.5".split(),
        "config.wsgi:application",
    ]


def our_place() -> dict[str, str]:
    """Return the variables that make children work where this command works."""
    return {
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        "DATA_DIR": str(settings.DATA_DIR),
        "PORT": str(settings.PORT),
        "PYTHONPATH": str(settings.BASE_DIR),
    }


def wait_until_ready(processes: Processes) -> None:
    """Return when the server answers; raise CommandError when it will not."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        refuse_ended(processes)
        if answers():
            return
        time.sleep(LOOK_EVERY_S)
    reason = f"The web server did not answer within {READY_WITHIN_S:.0f} s."
    raise CommandError(reason)


def answers() -> bool:
    """Tell whether the server answers /healthz, asked by its public name."""
    connection = HTTPConnection(HOST, settings.PORT, timeout=5)
    host = urlsplit(settings.BASE_URL).netloc
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def stay(processes: Processes) -> None:
    """Watch until a child ends; then raise CommandError."""
    while True:
        refuse_ended(processes)
        time.sleep(0.5)


def refuse_ended(processes: Processes) -> None:
    """Raise CommandError when a child has ended."""
    name = processes.ended()
    if name is not None:
        reason = f"The {name} ended, so everything ends. See its output."
        raise CommandError(reason)
