"""Reads about service projects: the lists, their numbers, who may do what."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from directories import dialect
from directories.folding import fold
from directories.models import Account, RoleAssignment, Site
from portals.models import (
    ProjectCustomer,
    ProjectOrganization,
    ProjectRole,
    ServiceProject,
)
from portals.queries.roles import roles_everywhere
from provisioning.models import App
from provisioning.queries.sites_and_apps.sites import sites_with

CUSTOMERS = ProjectCustomer._meta.db_table
ORGANIZATIONS = ProjectOrganization._meta.db_table
# No more are counted for a line of a list.
MOST_COUNTED = 1_000


@dataclass(frozen=True)
class ProjectFilter:
    """Which projects to list; what is empty does not matter.

    `csm` is "on" or "off": customer service management.
    """

    text: str = ""
    access: str = ""
    csm: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.access or self.csm)


@dataclass(frozen=True)
class Numbers:
    """How many customers were added to a project, and how many organizations.

    More than MOST_COUNTED stands for many more.
    """

    customers: int
    organizations: int


def projects_of(site: Site, wanted: ProjectFilter) -> "QuerySet[ServiceProject]":
    """Return the projects of a site."""
    projects = ServiceProject.objects.filter(site=site)
    if wanted.access:
        projects = projects.filter(access=wanted.access)
    if wanted.csm:
        projects = projects.filter(customer_service_management=wanted.csm == "on")
    if wanted.text:
        # Few projects beside the people in them: no index for their texts.
        text = " ".join(fold(wanted.text).split())
        named = Q(name_key__contains=text) | Q(key__contains=text.upper())
        projects = projects.filter(named)
    return projects


def numbers_of(projects: Sequence[ServiceProject]) -> dict[int, Numbers]:
    """Count customers and organizations of some projects, each up to a limit."""
    # In the order of the index, or a plan might go through all of the table.
    found = dialect.rows(
        f"SELECT ids.id, ({_count(CUSTOMERS, 'customer_id')}),"  # noqa: S608
        f" ({_count(ORGANIZATIONS, 'organization_id')})"
        f" FROM {dialect.ids_table('bigint')}",
        [dialect.ids_parameter([project.pk for project in projects])],
    )
    return {key: Numbers(*counts) for key, *counts in found}


def _count(table: str, order: str) -> str:
    return (
        f"SELECT count(*) FROM (SELECT 1 FROM {table} x"  # noqa: S608
        f" WHERE x.project_id = ids.id ORDER BY x.{order} LIMIT {MOST_COUNTED + 1}) y"
    )


def roles_of(account: Account) -> "QuerySet[ProjectRole]":
    """Return where an account works, with project and site, by name.

    Who is no active user of the organization of a site works nowhere on it.
    """
    return (
        roles_everywhere()
        .filter(account=account)
        .select_related("project__site__organization")
        .order_by("project__site__name", "project__name_key")
    )


def service_sites(rights: Sequence[RoleAssignment]) -> "QuerySet[Site]":
    """Return the sites with Jira Service Management that some rights are about."""
    here = Q(pk__in=[])
    for each in rights:
        place = Q(pk=each.site_id) if each.site_id else Q()
        here |= place & Q(organization=each.organization_id)
    return (
        sites_with(App.Kind.SERVICE_MANAGEMENT)
        .filter(here)
        .select_related("organization")
        .distinct()
        .order_by("organization__name", "name")
    )
