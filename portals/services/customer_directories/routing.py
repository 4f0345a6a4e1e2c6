"""Writes to which directory owns the customers of a mail domain."""

from datetime import datetime

from django.db import IntegrityError, transaction

from directories.models import Directory
from directories.services.audit import Actor
from portals.models import RoutedDomain
from portals.services.customer_directories.providers import note, site_of


class RoutedHereError(Exception):
    """The domain is routed to this directory already."""


@transaction.atomic
def route_domain(
    *, directory: Directory, name: str, by: Actor, now: datetime
) -> RoutedDomain:
    """Let a directory own the customers of a domain from now on, also of another's.

    Who is linked already stays where they are. Raises RoutedHereError.
    """
    present = RoutedDomain.objects.filter(site=directory.site_id, name=name)
    found = present.select_for_update(of=("self",)).first()
    if found is None:
        return _add(directory, name, by, now)
    if found.directory_id == directory.pk:
        raise RoutedHereError(name)
    former = found.directory
    found.directory = directory
    found.save(update_fields=["directory"])
    moved = {"domain": name, "from": former.name, "to": directory.name}
    note(former, by, now, moved=moved)
    note(directory, by, now, moved=moved)
    return found


def _add(directory: Directory, name: str, by: Actor, now: datetime) -> RoutedDomain:
    try:
        with transaction.atomic():
            added = RoutedDomain.objects.create(
                site=site_of(directory), directory=directory, name=name
            )
    except IntegrityError as error:
        # Somebody else was faster, with this directory or with another one.
        raise RoutedHereError(name) from error
    note(directory, by, now, routed=name)
    return added


@transaction.atomic
def unroute_domain(*, domain: RoutedDomain, by: Actor, now: datetime) -> None:
    """Let a domain's new customers belong to the default directory again."""
    directory = domain.directory
    note(directory, by, now, unrouted=domain.name)
    domain.delete()
