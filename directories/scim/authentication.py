"""Opens a directory to the bearer of its API key (RFC 6750)."""

import uuid
from dataclasses import replace
from typing import Any

import structlog
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from directories.models import ApiKey, Directory, TroubleshootingEntry
from directories.redaction import clean_path
from directories.scim.protocol.errors import UnauthorizedError
from directories.services import api_keys, key_text
from directories.services.audit import request_id
from directories.services.troubleshooting import Finding, log_finding

logger = structlog.get_logger(__name__)

# A stranger who tries keys may make us write once a minute, not more.
LOG_EVERY_S = 60


class WrongKindError(UnauthorizedError):
    """An organization's key came where a directory's is needed.

    Answered in the words that clients of the organization's calls know.
    """

    def __init__(self, path: str) -> None:
        super().__init__(f"Not authorized to access : {path.strip('/')}")

    def to_body(self) -> dict[str, Any]:
        """Build the body, which is no SCIM message."""
        return {"error": self.detail, "traceId": request_id()}


class DirectoryKeyAuthentication(BaseAuthentication):
    """Accepts `Authorization: Bearer <API key>` of the directory in the path."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey]:
        """Return the key as `request.auth`; raise UnauthorizedError otherwise."""
        directory_id = _directory_id(request)
        text = _key_text(request.META.get("HTTP_AUTHORIZATION", ""))
        if not text:
            raise UnauthorizedError(
                "Send the directory's API key: Authorization: Bearer <API key>."
            )
        now = timezone.now()
        if key_text.is_of_organization(text):
            _log_organization_key(directory_id, request)
            raise WrongKindError(request.path)
        try:
            key = api_keys.open_directory(directory_id=directory_id, text=text, now=now)
        except api_keys.ExpiredKeyError as error:
            _log(error.key.directory, _expired(error), request)
            raise UnauthorizedError(_told_expired(error)) from error
        except api_keys.WrongKeyError as error:
            _log_wrong_key(directory_id, request)
            raise UnauthorizedError(
                "The API key is not valid for this directory. Check the SCIM base "
                "URL and the key; a regenerated key replaces the former one."
            ) from error
        if api_keys.note_use(key=key, now=now):
            log_finding(key.directory, _first_request(request), now=now)
        return None, key

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401 answer."""
        return 'Bearer realm="SCIM"'


def _key_text(header: str) -> str:
    """Return the key in an Authorization header, "" when there is none.

    Okta's header authentication sends what was typed, often the bare key.
    """
    scheme, _space, text = header.strip().partition(" ")
    if not text and scheme.startswith(f"{api_keys.MARK}_"):
        return scheme
    return text.strip() if scheme.casefold() == "bearer" else ""


def _directory_id(request: Request) -> uuid.UUID:
    given = request.parser_context["kwargs"]["directory_id"]
    try:
        return uuid.UUID(given)
    except ValueError as error:
        raise UnauthorizedError(
            "The SCIM base URL does not name a directory. Copy it from the "
            "directory's page."
        ) from error


def _log_wrong_key(directory_id: uuid.UUID, request: Request) -> None:
    finding = Finding(
        kind="wrong_key",
        level=TroubleshootingEntry.Level.ERROR,
        reason=_("A request came with a key that is not this directory's."),
        advice=_(
            "If the identity provider reports errors, regenerate the API key "
            "and save it there together with the SCIM base URL."
        ),
    )
    _log_if_active(directory_id, finding, request)


def _log_organization_key(directory_id: uuid.UUID, request: Request) -> None:
    finding = Finding(
        kind="organization_key",
        level=TroubleshootingEntry.Level.ERROR,
        reason=_(
            "A request came with an API key of an organization, which opens no "
            "directory."
        ),
        advice=_(
            "Save the API key of the directory in the identity provider; it is shown "
            "when user provisioning is set up, and when the key is regenerated."
        ),
    )
    _log_if_active(directory_id, finding, request)


def _log_if_active(directory_id: uuid.UUID, finding: Finding, request: Request) -> None:
    active = Directory.objects.filter(
        pk=directory_id, state=Directory.State.ACTIVE
    ).first()
    if active is not None:
        _log(active, finding, request)


def _log(directory: Directory, finding: Finding, request: Request) -> None:
    if _is_first(f"unauthorized:{finding.kind}:{directory.pk}"):
        told = replace(finding, request=_told_of(request))
        log_finding(directory, told, now=timezone.now())


def _is_first(name: str) -> bool:
    try:
        return cache.add(name, 1, LOG_EVERY_S)
    except Exception as exc:  # each kind of cache has its own errors
        logger.exception("refusals_not_counted", exc_info=exc)
        return False


def _told_of(request: Request) -> dict[str, str]:
    """Return what tells an admin who sent a request; never its key."""
    return {
        "method": str(request.method),
        "path": clean_path(request.get_full_path())[:500],
        "client": request.META.get("HTTP_USER_AGENT", "")[:200],
        "address": request.META.get("REMOTE_ADDR", ""),
    }


def _told_expired(error: api_keys.ExpiredKeyError) -> str:
    day = f"{error.key.expires_at:%d %B %Y}"
    if error.is_replaced:
        return (
            f"The API key was replaced by another one and ended on {day}. Save the "
            "new key in the identity provider; an organization admin can make one "
            "more on the directory's page."
        )
    return (
        f"The API key expired on {day}. An organization admin can regenerate it on "
        "the directory's page."
    )


def _expired(error: api_keys.ExpiredKeyError) -> Finding:
    key = error.key
    if error.is_replaced:
        return Finding(
            kind="replaced_key",
            level=TroubleshootingEntry.Level.ERROR,
            reason=_(
                "The identity provider uses an API key that was replaced and has "
                "ended. Nothing is synced until it uses the new one."
            ),
            advice=_(
                "Save the new key in the identity provider. If nobody kept it, "
                "regenerate the API key."
            ),
            subject_name=f"{key.prefix}…",
        )
    return Finding(
        kind="expired_key",
        level=TroubleshootingEntry.Level.ERROR,
        reason=_(
            "The identity provider uses an API key that has expired. Nothing is "
            "synced until it has a new one."
        ),
        advice=_("Regenerate the API key and save it in the identity provider."),
        subject_name=f"{key.prefix}…",
    )


def _first_request(request: Request) -> Finding:
    client = request.META.get("HTTP_USER_AGENT", "") or _("unnamed client")
    return Finding(
        kind="first_request",
        level=TroubleshootingEntry.Level.INFO,
        reason=_("The identity provider is connected: its first request arrived."),
        subject_name=client,
        request=_told_of(request),
    )
