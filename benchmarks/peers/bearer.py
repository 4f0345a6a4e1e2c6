"""Lets requests with the key in, as a user who may do everything.

Runs in a peer's environment. The key is compared in memory: the least that an
installation of a peer can do, and cheaper than a look-up.
"""

import os
from collections.abc import Callable
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse

EXPECTED = f"Bearer {os.environ.get('PEER_KEY', '')}"
ALLOWED = SimpleNamespace(is_authenticated=True, is_anonymous=False, is_superuser=True)
OTHERS = SimpleNamespace(is_authenticated=False, is_anonymous=True, is_superuser=False)


def bearer(
    answer: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware."""

    def check(request: HttpRequest) -> HttpResponse:
        is_allowed = request.headers.get("Authorization") == EXPECTED
        setattr(request, "user", ALLOWED if is_allowed else OTHERS)  # noqa: B010 - of another type than Django's
        return answer(request)

    return check
