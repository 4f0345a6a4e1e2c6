"""The load script: this machine only, and wrong answers are counted."""

import asyncio

import pytest

from benchmarks.connection import NotLoopbackError, read_target
from benchmarks.groups import load_groups
from benchmarks.load import Load, load_users, walk
from benchmarks.measure import Phase
from directories.models import UserRecord

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "url",
    ["https://scim.example/v2", "http://10.0.0.1:8000", "http://127.0.0.1.example"],
)
def test_other_machines_are_never_loaded(url):
    with pytest.raises(NotLoopbackError):
        read_target(url, "key")


def test_parts_are_taken_from_the_slowest_on():
    phase = Phase("one", took=[0.001] * 95 + [0.1] * 5, seconds=2.0)

    assert phase.result()["p50_ms"] == 1.0
    assert phase.result()["p95_ms"] == 100.0
    assert phase.result()["per_second"] == 50.0


def run(address, users, *phases, ids=()):
    """Run phases against the live server and return the load."""

    async def go():
        async with Load(read_target(*address), users, 0.2, lambda line: None) as load:
            load.ids.update(ids)
            for phase in phases:
                await phase(load)
            return load

    return asyncio.run(go())


def test_right_answers_are_counted_as_right(address):
    made = run(address, 10, load_users, walk)

    assert UserRecord.objects.count() == 10
    assert {phase.name: phase.faults for phase in made.phases} == {
        "create user": [],
        "find by userName": [],
        "find by externalId": [],
        "get user": [],
        "patch active": [],
        "walk all users": [],
    }


def test_groups_are_filled_changed_and_read(address, monkeypatch):
    for name, value in {"BATCH": 5, "SINGLES": 2, "RACERS": 4}.items():
        monkeypatch.setattr(f"benchmarks.groups.{name}", value)

    made = run(address, 20, load_users, load_groups)

    assert [p.name for p in made.phases if p.faults] == []
    assert {p.name for p in made.phases} >= {"post group of 11", "4 adds at once"}


def test_wrong_answers_are_counted_as_wrong(address):
    made = run((address[0], "wrong"), 3, load_users)

    assert len(made.phases) == 1
    assert len(made.phases[0].faults) == 3


def test_missing_people_are_seen_on_the_walk(address):
    made = run(address, 2, load_users, walk, ids={99: ""})
    other = run(address, 0, walk, ids={**made.ids, 99: "somebody else"})

    assert other.phases[0].faults == ["1 missing, 0 doubled"]
