"""What every SCIM view shares: the key, the body, the answer, the errors."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, cast

import orjson
import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from directories.models import ApiKey, Directory, TroubleshootingEntry
from directories.scim.authentication import DirectoryKeyAuthentication
from directories.scim.modes import tolerance_of
from directories.scim.protocol import errors
from directories.scim.protocol.errors import ScimError
from directories.scim.protocol.messages import parse_body
from directories.scim.protocol.tolerance import Tolerance
from directories.scim.refusals import explain, scim_error, subject_name
from directories.scim.streaming import Parts
from directories.services.troubleshooting import Finding, log_finding

logger = structlog.get_logger(__name__)

SCIM_JSON = "application/scim+json"
WRITES = {"POST", "PUT", "PATCH"}
# Authentication logs for itself, a wrong method is the client's own affair, and
# who sends a condition wants to be refused when it does not hold.
UNLOGGED = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.PRECONDITION_FAILED,
}


class ScimView(APIView):
    """A SCIM endpoint of one directory, opened by the directory's key."""

    authentication_classes = (DirectoryKeyAuthentication,)
    # The key is the permission: it opens its directory and nothing else.
    permission_classes = (AllowAny,)
    subject = TroubleshootingEntry.Subject.REQUEST

    request: Request
    key: ApiKey | None = None

    def perform_authentication(self, request: Request) -> None:
        """Keep the key that opened the directory.

        What is logged is for the admins, so it is not in the client's language.
        """
        translation.activate(settings.LANGUAGE_CODE)
        self.key = cast("ApiKey", request.auth)

    @property
    def directory(self) -> Directory:
        """Return the directory that the request's key opens."""
        return cast("ApiKey", self.key).directory

    @property
    def tolerance(self) -> Tolerance:
        """Return which deviations of clients the directory accepts."""
        return tolerance_of(self.directory)

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """Answer JSON whatever the client says it accepts, as all of them do."""
        return JSONRenderer(), SCIM_JSON

    def body(self) -> object:
        """Return the parsed body; raises a ScimError that says what is wrong."""
        limit = settings.SCIM_MAX_BODY_BYTES
        given = self.request.META.get("CONTENT_LENGTH") or ""
        length = int(given) if given.isdecimal() else 0
        # A body in chunks has no length, and Django takes it for empty.
        stream = self.request if given else self.request.META["wsgi.input"]
        raw = b"" if length > limit else stream.read(limit + 1)
        if max(length, len(raw)) > limit:
            msg = (
                f"The body may have {limit // 2**20} MB at most. Send fewer members "
                "or operations at a time."
            )
            raise errors.PayloadTooLargeError(msg)
        return parse_body(raw, self.request.content_type)

    def answer(
        self, document: Any, *, status: int = 200, location: str = "", tag: str = ""
    ) -> HttpResponseBase:
        """Answer with a JSON document in the media type that the client reads."""
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
        if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("scim_request_failed", exc_info=exc)
        self._log(exc, error)
        response = _json(error.to_body(), status=error.status)
        if error.status == HTTPStatus.UNAUTHORIZED:
            response["WWW-Authenticate"] = 'Bearer realm="SCIM"'
        if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
            response["Allow"] = ", ".join(self.allowed_methods)
        return response  # type: ignore[return-value]  # any HttpResponse will do

    def _log(self, exc: Exception, error: ScimError) -> None:
        if self.key is None or error.status in UNLOGGED:
            return
        request = self.request
        if error.status == HTTPStatus.NOT_FOUND and request.method not in WRITES:
            return
        kind, advice = explain(exc, error, is_resource="scim_id" in self.kwargs)
        finding = Finding(
            kind=kind,
            level=TroubleshootingEntry.Level.ERROR,
            reason=error.detail,
            advice=advice,
            subject=self.subject,
            subject_id=str(self.kwargs.get("scim_id", "")),
            subject_name=subject_name(exc),
            request={
                "method": request.method,
                "path": request.get_full_path()[:500],
                "status": error.status,
            },
        )
        try:
            log_finding(self.directory, finding, now=timezone.now())
        except DatabaseError as failure:
            # The client still gets its answer when the log cannot be written.
            logger.exception("troubleshooting_log_failed", exc_info=failure)


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
