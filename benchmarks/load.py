"""The phases of a run: what is asked, and what is right to be answered."""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from benchmarks.connection import Answer, Connection, Target
from benchmarks.measure import Phase

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CONNECTIONS = 8
SINGLES = 40
BATCH = 1_000
RACERS = 96
WHOLE_READS = 10
PAGE = 100
# No phase goes on longer, however slow the server is.
LONGEST_PHASE_S = 300.0
CREATED = 201
NO_BODY = 204

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One request, and how to tell a right answer."""

    method: str
    path: str
    is_right: Callable[[Answer], bool]
    body: Json | None = None


@dataclass
class Load:
    """A server under load: connections, made users, finished phases."""

    target: Target
    users: int
    seconds: float
    say: Callable[[str], None]
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

    async def one(self, phase: Phase, call: Call) -> Answer:
        """Make one call on the first connection."""
        return await self._call(self._connections[0], phase, call)

    async def many(
        self, name: str, calls: Iterator[Call], *, seconds: float = LONGEST_PHASE_S
    ) -> Phase:
        """Make calls on all connections until there are none or time is over."""
        phase = Phase(name)
        deadline = time.perf_counter() + min(seconds, LONGEST_PHASE_S)

        async def work(connection: Connection) -> None:
            for call in calls:
                await self._call(connection, phase, call)
                if time.perf_counter() > deadline:
                    return

        await asyncio.gather(*(work(c) for c in self._connections))
        return self.finish(phase)

    async def row(self, name: str, calls: Iterator[Call]) -> Phase:
        """Make calls one after the other."""
        phase = Phase(name)
        for call in calls:
            await self.one(phase, call)
            if time.perf_counter() - phase.started > LONGEST_PHASE_S:
                break
        return self.finish(phase)

    def finish(self, phase: Phase) -> Phase:
        """Stop a phase's clock and tell its figures."""
        phase.end()
        self.phases.append(phase)
        told = phase.result()
        self.say(
            f"{phase.name:22} {told['calls']:6} calls {told['per_second']:8}/s  "
            f"p50 {told['p50_ms']:8} ms  p95 {told['p95_ms']:8} ms  "
            f"wrong {told['wrong']}"
        )
        return phase

    async def _call(self, connection: Connection, phase: Phase, call: Call) -> Answer:
        started = time.perf_counter()
        answer = await connection.call(call.method, call.path, call.body)
        took = time.perf_counter() - started
        phase.add(answer, took, is_right=call.is_right(answer))
        return answer


def user_name(load: Load, number: int) -> str:
    """Return the user name of the user with a number."""
    return f"{load.tag}.user{number:06d}@example.com"


def user(load: Load, number: int) -> Json:
    """Return the body that creates a user."""
    name = user_name(load, number)
    return {
        "schemas": [USER],
        "userName": name,
        "externalId": f"{load.tag}-{number}",
        "name": {"givenName": f"Given{number}", "familyName": f"Family{number}"},
        "displayName": f"Given{number} Family{number}",
        "emails": [{"value": name, "type": "work", "primary": True}],
        "active": True,
    }


def patch(*operations: Json) -> Json:
    """Return the body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def add(ids: list[str]) -> Json:
    """Return the body that adds members."""
    members = [{"value": i} for i in ids]
    return patch({"op": "add", "path": "members", "value": members})


async def load_users(load: Load) -> None:
    """Create users, then find, read and change them."""

    def create(number: int) -> Call:
        def is_right(answer: Answer) -> bool:
            found = answer.json().get("id", "")
            load.ids[number] = found
            return answer.status == CREATED and bool(found)

        return Call("POST", "/Users", is_right, user(load, number))

    await load.many("create user", map(create, range(load.users)))
    load.ids = {number: found for number, found in load.ids.items() if found}
    chosen = list(load.ids)
    random.Random(7).shuffle(chosen)  # noqa: S311 - guards nothing
    if not chosen:
        return
    endless = itertools.cycle(chosen)
    for name, make in (
        ("find by userName", _find_by_name),
        ("find by externalId", _find_by_external_id),
        ("get user", _get),
    ):
        calls = (make(load, number) for number in endless)
        await load.many(name, calls, seconds=load.seconds)
    flips = (
        _set_active(load, number, active=bool(turn % 2))
        for turn in itertools.count()
        for number in chosen
    )
    await load.many("patch active", flips, seconds=load.seconds)


def _find(load: Load, number: int, text: str) -> Call:
    def is_right(answer: Answer) -> bool:
        found = answer.json()
        ids = [resource.get("id") for resource in found.get("Resources", [])]
        return found.get("totalResults") == 1 and ids == [load.ids[number]]

    return Call("GET", f"/Users?filter={quote(text)}", is_right)


def _find_by_name(load: Load, number: int) -> Call:
    return _find(load, number, f'userName eq "{user_name(load, number)}"')


def _find_by_external_id(load: Load, number: int) -> Call:
    return _find(load, number, f'externalId eq "{load.tag}-{number}"')


def _get(load: Load, number: int) -> Call:
    scim_id = load.ids[number]
    return Call("GET", f"/Users/{scim_id}", lambda a: a.json().get("id") == scim_id)


def _set_active(load: Load, number: int, *, active: bool) -> Call:
    operation = {"op": "replace", "path": "active", "value": active}

    def is_right(answer: Answer) -> bool:
        return answer.status == NO_BODY or answer.json().get("active") is active

    path = f"/Users/{load.ids[number]}"
    return Call("PATCH", path, is_right, patch(operation))


async def walk(load: Load) -> None:
    """Read all users, page by page, and see that none is missing or doubled."""
    phase = Phase("walk all users")
    seen: list[str] = []
    total = 1
    while len(seen) < total and time.perf_counter() - phase.started < LONGEST_PHASE_S:
        path = f"/Users?startIndex={len(seen) + 1}&count={PAGE}"
        call = Call("GET", path, lambda a: bool(a.json().get("Resources")))
        answer = (await load.one(phase, call)).json()
        resources = answer.get("Resources", [])
        if not resources:
            break
        seen += [resource["id"] for resource in resources]
        total = answer["totalResults"]
    missing = set(load.ids.values()) - set(seen)
    if missing or len(seen) != len(set(seen)):
        phase.fault(f"{len(missing)} missing, {len(seen) - len(set(seen))} doubled")
    load.finish(phase)
    phase.facts["users_per_second"] = round(len(seen) / phase.seconds, 1)
