"""What every SCIM view shares: the key, the body, the answer, the errors."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, cast

import orjson
import structlog
from django.conf import settings
from django.core.cache import cache
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.utils import translation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from directories import dialect
from directories.models import ApiKey, Directory, TroubleshootingEntry
from directories.redaction import clean_path
from directories.scim import missed
from directories.scim.authentication import DirectoryKeyAuthentication
from directories.scim.modes import offer_of
from directories.scim.noting import RESOURCES, Notes, plain_id
from directories.scim.protocol import errors
from directories.scim.protocol.errors import ScimError
from directories.scim.protocol.messages import parse_body
from directories.scim.refusals import scim_error, subject_name
from directories.scim.reporting import Asked, report
from directories.scim.streaming import Parts
from directories.scim.throttling import Allowance, Kind, is_write, take
from directories.services import request_log, seen
from directories.services.site_doors import SiteClosedError, check_site
from directories.services.subscriptions import (
    SubscriptionEndedError,
    check_subscription,
)

logger = structlog.get_logger(__name__)

SCIM_JSON = "application/scim+json"
# No body that we could read has a length of more.
DIGITS = 18
# A client that is slowed down sends on; once an hour says it all.
TOLD_EVERY_S = 3600
# Seconds after which a client may try again when the database was not there.
AGAIN_S = 5
SAID = 300


class ScimView(APIView):
    """A SCIM endpoint of one directory, opened by the directory's key."""

    authentication_classes = (DirectoryKeyAuthentication,)
    # The key is the permission: it opens its directory and nothing else.
    permission_classes = (AllowAny,)
    # The framework's answer to OPTIONS describes its own forms, which are not SCIM.
    http_method_names = [*APIView.http_method_names]
    http_method_names.remove("options")
    subject = TroubleshootingEntry.Subject.REQUEST

    request: Request
    key: ApiKey | None = None
    allowance: Allowance | None = None
    # Why the database could not work, "" when it could.
    outage = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.notes = Notes()

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer a request, and log it when a key of the directory opened it."""
        response = super().dispatch(request, *args, **kwargs)
        throttled = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        if self.allowance is not None:
            for name, value in self.allowance.headers(throttled=throttled).items():
                response[name] = value
        if self.outage:
            # Nothing can be written now, so nothing more is tried.
            missed.note(str(self.kwargs.get("directory_id", "")), self.outage)
            return response
        if self.key is not None and self.notes.is_kept:
            line = self.notes.line(request, response, self.key)
            # Who floods us must not make each request cost a statement.
            at_once = is_write(request) and not throttled
            (request_log.write if at_once else request_log.write_later)(line)
        if self.key is not None and response.status_code < HTTPStatus.BAD_REQUEST:
            missed.tell(self.directory)
            seen.note_seen(
                directory_id=self.key.directory_id,
                resource=self.notes.resource,
                resource_id=self.notes.resource_id,
                at=self.notes.at,
            )
        return response

    def perform_authentication(self, request: Request) -> None:
        """Keep the key that opened the directory.

        What is logged is for the admins, so it is not in the client's language.
        """
        translation.activate(settings.LANGUAGE_CODE)
        self.key = self.notes.key = cast("ApiKey", request.auth)
        self.notes.resource = RESOURCES[self.subject]
        if "scim_id" in self.kwargs:
            self.notes.about(plain_id(self.kwargs["scim_id"]), "")

    def check_permissions(self, request: Request) -> None:
        """Refuse everything while syncing rests: the site or subscription is gone."""
        super().check_permissions(request)
        check_site(self.directory)
        check_subscription(self.directory.organization)

    def check_throttles(self, request: Request) -> None:
        """Refuse with TooManyRequestsError what is more than the key's allowance."""
        kind: Kind = "writes" if is_write(request) else "reads"
        self.allowance = take(cast("ApiKey", self.key), kind)
        if self.allowance is not None and self.allowance.is_exceeded:
            msg = (
                f"This API key has reached its limit ({kind} a minute: "
                f"{self.allowance.limit:,}). Try again after the seconds that "
                "Retry-After names."
            )
            raise errors.TooManyRequestsError(msg)

    def count_operations(self, count: int) -> None:
        """Count the operations of a bulk request as that many writes.

        The request itself was counted as one when it was let in.
        """
        if self.allowance is not None and count > 1:
            key = cast("ApiKey", self.key)
            self.allowance = take(key, self.allowance.kind, count=count - 1)

    @property
    def directory(self) -> Directory:
        """Return the directory that the request's key opens."""
        return cast("ApiKey", self.key).directory

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Leave out the version where the directory does not offer versions."""
        if self.key is not None and not offer_of(self.directory).etag:
            response.headers.pop("ETag", None)
        return super().finalize_response(request, response, *args, **kwargs)

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """Answer JSON whatever the client says it accepts, as all of them do."""
        return JSONRenderer(), SCIM_JSON

    def body(self) -> object:
        """Return the parsed body; raises a ScimError that says what is wrong."""
        limit = settings.SCIM_MAX_BODY_BYTES
        given = self.request.META.get("CONTENT_LENGTH") or ""
        # Python refuses to read numbers of some thousand digits.
        length = int(given[:DIGITS]) if given.isdecimal() else 0
        # A body in chunks has no length, and Django takes it for empty.
        stream = self.request if given else self.request.META["wsgi.input"]
        raw = b"" if length > limit else stream.read(limit + 1)
        if max(length, len(raw)) > limit:
            msg = (
                f"The body may have {limit // 2**20} MB at most. Send fewer members "
                "or operations at a time."
            )
            raise errors.PayloadTooLargeError(msg)
        try:
            encoding = self.request.META.get("HTTP_CONTENT_ENCODING", "")
            body = parse_body(raw, self.request.content_type, encoding)
        except ScimError:
            self.notes.sent_unreadable(len(raw))
            raise
        self.notes.sent(body, len(raw))
        return body

    def answer(
        self, document: Any, *, status: int = 200, location: str = "", tag: str = ""
    ) -> HttpResponseBase:
        """Answer with a JSON document in the media type that the client reads."""
        self.notes.answered(document)
        accept = self.request.META.get("HTTP_ACCEPT", "")
        plain = "application/json" in accept and SCIM_JSON not in accept
        return _json(
            document,
            status=status,
            media_type="application/json" if plain else SCIM_JSON,
            headers={"Location": location, "ETag": tag},
        )

    def handle_exception(self, exc: Exception) -> Response:
        """Turn whatever was raised into a SCIM error; log what admins should know."""
        error = scim_error(exc)
        self.outage = dialect.outage(exc)
        if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("scim_request_failed", exc_info=exc)
        elif error.status == HTTPStatus.SERVICE_UNAVAILABLE:
            # One line each: there may be many, and a traceback says no more.
            said = " ".join(str(exc).split())[:SAID]
            logger.error("scim_request_unavailable", error=said)
        self.notes.refused(error.detail, subject_name(exc))
        self._log(exc, error)
        response = _json(error.to_body(), status=error.status)
        if error.status == HTTPStatus.UNAUTHORIZED:
            response["WWW-Authenticate"] = 'Bearer realm="SCIM"'
        if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
            response["Retry-After"] = str(AGAIN_S)
        if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
            response["Allow"] = ", ".join(self.allowed_methods)
        return response  # type: ignore[return-value]  # any HttpResponse will do

    def _log(self, exc: Exception, error: ScimError) -> None:
        if self.key is None or self.outage:
            return
        again = error.status == HTTPStatus.TOO_MANY_REQUESTS or isinstance(
            exc, SubscriptionEndedError | SiteClosedError
        )
        if again and not self._tells_again():
            return
        asked = Asked(
            method=str(self.request.method),
            path=clean_path(self.request.get_full_path()),
            subject=self.subject,
            scim_id=str(self.kwargs.get("scim_id", "")),
        )
        report(self.directory, exc, error, asked)

    def _tells_again(self) -> bool:
        """Say whether it is an hour since admins were told that a key is stopped."""
        return cache.add(f"throttled:{cast('ApiKey', self.key).pk}", 1, TOLD_EVERY_S)


def _json(
    document: Any,
    *,
    status: int,
    media_type: str = SCIM_JSON,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> HttpResponseBase:
    response: HttpResponseBase
    if isinstance(document, Parts):
        response = StreamingHttpResponse(
            iter(document), status=status, content_type=media_type
        )
    else:
        response = HttpResponse(
            orjson.dumps(document), status=status, content_type=media_type
        )
    for name, value in headers.items():
        if value:
            response[name] = value
    return response
