"""Reads about the customers of a project: who is let in, and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from directories import dialect
from portals.models import (
    Customer,
    OrganizationMember,
    ProjectCustomer,
    ProjectOrganization,
    ServiceProject,
)

ADDED, MEMBERS, EVERYBODY = "added", "members", "everybody"
# So many people are a set rather than a part of the list.
FEW = 5_000
ORGANIZATIONS_NAMED = 3


@dataclass(frozen=True)
class CustomerFilter:
    """Which customers of a project to list; what is empty does not matter.

    `who` is ADDED (one by one), MEMBERS (of its organizations) or EVERYBODY who
    gets in.
    """

    text: str = ""
    who: str = ""
    status: str = ""
    source: str = ""
    kind: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.who or self.status or self.source or self.kind)


@dataclass
class Way:
    """How a customer gets into a project: each way there is."""

    added: ProjectCustomer | None = None
    organizations: list[str] = field(default_factory=list)
    more_organizations: bool = False
    open: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.organizations or self.open)


def usual_who(project: ServiceProject) -> str:
    """Return whom the list shows unless it is asked: in an open project everybody."""
    is_open = project.access == ServiceProject.Access.OPEN
    return EVERYBODY if is_open else ADDED


def customers_of(
    project: ServiceProject, wanted: CustomerFilter
) -> "QuerySet[Customer]":
    """Return the customers of a project that are asked for."""
    found = _who(project, wanted.who or usual_who(project))
    if wanted.status:
        found = found.filter(status=wanted.status)
    if wanted.source:
        found = found.filter(source=wanted.source)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    return dialect.search(found, wanted.text)


def _who(project: ServiceProject, who: str) -> "QuerySet[Customer]":
    customers = Customer.objects.filter(site=project.site_id)
    if who == EVERYBODY and project.access == ServiceProject.Access.OPEN:
        return customers
    added = ProjectCustomer.objects.filter(project=project)
    members = OrganizationMember.objects.filter(
        organization__archived_at__isnull=True,
        organization__project_organizations__project=project,
    )
    keys: set[int] = set()
    condition = Q()
    if who != MEMBERS:
        keys.update(added.values_list("customer_id", flat=True)[: FEW + 1])
        condition |= Q(Exists(added.filter(customer=OuterRef("pk"))))
    if who != ADDED:
        keys.update(members.values_list("customer_id", flat=True)[: FEW + 1])
        condition |= Q(Exists(members.filter(customer=OuterRef("pk"))))
    # Of few, the keys are the better way in than the whole list by name.
    return (
        customers.filter(pk__in=keys)
        if len(keys) <= FEW
        else customers.filter(condition)
    )


def ways_of(project: ServiceProject, customers: Sequence[Customer]) -> dict[int, Way]:
    """Return how each of some customers gets into a project."""
    is_open = project.access == ServiceProject.Access.OPEN
    ways = {each.pk: Way(open=is_open and each.is_active) for each in customers}
    for row in ProjectCustomer.objects.filter(project=project, customer__in=ways):
        ways[row.customer_id].added = row
    for customer, names in organizations_of(project, list(ways)).items():
        ways[customer].organizations = names[:ORGANIZATIONS_NAMED]
        ways[customer].more_organizations = len(names) > ORGANIZATIONS_NAMED
    return ways


def organizations_of(
    project: ServiceProject, customers: Sequence[int]
) -> dict[int, list[str]]:
    """Return by which organizations of a project some customers get in."""
    places = ProjectOrganization.objects.filter(
        project=project, organization=OuterRef("organization")
    )
    members = (
        OrganizationMember.objects.filter(
            Exists(places),
            customer__in=customers,
            organization__archived_at__isnull=True,
        )
        .order_by("organization__name_key")
        .values_list("customer_id", "organization__name")
    )
    found: dict[int, list[str]] = defaultdict(list)
    for customer, name in members:
        found[customer].append(name)
    return found
