"""Who may do what in the console, and the one decorator that asks."""

from collections.abc import Callable
from enum import Enum, auto
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_htmx.middleware import HtmxDetails
from django_stubs_ext import StrPromise

from directories.models import Account, Member, Organization, RoleAssignment, Site
from directories.queries.rights import in_force
from directories.services import job_askers
from directories.services.audit import Actor, person

P = ParamSpec("P")
CHOSEN = "organization_id"
# Whoever runs one of these apps of a site is its Jira admin; "" is all of them.
JIRA_APPS = frozenset({"", "jira", "jira-service-management"})


class Permission(Enum):
    """A right that a console page asks for."""

    SEE_SITES = auto()
    SEE_DIRECTORY = auto()
    MANAGE_ACCESS = auto()
    MANAGE_APP_PERMISSIONS = auto()
    MANAGE_DIRECTORY = auto()
    MANAGE_ROLES = auto()
    MANAGE_PROVIDERS = auto()
    MANAGE_SITES = auto()
    SEE_LOGS = auto()


# Who may do what: the console asks this table, and shows it under Settings, Roles.
ROLES: dict[str, frozenset[Permission]] = {
    RoleAssignment.Role.ORGANIZATION_ADMIN: frozenset(Permission),
    RoleAssignment.Role.SITE_ADMIN: frozenset(
        {
            Permission.SEE_SITES,
            Permission.SEE_DIRECTORY,
            Permission.MANAGE_ACCESS,
            Permission.MANAGE_APP_PERMISSIONS,
        }
    ),
    RoleAssignment.Role.USER_ACCESS_ADMIN: frozenset(
        {
            Permission.SEE_SITES,
            Permission.SEE_DIRECTORY,
            Permission.MANAGE_ACCESS,
            Permission.MANAGE_DIRECTORY,
        }
    ),
    RoleAssignment.Role.APP_ADMIN: frozenset(
        {Permission.SEE_SITES, Permission.MANAGE_APP_PERMISSIONS}
    ),
}
WORDS: dict[Permission, StrPromise] = {
    Permission.SEE_SITES: _("See sites and their apps"),
    Permission.SEE_DIRECTORY: _("See users, groups, domains and administrators"),
    Permission.MANAGE_ACCESS: _(
        "Decide which groups get into the apps that the role is about"
    ),
    Permission.MANAGE_APP_PERMISSIONS: _(
        "Set permissions inside of the apps that the role is about, for groups and "
        "people who have access to them"
    ),
    Permission.MANAGE_DIRECTORY: _(
        "Change local users and groups, except groups that give an admin right, open "
        "an app that the role is not about, or make administrators inside of one"
    ),
    Permission.MANAGE_ROLES: _(
        "Give and take admin rights, change groups that give one"
    ),
    Permission.MANAGE_PROVIDERS: _(
        "Change identity providers, domains, managed accounts, API keys and settings"
    ),
    Permission.MANAGE_SITES: _("Add, rename and remove sites and their apps"),
    Permission.SEE_LOGS: _("See the audit log and the history of users and groups"),
}


class ConsoleRequest(HttpRequest):
    """A request of somebody who was let in; views get nothing less."""

    account: Account
    organization: Organization
    permissions: frozenset[Permission]
    # What the permissions come from; portals.permissions asks about sites and apps.
    rights: list[RoleAssignment]
    # The sites that the rights are about, None for all.
    site_ids: frozenset[UUID] | None
    has_choice: bool
    actor: Actor
    htmx: HtmxDetails


View = Callable[Concatenate[ConsoleRequest, P], HttpResponseBase]


def requires(
    permission: Permission,
) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Let a view be called only by members who hold `permission`.

    Strangers are asked to sign in, accounts without an organization are told
    so, members without the right get 403. The view finds `request.organization`,
    `request.account` and `request.actor`, and starts every look-up there.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            admit(request)
            console = cast("ConsoleRequest", request)
            if permission not in console.permissions:
                raise PermissionDenied
            return view(console, *args, **kwargs)

        # For the navigation, which shows only what one may open.
        vars(guarded)["permission"] = permission
        return guarded

    return decorate


def admit(request: HttpRequest) -> None:
    """Set account, organization and rights on the request of a signed-in person.

    With several organizations the one chosen in the session counts, else the
    oldest. Raises PermissionDenied for who administers none.
    """
    account = cast("Account", request.user)
    assignments = rights_of(account)
    if not assignments:
        raise PermissionDenied
    chosen = request.session.get(CHOSEN)
    organization = next(
        (a.organization for a in assignments if str(a.organization_id) == chosen),
        assignments[0].organization,
    )
    here = [a for a in assignments if a.organization_id == organization.pk]
    let_in(request, organization, here)
    vars(request)["has_choice"] = len({a.organization_id for a in assignments}) > 1


def let_in(
    request: HttpRequest, organization: Organization, rights: list[RoleAssignment]
) -> None:
    """Set account, organization and rights on a request, whatever they open."""
    console = cast("ConsoleRequest", request)
    console.account = cast("Account", request.user)
    console.actor = person(console.account)
    job_askers.let_ask(console.actor)
    console.organization = organization
    console.rights = rights
    held = (ROLES[each.role] for each in rights)
    console.permissions = frozenset[Permission]().union(*held)
    sites = frozenset(each.site_id for each in rights)
    console.site_ids = None if None in sites else cast("frozenset[UUID]", sites)
    console.has_choice = False


def rights_of(account: Account) -> list[RoleAssignment]:
    """Return the rights of an account, none where it is suspended.

    Rights about what was removed are not among them.
    """
    suspended = Member.objects.filter(
        account=account, status=Member.Status.SUSPENDED
    ).values("organization")
    return list(
        in_force(RoleAssignment.objects.filter(account=account))
        .exclude(organization__in=suspended)
        .select_related("organization")
        .order_by("organization__created_at", "pk")
    )


def is_jira_admin(rights: list[RoleAssignment], site: Site) -> bool:
    """Say whether admin rights of an organization make a Jira admin of its site."""
    here = [each for each in rights if each.site_id in {None, site.pk}]
    return any(
        each.role == RoleAssignment.Role.SITE_ADMIN
        or (each.role == RoleAssignment.Role.APP_ADMIN and each.app in JIRA_APPS)
        for each in here
    )


def connects_customers(rights: list[RoleAssignment], site: Site) -> bool:
    """Say whether rights open the identity providers of a site's customers."""
    admin = RoleAssignment.Role.ORGANIZATION_ADMIN
    return any(each.role == admin for each in rights) and is_jira_admin(rights, site)


def connects_customers_refusal(site: Site) -> str:
    """Return why somebody may not connect providers of customers, and who gives it."""
    return gettext(
        "Identity providers of customers are connected by organization admins who "
        "are Jira admin or Jira Service Management admin of %(site)s as well. An "
        "organization admin gives that right under Directory, Administrators: app "
        "admin of Jira or Jira Service Management on %(site)s."
    ) % {"site": site.name}


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Answer a stranger: with the way to the sign-in, and back here from a page."""
    if request.headers.get("HX-Request"):
        # A fragment must not be swapped for the sign-in form: reload the page.
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    if request.method != "GET":
        return redirect("directories:sign-in")
    return redirect_to_login(request.get_full_path())
