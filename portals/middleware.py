"""Gives every request the session of the customer who sent it, if anybody asks."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from portals.customer_sessions import COOKIE, PATH, CustomerSessionRequest, prepare

SERVER_ERROR = 500


class CustomerSessionMiddleware:
    """Reads and keeps customer sessions; pages that ask for none pay nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and store what the answer has changed in the session."""
        prepare(request)
        response = self.get_response(request)
        store = cast("CustomerSessionRequest", request).customer_session
        if not (store.accessed or store.modified):
            return response
        patch_vary_headers(response, ("Cookie",))
        if store.is_empty():
            if COOKIE in request.COOKIES:
                response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
        elif store.modified and response.status_code < SERVER_ERROR:
            _keep(cast("CustomerSessionRequest", request), response)
        return response


def _keep(request: CustomerSessionRequest, response: HttpResponse) -> None:
    store = request.customer_session
    try:
        store.save()
    except UpdateError:
        # Signed out meanwhile, by another request: that stands.
        response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
        return
    response.set_cookie(
        COOKIE,
        cast("str", store.session_key),
        max_age=settings.SESSION_COOKIE_AGE,
        path=PATH,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
