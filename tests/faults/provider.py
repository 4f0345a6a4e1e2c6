"""An identity provider that repeats what was not answered, until it is."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from benchmarks.connection import Answer, Connection, Target
from tests.faults.company import Company, Step

LINES = 8
PATIENCE_S = 30.0
PAUSES_S = (0.2, 0.5, 1.0, 2.0)
GONE = 404
TAKEN = 409
SLOWER = 429


class Line(Connection):
    """A connection that never repeats by itself: the provider decides that."""

    async def call(self, method: str, path: str, body: object = None) -> Answer:
        """Return the answer, with status 0 when there was none."""
        data = b"" if body is None else json.dumps(body).encode()
        try:
            return await asyncio.wait_for(self._once(method, path, data), PATIENCE_S)
        except (OSError, EOFError, TimeoutError, ValueError):
            await self.close()
            return Answer(0, b"")


@dataclass
class Told:
    """What was asked and answered: (when, how long it took, status)."""

    answers: list[tuple[float, float, int]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    repeated: int = 0

    def between(self, start: float, end: float) -> "Counter[str]":
        """Count what was answered in a time, by status."""
        statuses = [s for at, _, s in self.answers if start <= at <= end]
        return Counter(str(s) if s else "no answer" for s in statuses)

    def slowest(self, start: float, end: float) -> float:
        """Return the seconds of the slowest request of a time."""
        took = [each for at, each, _ in self.answers if start <= at <= end]
        return max(took, default=0.0)

    def first_success(self, after: float) -> float | None:
        """Return when the first success came that was asked for after a moment."""
        good = (
            at for at, took, s in self.answers if 0 < s < GONE and at - took >= after
        )
        return next(good, None)


class Provider(threading.Thread):
    """Carries out the steps of a company over several connections."""

    def __init__(
        self, target: Target, company: Company, grant: Callable[[str, Step], None]
    ) -> None:
        super().__init__(daemon=True)
        self._target, self.company, self._grant = target, company, grant
        self.told = Told()
        self.people: dict[int, str] = {}
        self.teams: dict[int, str] = {}
        self.done = 0
        self.error: BaseException | None = None

    @property
    def total(self) -> int:
        """Return how many steps there are."""
        return len(self.company.steps)

    def run(self) -> None:
        """Carry out every step; remember what went wrong for good."""
        try:
            asyncio.run(self._run())
        except BaseException as error:  # noqa: BLE001 - told by who waits
            self.error = error

    async def _run(self) -> None:
        self._finished = [asyncio.Event() for _ in self.company.steps]
        steps = iter(self.company.steps)
        async with asyncio.TaskGroup() as group:
            for _ in range(LINES):
                group.create_task(self._one_line(steps))

    async def _one_line(self, steps: Iterator[Step]) -> None:
        line = Line(self._target)
        for step in steps:
            # Those come earlier in the list, so somebody is at work on each.
            for number in step.after:
                await self._finished[number].wait()
            await self._carry_out(line, step)
            self._finished[step.number].set()
            self.done += 1
        await line.close()

    async def _carry_out(self, line: Line, step: Step) -> None:
        match step.do:
            case "add-user":
                self.people[step.key] = await self._add(
                    line, "Users", "userName", user_body(step)
                )
            case "add-group":
                self.teams[step.key] = await self._add(
                    line, "Groups", "displayName", self._group_body(step)
                )
            case "delete-user":
                await self._remove(line, f"/Users/{self.people[step.key]}")
            case "delete-group":
                await self._remove(line, f"/Groups/{self.teams[step.key]}")
            case "grant":
                await asyncio.to_thread(self._grant, self.teams[step.key], step)
            case "set-active":
                await self._patch(line, f"/Users/{self.people[step.key]}", step)
            case _:
                await self._patch(line, f"/Groups/{self.teams[step.key]}", step)

    async def _add(
        self, line: Line, collection: str, attribute: str, body: dict[str, Any]
    ) -> str:
        """Create something; after silence look first whether it is there."""
        for attempt in forever():
            if attempt:
                value = quote(f'{attribute} eq "{body[attribute]}"')
                path = f"/{collection}?filter={value}&excludedAttributes=members"
                answer = await self._ask(line, "GET", path)
                found = answer.json().get("Resources", [])
                if found:
                    return str(found[0]["id"])
                if answer.status != 200:
                    await pause(attempt)
                    continue
            answer = await self._ask(line, "POST", f"/{collection}", body)
            if answer.status == 201:
                return str(answer.json()["id"])
            # Taken by the request before, which was carried out without an answer.
            if not is_passing(answer.status) and not (
                answer.status == TAKEN and attempt
            ):
                return self._refused("POST", collection, answer)
            await pause(attempt)
        raise AssertionError

    async def _patch(self, line: Line, path: str, step: Step) -> None:
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": self._operations(step),
        }
        await self._until_done(line, "PATCH", path, body)

    async def _remove(self, line: Line, path: str) -> None:
        await self._until_done(line, "DELETE", path)

    async def _until_done(
        self, line: Line, method: str, path: str, body: object = None
    ) -> None:
        for attempt in forever():
            answer = await self._ask(line, method, path, body)
            gone = attempt and method == "DELETE" and answer.status == GONE
            if 200 <= answer.status < 300 or gone:
                return
            if not is_passing(answer.status):
                self._refused(method, path, answer)
                return
            await pause(attempt)

    async def _ask(
        self, line: Line, method: str, path: str, body: object = None
    ) -> Answer:
        start = time.monotonic()
        answer = await line.call(method, path, body)
        end = time.monotonic()
        self.told.answers.append((end, end - start, answer.status))
        self.told.repeated += is_passing(answer.status)
        return answer

    def _refused(self, method: str, path: str, answer: Answer) -> str:
        text = answer.body[:300].decode(errors="replace")
        self.told.refused.append(f"{method} {path}: {answer.status} {text}")
        return ""

    def _group_body(self, step: Step) -> dict[str, Any]:
        return {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": step.name,
            "externalId": f"team-{step.key}",
            "members": self._values(step.people),
        }

    def _operations(self, step: Step) -> list[dict[str, Any]]:
        match step.do:
            case "set-active":
                return [{"op": "replace", "path": "active", "value": step.active}]
            case "rename":
                return [{"op": "replace", "path": "displayName", "value": step.name}]
            case _:
                op = step.do.partition("-")[0]
                value = self._values(step.people)
                return [{"op": op, "path": "members", "value": value}]

    def _values(self, people: Sequence[int]) -> list[dict[str, str]]:
        return [{"value": self.people[each]} for each in people]


def user_body(step: Step) -> dict[str, Any]:
    """Return the person of a step as a SCIM user."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": step.name,
        "externalId": f"person-{step.key}",
        "displayName": f"Person {step.key}",
        "name": {"givenName": "Person", "familyName": str(step.key)},
        "emails": [{"value": step.name, "type": "work", "primary": True}],
        "active": True,
    }


def is_passing(status: int) -> bool:
    """Tell whether a provider sends the same again after this answer."""
    return status in {0, SLOWER} or status >= 500


def forever() -> Iterator[int]:
    """Count from 0 on."""
    number = 0
    while True:
        yield number
        number += 1


async def pause(attempt: int) -> None:
    """Wait before the next try, longer each time."""
    await asyncio.sleep(PAUSES_S[min(attempt, len(PAUSES_S) - 1)])
