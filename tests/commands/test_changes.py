"""A day in a company: chosen by a seed, carried to a live server."""

import pytest
from django.core.management import call_command

from directories.demonstration.carrying import Carrier
from directories.demonstration.changes import (
    Company,
    Deactivate,
    Join,
    Known,
    Leave,
    Move,
    choose_changes,
    read_company,
)
from directories.demonstration.client import RefusedError
from directories.demonstration.push import push_roster
from directories.models import GroupRecord, UserRecord
from tests.commands.people import ignore, person, roster


def known(number, *, active=True, groups=("g1",)):
    name = f"p{number}@acme.example"
    resource = {"id": f"u{number}", "userName": name, "active": active}
    return Known(f"u{number}", resource, dict.fromkeys(groups, "Group"))


def company(size=40, **values):
    people = [known(number, **values) for number in range(size)]
    return Company(people, {"g1": "One", "g2": "Two"})


def test_same_seed_chooses_the_same_changes():
    first, again, other = (
        list(map(str, choose_changes(company(), seed=seed, count=20)))
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_nobody_is_changed_twice_and_joiners_are_new():
    changes = choose_changes(company(), seed=3, count=200)

    touched = [c.known.id for c in changes if not isinstance(c, Join)]
    joined = [c.person.user_name for c in changes if isinstance(c, Join)]
    assert len(touched) == len(set(touched)) == 40
    assert len(joined) == len(set(joined))
    assert {type(c) for c in changes} >= {Join, Leave, Move, Deactivate}


def test_who_is_inactive_only_comes_back():
    changes = choose_changes(company(size=3, active=False), seed=4, count=100)

    assert 0 < len(changes) <= 3
    assert {c.done for c in changes} == {"came back"}


def test_nobody_to_change_is_no_change():
    assert choose_changes(company(size=0), seed=5, count=50) == []


def test_moving_ends_in_a_group_that_is_new_to_the_person():
    changes = choose_changes(company(), seed=6, count=60)

    moves = [c for c in changes if isinstance(c, Move)]
    assert moves
    assert all(m.joins[0] == "g2" and m.leaves == ("g1", "Group") for m in moves)


def test_command_plays_changes_and_sums_up(client, address, capsys):
    people = [person(f"p{n}", groups=("All", f"Team {n % 3}")) for n in range(12)]
    push_roster(client, roster(*people), ignore)
    before = {r.user_name: r.document for r in UserRecord.objects.all()}

    base_url, key = address
    call_command(
        "push", "--base-url", base_url, "--key", key, "--changes", "15", "--seed", "1"
    )

    told = capsys.readouterr().out
    assert "(seed 1)." in told
    assert "refused" not in told
    assert {r.user_name: r.document for r in UserRecord.objects.all()} != before
    for group in GroupRecord.objects.all():
        assert group.member_count == group.memberships.count()


@pytest.mark.slow
def test_command_into_an_empty_directory_pushes_the_company(address, capsys):
    base_url, key = address

    call_command("push", "--base-url", base_url, "--key", key)

    assert "people 150/150" in capsys.readouterr().out
    assert (UserRecord.objects.count(), GroupRecord.objects.count()) == (150, 15)


def test_company_is_read_with_groups_of_people(client):
    push_roster(client, roster(person("ada", groups=("All",))), ignore)

    read = read_company(client)

    assert [p.user_name for p in read.people] == ["ada@acme.example"]
    assert list(read.people[0].groups.values()) == ["All"] == list(read.groups.values())


def test_refused_changes_are_told(client, monkeypatch):
    push_roster(client, roster(person("ada")), ignore)
    read = read_company(client)
    said: list[str] = []

    def refuse(method, path, body=None, query=None):
        raise RefusedError(409, "because")

    monkeypatch.setattr(client, "request", refuse)
    summary = Carrier(client, read, said.append).carry([Leave(read.people[0])])

    assert summary.refused == ["leaves       ada@acme.example"]
    assert "refused: 409: because" in said[0]
