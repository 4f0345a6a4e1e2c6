"""Reads about the organizations of a project: attached ones, and those to attach."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Sum

from directories import choices, dialect
from directories.folding import fold
from directories.models import Site
from portals.models import (
    Customer,
    CustomerOrganization,
    OrganizationMember,
    ProjectCustomer,
    ProjectOrganization,
    ServiceProject,
)

ATTACHED = ProjectOrganization._meta.db_table
ADDED = ProjectCustomer._meta.db_table
CUSTOMER = Customer._meta.db_table
MEMBER = OrganizationMember._meta.db_table
BY_RULE, BY_HAND = "rule", "hand"
# So many organizations are a set rather than a part of the list.
FEW = 5_000
OFFERED = 10
# The customers of so many organizations are counted one by one.
COUNTED = 500


@dataclass(frozen=True)
class OrganizationFilter:
    """Which organizations to list; what is empty does not matter.

    `way` is BY_RULE or BY_HAND, or the id of an attach rule.
    """

    text: str = ""
    source: str = ""
    way: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.source or self.way)


Choice = choices.Choice[OrganizationFilter]


@dataclass(frozen=True)
class Losses:
    """What a removal means for the customers of organizations.

    Of `customers` with access `added` and `elsewhere` keep the portal: they were
    added one by one, or are in another organization of the project.
    """

    customers: int
    added: int
    elsewhere: int
    exact: bool = True

    @property
    def lost(self) -> int:
        """Return how many lose the portal of a restricted project."""
        return self.customers - self.added - self.elsewhere


def live(site: Site) -> "QuerySet[CustomerOrganization]":
    """Return the organizations of a site that are not archived."""
    return CustomerOrganization.objects.filter(site=site, archived_at__isnull=True)


def attached_to(
    project: ServiceProject, wanted: OrganizationFilter
) -> "QuerySet[CustomerOrganization]":
    """Return the organizations that a project lets in."""
    places = ProjectOrganization.objects.filter(project=project)
    if wanted.way == BY_RULE:
        places = places.filter(rule__isnull=False)
    elif wanted.way == BY_HAND:
        places = places.filter(rule__isnull=True)
    elif wanted.way:
        places = places.filter(rule=uuid.UUID(wanted.way))
    # Of few, the keys are the better way in than the whole list by name.
    keys = list(places.values_list("organization_id", flat=True)[: FEW + 1])
    if len(keys) <= FEW:
        found = live(project.site).filter(pk__in=keys)
    else:
        found = live(project.site).filter(
            Exists(places.filter(organization=OuterRef("pk")))
        )
    return _narrowed(found, wanted)


def not_attached_to(
    project: ServiceProject, wanted: OrganizationFilter
) -> "QuerySet[CustomerOrganization]":
    """Return the organizations of the site that a project does not let in."""
    places = ProjectOrganization.objects.filter(
        project=project, organization=OuterRef("pk")
    )
    return _narrowed(live(project.site).filter(~Exists(places)), wanted)


def _narrowed(
    found: "QuerySet[CustomerOrganization]", wanted: OrganizationFilter
) -> "QuerySet[CustomerOrganization]":
    if wanted.source:
        found = found.filter(source=wanted.source)
    return dialect.search(found, wanted.text, field="name_key")


def chosen(
    found: "QuerySet[CustomerOrganization]", choice: Choice
) -> "QuerySet[CustomerOrganization]":
    """Return those of the organizations that were chosen."""
    if choice.all:
        return found.filter(pk__lte=choice.until)
    return found.filter(public_id__in=choice.ids)


def newest(site: Site) -> int:
    """Return the key of the newest organization of a site, 0 for none."""
    keys = CustomerOrganization.objects.filter(site=site).order_by("-pk")
    return keys.values_list("pk", flat=True).first() or 0


def offered(
    project: ServiceProject, text: str
) -> list[tuple[CustomerOrganization, bool]]:
    """Return the first organizations with `text` in the name, and who is in already.

    The one with just this name comes first.
    """
    here = live(project.site).only("pk", "public_id", "name", "source", "member_count")
    same = list(here.filter(name_key=fold(text))) if text else []
    with dialect.planned_anew():
        others = list(
            dialect.search(here, text, field="name_key")
            .exclude(pk__in=[each.pk for each in same])
            .order_by("name_key", "pk")[: OFFERED - len(same)]
        )
    found = [*same, *others]
    inside = inside_of(project, [each.pk for each in found])
    return [(each, each.pk in inside) for each in found]


def inside_of(
    project: ServiceProject, organizations: Sequence[int]
) -> dict[int, ProjectOrganization]:
    """Return the places of those of some organizations that a project lets in."""
    places = ProjectOrganization.objects.filter(
        project=project, organization__in=organizations
    )
    return {place.organization_id: place for place in places.select_related("rule")}


def losses_of(project: ServiceProject, organizations: Sequence[int]) -> Losses:
    """Count the customers who lose or keep the portal when organizations go.

    Of very many organizations only the places in them are counted.
    """
    if len(organizations) > COUNTED:
        all_of_them = CustomerOrganization.objects.filter(pk__in=organizations)
        places = all_of_them.aggregate(places=Sum("member_count"))["places"] or 0
        return Losses(places, 0, 0, exact=False)
    # Set against set: asked for each of very many people, it would take seconds.
    others = f"NOT {dialect.one_of('p.organization_id', 'bigint')}"
    keys = dialect.ids_parameter(organizations)
    counts = dialect.rows(
        "SELECT count(*), count(a.customer_id),"  # noqa: S608
        " sum(CASE WHEN a.customer_id IS NULL AND e.customer_id IS NOT NULL"
        " THEN 1 ELSE 0 END) FROM (SELECT DISTINCT m.customer_id FROM"
        f" {MEMBER} m WHERE {dialect.one_of('m.organization_id', 'bigint')}) gone"
        f" JOIN {CUSTOMER} c ON c.id = gone.customer_id AND c.status = 'active'"
        f" LEFT JOIN {ADDED} a ON a.project_id = %s"
        " AND a.customer_id = gone.customer_id"
        f" LEFT JOIN (SELECT DISTINCT o.customer_id FROM {ATTACHED} p"
        f" JOIN {MEMBER} o ON o.organization_id = p.organization_id"
        f" WHERE p.project_id = %s AND {others}) e"
        " ON e.customer_id = gone.customer_id",
        [keys, project.pk, project.pk, keys],
    )
    customers, by_name, by_others = counts[0]
    return Losses(customers, by_name or 0, by_others or 0)
