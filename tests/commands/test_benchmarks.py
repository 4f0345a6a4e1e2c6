"""The load script: this machine only, and wrong answers are counted."""

import asyncio
from functools import partial

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from benchmarks import groups, growth
from benchmarks.connection import Answer, NotLoopbackError, read_target
from benchmarks.groups import load_groups, share_out
from benchmarks.load import Load
from benchmarks.measure import Phase
from benchmarks.users import create, create_users, load_users
from benchmarks.walks import walk
from directories.models import AuditEvent, Member, RequestEntry, UserRecord

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


def test_a_few_wrong_answers_do_not_spoil_a_phase():
    phase = Phase("one")
    for number in range(200):
        phase.add(Answer(200, b""), 0.001, "nobody found" if number < 2 else "")

    assert phase.result()["wrong"] == 2
    assert not phase.result()["is_wrong"]


def test_a_wrong_outcome_spoils_a_phase():
    phase = Phase("one", took=[0.001] * 1000)

    phase.fault("3 of 1000 members lost")

    assert phase.result()["is_wrong"]
    assert phase.result()["reasons"] == {"3 of 1000 members lost": 1}


@pytest.mark.parametrize(("people", "inside"), [(300, 255), (11_200, 10_000)])
def test_everybody_joins_the_large_group_in_one_way(people, inside):
    ids = [str(number) for number in range(people)]

    parts = share_out(ids)

    assert len(parts.inside) == inside
    assert not set(parts.inside) & {*parts.batch, *parts.racers}
    assert not set(parts.batch) & set(parts.racers)
    assert set(parts.singles) <= set(parts.racers)


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

    assert UserRecord.objects.count() >= 20
    assert {phase.name: phase.faults for phase in made.phases} == {
        "create user": [],
        "find by userName": [],
        "find by externalId": [],
        "get user": [],
        "patch active": [],
        "walk all users": [],
        "walk while users change": [],
    }
    assert made.phases[-1].facts["writes"] > 0


def test_groups_are_filled_changed_and_read(address):
    made = run(address, 40, create_users, load_groups)

    assert {p.name: p.faults for p in made.phases if p.faults} == {}
    assert {p.name for p in made.phases} >= {"post large group", "adds at once"}


def test_members_that_a_post_forgets_are_added_afterwards(address, monkeypatch):
    async def forget(create, load, phase, name, ids):
        group = await create(load, phase, name, [])
        group.members = len(ids)
        return group

    monkeypatch.setattr(groups, "_create", partial(forget, groups._create))
    made = run(address, 40, create_users, load_groups)

    wrong = {p.name: [*p.reasons] for p in made.phases if p.faults}
    assert wrong["post large group"] == ["0 of 34 members kept"]
    assert "fill large group" not in wrong


def test_wrong_answers_are_counted_as_wrong(address):
    made = run((address[0], "wrong"), 3, load_users)

    assert len(made.phases) == 1
    assert made.phases[0].reasons == {"status 401": 3}


def test_missing_people_are_seen_on_the_walk(address):
    made = run(address, 2, create_users, walk, ids={99: ""})
    other = run(address, 0, walk, ids={**made.ids, 99: "somebody else"})

    assert other.phases[0].faults == ["1 missing, 0 doubled"]
    assert len(other.phases) == 1


@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="many people are laid into the tables of PostgreSQL only, by SQL of its own",
)
def test_who_is_laid_into_the_tables_is_like_who_was_pushed(address):
    made = run(address, 0, push(growth.MODEL))
    first = count_rows()
    made.ids |= run(address, 0, push(1_000_001)).ids
    second = count_rows()

    laid = growth.grow(database_address(), 3)

    third = count_rows()
    by_push = {name: second[name] - first[name] for name in second}
    by_growth = {name: third[name] - second[name] for name in third}
    assert by_growth == {name: 3 * count for name, count in by_push.items()}
    pushed = shape(made.ids[1_000_001], 1_000_001)
    assert [shape(i, number) for number, i in laid.items()] == [pushed] * 3


def push(number):
    """Return a phase that creates one user, always under the same tag."""

    async def phase(load):
        load.tag = "grown"
        await load.one(Phase(""), create(load, number))

    return phase


def database_address():
    """Return what psycopg connects to the test database with."""
    given = connection.get_connection_params()
    names = {key: given[key] for key in ("host", "user", "dbname")}
    return psycopg.conninfo.make_conninfo(**names)


def count_rows():
    """Return how many rows each table has."""
    # Requests are logged some time after they were answered.
    kept = (model for model in apps.get_models() if model is not RequestEntry)
    return {model._meta.db_table: model._base_manager.count() for model in kept}


def shape(scim_id, number):
    """Return a record and what hangs on it, without what is its own."""
    record = UserRecord.objects.get(scim_id=scim_id)
    emails = [(each.value_key, each.type_key) for each in record.emails.all()]
    members = [
        each.search_text for each in Member.objects.filter(account=record.account)
    ]
    events = AuditEvent.objects.filter(target_id=scim_id)
    told = [(each.action, each.target_name, each.details) for each in events]
    fields = (record.document, record.document_key, record.user_name_key)
    text = repr((fields, record.link_state, emails, members, told))
    return text.replace(str(number), "N")
