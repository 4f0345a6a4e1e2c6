"""Measures Rollcall on PostgreSQL twice in one run: with few people and with many.

    python benchmarks/scale.py --json figures.json

The same phases, the same server: first with 10,000 users and a group of 10,000,
then with 285,000 users and a group of 148,000. The people in between are laid
into the tables as pushes would have left them; both large groups are pushed.
It tells how many times slower each row has become; at most 1.5 is the aim where
the work is the same. Background work is waited for before anything is measured.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg

from benchmarks import growth, machine, pages
from benchmarks.connection import Target
from benchmarks.contestant import interrupt
from benchmarks.groups import (
    LARGE,
    Parts,
    add_many,
    change_singles,
    post_large,
    put_large,
    read_group,
    share_out,
)
from benchmarks.load import Load
from benchmarks.measure import Phase
from benchmarks.postgresql import (
    WITH_SERVICES,
    address,
    socket_folder,
    tidy_up,
    write_to_disk,
)
from benchmarks.report import number
from benchmarks.rollcall import rollcall
from benchmarks.rows import ROWS, Figures, Row, ratio, value
from benchmarks.scim import summary, tell, watched
from benchmarks.users import create, create_users, read_users, warm_up
from benchmarks.walks import walk

INSIDE = "ROLLCALL_BENCHMARK_INSIDE"
# Below the limits of users of an organization and of a group: near them each
# write counts the rows.
MANY_USERS = 285_000
MANY_MEMBERS = 148_000
QUIET_WITHIN_S = 600.0
LONGEST_S = 60.0
# Rows whose work grows with the group; all others are the same work.
GROWING = {"post large group", "put large group", "get whole group", "memory"}
PUT = Row("8", "replace its members", "ms", "put large group", "p50_ms")
SHOWN = (*ROWS, PUT)
AIM = 1.5


@dataclass(frozen=True)
class Sizes:
    """How many people there are first, and how many then; members likewise."""

    few: int
    many: int
    members: int
    seconds: float


def main() -> int:
    """Measure and print; return 1 when an answer was wrong."""
    signal.signal(signal.SIGTERM, interrupt)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--few", type=int, default=11_200, help="users at first")
    parser.add_argument("--users", type=int, default=MANY_USERS, help="users then")
    parser.add_argument("--members", type=int, default=MANY_MEMBERS)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--pages", action="store_true", help="renew the page")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    if not os.environ.get(INSIDE):
        return under_postgresql()
    sizes = Sizes(given.few, given.users, given.members, given.seconds)
    figures = on_server(sizes)
    text = json.dumps(figures, indent=2) + "\n"
    if given.json:
        given.json.write_text(text)
    sys.stdout.write(text)
    told = as_text(figures)
    tell(told)
    if given.pages:
        about = pages.machine_line(machine.facts())
        pages.replace("scale", f"\n{about}\n\n```text{told}```\n\n")
    return 1 if figures["few"]["wrong"] or figures["many"]["wrong"] else 0


def under_postgresql() -> int:
    """Run this program again with a private PostgreSQL around it."""
    clean = {k: v for k, v in os.environ.items() if not k.endswith("_URL")}
    again = [str(WITH_SERVICES), sys.executable, *sys.argv]
    child = subprocess.Popen(again, env={**clean, INSIDE: "1"})  # noqa: S603 - our own command
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


def on_server(sizes: Sizes) -> dict[str, Any]:
    """Return the figures with few and with many people, and the ratios."""
    write_to_disk(socket_folder())
    with rollcall(processes=2) as (target, pid):
        few = watched(lambda: measure_few(target, sizes), pid)
        tell(f"\nGrowing to {sizes.many:,} users ...")
        started = time.monotonic()
        laid = growth.grow(address(), sizes.many - sizes.few)
        tell(f"Grown in {time.monotonic() - started:.0f} s.\n")
        many = watched(lambda: measure_many(target, sizes, few["tag"], laid), pid)
    return {"few": few, "many": many, "ratios": ratios(few, many)}


async def measure_few(target: Target, sizes: Sizes) -> Figures:
    """Push the first people and the model; measure."""
    async with Load(target, sizes.few, sizes.seconds, tell, LONGEST_S) as load:
        await warm_up(load)
        await create_users(load)
        await measure(load, share_out(list(load.ids.values()), LARGE), "few")
        await load.one(Phase(""), create(load, growth.MODEL))
        await until_quiet()
    return summary(load) | {"tag": load.tag}


async def measure_many(
    target: Target, sizes: Sizes, tag: str, laid: dict[int, str]
) -> Figures:
    """Measure among all people, those who were laid into the tables."""
    async with Load(target, sizes.few, sizes.seconds, tell, LONGEST_S) as load:
        await create_users(load)
        # From here on those who were laid are asked for; no number of theirs or of
        # the first ones is given to those who come during the walk.
        load.tag, load.ids, load.users = tag, laid, growth.MODEL + 1
        parts = share_out(list(laid.values()), sizes.members)
        await measure(load, parts, "many")
    return summary(load)


async def measure(load: Load, parts: Parts, name: str) -> None:
    """Run the phases; what still goes on in the background is waited for."""
    await until_quiet()
    await asyncio.to_thread(tidy_up)
    await read_users(load)
    group = await post_large(load, f"{name} {load.tag}", parts.inside)
    if group is not None:
        await until_quiet()
        await change_singles(load, group, parts.singles)
        await add_many(load, group, parts.batch)
        await until_quiet()
        await read_group(load, group, f"{name} {load.tag}")
        # Some thousand leave and as many come, all others are named once more.
        others = [*parts.batch, *parts.inside[len(parts.batch) :]]
        await put_large(load, group, f"{name} {load.tag}", others)
        await until_quiet()
    await walk(load)


async def until_quiet() -> None:
    """Wait until no job is queued or running."""
    deadline = time.monotonic() + QUIET_WITHIN_S
    ask = "SELECT count(*) FROM directories_job WHERE state IN ('queued', 'running')"
    with psycopg.connect(address(), autocommit=True) as connection:
        while (found := connection.execute(ask).fetchone()) and found[0]:
            if time.monotonic() > deadline:
                raise TimeoutError("Background work did not come to an end.")
            await asyncio.sleep(0.2)


def ratios(few: Figures, many: Figures) -> dict[str, float]:
    """Return how many times slower each row is with many people."""
    found = {row.title: ratio(row, value(row, few), value(row, many)) for row in SHOWN}
    return {title: round(times, 2) for title, times in found.items() if times}


def as_text(figures: dict[str, Any]) -> str:
    """Return the rows of both, beside each other."""
    lines = [f"{'work':38} {'few':>10} {'many':>10}   times slower"]
    for row in SHOWN:
        pair = [value(row, figures[name]) for name in ("few", "many")]
        cells = [number(each.amount) if each else "-" for each in pair]
        times = figures["ratios"].get(row.title)
        is_over = times and times > AIM and row.phase not in GROWING
        mark = "  over the aim" if is_over else ""
        shown = f"{times:g}{mark}" if times else "-"
        lines.append(
            f"{row.title:32} {row.unit:7} {cells[0]:>8} {cells[1]:>10}   {shown}"
        )
    return "\n".join(["", *lines, ""])


if __name__ == "__main__":
    sys.exit(main())
