"""`manage.py setup`: the first organization of an installation, and its admin."""

import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone

from directories.folding import fold
from directories.models import Account, Organization
from directories.services import organizations
from provisioning.services.organization_groups.built_in import found_organization


@dataclass(frozen=True)
class Answers:
    """What the command needs to know."""

    organization: str
    email: str
    name: str
    password: str


class Command(BaseCommand):
    """Ask for what was not given, check it, and make both in one transaction."""

    help = "Create the first organization and its first admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what would otherwise be asked for."""
        parser.add_argument("--organization", default="", help="its name")
        parser.add_argument("--email", default="", help="the admin's address")
        parser.add_argument("--name", default="", help="the admin's name")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of standard input",
        )
        parser.add_argument(
            "--another",
            action="store_true",
            help="also when there is an organization already",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything, write nothing"
        )

    def handle(
        self,
        *,
        another: bool,
        dry_run: bool,
        password_stdin: bool,
        **options: object,
    ) -> None:
        """Create both, or say why not."""
        if Organization._meta.db_table not in connection.introspection.table_names():
            raise CommandError("The database has no tables yet. Run `migrate` first.")
        if Organization.objects.exists() and not another:
            raise CommandError(
                "There is an organization already. Use --another to add one more."
            )
        given = {k: str(options[k]) for k in ("organization", "email", "name")}
        answers = ask(given, password_stdin=password_stdin)
        check(answers)
        made = "Would create" if dry_run else "Created"
        if not dry_run:
            create(answers)
        self.stdout.write(
            f"{made} the organization {answers.organization} with the admin "
            f"{answers.email}."
        )


def ask(given: dict[str, str], *, password_stdin: bool) -> Answers:
    """Return the answers, asking at the terminal for those not given."""
    prompts = {
        "organization": "Name of the organization: ",
        "email": "E-mail address of its first admin: ",
        "name": "Name of that person: ",
    }
    missing = [f"--{name}" for name, value in given.items() if not value]
    if not password_stdin and not sys.stdin.isatty():
        missing.append("--password-stdin")
    if missing and not sys.stdin.isatty():
        reason = "Nobody to ask here. Give " + ", ".join(missing) + "."
        raise CommandError(reason)
    texts = {k: (given[k] or input(prompts[k])).strip() for k in prompts}
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass("Password: ")
        if getpass("The password again: ") != password:
            raise CommandError("The two passwords differ.")
    return Answers(**texts, password=password)


def check(answers: Answers) -> None:
    """Raise CommandError for an answer that cannot be used."""
    if not answers.organization or not answers.name:
        raise CommandError("The organization and its admin need a name.")
    try:
        validate_email(answers.email)
        person = Account(email=answers.email, name=answers.name)
        validate_password(answers.password, person)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    if Account.objects.filter(email_key=fold(answers.email)).exists():
        reason = f"{answers.email} has an account already. Give another address."
        raise CommandError(reason)


def create(answers: Answers) -> None:
    """Make the organization and its admin, both or neither."""
    now = timezone.now()
    with transaction.atomic():
        organization = found_organization(name=answers.organization, now=now)
        organizations.add_admin(
            organization,
            email=answers.email,
            name=answers.name,
            password=answers.password,
            now=now,
        )
