"""Loads a running server over SCIM and prints JSON.

    python benchmarks/scim.py --base-url http://127.0.0.1:8000/scim/directory/... \
        --key rck_... --pid 1234

Eight connections, this machine only, bounded in count and time. Answers are
checked: `wrong` counts those that were not right, and makes the exit code 1.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.connection import NotLoopbackError, Target, read_target
from benchmarks.groups import load_groups
from benchmarks.load import CONNECTIONS, LONGEST_PHASE_S, Load
from benchmarks.measure import Memory
from benchmarks.users import load_users
from benchmarks.walks import walk

MOST_USERS = 300_000
LONGEST_READS_S = 60.0


@dataclass(frozen=True)
class Size:
    """How much is asked of a server, and for how long."""

    users: int = 11_200
    seconds: float = 5.0
    longest_s: float = LONGEST_PHASE_S


async def measure(target: Target, size: Size) -> dict[str, Any]:
    """Run all phases against a directory and return the figures."""
    users, seconds = min(size.users, MOST_USERS), min(size.seconds, LONGEST_READS_S)
    async with Load(target, users, seconds, tell, size.longest_s) as load:
        await load_users(load)
        await load_groups(load)
        await walk(load)
    return summary(load)


def summary(load: Load) -> dict[str, Any]:
    """Return the figures of all phases of a load."""
    phases = {phase.name: phase.result() for phase in load.phases}
    return {
        "connections": CONNECTIONS,
        "users": len(load.ids),
        "wrong": sum(phase["wrong"] for phase in phases.values()),
        "phases": phases,
    }


def tell(line: str) -> None:
    """Write a line for whoever watches; standard output is for programs."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def run(target: Target, size: Size, *, pid: int) -> dict[str, Any]:
    """Return the figures of a run, with the memory of the server's process tree."""
    return watched(partial(measure, target, size), pid)


def watched(
    work: Callable[[], Coroutine[Any, Any, dict[str, Any]]], pid: int
) -> dict[str, Any]:
    """Return the figures of some work and the memory of a process tree meanwhile."""
    memory = Memory(pid) if pid else None
    if memory:
        memory.start()
    try:
        figures = asyncio.run(work())
    finally:
        peaks = memory.stop() if memory else None
    return figures | ({"memory": peaks} if peaks else {})


def main() -> int:
    """Read the command line, run, print; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base-url", required=True, help="SCIM base URL")
    parser.add_argument("--key", required=True, help="API key")
    parser.add_argument("--users", type=int, default=11_200, help="users to create")
    parser.add_argument(
        "--seconds", type=float, default=5.0, help="length of each phase that reads"
    )
    parser.add_argument("--pid", type=int, default=0, help="the server's process")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    try:
        target = read_target(given.base_url, given.key)
    except NotLoopbackError:
        parser.error("only servers on this machine are loaded")
    figures = run(target, Size(given.users, given.seconds), pid=given.pid)
    text = json.dumps(figures, indent=2)
    if given.json:
        given.json.write_text(text + "\n")
    sys.stdout.write(text + "\n")
    return 1 if figures["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
