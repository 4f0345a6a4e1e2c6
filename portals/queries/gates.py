"""Reads of what has to be so before customers can be provisioned on a site."""

from dataclasses import dataclass
from enum import StrEnum

from directories.models import Organization, Site
from portals.queries.settings import settings_of


class Gate(StrEnum):
    """Something without which no provisioning of customers is set up."""

    SUBSCRIPTION = "subscription"
    EARLY_ACCESS = "early_access"
    GOVERNMENT_CLOUD = "government_cloud"


@dataclass(frozen=True)
class GateState:
    """A gate of one site, and whether it lets a set-up through."""

    gate: Gate
    is_open: bool


def gates_of(site: Site) -> list[GateState]:
    """Return the gates of a site in the order in which a page shows them."""
    chosen = settings_of(site)
    active = Organization.Subscription.ACTIVE
    return [
        GateState(Gate.SUBSCRIPTION, site.organization.subscription == active),
        GateState(Gate.EARLY_ACCESS, chosen.early_access),
        GateState(Gate.GOVERNMENT_CLOUD, not chosen.government_cloud),
    ]


def closed_gates(site: Site) -> list[Gate]:
    """Return the gates that are in the way of a set-up."""
    return [each.gate for each in gates_of(site) if not each.is_open]
