"""`manage.py extend`: give an organization verified domains and sites."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from django.utils import timezone

from directories.folding import fold
from directories.models import Organization
from directories.services import organizations
from directories.services.audit import SYSTEM
from provisioning.models import App
from provisioning.services.sites_and_apps import sites


class Command(BaseCommand):
    """Add what was named, all of it or nothing."""

    help = "Add verified mail domains and sites to an organization."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the organization and what to add."""
        parser.add_argument("--organization", default="", help="its name")
        parser.add_argument(
            "--domain",
            action="append",
            default=[],
            help="a mail domain that the organization owns; again for more",
        )
        parser.add_argument(
            "--site",
            action="append",
            default=[],
            help="a site, made with all apps and their default groups; again for more",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything, write nothing"
        )

    def handle(
        self,
        *,
        organization: str,
        domain: list[str],
        site: list[str],
        dry_run: bool,
        **_options: object,
    ) -> None:
        """Add the domains and sites, or say why not."""
        if not domain and not site:
            raise CommandError("Nothing to add: give --domain or --site.")
        owner = _organization(organization)
        for name in domain:
            _check_domain(name)
        for name in site:
            _check_site(owner, name)
        if not dry_run:
            _add(owner, domain, site)
        would = "Would add" if dry_run else "Added"
        self.stdout.write(f"{would} to {owner.name}: {', '.join([*domain, *site])}.")


def _organization(name: str) -> Organization:
    """Return the organization of a name, or the only one."""
    found = list(Organization.objects.filter(**({"name": name} if name else {}))[:2])
    if len(found) != 1:
        names = Organization.objects.order_by("name").values_list("name", flat=True)
        reason = f"Name one of the organizations: {', '.join(names) or 'none yet'}."
        raise CommandError(reason)
    return found[0]


def _check_domain(name: str) -> None:
    folded = fold(name)
    if "." not in folded or "@" in folded or " " in folded:
        reason = f"{name} is no mail domain; write it like example.com."
        raise CommandError(reason)


def _check_site(owner: Organization, name: str) -> None:
    try:
        taken = sites.is_taken(owner, sites.clean_name(name))
    except sites.SiteNameError as error:
        reason = (
            f"{name} is no name of a site: it is part of addresses, so it takes "
            "letters, digits and hyphens between them, 63 at most."
        )
        raise CommandError(reason) from error
    if taken:
        reason = f"{owner.name} has a site {name} already. Nothing was added."
        raise CommandError(reason)


def _add(owner: Organization, domains: list[str], named: list[str]) -> None:
    now = timezone.now()
    try:
        with transaction.atomic():
            for name in domains:
                organizations.add_domain(owner, name=name, verified=True, now=now)
            for name in named:
                sites.add_site(owner, name=name, kinds=App.Kind, by=SYSTEM, now=now)
    except (IntegrityError, sites.NameTakenError) as error:
        reason = (
            "One of them is there already, or another organization has verified "
            "the domain. Nothing was added."
        )
        raise CommandError(reason) from error
