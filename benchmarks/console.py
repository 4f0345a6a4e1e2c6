"""Measures every page of the console, and long work, at the documented limits.

    python benchmarks/console.py --json figures.json

On PostgreSQL: 300,000 people, 200,000 groups, 150,000 people in one group, about
8,000,000 memberships, and logs to match; then the same number of customers and of
customer organizations on one site. With `--desks` the customers alone. Pages are
asked for through Django itself, so the figures are the server's alone, templates and
queries included. Of three times the middle one counts, after one to warm up.
"""

import argparse
import json
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django
from django.core.management import call_command

from benchmarks.filling import (
    DeskPlace,
    DeskSizes,
    Place,
    Sizes,
    fill,
    fill_desks,
    fill_local,
)
from benchmarks.postgresql import address, socket_folder, write_to_disk
from benchmarks.scale import INSIDE, under_postgresql
from benchmarks.scim import tell

FULL = Sizes(
    users=300_000,
    groups=200_000,
    members=150_000,
    each=40,
    held=500,
    events=1_500_000,
    entries=200_000,
    requests=1_000_000,
)
QUICK = Sizes(5_000, 2_000, 3_000, 20, 50, 20_000, 5_000, 20_000)
FULL_DESKS = DeskSizes(
    customers=300_000,
    organizations=200_000,
    members=150_000,
    each=5,
    projects=50,
    attached=50_000,
    told=300_000,
)
QUICK_DESKS = DeskSizes(3_000, 2_000, 1_500, 5, 12, 1_000, 5_000)
AIM_MS = 150.0
DESK_AIM_MS = 100.0
# What is asked for, by name, and how; asking returns the status.
Ask = tuple[str, Callable[[], int]]
BROKEN = HTTPStatus.INTERNAL_SERVER_ERROR


def main() -> int:
    """Fill, measure, print; return 1 when a page failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small organization")
    parser.add_argument("--desks", action="store_true", help="customers alone")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    if not os.environ.get(INSIDE):
        return under_postgresql()
    write_to_disk(socket_folder())
    people = None if given.desks else QUICK if given.quick else FULL
    figures = measure(people, QUICK_DESKS if given.quick else FULL_DESKS)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")
    tell(as_text(figures))
    return 1 if any(page["status"] >= BROKEN for page in figures["pages"]) else 0


def measure(sizes: Sizes | None, desk_sizes: DeskSizes) -> dict[str, Any]:
    """Fill an organization and return what its pages and its long work took."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    warnings.filterwarnings("ignore")
    django.setup()
    call_command("migrate", verbosity=0)
    # As web processes do it.
    import_module("config.collecting").spare_what_stays()
    # Models can be imported only now.
    console = import_module("benchmarks.console_parts").Console.make()
    desk = import_module("benchmarks.desk_parts").Desk.make(console)
    pages: list[dict[str, Any]] = []
    work: dict[str, float] = {}
    started = time.monotonic()
    if sizes is not None:
        place = Place(**console.place)
        fill(address(), place, sizes)
        fill_local(address(), place)
        console.settle()
        tell(f"filled in {time.monotonic() - started:.0f} s")
        pages += timed(console.asks(), AIM_MS)
        work |= console.long_work()
    started = time.monotonic()
    fill_desks(address(), DeskPlace(**desk.place), desk_sizes)
    tell(f"customers filled in {time.monotonic() - started:.0f} s")
    pages += timed(desk.asks(), DESK_AIM_MS)
    told = {"people": vars(sizes) if sizes else None, "desks": vars(desk_sizes)}
    return {"sizes": told, "pages": pages, "work": work}


def timed(asks: Iterable[Ask], aim_ms: float) -> Iterator[dict[str, Any]]:
    """Ask for each thing four times; yield the middle of the last three."""
    for name, ask in asks:
        took: list[float] = []
        status = 0
        for _ in range(4):
            started = time.perf_counter()
            status = ask()
            took.append((time.perf_counter() - started) * 1000)
        middle = statistics.median(took[1:])
        tell(f"{middle:8.1f} ms  first {took[0]:8.1f}  {status}  {name}")
        yield {
            "page": name,
            "ms": middle,
            "first": took[0],
            "status": status,
            "aim": aim_ms,
        }


def as_text(figures: dict[str, Any]) -> str:
    """Return the slowest pages and the long work as lines."""
    slow = sorted(figures["pages"], key=lambda page: -page["ms"])
    over = [page for page in slow if page["ms"] > page["aim"]]
    lines = [f"{len(slow)} pages, {len(over)} over what they may take"]
    lines += [f"{page['ms']:8.1f} ms  {page['page']}" for page in slow[:15]]
    lines += [f"{took:8.1f} s   {name}" for name, took in figures["work"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
