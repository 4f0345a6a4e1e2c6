"""Who may do what for the customers of a site, and the decorators that ask.

Unlike the rights of directories.permissions these are about one site, or one service
project of it. Each view is called with `request.service_site`, or `request.project`
too, and starts every look-up there: what belongs to another site or organization is a
404.
"""

from collections.abc import Callable
from enum import Enum, auto
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from directories.models import Account, RoleAssignment, Site
from directories.permissions import (
    ConsoleRequest,
    ask_to_sign_in,
    connects_customers,
    connects_customers_refusal,
    is_jira_admin,
    let_in,
    rights_of,
)
from portals.models import ProjectRole, RequestType, ServiceProject
from portals.queries.roles import roles_in
from provisioning.models import App
from provisioning.queries.sites_and_apps.sites import sites_with

P = ParamSpec("P")
Role = RoleAssignment.Role
# Deleted while a page of theirs was sent.
GONE = (ServiceProject.DoesNotExist, RequestType.DoesNotExist)


class SiteRight(Enum):
    """What a page about a whole site asks for."""

    # The start page: whoever has an admin right there, of whatever kind.
    SEE = auto()
    # Portal-only customers: organization admins, and site admins of the site.
    CUSTOMERS = auto()
    # Their identity providers: organization admins who are Jira admins as well.
    PROVIDERS = auto()
    # Organizations, projects, customer access: Jira admins, and site admins.
    SERVICE = auto()


class ProjectRight(Enum):
    """What a page of a service project asks for."""

    # Agents and admins of the project, and Jira admins.
    WORK = auto()
    # Admins of the project, and Jira admins.
    ADMINISTER = auto()


class SiteRequest(ConsoleRequest):
    """A request of somebody who was let in to a site."""

    service_site: Site


class ProjectRequest(SiteRequest):
    """A request of somebody who was let in to a service project."""

    project: ServiceProject
    project_rights: frozenset[ProjectRight]


SiteView = Callable[Concatenate[SiteRequest, P], HttpResponseBase]
ProjectView = Callable[Concatenate[ProjectRequest, P], HttpResponseBase]


def site_rights(rights: list[RoleAssignment], site: Site) -> frozenset[SiteRight]:
    """Return what admin rights of an organization open on one of its sites."""
    here = [each for each in rights if each.site_id in {None, site.pk}]
    organization_admin = any(each.role == Role.ORGANIZATION_ADMIN for each in here)
    site_admin = any(each.role == Role.SITE_ADMIN for each in here)
    opened = {SiteRight.SEE} if here else set()
    if organization_admin or site_admin:
        opened.add(SiteRight.CUSTOMERS)
    if is_jira_admin(rights, site):
        opened.add(SiteRight.SERVICE)
    if connects_customers(rights, site):
        opened.add(SiteRight.PROVIDERS)
    return frozenset(opened)


def requires_site(
    right: SiteRight,
) -> Callable[[SiteView[P]], Callable[..., HttpResponseBase]]:
    """Let a view about the site `site_id` be called only by who holds `right` there.

    The view gets no `site_id`; it finds `request.service_site`.
    """

    def decorate(view: SiteView[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(
            request: HttpRequest, site_id: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            admit_to_site(request, site_id, right)
            return view(cast("SiteRequest", request), *args, **kwargs)

        vars(guarded)["site_right"] = right
        return guarded

    return decorate


def admit_to_site(request: HttpRequest, site_id: UUID, right: SiteRight) -> None:
    """Set what a page about a site needs; raises PermissionDenied or Http404."""
    rights = rights_of(cast("Account", request.user))
    if not rights:
        raise PermissionDenied
    site = _site(site_id)
    here = [each for each in rights if each.organization_id == site.organization_id]
    if not here:
        raise Http404
    let_in(request, site.organization, here)
    console = cast("SiteRequest", request)
    console.service_site = site
    console.has_choice = len({each.organization_id for each in rights}) > 1
    if right not in site_rights(here, site):
        raise PermissionDenied(_refusal(right, site))


def _site(site_id: UUID) -> Site:
    sites = sites_with(App.Kind.SERVICE_MANAGEMENT)
    site = sites.select_related("organization").filter(pk=site_id).first()
    if site is None:
        raise Http404
    return site


def _refusal(right: SiteRight, site: Site) -> str:
    words = {
        SiteRight.SEE: _(
            "You have an admin right on other sites, but none on %(site)s."
        ),
        SiteRight.CUSTOMERS: _(
            "Portal-only customers of %(site)s are looked after by organization "
            "admins and by the site admins of %(site)s."
        ),
        SiteRight.PROVIDERS: connects_customers_refusal(site),
        SiteRight.SERVICE: _(
            "This is looked after by the Jira admins of %(site)s. An organization "
            "admin gives that right under Directory, Administrators: app admin of "
            "Jira or Jira Service Management on %(site)s."
        ),
    }
    return words[right] % {"site": site.name}


def requires_project(
    right: ProjectRight,
) -> Callable[[ProjectView[P]], Callable[..., HttpResponseBase]]:
    """Let a view about a service project be called only by who holds `right` in it.

    The view gets neither `site_id` nor `key`; it finds `request.project`.
    """

    def decorate(view: ProjectView[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(
            request: HttpRequest,
            site_id: UUID,
            key: str,
            *args: P.args,
            **kwargs: P.kwargs,
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            admit_to_project(request, site_id, key, right)
            try:
                return view(cast("ProjectRequest", request), *args, **kwargs)
            except GONE as error:
                raise Http404 from error

        vars(guarded)["project_right"] = right
        return guarded

    return decorate


def admit_to_project(
    request: HttpRequest, site_id: UUID, key: str, right: ProjectRight
) -> None:
    """Set what a page of a project needs; raises PermissionDenied or Http404."""
    account = cast("Account", request.user)
    site = _site(site_id)
    rights = rights_of(account)
    here = [each for each in rights if each.organization_id == site.organization_id]
    projects = ServiceProject.objects.filter(site=site)
    project = projects.filter(key=key).first()
    held = _project_rights(account, here, site, project)
    if project is None or (not here and not held):
        raise Http404
    project.site = site
    let_in(request, site.organization, here)
    console = cast("ProjectRequest", request)
    console.service_site, console.project = site, project
    console.project_rights = held
    console.has_choice = len({each.organization_id for each in rights}) > 1
    if right not in held:
        raise PermissionDenied(_project_refusal(right, project))


def _project_rights(
    account: Account,
    here: list[RoleAssignment],
    site: Site,
    project: ServiceProject | None,
) -> frozenset[ProjectRight]:
    if SiteRight.SERVICE in site_rights(here, site):
        return frozenset(ProjectRight)
    roles = roles_in(site.organization_id)
    role = roles.filter(project=project, account=account).first()
    if role is None:
        return frozenset()
    if role.role == ProjectRole.Role.ADMIN:
        return frozenset(ProjectRight)
    return frozenset({ProjectRight.WORK})


def _project_refusal(right: ProjectRight, project: ServiceProject) -> str:
    if right is ProjectRight.ADMINISTER:
        text = _(
            "The settings of %(project)s are changed by its project admins and by the "
            "Jira admins of the site."
        )
    else:
        text = _(
            "%(project)s is open to its agents and project admins, and to the Jira "
            "admins of the site. One of them adds you under Project settings, People."
        )
    return text % {"project": project.name}
