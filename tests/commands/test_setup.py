"""The first organization of an installation and its admin."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from directories.models import Account, Organization, RoleAssignment

PASSWORD = "of some length 2026"


@pytest.fixture
def run(db, monkeypatch, capsys):
    def call(*more, password=PASSWORD, email="ada@acme.example"):
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        given = ["--organization", "Acme", "--email", email, "--name", "Ada Berg"]
        call_command("setup", *given, "--password-stdin", *more)
        return capsys.readouterr().out

    return call


def test_setup_makes_organization_and_admin(run):
    told = run()

    admin = RoleAssignment.objects.get().account
    assert "Created the organization Acme" in told
    assert Organization.objects.get().demonstration == ""
    assert (admin.email, admin.name) == ("ada@acme.example", "Ada Berg")
    assert admin.check_password(PASSWORD)


def test_setup_refuses_a_second_organization_unless_asked(run):
    run()

    with pytest.raises(CommandError, match="--another"):
        run(email="bob@acme.example")
    run("--another", email="bob@acme.example")

    assert Organization.objects.count() == 2


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [
        ("nowhere", PASSWORD, "email"),
        ("ada@acme.example", "short", "too short"),
        ("ada@acme.example", "password123", "too common"),
    ],
)
def test_setup_refuses_what_cannot_be_used(run, email, password, reason):
    with pytest.raises(CommandError, match=reason):
        run(email=email, password=password)

    assert not Organization.objects.exists()


def test_setup_refuses_a_taken_address(run):
    run()

    with pytest.raises(CommandError, match="has an account already"):
        run("--another", email="ADA@acme.example")

    assert Organization.objects.count() == 1


def test_dry_run_checks_and_writes_nothing(run):
    assert "Would create" in run("--dry-run")
    assert not Organization.objects.exists()
    assert not Account.objects.exists()

    with pytest.raises(CommandError):
        run("--dry-run", password="short")


def test_setup_without_a_terminal_names_what_is_missing(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    with pytest.raises(CommandError, match="--organization, --name, --password-stdin"):
        call_command("setup", "--email", "ada@acme.example")


def test_setup_asks_at_a_terminal(db, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    answers = iter(["Acme", "ada@acme.example", "Ada Berg"])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    monkeypatch.setattr(
        "provisioning.management.commands.setup.getpass", lambda prompt: PASSWORD
    )

    call_command("setup")

    assert Account.objects.get().check_password(PASSWORD)
