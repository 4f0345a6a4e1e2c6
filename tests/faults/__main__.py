"""`python -m tests.faults --seed N`: break everything, then look what is left."""

import argparse
import os
import random
import secrets
import shutil
import signal
import sys
import time
from pathlib import Path

import django

from tests.faults.places import Place, make_place


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--moments", type=int, default=20, help="how many kills")
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--groups", type=int, default=500)
    parser.add_argument(
        "--database", choices=["postgresql", "sqlite"], default="postgresql"
    )
    parser.add_argument("--in-request", type=int, default=500)
    parser.add_argument("--disk-mb", type=int, default=3_000)
    parser.add_argument(
        "--real-disk", action="store_true", help="not in memory: slower, with fsync"
    )
    parser.add_argument(
        "--kills-only", action="store_true", help="no full disk, clock, doubled message"
    )
    parser.add_argument("--keep", default="", help="a folder for the logs")
    chosen = parser.parse_args()
    if chosen.seed is None:
        chosen.seed = secrets.randbelow(10_000)
    return chosen


def main() -> int:
    """Run it; 0 when nothing was wrong."""
    chosen = arguments()
    # Ended politely it tidies up, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))
    place = make_place(
        is_postgresql=chosen.database == "postgresql",
        real_disk=chosen.real_disk,
        disk_mb=0 if chosen.kills_only else chosen.disk_mb,
        in_request=chosen.in_request,
        clocks=not chosen.kills_only,
    )
    try:
        place.start_services()
        os.environ.update(place.environment)
        django.setup()
        from tests.faults.run import Run  # noqa: PLC0415 - needs Django

        return Run(place, chosen, random.Random(chosen.seed)).run()  # noqa: S311
    finally:
        if chosen.keep:
            keep_logs(place, Path(chosen.keep))
        place.close()


def keep_logs(place: Place, folder: Path) -> None:
    """Copy the logs to where they outlive the run."""
    folder.mkdir(parents=True, exist_ok=True)
    for log in place.folder.glob("*.log"):
        shutil.copy(log, folder)


if __name__ == "__main__":
    start = time.monotonic()
    code = main()
    sys.stdout.write(f"{time.monotonic() - start:.0f} s in all\n")
    sys.exit(code)
