"""A server under load: calls on eight connections, counted and checked."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from benchmarks.connection import Answer, Connection, Target
from benchmarks.measure import Phase

CONNECTIONS = 8
# No phase goes on longer, however slow the server is.
LONGEST_PHASE_S = 300.0
SUCCESSES = range(200, 300)

Json = dict[str, Any]


def accept(_answer: Answer) -> str:
    """Find nothing wrong with an answer that reports success."""
    return ""


@dataclass(frozen=True)
class Call:
    """One request, and what says in a few words what is wrong with its answer.

    `check` sees only answers that report success; "" stands for a right one.
    """

    method: str
    path: str
    check: Callable[[Answer], str] = accept
    body: Json | None = None

    def fault(self, answer: Answer) -> str:
        """Say what is wrong with an answer, "" when nothing is."""
        if not answer.status:
            return "no answer"
        if answer.status not in SUCCESSES:
            return f"status {answer.status}"
        return self.check(answer)


@dataclass
class Load:
    """A server under load: connections, made users, finished phases.

    `seconds` is the length of the phases that read; `longest_s` bounds all others
    but the making of users.
    """

    target: Target
    users: int
    seconds: float
    say: Callable[[str], None]
    longest_s: float = LONGEST_PHASE_S
    tag: str = field(default_factory=lambda: f"b{int(time.time()) % 10**7}")
    ids: dict[int, str] = field(default_factory=dict)
    phases: list[Phase] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connections = [Connection(self.target) for _ in range(CONNECTIONS)]

    async def __aenter__(self) -> Self:
        """Keep connections open inside the block."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        for connection in self._connections:
            await connection.close()

    async def one(self, phase: Phase, call: Call, *, connection: int = 0) -> Answer:
        """Make one call on one connection."""
        return await self._call(self._connections[connection], phase, call)

    async def many(self, name: str, calls: Iterator[Call], *, seconds: float) -> Phase:
        """Make calls on all connections until there are none or time is over."""
        phase = Phase(name)
        await self.all(phase, calls, seconds=seconds)
        return self.finish(phase)

    async def all(
        self, phase: Phase, calls: Iterator[Call], *, seconds: float = LONGEST_PHASE_S
    ) -> None:
        """Make calls of a phase on all connections, as `many` does."""
        deadline = time.perf_counter() + min(seconds, LONGEST_PHASE_S)

        async def work(connection: Connection) -> None:
            for call in calls:
                await self._call(connection, phase, call)
                if time.perf_counter() > deadline:
                    return

        await asyncio.gather(*(work(c) for c in self._connections))

    async def row(self, name: str, calls: Iterator[Call]) -> Phase:
        """Make calls one after the other."""
        phase = Phase(name)
        for call in calls:
            await self.one(phase, call)
            if self.is_over(phase):
                break
        return self.finish(phase)

    def is_over(self, phase: Phase) -> bool:
        """Tell whether a phase has had all the time it gets."""
        return time.perf_counter() - phase.started > self.longest_s

    def finish(self, phase: Phase) -> Phase:
        """Stop a phase's clock and tell its figures."""
        phase.end()
        self.phases.append(phase)
        told = phase.result()
        self.say(
            f"{phase.name:26} {told['calls']:6} calls {told['per_second']:8}/s  "
            f"p50 {told['p50_ms']:8} ms  p95 {told['p95_ms']:8} ms  "
            f"wrong {told['wrong']}"
        )
        return phase

    async def _call(self, connection: Connection, phase: Phase, call: Call) -> Answer:
        started = time.perf_counter()
        answer = await connection.call(call.method, call.path, call.body)
        took = time.perf_counter() - started
        phase.add(answer, took, call.fault(answer))
        return answer
