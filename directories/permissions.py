"""Who may do what in the console, and the one decorator that asks."""

from collections.abc import Callable
from enum import Enum, auto
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django_htmx.middleware import HtmxDetails

from directories.models import Account, Organization, RoleAssignment
from directories.services.audit import Actor, person

P = ParamSpec("P")
CHOSEN = "organization_id"


class Permission(Enum):
    """A right that a console page asks for."""

    SEE_DIRECTORY = auto()
    MANAGE_DIRECTORY = auto()
    MANAGE_PROVIDERS = auto()
    SEE_LOGS = auto()


ROLES: dict[str, frozenset[Permission]] = {
    RoleAssignment.Role.ORGANIZATION_ADMIN: frozenset(Permission),
    RoleAssignment.Role.USER_ACCESS_ADMIN: frozenset(
        {Permission.SEE_DIRECTORY, Permission.MANAGE_DIRECTORY}
    ),
    RoleAssignment.Role.SITE_ADMIN: frozenset({Permission.SEE_DIRECTORY}),
}


class ConsoleRequest(HttpRequest):
    """A request of somebody who was let in; views get nothing less."""

    account: Account
    organization: Organization
    permissions: frozenset[Permission]
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
                return _sign_in(request)
            admit(request)
            console = cast("ConsoleRequest", request)
            if permission not in console.permissions:
                raise PermissionDenied
            return view(console, *args, **kwargs)

        return guarded

    return decorate


def admit(request: HttpRequest) -> None:
    """Set account, organization and rights on the request of a signed-in person.

    With several organizations the one chosen in the session counts, else the
    oldest. Raises PermissionDenied for who administers none.
    """
    account = cast("Account", request.user)
    assignments = list(
        RoleAssignment.objects.filter(account=account)
        .select_related("organization")
        .order_by("organization__created_at", "pk")
    )
    if not assignments:
        raise PermissionDenied
    chosen = request.session.get(CHOSEN)
    organization = next(
        (a.organization for a in assignments if str(a.organization_id) == chosen),
        assignments[0].organization,
    )
    rights: frozenset[Permission] = frozenset()
    for assignment in assignments:
        if assignment.organization_id == organization.pk:
            rights |= ROLES[assignment.role]
    console = cast("ConsoleRequest", request)
    console.account = account
    console.actor = person(account)
    console.organization = organization
    console.permissions = rights
    console.has_choice = len({a.organization_id for a in assignments}) > 1


def _sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A fragment must not be swapped for the sign-in form: reload the page.
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    if request.method != "GET":
        return redirect("directories:sign-in")
    return redirect_to_login(request.get_full_path())
