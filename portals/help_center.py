"""Whose help center a page is of, and who is there.

Several sites have theirs under one host: `?site=` names one, whoever signed in as a
customer is at their own, and a portal is of its project's site.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from directories.folding import fold
from directories.models import Account, Site
from portals import customer_sessions
from portals.models import Customer, ServiceSettings
from portals.queries.access import ANYBODY, Visitor
from portals.queries.help_centers import (
    help_center,
    listed_help_centers,
    only_help_center,
)
from portals.queries.settings import settings_of

P = ParamSpec("P")
PATH = customer_sessions.PATH


@dataclass(frozen=True)
class Desk:
    """One help center, and who is there.

    `account` is who is signed in to the console, whoever the visitor is.
    """

    site: Site
    settings: ServiceSettings
    visitor: Visitor
    account: Account | None

    @property
    def name(self) -> str:
        """Return what the help center is called."""
        return self.settings.help_center_name or self.site.name

    @property
    def customer(self) -> Customer | None:
        """Return the customer whose session it is."""
        return self.visitor.customer

    @property
    def query(self) -> str:
        """Return what addresses end with, so that they are of this help center."""
        return "" if self.customer else f"?{urlencode({'site': self.site.pk})}"

    def url(self, name: str, *args: object) -> str:
        """Return the address of a page of this help center."""
        return f"{reverse(f'portals:{name}', args=args)}{self.query}"

    @property
    def home(self) -> str:
        """Return the address of the list of portals."""
        return self.url("portal-list")


class DeskRequest(HttpRequest):
    """A request at a help center."""

    desk: Desk


View = Callable[Concatenate[DeskRequest, P], HttpResponseBase]


def desk_at(request: HttpRequest, site: Site) -> Desk:
    """Return the help center of a site with whoever the request is from.

    A customer is one at their own site alone; elsewhere the console's account counts.
    """
    account = request.user if isinstance(request.user, Account) else None
    customer = customer_sessions.visitor_of(request).at(site)
    visitor = ANYBODY
    if customer is not None:
        visitor = Visitor(customer=customer)
    elif account is not None:
        visitor = Visitor(account=account)
    return Desk(site, settings_of(site), visitor, account)


def site_of(request: HttpRequest) -> Site | None:
    """Return the site that a request is about, None where it must be chosen.

    Raises Http404 where there is no such help center.
    """
    asked = request.GET.get("site")
    if asked:
        site = help_center(asked)
        if site is None:
            raise Http404
        return site
    visitor = customer_sessions.visitor_of(request)
    if visitor.customer is not None:
        return visitor.customer.site
    return visitor.ended_at or only_help_center()


def at_help_center(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Call a view with `request.desk`; where several are possible, let choose."""

    @never_cache
    @wraps(view)
    def found(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        site = site_of(request)
        if site is None:
            return choose(request)
        desk_request = cast("DeskRequest", request)
        desk_request.desk = desk_at(request, site)
        return view(desk_request, *args, **kwargs)

    return found


def for_visitors(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Call a view with `request.desk` for whoever signed in; others do that first."""

    @wraps(view)
    def known(
        request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not request.desk.visitor.is_known:
            return ask_to_log_in(request, request.desk)
        return view(request, *args, **kwargs)

    return at_help_center(known)


def for_customers(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Call a view for a customer with a session; accounts have no such page."""

    @wraps(view)
    def known(
        request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if request.desk.customer is None:
            return redirect(request.desk.url("customer-profile"))
        return view(request, *args, **kwargs)

    return for_visitors(known)


def choose(request: HttpRequest) -> HttpResponse:
    """Show the help centers, each with the way to the same page of it.

    Of several organizations none is shown: only their own addresses lead there.
    """
    following = request.GET.get("next", "")
    choices = []
    for site in listed_help_centers():
        query = {"site": site.pk, **({"next": following} if following else {})}
        own = getattr(site, "service_settings", None)
        name = (own.help_center_name if own else "") or site.name
        choices.append((name, site, f"{request.path}?{urlencode(query)}"))
    choices.sort(key=lambda choice: fold(choice[0]))
    context = {"choices": choices}
    return render(request, "portals/help_center/choose.html", context)


def ask_to_log_in(request: HttpRequest, desk: Desk | None = None) -> HttpResponse:
    """Answer a stranger with the way to the sign-in, and back here from a page."""
    query = {"site": str(desk.site.pk)} if desk else {}
    if request.method == "GET":
        query["next"] = request.get_full_path()
    if customer_sessions.visitor_of(request).ended:
        # The cookie is gone with this answer; the next page could not know.
        query["ended"] = "1"
    return redirect(f"{reverse('portals:customer-sign-in')}?{urlencode(query)}")


def target_of(request: HttpRequest, desk: Desk) -> str:
    """Return the page of the help center to go on to."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if safe and asked.startswith(PATH) else desk.home
