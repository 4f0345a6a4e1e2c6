"""Ends or renews the subscription of an organization."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone

from directories.models import Organization
from directories.queries.subscriptions import syncing_of
from directories.services import subscriptions
from directories.services.audit import SYSTEM
from directories.tasks import wake


class Command(BaseCommand):
    """Pause or continue the syncing of an organization; everything is kept."""

    help = "End or renew the subscription of an organization, by its name or id."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an organization, and what to do."""
        parser.add_argument("organization", help="its name or id")
        doing = parser.add_mutually_exclusive_group(required=True)
        doing.add_argument("--end", action="store_true", help="pause syncing")
        doing.add_argument("--renew", action="store_true", help="let it go on")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, do nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it and say what was done."""
        organization = _found(options["organization"])
        syncing = syncing_of(organization)
        about = (
            f"{organization.name}: {len(syncing.directories)} directories,"
            f" {syncing.users} users, {syncing.groups} groups"
        )
        if options["dry_run"]:
            self.stdout.write(f"Would {'end' if options['end'] else 'renew'} {about}")
            return
        try:
            if options["end"]:
                subscriptions.end_subscription(
                    organization=organization, by=SYSTEM, now=timezone.now()
                )
            else:
                jobs = subscriptions.renew_subscription(
                    organization=organization, by=SYSTEM, now=timezone.now()
                )
                for job in jobs:
                    wake(job.pk)
        except subscriptions.UnchangedError as error:
            text = f"The subscription of {organization.name} is {error} already."
            raise CommandError(text) from error
        self.stdout.write(f"{'Ended' if options['end'] else 'Renewed'} {about}")


def _found(given: str) -> Organization:
    named = Q(name=given)
    with suppress(ValueError):
        named |= Q(pk=UUID(given))
    found = list(Organization.objects.filter(named).order_by("pk")[:2])
    if len(found) != 1:
        reason = "More than one organization has" if found else "No organization has"
        msg = f"{reason} this name or id: {given}"
        raise CommandError(msg)
    return found[0]
