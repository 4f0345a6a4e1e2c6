"""Who is counted when sign-in fails."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest


def counted_name(
    request: HttpRequest | None, credentials: Mapping[str, str] | None
) -> str:
    """Return the e-mail tried, folded so that its letter case is no new try."""
    given = credentials or (request.POST if request else {})
    return (given.get("email") or given.get("username") or "").strip().casefold()


def client_address(request: HttpRequest) -> str:
    """Return the address of who tries to sign in.

    Behind proxies of our own the connection's is theirs; each of them adds the
    one that it saw to the end of X-Forwarded-For, and only those can be trusted.
    """
    hops = settings.TRUSTED_PROXIES
    seen = [
        each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    ]
    if hops and len(seen) >= hops and seen[-hops]:
        return str(seen[-hops])
    return str(request.META.get("REMOTE_ADDR", ""))
