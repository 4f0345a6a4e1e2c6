"""The sessions of customers: of one site each, and never the console's.

They have a cookie of their own, for the addresses of the help center alone, and a
store whose rows no console session can be read from. A session ends with the
customer's access, another password or address, and when it is old or was left alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import SimpleLazyObject

from directories.models import Site
from portals.models import Customer
from portals.queries.help_centers import help_center
from portals.services.customer_accounts import customer_visits

COOKIE = "customer_session"
PATH = "/servicedesk/"
WHO, PROOF, SEEN, BEGAN = "customer", "proof", "seen_at", "began_at"
# A session is written when it was seen this long ago, not on every page.
NOTE_EVERY = timedelta(minutes=1)


class CustomerSessionStore(SessionStore):
    """Keeps the sessions of customers.

    The name of the class signs what is stored: no other store reads it.
    """


@dataclass(frozen=True)
class CustomerVisitor:
    """Who a customer session belongs to; `ended` when it was over, at which site."""

    customer: Customer | None = None
    ended: bool = False
    ended_at: Site | None = None

    def at(self, site: Site) -> Customer | None:
        """Return the customer if the session is one of this site."""
        if self.customer is None or self.customer.site_id != site.pk:
            return None
        return self.customer


class CustomerSessionRequest(HttpRequest):
    """A request as the middleware hands it on."""

    customer_session: CustomerSessionStore
    customer_visitor: CustomerVisitor


def prepare(request: HttpRequest) -> None:
    """Give a request its customer session; nothing is read before it is asked for."""
    mine = cast("CustomerSessionRequest", request)
    mine.customer_session = CustomerSessionStore(request.COOKIES.get(COOKIE))
    visitor = SimpleLazyObject(lambda: _visitor(mine, timezone.now()))
    mine.customer_visitor = cast("CustomerVisitor", visitor)


def visitor_of(request: HttpRequest) -> CustomerVisitor:
    """Return whose customer session a request carries."""
    return cast("CustomerSessionRequest", request).customer_visitor


def sign_in(request: HttpRequest, customer: Customer, now: datetime) -> None:
    """Begin a session of a customer under a new key; what was there before ends."""
    mine = cast("CustomerSessionRequest", request)
    store = mine.customer_session
    store.flush()
    store[WHO], store[PROOF] = customer.pk, _proof(customer)
    store[BEGAN] = store[SEEN] = now.isoformat()
    mine.customer_visitor = CustomerVisitor(customer)
    rotate_token(request)


def sign_out(request: HttpRequest) -> None:
    """End the customer session of a request."""
    mine = cast("CustomerSessionRequest", request)
    mine.customer_session.flush()
    mine.customer_visitor = CustomerVisitor()
    rotate_token(request)


def _visitor(request: CustomerSessionRequest, now: datetime) -> CustomerVisitor:
    store = request.customer_session
    if COOKIE not in request.COOKIES or WHO not in store:
        return CustomerVisitor(ended=COOKIE in request.COOKIES)
    customers = Customer.objects.select_related("site__organization")
    customer = customers.filter(pk=store[WHO]).first()
    if customer is None or not _is_valid(store, customer, now):
        store.flush()
        return CustomerVisitor(ended=True, ended_at=_desk_of(customer))
    if now - _time(store, SEEN) > NOTE_EVERY:
        store[SEEN] = now.isoformat()
        customer_visits.note_visit(customer, now)
    return CustomerVisitor(customer)


def _is_valid(store: CustomerSessionStore, customer: Customer, now: datetime) -> bool:
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    idle = now - _time(store, SEEN) > settings.SESSION_IDLE_LIMIT
    old = now - _time(store, BEGAN) > age
    mine = constant_time_compare(store.get(PROOF, ""), _proof(customer))
    portal_only = customer.kind == Customer.Kind.PORTAL_ONLY
    open_ = customer.is_active and _desk_of(customer) is not None
    return open_ and mine and portal_only and not idle and not old


def _desk_of(customer: Customer | None) -> Site | None:
    """Return the site of a customer, None where it has no help center any more."""
    return help_center(customer.site_id) if customer else None


def _proof(customer: Customer) -> str:
    """Return what a session must carry to stay signed in."""
    state = f"{customer.session_epoch}:{customer.email_key}:{customer.password}"
    return salted_hmac(
        "portals.customer_sessions", state, algorithm="sha256"
    ).hexdigest()


def _time(store: CustomerSessionStore, name: str) -> datetime:
    return datetime.fromisoformat(store[name])
