"""Gives every request an id, and every console session its limits."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponse]
SEEN = "seen_at"
# A session is written when it was seen this long ago, not on every page.
NOTE_EVERY = timedelta(minutes=1)


class RequestIdMiddleware:
    """Binds an id to log lines and log entries, and answers with it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under an id of its own."""
        request_id = uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response


class SessionLimitMiddleware:
    """Ends sessions that were left alone; their whole age is a cookie setting."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out who was idle for too long, then answer."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._check(request, timezone.now())
        return self.get_response(request)

    def _check(self, request: HttpRequest, now: datetime) -> None:
        if not request.user.is_authenticated:
            return
        seen = request.session.get(SEEN)
        seen_at = datetime.fromisoformat(seen) if seen else now
        if now - seen_at > settings.SESSION_IDLE_LIMIT:
            logout(request)
        elif seen is None or now - seen_at > NOTE_EVERY:
            request.session[SEEN] = now.isoformat()
