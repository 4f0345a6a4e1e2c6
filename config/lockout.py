"""Who is counted when sign-in fails."""

from collections.abc import Mapping

from django.http import HttpRequest


def counted_name(
    request: HttpRequest | None, credentials: Mapping[str, str] | None
) -> str:
    """Return the e-mail tried, folded so that its letter case is no new try."""
    given = credentials or (request.POST if request else {})
    return (given.get("email") or given.get("username") or "").strip().casefold()
