"""Writes to the identity providers of a site's customers: add, set up, gates, end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from directories.events import Event
from directories.models import ApiKey, Directory, Site
from directories.services import directories, disconnecting
from directories.services.audit import Actor, Target, record_event
from portals.models import CustomerDirectory
from portals.queries.gates import Gate, closed_gates
from portals.services import settings

# The gates that a site's admins set, and the field of ServiceSettings that says it.
SWITCHES = {
    Gate.EARLY_ACCESS: "early_access",
    Gate.GOVERNMENT_CLOUD: "government_cloud",
}


class GateClosedError(Exception):
    """Provisioning of customers cannot be set up; `gates` are in the way."""

    def __init__(self, gates: Sequence[Gate]) -> None:
        super().__init__(*gates)
        self.gates = gates


@dataclass(frozen=True)
class SetUp:
    """What an admin chose before the key is made."""

    group_policy: str
    tests_first: bool


@transaction.atomic
def add_provider(
    *, site: Site, provider: str, name: str, by: Actor, now: datetime
) -> Directory:
    """Add a directory of customers; the first one of a site is its default.

    Raises directories.NameTakenError.
    """
    # Two first ones at the same moment: one of them waits here, and is the second.
    _hold(site)
    directory = directories.add_directory(
        organization=site.organization,
        provider=provider,
        name=name,
        by=by,
        now=now,
        site=site,
    )
    others = CustomerDirectory.objects.filter(site=site)
    first = not others.filter(is_default=True).exists()
    CustomerDirectory.objects.create(directory=directory, site=site, is_default=first)
    return directory


@transaction.atomic
def set_up(
    *, directory: Directory, choice: SetUp, by: Actor, now: datetime
) -> tuple[ApiKey, str]:
    """Open a directory to its provider; return the key and its text.

    Raises GateClosedError or directories.AlreadySetUpError.
    """
    site = directory.site
    if site is not None and (closed := closed_gates(site)):
        raise GateClosedError(closed)
    key = directories.set_up_provisioning(
        directory=directory, by=by, now=now, tests_first=choice.tests_first
    )
    change_policy(directory=directory, policy=choice.group_policy, by=by, now=now)
    return key


@transaction.atomic
def change_policy(
    *, directory: Directory, policy: str, by: Actor, now: datetime
) -> bool:
    """Choose what becomes of groups with the name of an organization, from now on.

    Say whether that is a change. Groups that arrived before stay as they are.
    """
    rules = _rules(directory)
    before = rules.group_policy
    if before == policy:
        return False
    rules.group_policy = policy
    rules.save(update_fields=["group_policy"])
    note(directory, by, now, group_policy=[before, policy])
    return True


@transaction.atomic
def make_default(*, directory: Directory, by: Actor, now: datetime) -> bool:
    """Give a directory the customers of all domains that are routed to none.

    Say whether that is a change. Customers who are linked stay where they are.
    """
    if directory.site is None or _rules(directory).is_default:
        return False
    _hold(directory.site)
    others = CustomerDirectory.objects.filter(site=directory.site, is_default=True)
    former = list(others.values_list("directory__name", flat=True))
    others.update(is_default=False)
    CustomerDirectory.objects.filter(directory=directory).update(is_default=True)
    note(directory, by, now, default=[*(former or [""]), directory.name])
    return True


def switch_gate(
    *, site: Site, gate: Gate, value: bool, by: Actor, now: datetime
) -> bool:
    """Set early access or Government Cloud of a site; say whether that is a change."""
    return bool(settings.change_settings(site, {SWITCHES[gate]: value}, by=by, now=now))


def disconnect(*, directory: Directory, by: Actor, now: datetime) -> None:
    """Delete a directory that is not set up; another one becomes the default.

    Raises disconnecting.StillSetUpError.
    """
    if directory.state != Directory.State.NOT_SET_UP:
        raise disconnecting.StillSetUpError(directory.pk)
    _give_default_away(directory, by, now)
    disconnecting.disconnect(directory=directory, by=by, now=now)


def _give_default_away(directory: Directory, by: Actor, now: datetime) -> None:
    others = CustomerDirectory.objects.filter(site=directory.site_id)
    others = others.exclude(directory=directory).select_related(
        "directory__site", "directory__organization"
    )
    heir = others.order_by("directory__created_at", "pk").first()
    if heir is not None and _rules(directory).is_default:
        make_default(directory=heir.directory, by=by, now=now)


def _rules(directory: Directory) -> CustomerDirectory:
    rules = CustomerDirectory.objects.select_for_update(of=("self",))
    found, _made = rules.get_or_create(
        directory=directory, defaults={"site": site_of(directory)}
    )
    return found


def _hold(site: Site) -> None:
    """Keep the defaults of a site's directories from other changes."""
    # One that is removed at this moment too: it may be restored.
    Site.with_removed.select_for_update(of=("self",)).get(pk=site.pk)


def note(directory: Directory, by: Actor, now: datetime, **details: Any) -> None:
    """Write a change of what a customer directory does into its history."""
    record_event(
        Event.CUSTOMER_DIRECTORY_CHANGED,
        organization=directory.organization,
        by=by,
        target=Target("directory", str(directory.pk), directory.name, details),
        at=now,
    )


def site_of(directory: Directory) -> Site:
    """Return the site of a customer directory, which always has one."""
    if directory.site is None:
        raise ValueError(directory.pk)
    return directory.site
