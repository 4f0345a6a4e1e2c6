"""Measures what one worker and two make of the same work.

    python benchmarks/workers.py --json figures.json

On PostgreSQL and Redis: 200 groups of 2,000 people and one of 150,000 are synced from
nothing, by jobs of their own, first by one worker and then by two. While that goes on
small jobs of another directory come, which are to be done first. Both ways must end in
the same members and the same access.
"""

import argparse
import json
import os
import statistics
import sys
import time
import warnings
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django
import psycopg
from django.core.management import call_command

from benchmarks.filling import Place, Sizes, fill
from benchmarks.measure import Memory
from benchmarks.postgresql import address, socket_folder, tidy_up, write_to_disk
from benchmarks.rollcall import more_work
from benchmarks.scale import INSIDE, under_postgresql
from benchmarks.scim import tell

FULL = Sizes(200_000, 201, 150_000, 2_000, 0, 100, 100, 100, jobs=0, spaces=1)
QUICK = Sizes(5_000, 41, 3_000, 300, 0, 100, 100, 100, jobs=0, spaces=1)
# A small job of another directory every so many seconds.
SMALL_EVERY_S = 1.0
WITHIN_S = 900.0
EMPTY = "TRUNCATE provisioning_groupmember, provisioning_appaccess, provisioning_appuse"
OTHER = "Other benchmark"
LEFT = """
SELECT count(*) FROM directories_job j
JOIN directories_directory d ON d.id = j.directory_id AND d.name = 'Benchmark'
WHERE j.state IN ('queued', 'running')
"""
WAITED = """
SELECT extract(epoch FROM j.started_at - j.created_at)::float FROM directories_job j
JOIN directories_directory d ON d.id = j.directory_id AND d.name = 'Other benchmark'
WHERE j.started_at IS NOT NULL
"""


def main() -> int:
    """Fill, let workers work, print; return 1 when the outcomes differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small groups")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    if not os.environ.get(INSIDE):
        return under_postgresql()
    write_to_disk(socket_folder())
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.development"
    warnings.filterwarnings("ignore")
    django.setup()
    call_command("migrate", verbosity=0)
    console = import_module("benchmarks.console_parts").Console.make()
    sizes = QUICK if given.quick else FULL
    fill(address(), Place(**console.place), sizes)
    figures = [measure(console, count) for count in (1, 2, 1, 2)]
    text = json.dumps(figures, indent=2) + "\n"
    if given.json:
        given.json.write_text(text)
    sys.stdout.write(text)
    outcomes = {(each["members"], each["access"]) for each in figures}
    return 0 if len(outcomes) == 1 else 1


def measure(console: Any, count: int) -> dict[str, Any]:
    """Let some workers sync every group from nothing; return what that took."""
    sync = import_module("provisioning.services.syncing.group_members")
    records = import_module("directories.models").GroupRecord
    with psycopg.connect(address(), autocommit=True) as connection:
        connection.execute(EMPTY)
        connection.execute("DELETE FROM directories_jobinput")
        connection.execute("DELETE FROM directories_job")
        tidy_up()
        place = {"DATA_DIR": str(socket_folder()), "BEAT_THREAD": "1"}
        workers = [more_work(place) for _ in range(count)]
        memory = [Memory(each.pid) for each in workers]
        for each in memory:
            each.start()
        try:
            until_ready(count)
            started = time.monotonic()
            now = datetime.now(UTC)
            of_directory = records.objects.filter(directory=console.directory)
            for record in of_directory.select_related("directory").order_by("pk"):
                sync.queue_sync(record, now)
            finish(console, connection)
            took = time.monotonic() - started
        finally:
            for worker in workers:
                worker.terminate()
            for worker in workers:
                worker.wait()
        figures = {
            "workers": count,
            "all_done_s": round(took, 1),
            "small_jobs_waited_s": waited(connection),
            "members": one(connection, "SELECT count(*) FROM provisioning_groupmember"),
            "access": one(connection, "SELECT count(*) FROM provisioning_appaccess"),
            "failed": one(
                connection, "SELECT count(*) FROM directories_job WHERE failures > 0"
            ),
            "largest_mib": max(each.stop()["largest_mib"] for each in memory),
        }
    tell(str(figures))
    return figures


def until_ready(count: int) -> None:
    """Wait until all workers answer: their start is none of their work."""
    control = import_module("config.celery").app.control
    deadline = time.monotonic() + WITHIN_S
    while len(control.ping(timeout=1.0)) < count:
        if time.monotonic() > deadline:
            raise TimeoutError("The workers did not start.")


def finish(console: Any, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Wake workers until all is done; ask for small things meanwhile."""
    tasks = import_module("directories.tasks")
    sync = import_module("provisioning.services.syncing.group_members")
    small = iter(small_groups(console))
    deadline = time.monotonic() + WITHIN_S
    asked = 0.0
    tasks.rescue.delay()
    while one(connection, LEFT):
        if time.monotonic() > deadline:
            raise TimeoutError("The work did not come to an end.")
        if time.monotonic() - asked > SMALL_EVERY_S:
            asked = time.monotonic()
            job = sync.queue_sync(next(small), datetime.now(UTC))
            tasks.wake(job.pk)
        time.sleep(0.05)


def small_groups(console: Any) -> list[Any]:
    """Return small groups of another directory, each a job that is done at once."""
    models = import_module("directories.models")
    directories = import_module("directories.services.directories")
    audit = import_module("directories.services.audit")
    now = datetime.now(UTC)
    known = models.Directory.objects.filter(name=OTHER)
    other = known.first() or directories.add_directory(
        organization=console.organization,
        provider=models.Directory.Provider.ENTRA,
        name=OTHER,
        by=audit.SYSTEM,
        now=now,
    )
    records = models.GroupRecord.objects.filter(directory=other)
    if not records.exists():
        models.GroupRecord.objects.bulk_create(
            models.GroupRecord(
                directory=other,
                organization=console.organization,
                display_name=f"Small {number}",
                display_name_key=f"small {number}",
                document={"displayName": f"Small {number}"},
                created_at=now,
                updated_at=now,
            )
            for number in range(int(WITHIN_S / SMALL_EVERY_S))
        )
    return list(records.select_related("directory").order_by("pk"))


def waited(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, float]:
    """Return how long small jobs waited to be begun."""
    times = [each for (each,) in connection.execute(WAITED).fetchall()]
    if not times:
        return {"jobs": 0}
    return {
        "jobs": len(times),
        "middle": round(statistics.median(times), 2),
        "longest": round(max(times), 2),
    }


def one(connection: psycopg.Connection[tuple[Any, ...]], ask: str) -> Any:
    """Return the one value that a statement brings."""
    found = connection.execute(ask).fetchone()
    return None if found is None else found[0]


if __name__ == "__main__":
    sys.exit(main())
