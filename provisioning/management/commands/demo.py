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
from directories.models import Organization
from directories.services.demonstration import set_demonstration
from provisioning.demonstration import kept, organization
from provisioning.demonstration.document import document
from provisioning.demonstration.organization import Demonstration

FOREIGN = (
    "`make run` did not make this database, so it gets no demonstration data. "
    "Choose another DATA_DIR or DATABASE_URL."
)
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
        known = places.read_kept(places.kept_path())
        told = document(
            parts,
            password=kept.still_right(parts, known.get("admin_password", "")),
            api_key=places.new_key(parts.empty, now),
            organization_key=kept.new_organization_key(parts, now),
        )
        self.stdout.write(json.dumps(told, indent=2))

    def _demonstrate(self, found: Organization | None) -> None:
        now = timezone.now()
        if found is None:
            self.stdout.write("First start: making the demonstration organization.")
            password = kept.new_password()
            found = organization.prepare(password=password, now=now)
            kept.keep_password(password)
        parts = organization.parts(found, now)
        opens = kept.keep_secrets(parts, now)
        if found.demonstration != Organization.Demonstration.PUSHED:
            self._push(parts, opens.company_key)
        told = document(
            parts,
            password=opens.admin_password,
            api_key=opens.api_key,
            organization_key=opens.organization_key,
        )
        folder = Path(settings.DATA_DIR)
        places.write_kept(folder / "demo.json", told)
        (folder / "demo.previous.json").unlink(missing_ok=True)
        self._tell(told, parts)

    def _push(self, parts: Demonstration, key: str) -> None:
        name = parts.company.name
        self.stdout.write(f"Pushing a sample company through SCIM into {name}:")
        progress = ProgressLine(self.stdout)
        try:
            with places.local_client(parts.company, key) as client:
                report = push_roster(client, read_roster(COMPANY), progress)
        except PushError as error:
            reason = f"The sample company was not pushed. {error}"
            raise CommandError(reason) from error
        for result in report.refused:
            self.stdout.write(f"  refused: {result.name}: {result.reason}")
        set_demonstration(parts.organization, Organization.Demonstration.PUSHED)

    def _tell(self, told: dict[str, Any], parts: Demonstration) -> None:
        directory = told["directories"]["organization"]
        rows = [
            ("Console", told["base_url"]),
            ("E-mail", told["admin"]["email"]),
            ("Password", told["admin"]["password"] or "(changed in the console)"),
            (),
            ("SCIM base URL", directory["scim_base_url"]),
            (
                "API key",
                directory["scim_api_key"] or "(configuration is being deleted)",
            ),
            ("", f"Opens the directory “{parts.empty.name}”, ready for a first push."),
            (),
            ("More to see", "make push    plays a day of the sample company"),
            ("For programs", str(Path(settings.DATA_DIR) / "demo.json")),
        ]
        lines = [f"  {row[0]:15}{row[1]}" if row else "" for row in rows]
        self.stdout.write("\n".join(["", *lines, ""]))
