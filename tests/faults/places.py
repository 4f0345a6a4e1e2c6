"""A folder with a whole private installation: database, queue, web, workers."""

import http.client
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from benchmarks.postgresql import binary
from tests.faults import clock
from tests.faults.disk import Disk
from tests.faults.processes import Supervisor, Unit
from tests.servers import free_port

HOST = "127.0.0.1"
WORKERS = ("worker-1", "worker-2")
INITDB = [
    "-U",
    "rollcall",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
]
# Bytes that a small run may need at most; containers have little memory to write to.
ROOM = 2**30
# Seconds that a start may take where everything else runs too.
START_S = 120.0
SETTINGS = "tests.faults.settings"


@dataclass
class Place:
    """Where everything of one run lies, and what runs there."""

    is_postgresql: bool
    folder: Path
    disk: Disk
    in_request: int
    library: Path | None
    supervisor: Supervisor = field(default_factory=Supervisor)
    port: int = field(default_factory=free_port)
    postgresql_port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that bring a process to this place."""
        database = f"postgres://rollcall@{HOST}:{self.postgresql_port}/postgres"
        embedded = f"sqlite:///{self.disk.folder}/rollcall.sqlite3"
        return {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": database if self.is_postgresql else embedded,
            "REDIS_URL": f"redis://{HOST}:{self.redis_port}/0"
            if self.is_postgresql
            else "",
            "SECRET_KEY": "of no worth outside of this run",
            "PORT": str(self.port),
            "BASE_URL": f"http://{HOST}:{self.port}",
            "WEB_PROCESSES": "2" if self.is_postgresql else "1",
            "FAULTS_IN_REQUEST": str(self.in_request),
            "TMPDIR": str(self.folder / "tmp"),
        }

    @property
    def redis(self) -> "redis.Redis":
        """Return a client of the message queue."""
        return redis.Redis(host=HOST, port=self.redis_port)

    def unit(self, name: str) -> Unit:
        """Return a running part."""
        return self.supervisor.units[name]

    def start_services(self) -> None:
        """Start what has to be there before Django is."""
        self.supervisor.start()
        if self.is_postgresql:
            self.supervisor.add(self._postgresql())
            self.supervisor.add(self._redis())

    def start_rollcall(self) -> None:
        """Start web, workers and, with several workers, the scheduler."""
        for unit in self._rollcall():
            self.supervisor.add(unit, within_s=START_S)

    def close(self) -> None:
        """End everything and remove the folder."""
        self.supervisor.stop()
        self.disk.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _postgresql(self) -> Unit:
        data = self.disk.folder / "pg"
        # PostgreSQL refuses to run as root; Debian has made a user for it.
        user: list[str] = []
        if os.getuid() == 0:
            user = ["setpriv", "--reuid", "postgres", "--regid", "postgres"]
            user += ["--clear-groups", "--pdeathsig", "QUIT"]
            shutil.chown(self.disk.folder, "postgres")
        subprocess.run(
            [*user, str(binary("initdb")), "-D", str(data), *INITDB],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
        )
        options = {
            "listen_addresses": HOST,
            "port": str(self.postgresql_port),
            "unix_socket_directories": "",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "max_wal_size": "512MB",
            "fsync": "on",
            "log_lock_waits": "on",
        }
        command = [*user, str(binary("postgres")), "-D", str(data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return Unit(
            "postgresql",
            command,
            self.folder / "postgresql.log",
            ready=self.database_answers,
            folder="/",
        )

    def _redis(self) -> Unit:
        command = ["redis-server", "--bind", HOST, "--port", str(self.redis_port)]
        # Messages may be lost: that is the point.
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        log = self.folder / "redis.log"
        return Unit("redis", command, log, ready=self.redis_answers)

    def _rollcall(self) -> list[Unit]:
        from directories.management.commands.serve import (  # noqa: PLC0415 - after set-up
            web_command,
            worker_command,
        )

        web = self._own("web", web_command())
        web.ready = self.web_answers
        if not self.is_postgresql:
            return [web, self._own("worker-1", worker_command(), BEAT_THREAD="1")]
        workers = [self._own(each, worker_command()) for each in WORKERS]
        scheduler = [sys.executable, "-m", "celery", "-q", "-A", "config", "beat"]
        return [web, *workers, self._own("scheduler", scheduler)]

    def _own(self, name: str, command: list[str], **more: str) -> Unit:
        environment = {**self.environment, **more, **self._clock(name)}
        return Unit(name, command, self.folder / f"{name}.log", environment)

    def _clock(self, name: str) -> dict[str, str]:
        if name == "web":
            return {}
        return clock.variables(self.library, self.folder / f"{name}.clock")

    def database_answers(self) -> bool:
        """Tell whether the database takes a connection."""
        address = f"host={HOST} port={self.postgresql_port} user=rollcall"
        with suppress(psycopg.Error):
            place = f"{address} dbname=postgres connect_timeout=3"
            with psycopg.connect(place) as connection:
                connection.execute("SELECT 1")
                return True
        return False

    def redis_answers(self) -> bool:
        """Tell whether the queue answers."""
        with suppress(redis.RedisError, OSError):
            return bool(self.redis.ping())
        return False

    def web_answers(self) -> bool:
        """Tell whether the web server and its database answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=3)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def make_place(
    *, is_postgresql: bool, disk_mb: int, real_disk: bool, in_request: int, clocks: bool
) -> Place:
    """Make the folder of a run; the database's is a small disk of its own."""
    # Where nothing is to be filled, memory is quicker than a disk others use too.
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own in there
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    above = memory if roomy and not disk_mb else Path("/tmp")  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="rollcall-faults-", dir=above))
    folder.chmod(0o755)
    (folder / "tmp").mkdir()
    disk = Disk(folder / "disk", disk_mb, real=real_disk)
    library = clock.build(folder) if clocks else None
    return Place(is_postgresql, folder, disk, in_request, library)
