"""The phases about users: what is asked, and what is right to be answered."""

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import quote

from benchmarks import bodies
from benchmarks.connection import Answer
from benchmarks.load import LONGEST_PHASE_S, Call, Load
from benchmarks.measure import Phase
from benchmarks.postgresql import tidy_up

WARMERS = 64
CREATED = 201
NO_BODY = 204


def user_name(load: Load, number: int) -> str:
    """Return the user name of the user with a number."""
    return f"{load.tag}.user{number:07d}@example.com"


def external_id(load: Load, number: int) -> str:
    """Return the external id of the user with a number."""
    return f"{load.tag}-{number}"


async def load_users(load: Load) -> None:
    """Create users, then find, read and change them."""
    await warm_up(load)
    await create_users(load)
    await asyncio.to_thread(tidy_up)
    await read_users(load)


async def warm_up(load: Load) -> None:
    """Make each process do a little of everything, unmeasured.

    Nobody made here is asked for again.
    """
    first = -min(WARMERS, load.users)
    calls = [create(load, number) for number in range(first, 0)]
    await load.all(Phase(""), iter(calls))
    numbers = list(load.ids)
    makers = (_find_by_name, _get, partial(_set_active, active=False))
    calls = [make(load, number) for make in makers for number in numbers]
    await load.all(Phase(""), iter(calls))
    load.ids.clear()


async def create_users(load: Load) -> None:
    """Create all users and keep their ids."""
    calls = (create(load, number) for number in range(load.users))
    await load.many("create user", calls, seconds=LONGEST_PHASE_S)


def create(load: Load, number: int) -> Call:
    """Return the call that creates a user and keeps the id."""

    def check(answer: Answer) -> str:
        found = str(answer.json().get("id") or "")
        if not found:
            return "no id"
        load.ids[number] = found
        return "" if answer.status == CREATED else "not created"

    name, key = user_name(load, number), external_id(load, number)
    return Call("POST", "/Users", check, bodies.user(name, key, number))


async def read_users(load: Load) -> None:
    """Find users, read them and change them, each for a while."""
    chosen = list(load.ids)
    random.Random(7).shuffle(chosen)  # noqa: S311 - guards nothing
    if not chosen:
        return
    makers: dict[str, Callable[[Load, int], Call]] = {
        "find by userName": _find_by_name,
        "find by externalId": _find_by_external_id,
        "get user": _get,
    }
    endless = itertools.cycle(chosen)
    for name, make in makers.items():
        calls = (make(load, number) for number in endless)
        await load.many(name, calls, seconds=load.seconds)
    await load.many("patch active", flips(load, chosen), seconds=load.seconds)


def flips(load: Load, numbers: list[int]) -> Iterator[Call]:
    """Yield calls that switch users off, then on, without end."""
    for turn in itertools.count():
        for number in numbers:
            yield _set_active(load, number, active=bool(turn % 2))


def _find(load: Load, number: int, text: str) -> Call:
    def check(answer: Answer) -> str:
        found = answer.json()
        ids = [resource.get("id") for resource in found.get("Resources") or []]
        if not ids:
            return "nobody found"
        right = found.get("totalResults") == 1 and ids == [load.ids[number]]
        return "" if right else "somebody else found"

    return Call("GET", f"/Users?filter={quote(text)}", check)


def _find_by_name(load: Load, number: int) -> Call:
    return _find(load, number, f'userName eq "{user_name(load, number)}"')


def _find_by_external_id(load: Load, number: int) -> Call:
    return _find(load, number, f'externalId eq "{external_id(load, number)}"')


def _get(load: Load, number: int) -> Call:
    scim_id = load.ids[number]

    def check(answer: Answer) -> str:
        return "" if answer.json().get("id") == scim_id else "another resource"

    return Call("GET", f"/Users/{scim_id}", check)


def _set_active(load: Load, number: int, *, active: bool) -> Call:
    def check(answer: Answer) -> str:
        done = answer.status == NO_BODY or answer.json().get("active") is active
        return "" if done else "not changed"

    path = f"/Users/{load.ids[number]}"
    return Call("PATCH", path, check, bodies.replace_active(active=active))
