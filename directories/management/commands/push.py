"""`manage.py push`: pushes people and groups as an identity provider does."""

import secrets
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from directories.demonstration import places
from directories.demonstration.carrying import Carrier
from directories.demonstration.changes import choose_changes, read_company
from directories.demonstration.client import (
    AwayError,
    PushError,
    RefusedError,
    ScimClient,
)
from directories.demonstration.progress import ProgressLine
from directories.demonstration.push import push_roster
from directories.demonstration.roster import COMPANY, RosterError, read_roster
from directories.models import Directory

CHANGES = 20
HELP = (
    "Pushes people and groups through SCIM: a CSV file, or changes of a day. Without "
    "--base-url into the sample company's directory of this DATA_DIR. Columns of the "
    "file: user_name (needed), email, given_name, family_name, display_name, title, "
    "department, organization, timezone, language, active (true or false), groups "
    "(names separated by semicolons). Groups get exactly the members that the file "
    "names; people and groups that it does not name stay."
)
NOT_RUNNING = (
    ". Is `make run` running? If it was given a PORT or DATA_DIR, give `make push` "
    "the same."
)


class Command(BaseCommand):
    """Push a file, or play changes, and say what was done and refused."""

    help = HELP
    # A push to somebody else's server needs nothing of this installation.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where to push, and what."""
        parser.add_argument("--base-url", default="", help="SCIM base URL")
        parser.add_argument("--key", default="", help="API key that goes with it")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--csv", type=Path, help="push the people of this file")
        what.add_argument(
            "--changes",
            type=int,
            nargs="?",
            const=CHANGES,
            default=CHANGES,
            metavar="N",
            help=f"play N changes chosen at random (default: {CHANGES})",
        )
        parser.add_argument("--seed", type=int, help="choose the same changes again")

    def handle(
        self,
        *,
        base_url: str,
        key: str,
        csv: Path | None,
        changes: int,
        seed: int | None,
        **_options: object,
    ) -> None:
        """Push; raise CommandError when nothing or not all could be pushed."""
        if bool(base_url) != bool(key):
            raise CommandError("Give both --base-url and --key, or neither.")
        if base_url and not base_url.startswith(("http://", "https://")):
            raise CommandError("--base-url must begin with http:// or https://.")
        try:
            with self._client(base_url, key) as client:
                if csv is not None:
                    refused = self._push_file(client, csv)
                else:
                    refused = self._play(client, changes, seed)
        except AwayError as error:
            msg = str(error) if base_url else f"{error}{NOT_RUNNING}"
            raise CommandError(msg) from error
        except (PushError, RefusedError, RosterError) as error:
            raise CommandError(str(error)) from error
        if refused:
            reason = f"Refused: {refused}. The lines above say why."
            raise CommandError(reason)

    def _client(self, base_url: str, key: str) -> ScimClient:
        if base_url:
            return ScimClient(base_url, key)
        directory = sample_directory()
        path, now = places.kept_path(), timezone.now()
        kept = places.read_kept(path)
        key = places.working_key(directory, kept.get("company_key", ""), now)
        places.write_kept(path, kept | {"company_key": key})
        self.stdout.write(f"Pushing into {directory.name}.")
        return places.local_client(directory, key)

    def _push_file(self, client: ScimClient, path: Path) -> int:
        roster = read_roster(path)
        report = push_roster(client, roster, ProgressLine(self.stdout))
        self.stdout.write(f"People: {counted(report.people)}.")
        self.stdout.write(f"Groups: {counted(report.groups)}.")
        for result in report.refused:
            self.stdout.write(f"  refused: {result.name}: {result.reason}")
        return len(report.refused)

    def _play(self, client: ScimClient, count: int, seed: int | None) -> int:
        company = read_company(client)
        if not company.people:
            self.stdout.write("Nobody is there yet: pushing the sample company.")
            return self._push_file(client, COMPANY)
        seed = secrets.randbelow(10_000) if seed is None else seed
        changes = choose_changes(company, seed=seed, count=count)
        summary = Carrier(client, company, self.stdout.write).carry(changes)
        self.stdout.write(f"{counted(summary.done)} (seed {seed}).".capitalize())
        return len(summary.refused)


def sample_directory() -> Directory:
    """Return the sample company's directory of this installation."""
    try:
        organization = places.find_organization()
    except places.ForeignDatabaseError:
        organization = None
    found = None
    if organization is not None:
        found = places.find_directory(organization, places.COMPANY)
    if found is None:
        reason = (
            "There is no sample company here. Start `make run` once, or give "
            "--base-url and --key."
        )
        raise CommandError(reason)
    if found.state != Directory.State.ACTIVE:
        reason = (
            f"Set up user provisioning of {found.name} in the console, or give "
            "--base-url and --key."
        )
        raise CommandError(reason)
    return found


def counted(counts: Counter[str]) -> str:
    """Return counts as text, as in "3 created, 147 unchanged"."""
    return ", ".join(f"{n} {did}" for did, n in counts.most_common()) or "nothing to do"
