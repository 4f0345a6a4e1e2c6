"""The rows of the comparison: which figure of which phase, and what is better."""

from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]
# The contestants by key, each with its figures.
Results = dict[str, Figures]


@dataclass(frozen=True)
class Row:
    """One kind of work; `processes` is how many Rollcall is compared with."""

    number: str
    title: str
    unit: str
    phase: str
    figure: str
    is_rate: bool = False
    processes: int = 1
    has_ratio: bool = True


@dataclass(frozen=True)
class Value:
    """A figure, and in a few words what is wrong with it."""

    amount: float
    wrong: str = ""
    note: str = ""


def _rate(number: str, title: str, phase: str) -> Row:
    return Row(number, title, "/s", phase, "per_second", is_rate=True, processes=2)


def _walk(title: str, phase: str) -> Row:
    return Row("11", title, "users/s", phase, "users_per_second", is_rate=True)


ROWS = [
    _rate("1", "create a user", "create user"),
    _rate("2", "find by userName", "find by userName"),
    _rate("3", "find by externalId", "find by externalId"),
    _rate("4", "get a user", "get user"),
    _rate("5", "change active", "patch active"),
    Row("6", "add 1 to the large group", "ms", "add one member", "p50_ms"),
    Row("6", "the same, 95th of 100", "ms", "add one member", "p95_ms"),
    Row("6", "remove 1 from it", "ms", "remove one member", "p50_ms"),
    Row("7", "add many to an empty group", "ms", "add many to empty group", "p50_ms"),
    Row("7", "add many to the large one", "ms", "add many to large group", "p50_ms"),
    Row("8", "post the large group", "ms", "post large group", "p50_ms"),
    Row("9", "find it, without members", "ms", "find group", "p50_ms"),
    Row("10", "get it whole", "ms", "get whole group", "p50_ms"),
    _walk("walk all users", "walk all users"),
    _walk("the same while they change", "walk while users change"),
    Row(
        "12",
        "lost of 96 members added at once",
        "",
        "adds at once",
        "lost",
        processes=2,
        has_ratio=False,
    ),
    Row("13", "largest web process", "MiB", "memory", "largest_mib"),
    Row("13", "all web processes", "MiB", "memory", "sum_mib"),
]


def value(row: Row, figures: Figures) -> Value | None:
    """Return what a contestant has in a row, None when it was not measured."""
    phases = figures.get("phases", {}) | {"memory": figures.get("memory", {})}
    phase = phases.get(row.phase) or {}
    if row.figure not in phase or phase.get("calls") == 0:
        return None
    wrong = "; ".join(phase.get("reasons", ())) if phase.get("is_wrong") else ""
    stopped = phase.get("stopped_after")
    note = f"stopped after {stopped}" if stopped else ""
    return Value(float(phase[row.figure]), wrong, note)


def ours(row: Row, results: Results) -> Value | None:
    """Return Rollcall's figure on PostgreSQL with the row's number of processes.

    That of another number stands in where the run left it out.
    """
    for processes in (row.processes, 1, 2):
        figures = results.get(f"rollcall-PostgreSQL-{processes}", {})
        if found := value(row, figures):
            return found
    return None


def best(row: Row, results: Results, keys: list[str]) -> Value | None:
    """Return the best right figure of some contestants."""
    found = [value(row, results.get(key, {})) for key in keys]
    right = [each for each in found if each and not each.wrong]
    if not right:
        return None
    return (max if row.is_rate else min)(right, key=lambda each: each.amount)


def ratio(row: Row, mine: Value | None, other: Value | None) -> float | None:
    """Return how many times better one figure is than another."""
    if not row.has_ratio or mine is None or other is None:
        return None
    pair = (mine.amount, other.amount)
    over, under = pair if row.is_rate else pair[::-1]
    return over / under if under else None
