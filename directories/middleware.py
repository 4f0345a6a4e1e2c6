"""Gives every request an id, and every console session its limits."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import structlog
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from directories.services import job_askers

GetResponse = Callable[[HttpRequest], HttpResponse]
SEEN = "seen_at"
BEGAN = "began_at"
# A session is written when it was seen this long ago, not on every page.
NOTE_EVERY = timedelta(minutes=1)


class RequestIdMiddleware:
    """Binds an id to log lines and log entries, and answers with it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under an id of its own."""
        request_id = uuid.uuid4().hex
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            job_askers.nobody_yet(),
        ):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response


class PolicyMiddleware(CSPMiddleware):
    """Sends the content security policy, which is put together once.

    No view has one of its own.
    """

    def process_response(
        self,
        request: HttpRequest,  # noqa: ARG002 - the framework hands it over
        response: HttpResponseBase,
    ) -> HttpResponseBase:
        """Add the policy to an answer."""
        response.headers.setdefault("Content-Security-Policy", _policy())
        return response


@cache
def _policy() -> str:
    return build_policy(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])


class SessionLimitMiddleware:
    """Ends sessions that were left alone, and those that have become old."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out whose session is over, then answer."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._check(request, timezone.now())
        response = self.get_response(request)
        # Only who has just signed in; to look at others would read their session.
        if request.session.modified and BEGAN not in request.session:
            request.session[BEGAN] = timezone.now().isoformat()
        return response

    def _check(self, request: HttpRequest, now: datetime) -> None:
        if not request.user.is_authenticated:
            return
        seen_at = _time(request, SEEN) or now
        began_at = _time(request, BEGAN) or now
        age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
        if now - seen_at > settings.SESSION_IDLE_LIMIT or now - began_at > age:
            logout(request)
        elif SEEN not in request.session or now - seen_at > NOTE_EVERY:
            # This renews the cookie; the time of sign-in does not move.
            request.session[SEEN] = now.isoformat()


def _time(request: HttpRequest, name: str) -> datetime | None:
    noted = request.session.get(name)
    return datetime.fromisoformat(noted) if noted else None
