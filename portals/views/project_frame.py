"""What the pages of a service project share: breadcrumbs, tabs, who may do what."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portals.models import ServiceProject
from portals.permissions import ProjectRequest, ProjectRight, SiteRight, site_rights
from portals.queries.settings import settings_of
from portals.views import crumbs

Crumbs = list[tuple[str, str]]


def project_url(project: ServiceProject, name: str, *more: object) -> str:
    """Return the address of a page of a project."""
    return reverse(f"portals:{name}", args=[project.site_id, project.key, *more])


def frame(request: ProjectRequest, *below: tuple[str, str]) -> dict[str, Any]:
    """Return what every template of a project takes; `below` ends the breadcrumbs."""
    return {
        "crumbs": crumbs.of_project(request, request.project, *below),
        "project": request.project,
        "administers": ProjectRight.ADMINISTER in request.project_rights,
        "jira_admin": is_jira_admin(request),
    }


def organization_crumbs(project: ServiceProject, *below: str) -> Crumbs:
    """Return the way to the organizations of a project, and on to `below`."""
    own = project_url(project, "project-organizations") if below else ""
    way = [(_("Organizations"), own), *((label, "") for label in below if label)]
    if project.customer_service_management:
        return way
    return [(_("Customers"), project_url(project, "project-customers")), *way]


def is_jira_admin(request: ProjectRequest) -> bool:
    """Say whether somebody looks after the whole site."""
    return SiteRight.SERVICE in site_rights(request.rights, request.service_site)


def may_change_people(request: ProjectRequest) -> bool:
    """Say whether somebody may change who is in the organizations of the project.

    That counts for other projects of the site too: Jira admins may, and whoever works
    here where the site's switch says so.
    """
    if is_jira_admin(request):
        return True
    return settings_of(request.service_site).agents_manage_organizations


def may_manage_organizations(request: ProjectRequest) -> bool:
    """Say whether somebody may add and remove the project's organizations.

    Agents may where the site's switch says so.
    """
    if ProjectRight.ADMINISTER in request.project_rights:
        return True
    return settings_of(request.service_site).agents_manage_organizations
