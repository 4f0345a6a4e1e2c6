"""Reads about the customers of a project: who is let in, and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

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
    keys: set[int] | None = set()
    condition = Q()
    if who != MEMBERS:
        keys = _few_added(project)
        condition |= Q(is_added__isnull=False)
    if who != ADDED:
        others = _few_members(project) if keys is not None else None
        keys = None if keys is None or others is None else keys | others
        condition |= Q(is_member__isnull=False)
    # Of few, the keys are the better way in than the whole list by name.
    if keys is not None:
        return customers.filter(pk__in=keys)
    # Asked for one person after the other: PostgreSQL would answer EXISTS in a
    # condition with "or" by gathering everybody first.
    return customers.alias(is_added=_first(added), is_member=_first(members)).filter(
        condition
    )


def _first(rows: "QuerySet[Any]") -> Subquery:
    return Subquery(rows.filter(customer=OuterRef("pk")).values("pk")[:1])


def total_of(project: ServiceProject, wanted: CustomerFilter) -> int | None:
    """Count a list that is not narrowed down, where that costs little."""
    narrowed = wanted.text or wanted.status or wanted.source or wanted.kind
    who = wanted.who or usual_who(project)
    if narrowed or who != ADDED:
        return None
    return ProjectCustomer.objects.filter(project=project).count()


def _few_added(project: ServiceProject) -> set[int] | None:
    """Return who was added to a project, None for too many to be held."""
    rows = ProjectCustomer.objects.filter(project=project).order_by("customer_id")
    keys = set(rows.values_list("customer_id", flat=True)[: FEW + 1])
    return keys if len(keys) <= FEW else None


def _few_members(project: ServiceProject) -> set[int] | None:
    """Return who is in the organizations of a project, None for too many to be held."""
    places = ProjectOrganization.objects.filter(project=project)
    sizes = list(
        places.order_by("organization_id").values_list(
            "organization_id", "organization__member_count"
        )[: FEW + 1]
    )
    if len(sizes) > FEW or sum(size for _key, size in sizes) > FEW:
        return None
    rows = OrganizationMember.objects.filter(
        organization__in=[key for key, _size in sizes],
        organization__archived_at__isnull=True,
    )
    return set(rows.values_list("customer_id", flat=True))


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
