"""What the pages of a service project share: breadcrumbs, tabs, who may do what."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portals.models import ServiceProject
from portals.permissions import ProjectRequest, ProjectRight, SiteRight, site_rights
from portals.queries.projects import agents_manage_organizations

Crumbs = list[tuple[str, str]]


def project_url(project: ServiceProject, name: str, *more: object) -> str:
    """Return the address of a page of a project."""
    return reverse(f"portals:{name}", args=[project.site_id, project.key, *more])


def frame(request: ProjectRequest, *below: tuple[str, str]) -> dict[str, Any]:
    """Return what every template of a project takes; `below` ends the breadcrumbs."""
    project = request.project
    own = project_url(project, "project-detail") if below else ""
    return {
        "crumbs": [*_way(request), (project.name, own), *below],
        "project": project,
        "administers": ProjectRight.ADMINISTER in request.project_rights,
        "jira_admin": is_jira_admin(request),
    }


def _way(request: ProjectRequest) -> Crumbs:
    site = request.service_site
    if not is_jira_admin(request):
        return [(_("Service projects"), reverse("portals:own-projects"))]
    return [
        (_("Admin"), "/"),
        (_("Apps"), ""),
        (_("Sites and products"), reverse("provisioning:site-list")),
        (site.name, reverse("provisioning:site-detail", args=[site.pk])),
        (_("Service projects"), reverse("portals:project-list", args=[site.pk])),
    ]


def is_jira_admin(request: ProjectRequest) -> bool:
    """Say whether somebody looks after the whole site."""
    return SiteRight.SERVICE in site_rights(request.rights, request.service_site)


def may_manage_organizations(request: ProjectRequest) -> bool:
    """Say whether somebody may add and remove the project's organizations.

    Agents may where the site's switch says so.
    """
    if ProjectRight.ADMINISTER in request.project_rights:
        return True
    return agents_manage_organizations(request.service_site)
