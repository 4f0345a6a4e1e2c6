"""A private PostgreSQL that writes to the disk."""

import os
import subprocess
from pathlib import Path
from typing import Any

WITH_SERVICES = Path(__file__).resolve().parents[1] / "config/tools/with-services"


def socket_folder() -> Path:
    """Return the folder of the PostgreSQL that with-services has started."""
    return Path(os.environ["DATABASE_URL"].partition("@/")[2]).parent


def address() -> str:
    """Return what psycopg connects to the database of the environment with."""
    return f"host={socket_folder()} user=rollcall dbname=postgres"


def write_to_disk(folder: Path) -> None:
    """Restart the private PostgreSQL so that a commit has reached the disk.

    The tests have it forget what a crash would lose; figures of that would lie.
    """
    command = [str(binary("pg_ctl")), "-D", str(folder / "pg")]
    place = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    options = f"{place} -c shared_buffers=256MB -c max_connections=200"
    if os.getuid() == 0:
        user = ["setpriv", "--reuid", "postgres", "--regid", "postgres"]
        command = [*user, "--clear-groups", *command]
    log = ["-l", str(folder / "pg.log"), "-w"]
    subprocess.run(  # noqa: S603 - our own command
        [*command, *log, "-o", options, "restart"],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
    )


def binary(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs, as Debian lays them."""
    return max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))


def tidy_up() -> None:
    """Have PostgreSQL do now what it would do in the middle of what is measured.

    It cleans and counts tables about a minute after much was written. Nothing is
    done where there is no PostgreSQL.
    """
    if "DATABASE_URL" not in os.environ:
        return
    address = ["-h", str(socket_folder()), "-U", "rollcall"]
    subprocess.run(  # noqa: S603 - our own command
        [str(binary("vacuumdb")), *address, "--all", "--analyze", "--quiet"],
        check=True,
    )


def on_disk() -> dict[str, Any]:
    """Return what psql says about writing to the disk, to be kept with figures."""
    ask = "SELECT current_setting('fsync'), current_setting('server_version')"
    address = ["-h", str(socket_folder()), "-U", "rollcall", "-d", "postgres"]
    done = subprocess.run(  # noqa: S603 - our own command
        [str(binary("psql")), *address, "-tAF,", "-c", ask],
        check=True,
        capture_output=True,
        text=True,
    )
    fsync, version = done.stdout.strip().split(",")
    return {"fsync": fsync, "version": version}
