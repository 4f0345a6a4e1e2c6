"""Writes to sites: adding and renaming them."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from directories.events import Event
from directories.folding import fold
from directories.models import Organization, Site
from directories.services import organizations
from directories.services.audit import Actor, Target, record_event
from directories.services.together import run_anew
from provisioning.models import App
from provisioning.services.sites_and_apps import apps

# As the label of a host (RFC 1123 section 2.1), in lower case.
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class SiteNameError(Exception):
    """The name could not be part of an address."""


class NameTakenError(Exception):
    """Another site of the organization has this name."""


class GoneError(Exception):
    """The site was removed meanwhile."""


def clean_name(text: str) -> str:
    """Return a site's name as it is stored; raises SiteNameError."""
    name = fold(text.strip())
    if not NAME.fullmatch(name):
        raise SiteNameError(text)
    return name


def is_taken(organization: Organization, name: str) -> bool:
    """Say whether a present site of an organization has a name."""
    return organization.sites.filter(name=name).exists()


@run_anew
@transaction.atomic
def add_site(
    organization: Organization,
    *,
    name: str,
    kinds: Iterable[App.Kind],
    by: Actor,
    now: datetime,
) -> Site:
    """Add a site with apps and their default groups.

    All people and groups of the organization are seen there at once: nothing is
    copied. Raises SiteNameError or NameTakenError.
    """
    clean = clean_name(name)
    try:
        with transaction.atomic():
            site = organizations.add_site(organization, name=clean, now=now)
    except IntegrityError as error:
        raise NameTakenError(clean) from error
    chosen = [kind for kind in App.Kind if kind in set(kinds)]
    record(Event.SITE_ADDED, site, by, now, apps=[str(kind) for kind in chosen])
    for kind in chosen:
        apps.add_app(site, kind, by=by, now=now)
    return site


@run_anew
@transaction.atomic
def rename_site(site: Site, *, name: str, by: Actor, now: datetime) -> Site:
    """Give a site another name; its groups keep theirs.

    Raises SiteNameError, NameTakenError or GoneError.
    """
    clean = clean_name(name)
    held = hold_site(site)
    before, held.name = held.name, clean
    if clean == before:
        return held
    try:
        with transaction.atomic():
            held.save(update_fields=["name"])
    except IntegrityError as error:
        raise NameTakenError(clean) from error
    record(Event.SITE_RENAMED, held, by, now, name=[before, clean])
    return held


def hold_site(site: Site) -> Site:
    """Lock a present site; raises GoneError."""
    rows = Site.objects.select_for_update(of=("self",))
    held = rows.select_related("organization").filter(pk=site.pk).first()
    if held is None:
        raise GoneError(site.pk)
    return held


def record(
    event: Event, site: Site, by: Actor, now: datetime, **details: object
) -> None:
    """Write an event about a site; call it in the transaction of the change."""
    record_event(
        event,
        organization=site.organization,
        by=by,
        target=Target("site", str(site.pk), site.name, details),
        at=now,
    )
