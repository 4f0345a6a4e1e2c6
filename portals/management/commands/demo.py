"""`manage.py demo`: the demonstration organization, and how to get into it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from directories.demonstration import places
from directories.demonstration.client import PushError
from directories.demonstration.progress import ProgressLine
from directories.demonstration.push import push_roster
from directories.demonstration.roster import COMPANY, read_roster
from directories.models import Directory, Organization
from directories.services.demonstration import set_demonstration
from portals.demonstration import kept
from portals.demonstration.desks import CUSTOMERS, Desks, desks
from portals.demonstration.document import document
from provisioning.demonstration import organization
from provisioning.demonstration.organization import Demonstration

State = Organization.Demonstration
FOREIGN = (
    "`make run` did not make this database, so it gets no demonstration data. "
    "Choose another DATA_DIR or DATABASE_URL."
)
CHANGED = "(changed in the console)"
ENDING = "(configuration is being deleted)"
INCOMPLETE = "The demonstration organization has no admin or no site any more."


class Command(BaseCommand):
    """Make the demonstration on the first start, tell of it on every start."""

    help = "Make demonstration data and print how to sign in; `serve --demo` does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the switch for programs."""
        parser.add_argument(
            "--json",
            action="store_true",
            dest="as_json",
            help="print what demo.json holds, with an additional fresh API key",
        )

    def handle(self, *, as_json: bool, **_options: object) -> None:
        """Do either; refuse a database with other organizations."""
        try:
            found = places.find_organization()
            if as_json:
                self._print_json(found)
            else:
                self._demonstrate(found)
        except places.ForeignDatabaseError as error:
            raise CommandError(FOREIGN) from error
        except organization.IncompleteError as error:
            raise CommandError(INCOMPLETE) from error

    def _print_json(self, found: Organization | None) -> None:
        if found is None:
            raise CommandError(FOREIGN)
        now = timezone.now()
        parts = organization.parts(found, now)
        tables = desks(parts, now)
        told = document(parts, tables, kept.fresh_secrets(parts, tables, now))
        self.stdout.write(json.dumps(told, indent=2))

    def _demonstrate(self, found: Organization | None) -> None:
        now = timezone.now()
        if found is None:
            self.stdout.write("First start: making the demonstration organization.")
            password = kept.new_password()
            found = organization.prepare(password=password, now=now)
            kept.keep_password(password)
        parts = organization.parts(found, now)
        tables = desks(parts, now)
        opens = kept.keep_secrets(parts, tables, now)
        self._push_samples(parts, tables, opens)
        told = document(parts, tables, opens)
        folder = Path(settings.DATA_DIR)
        places.write_kept(folder / "demo.json", told)
        (folder / "demo.previous.json").unlink(missing_ok=True)
        self._tell(told, parts, tables)

    def _push_samples(
        self, parts: Demonstration, tables: Desks, opens: kept.Secrets
    ) -> None:
        """Push what was not pushed to its end yet."""
        made = parts.organization
        if made.demonstration == State.PREPARED:
            self._push("a sample company", parts.company, opens.company_key, COMPANY)
            set_demonstration(made, State.PUSHED)
        if made.demonstration == State.PUSHED:
            key = opens.customers_company_key
            self._push("sample customers", tables.company, key, CUSTOMERS)
            set_demonstration(made, State.CUSTOMERS)

    def _push(self, what: str, directory: Directory, key: str, roster: Path) -> None:
        self.stdout.write(f"Pushing {what} through SCIM into {directory.name}:")
        progress = ProgressLine(self.stdout)
        try:
            with places.local_client(directory, key) as client:
                report = push_roster(client, read_roster(roster), progress)
        except PushError as error:
            reason = f"Could not push {what}. {error}"
            raise CommandError(reason) from error
        for result in report.refused:
            self.stdout.write(f"  refused: {result.name}: {result.reason}")

    def _tell(self, told: dict[str, Any], parts: Demonstration, tables: Desks) -> None:
        rows: list[tuple[str, ...]] = [
            ("Console", told["base_url"]),
            ("E-mail", told["admin"]["email"]),
            ("Password", told["admin"]["password"] or CHANGED),
            ("Jira admin", told["jira_admin"]["email"]),
            ("Password", told["jira_admin"]["password"] or CHANGED),
        ]
        ready = {"organization": parts.empty, "customers": tables.empty}
        for kind, directory in ready.items():
            named = told["directories"][kind]
            rows += [
                (),
                ("SCIM base URL", named["scim_base_url"]),
                ("API key", named["scim_api_key"] or ENDING),
                ("", f"Opens “{directory.name}”, ready for a first push."),
            ]
        rows += [
            (),
            ("More to see", "make push    plays a day of the sample company"),
            ("For programs", str(Path(settings.DATA_DIR) / "demo.json")),
        ]
        lines = [f"  {row[0]:15}{row[1]}" if row else "" for row in rows]
        self.stdout.write("\n".join(["", *lines, ""]))
