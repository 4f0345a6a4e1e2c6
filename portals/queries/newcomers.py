"""Reads about addresses that are to become portal-only customers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from directories.folding import fold
from directories.models import Member, Site
from directories.storable import storable
from portals.models import Customer
from portals.queries import settings
from portals.refusals import Refused

LONGEST_EMAIL = 254


@dataclass(frozen=True)
class Standing:
    """What there is of an address: a customer already, or why none can be made."""

    customer: Customer | None = None
    refused: str = ""


def is_address(text: str) -> bool:
    """Say whether a text is an email address that fits."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_EMAIL and storable(text) == text


def standings(site: Site, emails: Iterable[str]) -> dict[str, Standing]:
    """Return what there is of addresses, by their folded keys; of the rest nothing."""
    given = {fold(email): email for email in emails}
    found = {
        key: Standing(refused=Refused.BAD_ADDRESS)
        for key, email in given.items()
        if not is_address(email)
    }
    keys = [key for key in given if key not in found]
    for customer in known_customers(site, keys):
        found[customer.email_key] = Standing(customer)
    keys = [key for key in keys if key not in found]
    for key in _with_account(site, keys):
        found[key] = Standing(refused=Refused.ACCOUNT_EXISTS)
    rest = {given[key]: key for key in keys if key not in found}
    for email, refusal in settings.refusals(site, rest).items():
        found[rest[email]] = Standing(refused=refusal)
    return found


def known_customers(site: Site, keys: list[str]) -> list[Customer]:
    """Return the customers of a site with these folded addresses."""
    customers = Customer.objects.filter(site=site, email_key__in=keys)
    return list(customers.select_related("directory"))


def _with_account(site: Site, keys: list[str]) -> list[str]:
    members = Member.objects.filter(
        organization=site.organization_id, account__email_key__in=keys
    )
    return list(members.values_list("account__email_key", flat=True))
