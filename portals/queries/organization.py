"""Reads about one customer organization: who is in it, where, and who loses what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet

from directories import dialect
from portals.models import (
    Customer,
    CustomerOrganization,
    OrganizationMember,
    ProjectCustomer,
    ProjectOrganization,
    ServiceProject,
)

# Of so many customers the database lists the organization first, see people_in; and
# so many are looked at one by one to say who loses what.
WALKED_BY_NAME = 20_000
LOOKED_AT = 5_000


@dataclass(frozen=True)
class Person:
    """A customer of an organization, and what says so.

    `removable` says that an admin may take them out: no group says that they are in.
    """

    customer: Customer
    member: OrganizationMember
    removable: bool


def people_in(organization: CustomerOrganization, text: str = "") -> QuerySet[Customer]:
    """Return the customers of an organization who match; sort them by name."""
    inside = OrganizationMember.objects.filter(organization=organization)
    people = Customer.objects.filter(site=organization.site_id)
    if organization.member_count > WALKED_BY_NAME:
        people = people.filter(Exists(inside.filter(customer=OuterRef("pk"))))
    else:
        # The limit makes the database list the organization first. Left to choose,
        # it walks along everybody's names, which is slow where the customers stand
        # close together and far down.
        keys = inside.values("customer")[: WALKED_BY_NAME + 1]
        people = people.filter(pk__in=keys)
    return dialect.search(people.select_related("directory"), text)


def persons(
    organization: CustomerOrganization, customers: Sequence[Customer]
) -> list[Person]:
    """Return what says that the customers of a page are in an organization."""
    rows = OrganizationMember.objects.filter(
        organization=organization, customer__in=[each.pk for each in customers]
    )
    found = {row.customer_id: row for row in rows}
    synced = organization.record_id is not None
    return [
        Person(each, row, removable=not (synced and row.synced))
        for each in customers
        if (row := found.get(each.pk)) is not None
    ]


def removable(
    organization: CustomerOrganization, public_ids: Sequence[str]
) -> QuerySet[Customer]:
    """Return those of some customers whom an admin may take out of an organization.

    Of a synced one those whom its group does not say.
    """
    inside = OrganizationMember.objects.filter(organization=organization)
    if organization.record_id is not None:
        inside = inside.filter(synced=False)
    people = Customer.objects.filter(public_id__in=public_ids)
    return people.filter(pk__in=inside.values("customer"))


def places_of(
    organization: CustomerOrganization,
) -> QuerySet[ProjectOrganization]:
    """Return the places of an organization in projects, by name of the project."""
    rows = ProjectOrganization.objects.filter(organization=organization)
    return rows.select_related("project", "rule").order_by("project__name_key", "pk")


def free_projects(organization: CustomerOrganization) -> QuerySet[ServiceProject]:
    """Return the projects of the site that an organization is not in, by name."""
    places = ProjectOrganization.objects.filter(organization=organization)
    projects = ServiceProject.objects.filter(site=organization.site_id)
    outside = projects.exclude(pk__in=places.values("project"))
    return outside.order_by("name_key", "pk")


@dataclass(frozen=True)
class Loss:
    """How many customers could use a portal no longer; `at_most` is no exact count."""

    project: ServiceProject
    customers: int
    at_most: bool = False


def losses_of(
    organization: CustomerOrganization,
    projects: Sequence[ServiceProject] | None = None,
) -> list[Loss]:
    """Return who loses which portals when an organization leaves projects, or all.

    An open portal nobody loses, nor one that another organization or the project's
    own list of customers opens.
    """
    places = places_of(organization)
    if projects is not None:
        places = places.filter(project__in=projects)
    found = [each.project for each in places]
    if organization.member_count > LOOKED_AT:
        return [_most(each, organization) for each in found]
    return [_exact(each, organization) for each in found]


def losses_among(
    organization: CustomerOrganization, customers: Sequence[int]
) -> list[Loss]:
    """Return who of some customers loses which portals by leaving."""
    projects = [each.project for each in places_of(organization)]
    found = [_exact(each, organization, customers) for each in projects]
    return [loss for loss in found if loss.customers]


def _most(project: ServiceProject, organization: CustomerOrganization) -> Loss:
    if project.access == ServiceProject.Access.OPEN:
        return Loss(project, 0)
    return Loss(project, organization.member_count, at_most=True)


def _exact(
    project: ServiceProject,
    organization: CustomerOrganization,
    customers: Sequence[int] | None = None,
) -> Loss:
    if project.access == ServiceProject.Access.OPEN:
        return Loss(project, 0)
    one_by_one = ProjectCustomer.objects.filter(
        project=project, customer=OuterRef("customer")
    )
    by_another = OrganizationMember.objects.filter(
        customer=OuterRef("customer"),
        organization__archived_at__isnull=True,
        organization__project_organizations__project=project,
    ).exclude(organization=organization)
    losing = OrganizationMember.objects.filter(
        ~Exists(one_by_one),
        ~Exists(by_another),
        organization=organization,
        customer__status=Customer.Status.ACTIVE,
    )
    if customers is not None:
        losing = losing.filter(customer__in=customers)
    return Loss(project, losing.aggregate(count=Count("pk"))["count"])


def leaving_count(organization: CustomerOrganization) -> int:
    """Count who was in an organization before it followed its group, and is not in it.

    They leave when it settles. Who came by a domain stays.
    """
    rows = OrganizationMember.objects.filter(
        organization=organization, synced=False, by_domain=False
    )
    return rows.count()


def is_settling(organization: CustomerOrganization, now: datetime) -> bool:
    """Say whether somebody is still to leave an organization since it is synced."""
    return bool(
        organization.record_id is not None
        and organization.settles_at
        and organization.settles_at > now
    )


def came_by_domain(organization: CustomerOrganization, keys: Sequence[int]) -> int:
    """Count those of some customers whom a domain has brought."""
    rows = OrganizationMember.objects.filter(organization=organization, by_domain=True)
    return rows.filter(customer__in=keys).count()
