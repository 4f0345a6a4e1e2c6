"""Starts one server, loads it and writes its figures; a step of compare.py.

    python benchmarks/contestant.py scimmy-1 --installed FOLDER --json figures.json

What needs PostgreSQL is run under config/tools/with-services.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.connection import Target
from benchmarks.contestants import CONTESTANTS, Contestant
from benchmarks.peers.peer import Place, serving
from benchmarks.postgresql import on_disk, socket_folder, write_to_disk
from benchmarks.rollcall import free_port, rollcall
from benchmarks.scim import Size, run

# What a server still does after its first answer is no part of the figures.
SETTLES_S = 3.0


def main() -> int:
    """Measure one contestant and write its figures."""
    signal.signal(signal.SIGTERM, interrupt)
    parser = argparse.ArgumentParser()
    parser.add_argument("key", choices=[each.key for each in CONTESTANTS])
    parser.add_argument("--installed", type=Path, required=True)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--server", default="granian")
    parser.add_argument("--users", type=int, default=Size.users)
    parser.add_argument("--seconds", type=float, default=Size.seconds)
    parser.add_argument("--longest", type=float, default=Size.longest_s)
    given = parser.parse_args()
    contestant = next(each for each in CONTESTANTS if each.key == given.key)
    size = Size(given.users, given.seconds, given.longest)
    figures = figures_of(contestant, size, given.installed, given.server)
    given.json.write_text(json.dumps(figures))
    return 0


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Treat a polite end like Ctrl-C, so that all that was started is ended."""
    raise KeyboardInterrupt


def figures_of(
    contestant: Contestant, size: Size, installed: Path, server: str
) -> dict[str, Any]:
    """Return the figures of a fresh server, and what tells of its database."""
    database = {}
    if contestant.database == "PostgreSQL":
        write_to_disk(socket_folder())
        database = {"postgresql": on_disk()}
    with started(contestant, installed, server) as (target, pid):
        time.sleep(SETTLES_S)
        return run(target, size, pid=pid) | database


@contextmanager
def started(
    contestant: Contestant, installed: Path, server: str
) -> Iterator[tuple[Target, int]]:
    """Start the server of a contestant; yield where it is reached and its pid."""
    if contestant.peer is None:
        with rollcall(contestant.processes) as found:
            yield found
        return
    database = socket_folder() if contestant.is_durable else None
    port, processes = free_port(), contestant.processes
    place = Place(installed, port, processes, database, server)
    with serving(contestant.peer, place) as found:
        yield found


if __name__ == "__main__":
    sys.exit(main())
