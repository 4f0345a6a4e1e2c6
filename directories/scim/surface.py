"""What every SCIM view shares: the key, the body, the answer, the errors."""

import uuid
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
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from directories.consumers import RefusedError
from directories.models import ApiKey, Directory, TroubleshootingEntry
from directories.scim.authentication import DirectoryKeyAuthentication
from directories.scim.protocol import errors
from directories.scim.protocol.errors import ScimError
from directories.scim.protocol.messages import parse_body
from directories.scim.protocol.tolerance import COMPATIBLE, STRICT, Tolerance
from directories.scim.streaming import Parts
from directories.services import limits, memberships, records
from directories.services.opening import ClosedError
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
        strict = self.directory.mode == Directory.Mode.STRICT
        return STRICT if strict else COMPATIBLE

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


def scim_id(given: str) -> uuid.UUID:
    """Return the id in a path; what is no id is nobody's: NotFoundError."""
    try:
        return uuid.UUID(given)
    except ValueError as error:
        raise _not_found() from error


def _not_found() -> ScimError:
    return errors.NotFoundError("The directory has no resource with this id.")


def scim_error(exc: Exception) -> ScimError:  # noqa: PLR0911 - one line an error
    """Return the SCIM error that tells a client what happened."""
    match exc:
        case ScimError():
            return exc
        case records.TakenError() | RefusedError():
            return errors.UniquenessError(str(exc))
        case records.UnknownRecordError():
            return _not_found()
        case limits.LimitReachedError():
            return errors.ForbiddenError(str(exc))
        case memberships.UnknownMembersError():
            ids = ", ".join(str(i)[:60] for i in exc.ids)
            return errors.InvalidValueError(
                f"Members that are no users of this directory: {exc.count}, among "
                f"them {ids}. Push the users first."
            )
        case ClosedError():
            return errors.UnauthorizedError(
                "User provisioning of this directory was deleted; the API key has "
                "ended."
            )
        case exceptions.MethodNotAllowed():
            return errors.MethodNotAllowedError("This endpoint has no such method.")
        case _:
            return errors.InternalError(
                "The request failed on our side and changed nothing. Try again later."
            )


def explain(exc: Exception, error: ScimError, *, is_resource: bool) -> tuple[str, str]:
    """Return the log's machine word of a refusal and what an admin can do."""
    match exc:
        case RefusedError():
            return exc.kind, exc.advice
        case records.TakenError():
            return "taken", _(
                "Another record of this directory has this {attribute}. Look for a "
                "stale person or group in the identity provider and remove it there."
            ).format(attribute=exc.attribute)
        case limits.LimitReachedError():
            return "limit", _("Raise the limit in the settings, or push fewer.")
        case memberships.UnknownMembersError():
            return "unknown_member", _(
                "Assign these people to the app in the identity provider, so that "
                "they are pushed before their groups."
            )
        case _:
            return _explain_status(error, is_resource=is_resource)


def _explain_status(error: ScimError, *, is_resource: bool) -> tuple[str, str]:
    if error.status == HTTPStatus.NOT_FOUND and not is_resource:
        return "unknown_endpoint", _(
            "The identity provider asks for something that is not offered. Check "
            "the SCIM base URL in it."
        )
    if error.status == HTTPStatus.NOT_FOUND:
        return "unknown_id", _(
            "The identity provider changes something that is not here, perhaps "
            "deleted before. Unassign and assign it again there."
        )
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return "server_error", _("See the server's log for the cause.")
    match error:
        case errors.InvalidFilterError():
            advice = _(
                "The identity provider looks people or groups up by something that "
                "is not offered. Choose another matching attribute there."
            )
        case errors.InvalidValueError() | errors.MutabilityError():
            advice = _("Check the attribute mapping in the identity provider.")
        case errors.PayloadTooLargeError():
            advice = _("Raise the limit in the settings, or push less at a time.")
        case _:
            advice = _(
                "The request is not what SCIM asks for. Check that the application "
                "in the identity provider speaks SCIM 2.0."
            )
    return "bad_request", advice


def subject_name(exc: Exception) -> str:
    """Return the user, group or address that a refusal was about, if known."""
    match exc:
        case records.TakenError():
            return exc.value
        case RefusedError():
            return exc.name
        case _:
            return ""
