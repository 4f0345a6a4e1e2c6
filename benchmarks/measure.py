"""Measures: how long calls took, how much memory a server held."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.connection import Answer

SHOWN_FAULTS = 3
SAMPLE_EVERY_S = 0.25
# A share of wrong calls above which a phase's figure stands for nothing.
TOLERATED = 0.01


@dataclass
class Phase:
    """The calls of one kind, and those that were answered wrongly."""

    name: str
    started: float = field(default_factory=time.perf_counter)
    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    facts: dict[str, Any] = field(default_factory=dict)
    spoilt: bool = False
    seconds: float = 0.0

    def add(self, answer: Answer, took: float, wrong: str) -> None:
        """Count a call; `wrong` says in a few words what is wrong with its answer."""
        self.took.append(took)
        self.statuses[answer.status] += 1
        if wrong:
            self.reasons[wrong] += 1
            self.faults.append(f"{wrong}: {answer.status} {answer.body[:200]!r}")

    def fault(self, text: str) -> None:
        """Count what is wrong with the outcome of all calls together."""
        self.reasons[text] += 1
        self.faults.append(text)
        self.spoilt = True

    def is_wrong(self) -> bool:
        """Tell whether so much is wrong that the figure stands for nothing."""
        return self.spoilt or len(self.faults) > TOLERATED * len(self.took)

    def end(self) -> None:
        """Stop the clock."""
        self.seconds = time.perf_counter() - self.started

    def result(self) -> dict[str, Any]:
        """Return the figures; times in milliseconds."""
        ordered = sorted(self.took)
        figures: dict[str, Any] = {
            "calls": len(ordered),
            "seconds": round(self.seconds, 2),
            "per_second": round(len(ordered) / self.seconds, 1) if self.seconds else 0,
            "p50_ms": _part(ordered, 0.50),
            "p95_ms": _part(ordered, 0.95),
            "statuses": {str(status): n for status, n in self.statuses.items()},
            "wrong": len(self.faults),
            **self.facts,
        }
        if self.faults:
            figures |= {
                "is_wrong": self.is_wrong(),
                "reasons": dict(self.reasons.most_common(SHOWN_FAULTS)),
                "faults": self.faults[:SHOWN_FAULTS],
            }
        return figures


def _part(ordered: list[float], share: float) -> float:
    if not ordered:
        return 0.0
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


class Memory(threading.Thread):
    """Watches the memory of a process and all that descend from it."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._done = threading.Event()
        self._largest = self._sum = self._processes = 0

    def run(self) -> None:
        """Sample until told to stop."""
        while not self._done.wait(SAMPLE_EVERY_S):
            sizes = [resident_kib(pid) for pid in descendants(self._pid)]
            self._largest = max(self._largest, *sizes, 0)
            self._sum = max(self._sum, sum(sizes))
            self._processes = max(self._processes, len(sizes))

    def stop(self) -> dict[str, Any]:
        """Return the peaks in MiB: of the largest process, and of all together."""
        self._done.set()
        self.join()
        return {
            "processes": self._processes,
            "largest_mib": round(self._largest / 1024, 1),
            "sum_mib": round(self._sum / 1024, 1),
        }


def descendants(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and (stat := _read(path / "stat")):
            parent = int(stat.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(path.name))
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += children.get(current, [])


def resident_kib(pid: int) -> int:
    """Return the resident memory of a process, 0 when it has gone."""
    for line in _read(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
