"""Reads all users, page by page, in quiet and while they change."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.connection import Answer
from benchmarks.load import Call, Load
from benchmarks.measure import Phase
from benchmarks.users import create, flips

PAGE = 100
NEWCOMERS = 200


@dataclass
class Walk:
    """Who was seen so far, of how many."""

    seen: list[str] = field(default_factory=list)
    total: int = 1

    def is_complete(self) -> bool:
        """Tell whether as many were seen as there are."""
        return len(self.seen) >= self.total


async def walk(load: Load) -> None:
    """Walk through all users, then again while some change and others come.

    The second walk is left out where the first one was wrong or not finished.
    """
    phase = Phase("walk all users")
    if await _walk(load, phase):
        await _walk_among_writes(load)


async def _walk(load: Load, phase: Phase) -> bool:
    """Walk once; tell whether all were seen, each once."""
    here = set(load.ids.values())
    done = Walk()
    while not done.is_complete() and not load.is_over(phase):
        answer = await load.one(phase, _page(done))
        found = answer.json()
        resources = found.get("Resources") or []
        if not resources:
            break
        done.seen += [str(resource.get("id")) for resource in resources]
        done.total = int(found.get("totalResults", 0))
    stopped = not done.is_complete() and load.is_over(phase)
    # Whoever was not seen by then may have come later.
    missing = 0 if stopped else len(here - set(done.seen))
    doubled = len(done.seen) - len(set(done.seen))
    if missing or doubled:
        phase.fault(f"{missing} missing, {doubled} doubled")
    load.finish(phase)
    phase.facts["users_per_second"] = round(len(done.seen) / phase.seconds, 1)
    if stopped:
        phase.facts["stopped_after"] = len(done.seen)
    return not stopped and not phase.faults


def _page(done: Walk) -> Call:
    def check(answer: Answer) -> str:
        return "" if answer.json().get("Resources") else "empty page"

    return Call("GET", f"/Users?startIndex={len(done.seen) + 1}&count={PAGE}", check)


async def _walk_among_writes(load: Load) -> None:
    stop = asyncio.Event()
    unmeasured = Phase("")

    async def write() -> None:
        calls = _changes(load, list(load.ids))
        while not stop.is_set():
            await load.one(unmeasured, next(calls), connection=1)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(write())
        await _walk(load, Phase("walk while users change"))
        stop.set()
    load.phases[-1].facts["writes"] = len(unmeasured.took)


def _changes(load: Load, numbers: list[int]) -> Iterator[Call]:
    """Yield calls that change users and, now and then, create one."""
    newcomers = iter(range(load.users, load.users + NEWCOMERS))
    for turn, flip in enumerate(flips(load, numbers)):
        yield flip
        if turn % 2 and (number := next(newcomers, None)) is not None:
            yield create(load, number)
