"""Adds customers whose addresses somebody typed or pasted; gives them other ones."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from directories.folding import fold
from directories.models import Site
from directories.services.audit import Actor
from portals.models import Customer
from portals.queries.newcomers import Standing, standings
from portals.refusals import Refused
from portals.services.customer_accounts import customer_notices, customers

MOST = 1_000
_BETWEEN = re.compile(r"[,;\t\r\n]+")
_BRACKETS = frozenset("<>")


@dataclass(frozen=True)
class Entry:
    """One address of a pasted text, the name beside it, and why it is refused."""

    email: str
    name: str = ""
    refused: str = ""
    customer: Customer | None = None


def entries_of(site: Site, text: str) -> list[Entry]:
    """Return the addresses of a text, each with what stands against adding it."""
    pasted = read(text)
    found = standings(site, [email for email, _name in pasted])
    entries, seen = [], set()
    for email, name in pasted:
        key = fold(email)
        standing = found.get(key, Standing())
        refused = Refused.DUPLICATE if key in seen else standing.refused
        if standing.customer and not refused:
            refused = Refused.IS_CUSTOMER
        seen.add(key)
        entries.append(Entry(email, name, refused, standing.customer))
    return entries


def read(text: str) -> list[tuple[str, str]]:
    """Return the addresses of a text with the names beside them.

    Addresses are parted by commas, semicolons, new lines or blanks; a name stands
    before its address, with or without angle brackets.
    """
    found: list[tuple[str, str]] = []
    for part in _BETWEEN.split(text.replace("\x00", "")):
        named = _named(part.strip())
        if named is not None:
            found.append(named)
        else:
            found += _words(part.split())
    return found


def _named(part: str) -> tuple[str, str] | None:
    """Return address and name of a text such as `Ann <ann@x.example>`, else None.

    Taken apart by hand: an expression would try ways without end on many blanks.
    """
    name, bracket, rest = part.partition("<")
    email = rest.removesuffix(">")
    if not bracket or email == rest or not _BRACKETS.isdisjoint(name + email):
        return None
    return email.strip(), name.strip(" \"'")


def _words(words: list[str]) -> list[tuple[str, str]]:
    """Take words as addresses, each with the words before it as the name."""
    found, name = [], list[str]()
    for word in words:
        if "@" in word:
            found.append((word.strip("<>\"'"), " ".join(name)))
            name = []
        else:
            name.append(word)
    # What has no address is shown as what cannot be added.
    return [*found, (" ".join(name), "")] if name else found


def add_all(
    site: Site, entries: list[Entry], *, invite: bool, by: Actor, now: datetime
) -> list[Customer]:
    """Make customers of the entries that nothing stands against; return them."""
    added = []
    for entry in entries:
        if entry.refused:
            continue
        try:
            added.append(_add(site, entry, invite=invite, by=by, now=now))
        except customers.EmailTakenError:
            # Somebody else has added them meanwhile: all that was asked for is there.
            continue
    return added


@transaction.atomic
def _add(
    site: Site, entry: Entry, *, invite: bool, by: Actor, now: datetime
) -> Customer:
    customer = customers.create_customer(
        site,
        email=entry.email,
        name=entry.name[:255],
        source=Customer.Source.INVITED,
        by=by,
        now=now,
    )
    if invite:
        customer_notices.mail_invitation(customer)
    return customer


@transaction.atomic
def change_address(
    customer: Customer, *, email: str, by: Actor, now: datetime
) -> Customer:
    """Give a customer another address and mail both; it is to be confirmed.

    Raises EmailTakenError, OwnedError or GoneError of services.customers.
    """
    former = customer.email
    changed = customers.change_email(customer, email=email, by=by, now=now)
    if changed.email != former:
        customer_notices.mail_new_address(changed, former=former)
    return changed
