"""Adds people to a customer organization by their addresses."""

from dataclasses import dataclass
from datetime import datetime

from directories.services.audit import Actor
from portals.models import CustomerOrganization
from portals.refusals import Refused
from portals.services.customer_accounts import inviting
from portals.services.customer_accounts.inviting import Entry
from portals.services.customer_organizations import organizations


@dataclass(frozen=True)
class Added:
    """What came of addresses: who joined, who is new on the site, who is refused."""

    joined: int
    made: int
    already: int
    refused: list[Entry]


def add_by_address(
    organization: CustomerOrganization,
    text: str,
    *,
    invite: bool,
    by: Actor,
    now: datetime,
) -> Added:
    """Put the customers of these addresses into an organization.

    Whoever is no customer yet becomes one, where the site allows it. Raises
    organizations.OwnedError or GoneError before anything is done.
    """
    organizations.check_unowned(organization)
    site = organization.site
    entries = inviting.entries_of(site, text)[: inviting.MOST]
    known = [e.customer for e in entries if e.customer is not None]
    fresh = [e for e in entries if not e.refused]
    made = inviting.add_all(site, fresh, invite=invite, by=by, now=now)
    people = {each.pk for each in [*known, *made]}
    joined = organizations.add_people(organization, sorted(people), by=by, now=now)
    refused = [
        e
        for e in entries
        if e.refused and e.refused not in {Refused.IS_CUSTOMER, Refused.DUPLICATE}
    ]
    return Added(
        joined=len(joined),
        made=len(made),
        already=len(people) - len(joined),
        refused=refused,
    )
