"""Lets the people of pasted addresses into a project."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from directories.folding import fold
from directories.models import Account, Member, Site
from directories.services.audit import Actor
from portals.models import Customer, ServiceProject
from portals.queries.newcomers import Standing, standings
from portals.queries.settings import Refusal
from portals.refusals import Refused
from portals.services.customer_accounts import customer_notices, customers
from portals.services.customer_accounts.inviting import read
from portals.services.service_projects.project_customers import add_customers

_CELLS = re.compile(r"[,;\t]")
# More come by the import of customers.
MOST = 1_000
REVOKED = _(
    "Access of this customer is revoked. Whoever looks after portal-only customers "
    "grants it again."
)
INACTIVE = _(
    "The Atlassian account with this address is deactivated or suspended. An "
    "organization admin gives it access again."
)


class Result(models.TextChoices):
    """What came of an address."""

    CREATED = "created", _("Created and added")
    ADDED = "added", _("Added")
    THERE = "there", _("Was in the project already")
    REFUSED = "refused", _("Not added")


@dataclass(frozen=True)
class Line:
    """One address that was asked for, what came of it, and why it was refused."""

    email: str
    result: Result
    reason: StrOrPromise = ""
    customer: int = 0


class TooManyError(Exception):
    """More addresses than are added at once."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True)
class _Making:
    """For which site customers are made, by whom, and whether they are mailed."""

    site: Site
    invite: bool
    by: Actor
    now: datetime


def add_addresses(
    project: ServiceProject, text: str, *, invite: bool, by: Actor, now: datetime
) -> list[Line]:
    """Let the people of pasted addresses into a project; say what came of each.

    Whoever is no customer yet becomes one where the site allows it: a person of the
    organization as a customer with that account. Raises TooManyError.
    """
    pasted = {fold(email): (email, name) for email, name in read_lines(text)}
    if len(pasted) > MOST:
        raise TooManyError(len(pasted))
    making = _Making(project.site, invite, by, now)
    found = standings(project.site, [email for email, _name in pasted.values()])
    people = _people(project.site, found)
    lines = [
        _line(making, *entry, found.get(key, Standing()), people.get(key))
        for key, entry in pasted.items()
    ]
    keys = [line.customer for line in lines if line.customer]
    new = set(add_customers(project, keys, by=by, now=now))
    return [
        replace(line, result=Result.THERE)
        if line.customer and line.customer not in new
        else line
        for line in lines
    ]


def read_lines(text: str) -> list[tuple[str, str]]:
    """Return the addresses of a text with names, as people type and paste them.

    A line of a CSV file has one address, and a name before or after it; a first line
    that only says what the columns are is passed over.
    """
    found: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines()):
        cells = [cell.strip(" \"'") for cell in _CELLS.split(line)]
        addresses = [cell for cell in cells if "@" in cell]
        bare = len(addresses) == 1 and " " not in addresses[0]
        if bare and "<" not in line:
            found.append((addresses[0], _name(cells, addresses[0])))
        elif addresses or number or "mail" not in fold(line):
            found += read(line)
    return found


def _name(cells: list[str], address: str) -> str:
    place = cells.index(address)
    before = [cell for cell in cells[:place] if cell]
    after = [cell for cell in cells[place + 1 :] if cell]
    return " ".join(before) or next(iter(after), "")


def _people(site: Site, found: dict[str, Standing]) -> dict[str, Member]:
    """Return the people of the organization among addresses, by the keys of them."""
    keys = [k for k, each in found.items() if each.refused == Refused.ACCOUNT_EXISTS]
    members = Member.objects.filter(
        organization=site.organization_id, account__email_key__in=keys
    )
    return {
        member.account.email_key: member for member in members.select_related("account")
    }


def _line(
    making: _Making, email: str, name: str, standing: Standing, person: Member | None
) -> Line:
    """Find the customer of an address, or make one, or say why there is none."""
    refusal = _refusal(standing, person)
    if refusal:
        return Line(email, Result.REFUSED, refusal)
    if standing.customer is not None:
        return Line(email, Result.ADDED, customer=standing.customer.pk)
    account = person.account if person else None
    customer = _make(making, email, name, account)
    return Line(email, Result.CREATED, customer=customer.pk)


def _refusal(standing: Standing, person: Member | None) -> StrOrPromise:
    if standing.customer is not None:
        return "" if standing.customer.is_active else REVOKED
    if person is not None:
        works = person.status == Member.Status.ACTIVE and person.account.is_active
        return "" if works else INACTIVE
    for kind in (Refused, Refusal):
        if standing.refused in kind.values:
            return kind(standing.refused).label
    return standing.refused


@transaction.atomic
def _make(making: _Making, email: str, name: str, account: Account | None) -> Customer:
    kind = Customer.Kind.ACCOUNT if account else Customer.Kind.PORTAL_ONLY
    try:
        made = customers.create_customer(
            making.site,
            email=account.email if account else email,
            name=account.name if account else name[:255],
            source=Customer.Source.INVITED,
            by=making.by,
            now=making.now,
            kind=kind,
            account=account,
        )
    except customers.EmailTakenError as error:
        # Somebody else has made them at this moment.
        if error.holder is None:
            raise
        return error.holder
    if making.invite and account is None:
        customer_notices.mail_invitation(made)
    return made
