"""What every call with an organization API key shares: the key, errors, the bound."""

import uuid
from http import HTTPStatus
from typing import Any, cast

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from directories.models import Organization, OrganizationApiKey
from directories.services import job_askers, key_text, organization_api_keys
from directories.services.api_keys import WrongKeyError
from directories.services.audit import Actor, request_id

logger = structlog.get_logger(__name__)

CHALLENGE = 'Bearer realm="organization"'
JSON = "application/json"


class ConflictError(exceptions.APIException):
    """What is asked for cannot be done as things stand."""

    status_code = HTTPStatus.CONFLICT


class OrganizationKeyAuthentication(BaseAuthentication):
    """Accepts `Authorization: Bearer <API key>` of the organization in the path."""

    def authenticate(self, request: Request) -> tuple[None, OrganizationApiKey]:
        """Return the key as `request.auth`; raise NotAuthenticated otherwise."""
        text = _key_text(request.META.get("HTTP_AUTHORIZATION", ""))
        if not text:
            raise exceptions.NotAuthenticated(
                "Send an API key of the organization: Authorization: Bearer <API key>."
            )
        if text.startswith(f"{key_text.DIRECTORY}_"):
            # In the words of the gateway that clients know.
            msg = f"Not authorized to access : {request.path.strip('/')}"
            raise exceptions.AuthenticationFailed(msg)
        now = timezone.now()
        try:
            key = organization_api_keys.open_organization(
                organization_id=_organization_id(request), text=text, now=now
            )
        except organization_api_keys.ExpiredKeyError as error:
            msg = (
                f"The API key expired on {error.key.expires_at:%d %B %Y}. An "
                "organization admin can create another under Settings, API keys."
            )
            raise exceptions.AuthenticationFailed(msg) from error
        except WrongKeyError as error:
            raise exceptions.AuthenticationFailed(
                "The API key is not valid for this organization. Check the "
                "organization ID and the key under Settings, API keys."
            ) from error
        organization_api_keys.note_use(key, now=now)
        return None, key

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401 answer."""
        return CHALLENGE


def _key_text(header: str) -> str:
    scheme, _space, text = header.strip().partition(" ")
    return text.strip() if scheme.casefold() == "bearer" else ""


def _organization_id(request: Request) -> uuid.UUID:
    return as_uuid(request.parser_context["kwargs"].get("organization_id", ""))


def as_uuid(text: str) -> uuid.UUID:
    """Return an id in any spelling; for what is none, one that nothing has."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


class OrganizationKeyThrottle(SimpleRateThrottle):
    """Bounds how much one key may ask for in a minute."""

    scope = "organization-key"

    def get_rate(self) -> str | None:
        """Return the bound of the installation, None for none."""
        most = settings.ORGANIZATION_API_PER_MINUTE
        return f"{most}/min" if most else None

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Return where the calls of a key are counted."""
        return f"organization-key:{request.auth.pk}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count a call; without a place to count in all are served."""
        try:
            return bool(super().allow_request(request, view))
        except Exception as exc:  # each kind of cache has its own errors
            logger.exception("requests_not_counted", exc_info=exc)
            return True


class OrganizationView(APIView):
    """A call about one organization, opened by one of its keys."""

    authentication_classes = (OrganizationKeyAuthentication,)
    # The key is the permission: it opens its organization and nothing else.
    permission_classes = (AllowAny,)
    throttle_classes = (OrganizationKeyThrottle,)
    http_method_names = ("get", "post", "patch", "delete", "head")

    @property
    def key(self) -> OrganizationApiKey:
        """Return the key that opened the organization."""
        return cast("OrganizationApiKey", self.request.auth)

    @property
    def organization(self) -> Organization:
        """Return the organization that the request's key opens."""
        return self.key.organization

    @property
    def actor(self) -> Actor:
        """Return who did what this call does, for the audit log."""
        return organization_api_keys.actor_of(self.key)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look at the key; whoever it belongs to asks for the work that is queued."""
        super().initial(request, *args, **kwargs)
        job_askers.let_ask(self.actor)

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """Answer JSON whatever the client says it accepts."""
        return JSONRenderer(), JSON

    def handle_exception(self, exc: Exception) -> Response:
        """Turn whatever was raised into `error` and `traceId`."""
        if isinstance(exc, BadRequest):
            exc = exceptions.ParseError(str(exc))
        if isinstance(exc, Http404):
            exc = exceptions.NotFound("There is nothing with this id.")
        if not isinstance(exc, exceptions.APIException):
            logger.error("organization_call_failed", exc_info=exc)
            exc = exceptions.APIException(
                "The call failed on our side and changed nothing. Try again later."
            )
        response = Response(
            {"error": _words(exc.detail), "traceId": request_id()},
            status=exc.status_code,
        )
        response.exception = True
        if exc.status_code == HTTPStatus.UNAUTHORIZED:
            response["WWW-Authenticate"] = CHALLENGE
        if exc.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            response["Retry-After"] = str(int(getattr(exc, "wait", None) or 1))
        return response


def _words(detail: Any) -> str:
    """Return the details of an error in one line, each with its field."""
    if isinstance(detail, dict):
        return " ".join(f"{name}: {_words(each)}" for name, each in detail.items())
    if isinstance(detail, list):
        return " ".join(_words(each) for each in detail)
    return str(detail)
