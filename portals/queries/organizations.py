"""Reads about customer organizations: the list of a site, and which were chosen."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from directories import choices, dialect
from directories.models import Directory, Site
from portals.models import (
    CustomerOrganization,
    OrganizationDomain,
    ProjectOrganization,
    ServiceProject,
)

ATTACHED, LOOSE = "attached", "loose"
EMPTY, PEOPLED = "empty", "peopled"
LOCAL = "local"
# Counting this many takes long enough that a few seconds old will do.
MANY = 20_000
KEEP_S = 10
PROJECTS_SHOWN = 3


@dataclass(frozen=True)
class OrganizationFilter:
    """Which organizations to list; what is empty does not matter.

    `directory` is the id of a directory, or LOCAL; `attached` says ATTACHED or LOOSE,
    `size` EMPTY or PEOPLED.
    """

    text: str = ""
    source: str = ""
    directory: str = ""
    attached: str = ""
    size: str = ""
    archived: bool = False

    def __bool__(self) -> bool:
        return any((self.text, self.source, self.directory, self.attached, self.size))


Choice = choices.Choice[OrganizationFilter]


@dataclass(frozen=True)
class Numbers:
    """How many organizations a site has."""

    total: int
    synced: int
    empty: int
    archived: int


@dataclass(frozen=True)
class Effect:
    """Whom a change of chosen organizations is about; `synced` ones cannot be deleted.

    `places` counts their customers, each once for each of the others, `attached` the
    places in projects, `projects` the projects.
    """

    chosen: int
    synced: int
    places: int
    attached: int
    projects: int

    @property
    def free(self) -> int:
        """Return how many an admin may delete."""
        return self.chosen - self.synced


def organizations_of(
    site: Site, wanted: OrganizationFilter
) -> QuerySet[CustomerOrganization]:
    """Return the organizations that are asked for, with their directory."""
    found = CustomerOrganization.objects.filter(
        site=site, archived_at__isnull=not wanted.archived
    ).select_related("directory")
    if wanted.source:
        found = found.filter(source=wanted.source)
    if wanted.directory == LOCAL:
        found = found.filter(directory=None)
    elif wanted.directory:
        found = found.filter(directory=uuid.UUID(wanted.directory))
    if wanted.attached:
        places = Exists(ProjectOrganization.objects.filter(organization=OuterRef("pk")))
        found = found.filter(places if wanted.attached == ATTACHED else ~places)
    if wanted.size:
        empty = Q(member_count=0)
        found = found.filter(empty if wanted.size == EMPTY else ~empty)
    return dialect.search(found, wanted.text, field="name_key")


def count_attached(found: QuerySet[CustomerOrganization], cap: int) -> tuple[int, bool]:
    """Count at most `cap` organizations that are in projects, or in none.

    In the order of names: by its own choice the database would walk along the keys,
    where those that are in projects stand next to each other. Return the count and
    whether there are more.
    """
    with dialect.planned_anew():
        count = found.order_by("name_key", "pk")[: cap + 1].count()
    return min(count, cap), count > cap


def chosen(site: Site, choice: Choice) -> QuerySet[CustomerOrganization]:
    """Return the live organizations that were chosen and are still there."""
    if not choice.all:
        found = organizations_of(site, OrganizationFilter())
        return found.filter(public_id__in=list(choice.ids))
    found = organizations_of(site, choice.wanted)
    return found.filter(pk__lte=choice.until) if choice.until else found


def newest_key(site: Site) -> int:
    """Return the key of the newest organization of a site, 0 without any."""
    newest = CustomerOrganization.objects.filter(site=site).order_by("-pk")
    return newest.values_list("pk", flat=True).first() or 0


def numbers(site: Site) -> Numbers:
    """Count the organizations of a site; big counts may be some seconds old."""
    key = f"customer-organization-numbers:{site.pk}"
    known = cache.get(key)
    if known is None:
        live = Q(archived_at=None)
        synced = live & Q(source=CustomerOrganization.Source.SYNCED)
        known = CustomerOrganization.objects.filter(site=site).aggregate(
            total=Count("pk", filter=live),
            synced=Count("pk", filter=synced),
            empty=Count("pk", filter=live & Q(member_count=0)),
            archived=Count("pk", filter=Q(archived_at__isnull=False)),
        )
        if known["total"] > MANY:
            cache.set(key, known, KEEP_S)
    return Numbers(**known)


def effect_of(site: Site, choice: Choice) -> Effect:
    """Count what a change of the chosen organizations is about."""
    found = chosen(site, choice).order_by()
    counted = found.aggregate(
        chosen=Count("pk"),
        synced=Count("pk", filter=Q(record__isnull=False)),
        places=Sum("member_count"),
    )
    places = ProjectOrganization.objects.filter(organization__in=found.values("pk"))
    attached = places.aggregate(
        attached=Count("pk"), projects=Count("project", distinct=True)
    )
    return Effect(**{**counted, "places": counted["places"] or 0}, **attached)


def directories_of(site: Site) -> QuerySet[Directory]:
    """Return the directories of the site's customers, by name."""
    return Directory.objects.filter(customer_directory__site=site).order_by("name")


def projects_of(site: Site) -> QuerySet[ServiceProject]:
    """Return the service projects of a site, by name."""
    return ServiceProject.objects.filter(site=site).order_by("name_key", "pk")


@dataclass(frozen=True)
class Around:
    """What a list says beside the organization: its projects and its domains."""

    projects: Sequence[str]
    more_projects: int
    domains: Sequence[str]


def around(
    organizations: Iterable[CustomerOrganization],
    projects_shown: int | None = PROJECTS_SHOWN,
) -> dict[int, Around]:
    """Return domains and projects of organizations, so many of these; None: all."""
    keys = [each.pk for each in organizations]
    projects: dict[int, list[str]] = {key: [] for key in keys}
    domains: dict[int, list[str]] = {key: [] for key in keys}
    places = ProjectOrganization.objects.filter(organization__in=keys)
    for key, name in places.order_by("project__name_key").values_list(
        "organization", "project__name"
    ):
        projects[key].append(name)
    listed = OrganizationDomain.objects.filter(organization__in=keys).order_by("name")
    for key, name in listed.values_list("organization", "name"):
        domains[key].append(name)
    return {
        key: Around(
            projects=projects[key][:projects_shown],
            more_projects=len(projects[key][projects_shown:]) if projects_shown else 0,
            domains=domains[key],
        )
        for key in keys
    }
