"""Compares Rollcall with other SCIM servers: same machine, same load, one run.

    python benchmarks/compare.py             # about 25 minutes
    python benchmarks/compare.py --quick     # about 6
    python benchmarks/compare.py --only rollcall-PostgreSQL-2 --only scimmy-1

Peers are installed into DATA_DIR/peers (var/peers) at the first run. Each server
gets a fresh database and is ended before the next one starts; one that fails is
told of and leaves the others alone. Progress goes to standard error, the figures
as JSON to standard output, both tables to DATA_DIR/benchmark. Only a whole run
at full length renews docs/benchmarks.md and its picture, unless --pages says so.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import machine, pages
from benchmarks.chart import chart
from benchmarks.contestant import interrupt
from benchmarks.contestants import CONTESTANTS, PEERS, Contestant
from benchmarks.postgresql import WITH_SERVICES
from benchmarks.report import as_text, table
from benchmarks.rows import Results
from benchmarks.scim import Size, tell
from directories.management.processes import die_with_parent

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("DATA_DIR") or ROOT / "var")
FULL = Size(users=11_200, seconds=5.0, longest_s=20.0)
QUICK = Size(users=2_400, seconds=2.0, longest_s=5.0)
# One contestant at full length takes four minutes at most.
PATIENCE_S = 600.0
ENDS_WITHIN_S = 60.0
INTERRUPTED = 130


def main() -> int:
    """Compare, print and write; return 1 when a contestant failed."""
    signal.signal(signal.SIGTERM, interrupt)
    given = arguments().parse_args()
    size = size_of(given)
    asked = set(given.only or ())
    chosen = [each for each in CONTESTANTS if not asked or each.key in asked]
    results: Results = {}
    is_whole = True
    try:
        compare(chosen, size, given.server, results)
    except KeyboardInterrupt:
        is_whole = False
        tell("\nStopped. What was measured until then follows.")
    figures = {"machine": machine.facts(), "size": vars(size), "results": results}
    figures["server"] = given.server
    write(figures, chosen, folder=DATA / "benchmark")
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    tell("\n" + as_text(table(chosen, results)))
    is_due = size == FULL and not asked if given.pages is None else given.pages
    if is_due and is_whole:
        pages.renew(figures, chosen)
    if not is_whole:
        return INTERRUPTED
    return 1 if any("error" in found for found in results.values()) else 0


def arguments() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    keys = [each.key for each in CONTESTANTS]
    parser.add_argument("--quick", action="store_true", help="fewer people, less time")
    parser.add_argument("--users", type=int, help="users to create")
    parser.add_argument("--seconds", type=float, help="length of a phase that reads")
    parser.add_argument("--longest", type=float, help="bound of all other phases, in s")
    parser.add_argument("--only", action="append", choices=keys, help="may be repeated")
    parser.add_argument(
        "--server", choices=["granian", "gunicorn"], default="granian", help="of peers"
    )
    parser.add_argument(
        "--pages", action=argparse.BooleanOptionalAction, help="renew page and picture"
    )
    return parser


def size_of(given: argparse.Namespace) -> Size:
    """Return how much is asked of each server."""
    base = QUICK if given.quick else FULL
    return Size(
        given.users or base.users,
        given.seconds or base.seconds,
        given.longest or base.longest_s,
    )


def compare(
    chosen: Sequence[Contestant], size: Size, server: str, results: Results
) -> None:
    """Install what is needed, then add the figures of each contestant in turn."""
    failed = install({each.peer.name for each in chosen if each.peer})
    for each in chosen:
        tell(f"\n{each.title}")
        started = time.monotonic()
        reason = failed.get(each.peer.name) if each.peer else None
        found = {"error": reason} if reason else figures_of(each, size, server)
        results[each.key] = found | {
            "title": each.title,
            "is_peer": each.peer is not None,
            "is_durable": each.is_durable,
            "version": each.peer.version if each.peer else "",
            "took_s": round(time.monotonic() - started, 1),
        }
        if "error" in found:
            tell(f"Failed: {found['error']}")


def install(names: set[str]) -> dict[str, str]:
    """Install peers; return the reasons of those that could not be."""
    failed = {}
    for peer in PEERS:
        if peer.name not in names:
            continue
        try:
            peer.install(installed(peer.name))
        except (OSError, subprocess.SubprocessError) as error:
            failed[peer.name] = f"could not be installed ({error})"
    return failed


def installed(name: str) -> Path:
    """Return the folder of a peer."""
    return (DATA / "peers" / name.lower()).absolute()


def figures_of(contestant: Contestant, size: Size, server: str) -> dict[str, Any]:
    """Return the figures of a contestant, or the error that kept it from them."""
    with tempfile.TemporaryDirectory(prefix="rollcall-compare-") as folder:
        path = Path(folder) / "figures.json"
        command = command_of(contestant, size, server, path)
        clean = {k: v for k, v in os.environ.items() if not k.endswith("_URL")}
        code = run(command, env=clean)
        if not path.exists():
            return {"error": "took too long" if code is None else f"ended with {code}"}
        found: dict[str, Any] = json.loads(path.read_text())
        return found


def command_of(
    contestant: Contestant, size: Size, server: str, path: Path
) -> list[str]:
    """Return the command that measures a contestant in a process of its own."""
    folder = installed(contestant.peer.name if contestant.peer else "rollcall")
    command = [sys.executable, str(ROOT / "benchmarks" / "contestant.py")]
    command += [contestant.key, "--json", str(path), "--installed", str(folder)]
    command += ["--users", str(size.users), "--seconds", str(size.seconds)]
    command += ["--longest", str(size.longest_s), "--server", server]
    if contestant.database == "PostgreSQL":
        command.insert(0, str(WITH_SERVICES))
    return command


def run(command: list[str], *, env: dict[str, str]) -> int | None:
    """Return a command's exit code, None when it had to be ended."""
    child = subprocess.Popen(  # noqa: S603 - our own command
        command,
        env=env,
        stdout=sys.stderr,
        # A session of its own, so that a signal ends all that it started.
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads run yet
    )
    try:
        return child.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.poll() is None:
            end(child)


def end(child: subprocess.Popen[bytes]) -> None:
    """End a process and all of its session: politely first, then for good."""
    child.terminate()
    try:
        child.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def write(
    figures: dict[str, Any], chosen: Sequence[Contestant], *, folder: Path
) -> None:
    """Write figures, table and picture to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
    (folder / "table.txt").write_text(as_text(table(chosen, figures["results"])))
    (folder / "table.md").write_text(pages.figures_section(figures, chosen))
    (folder / "benchmark.svg").write_text(chart(figures["results"]))


if __name__ == "__main__":
    sys.exit(main())
