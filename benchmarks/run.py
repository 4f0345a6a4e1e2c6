"""Starts private servers, one on SQLite and one on PostgreSQL, and loads both.

    python benchmarks/run.py --json figures.json

Each server is the one that `make run` starts, in a folder of its own that is
removed at the end. PostgreSQL writes to the disk as in production; it is served
by two web processes, SQLite by one (WEB_PROCESSES changes both).
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.postgresql import WITH_SERVICES, socket_folder, write_to_disk
from benchmarks.rollcall import rollcall
from benchmarks.scim import Size, run, tell

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
        again.insert(0, str(WITH_SERVICES))
        env.setdefault("WEB_PROCESSES", "2")
    done = subprocess.run(again, env=env, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own command
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def on_server(users: int, seconds: float) -> dict[str, Any]:
    """Return the figures of a fresh server on the database of the environment."""
    if os.environ[INSIDE] == "postgresql":
        write_to_disk(socket_folder())
    with rollcall() as (target, pid):
        return run(target, Size(users, seconds), pid=pid)


if __name__ == "__main__":
    sys.exit(main())
