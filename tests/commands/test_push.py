"""Pushing over HTTP into a live server: once, again, and with refusals."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from directories.demonstration.client import AwayError
from directories.demonstration.push import push_roster
from directories.demonstration.resources import member_patches
from directories.models import Membership, UserRecord
from tests.commands.people import ignore, person, roster


def members():
    rows = Membership.objects.order_by("group__display_name", "user__user_name")
    return list(rows.values_list("group__display_name", "user__user_name"))


def test_push_makes_people_and_groups(client):
    ada = person("ada", groups=("Sales", "All"), department="Sales", language="fi-FI")
    bob = person("bob", groups=("All",), active=False)
    seen = []

    report = push_roster(client, roster(ada, bob), lambda *told: seen.append(told))

    assert report.people == {"created": 2}
    assert report.groups == {"created": 2}
    assert not report.refused
    assert seen == [
        ("people", 1, 2),
        ("people", 2, 2),
        ("groups", 1, 2),
        ("groups", 2, 2),
    ]
    assert not UserRecord.objects.get(user_name="bob@acme.example").active
    assert members() == [
        ("All", "ada@acme.example"),
        ("All", "bob@acme.example"),
        ("Sales", "ada@acme.example"),
    ]


def test_second_push_of_the_same_changes_nothing(client):
    whole = person(
        "ada",
        family_name="Berg",
        title="Engineer",
        department="R&D",
        organization="Acme",
        timezone="Europe/Helsinki",
        language="fi-FI",
        groups=("All",),
    )
    push_roster(client, roster(whole), ignore)
    before = list(UserRecord.objects.values())

    report = push_roster(client, roster(whole), ignore)

    assert report.people == {"unchanged": 1}
    assert report.groups == {"unchanged": 1}
    assert list(UserRecord.objects.values()) == before


def test_push_of_other_values_makes_them_so(client):
    push_roster(client, roster(person("ada", groups=("All",)), person("bob")), ignore)
    ada = person("ada", email="ada.berg@acme.example", title="Head", active=False)

    report = push_roster(client, roster(ada, person("bob", groups=("All",))), ignore)

    assert report.people == {"updated": 1, "unchanged": 1}
    assert report.groups == {"updated": 1}
    record = UserRecord.objects.get(user_name="ada@acme.example")
    assert (record.email, record.active) == ("ada.berg@acme.example", False)
    assert members() == [("All", "bob@acme.example")]


def test_refusals_are_told_and_stop_nobody_else(client):
    push_roster(client, roster(person("ada")), ignore)
    double = person("eve", email="ada@acme.example", groups=("All",))

    report = push_roster(
        client, roster(double, person("bob", groups=("All", "org-admins"))), ignore
    )

    assert [(r.name, r.did) for r in report.refused] == [
        ("eve@acme.example", "refused"),
        ("org-admins", "refused"),
    ]
    assert "already exists" in report.refused[0].reason
    assert members() == [("All", "bob@acme.example")]


def test_members_go_a_hundred_at_a_time():
    ids = [str(number) for number in range(230)]

    bodies = member_patches(ids, ids[:101])

    sizes = [len(body["Operations"]) for body in bodies]
    assert sizes == [100, 1, 1, 1, 1]
    assert bodies[0]["Operations"][0]["path"] == 'members[value eq "0"]'
    assert [len(body["Operations"][0]["value"]) for body in bodies[2:]] == [
        100,
        100,
        30,
    ]


def test_command_pushes_a_file_to_any_server(address, tmp_path, capsys):
    base_url, key = address
    file = tmp_path / "people.csv"
    file.write_text("user_name,email,groups\nada,ada@acme.example,All\n")

    call_command("push", "--base-url", base_url, "--key", key, "--csv", str(file))

    told = capsys.readouterr().out
    assert "People: 1 created." in told
    assert "Groups: 1 created." in told


def test_command_fails_when_something_was_refused(address, tmp_path, capsys):
    base_url, key = address
    file = tmp_path / "people.csv"
    file.write_text("user_name,groups\nada,administrators\n")

    with pytest.raises(CommandError, match="Refused: 1"):
        call_command("push", "--base-url", base_url, "--key", key, "--csv", str(file))

    assert "refused: administrators: 409" in capsys.readouterr().out


def test_command_with_a_wrong_key_says_so(address):
    with pytest.raises(CommandError, match="does not accept the key"):
        call_command("push", "--base-url", address[0], "--key", "wrong")


@pytest.mark.parametrize(
    "options", [["--key", "x"], ["--base-url", "http://a.example"]]
)
def test_command_wants_both_parts_of_an_address(options):
    with pytest.raises(CommandError, match="both"):
        call_command("push", *options)


def test_command_wants_a_web_address():
    with pytest.raises(CommandError, match="http"):
        call_command("push", "--base-url", "a.example", "--key", "x")


def test_command_without_a_sample_company_says_what_to_do(directory):
    with pytest.raises(CommandError, match="make run"):
        call_command("push")


def test_command_that_nobody_answers_asks_whether_it_runs(monkeypatch):
    def away(*_args):
        raise AwayError("nobody")

    monkeypatch.setattr("directories.management.commands.push.Command._client", away)

    with pytest.raises(CommandError, match="same"):
        call_command("push")
