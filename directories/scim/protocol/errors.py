"""Errors of RFC 7644 section 3.12, free of any framework."""

from typing import Any, ClassVar

ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"

_SHOWN_CHARACTERS = 60


def shown(text: str) -> str:
    """Quote a piece of client input so that it is short and safe to send back."""
    cut = text[:_SHOWN_CHARACTERS]
    clean = "".join(char if char.isprintable() else "?" for char in cut)
    return f'"{clean}…"' if len(text) > len(cut) else f'"{clean}"'


class ScimError(Exception):
    """A failure the client is told of; `status` is the HTTP status."""

    status: ClassVar[int] = 400
    scim_type: ClassVar[str] = ""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def to_body(self) -> dict[str, Any]:
        """Build the error message of RFC 7644 section 3.12."""
        body: dict[str, Any] = {"schemas": [ERROR_SCHEMA], "status": str(self.status)}
        if self.scim_type:
            body["scimType"] = self.scim_type
        body["detail"] = self.detail
        return body


class InvalidFilterError(ScimError):
    """A filter cannot be read, or asks for what the attribute does not offer."""

    scim_type = "invalidFilter"


class InvalidPathError(ScimError):
    """A PATCH path cannot be read, or cannot be worked on."""

    scim_type = "invalidPath"


class UnknownAttributeError(InvalidPathError):
    """A well-formed path names an attribute that no schema here declares."""


class InvalidSyntaxError(ScimError):
    """A body is not JSON, or not the message that the request calls for."""

    scim_type = "invalidSyntax"


class InvalidValueError(ScimError):
    """A value is missing, of the wrong type, or beyond a limit."""

    scim_type = "invalidValue"


class InvalidCursorError(ScimError):
    """A cursor is none of ours, or belongs to another query (RFC 9865)."""

    scim_type = "invalidCursor"


class InvalidCountError(ScimError):
    """The size of a page is no number (RFC 9865)."""

    scim_type = "invalidCount"


class MutabilityError(ScimError):
    """A change touches what clients may not change, or removes what is required."""

    scim_type = "mutability"


class NoTargetError(ScimError):
    """A PATCH path selects nothing that could be worked on."""

    scim_type = "noTarget"


class TooManyError(ScimError):
    """A filter yields more than the service is willing to work out."""

    scim_type = "tooMany"


class UnauthorizedError(ScimError):
    """The request carries no key, or none that is good for this directory."""

    status = 401


class ForbiddenError(ScimError):
    """The key is good but may not do this."""

    status = 403


class NotFoundError(ScimError):
    """There is no such resource or endpoint."""

    status = 404


class MethodNotAllowedError(ScimError):
    """The endpoint exists but not with this method."""

    status = 405


class UniquenessError(ScimError):
    """An attribute value is already taken by another resource."""

    status = 409
    scim_type = "uniqueness"


class BrokenReferenceError(ScimError):
    """A bulk operation refers to what another one failed to create."""

    status = 409


class PreconditionFailedError(ScimError):
    """The resource is not the version that the request is meant for."""

    status = 412


class PayloadTooLargeError(ScimError):
    """The body, or what it asks for, is over a limit."""

    status = 413


class UnsupportedMediaTypeError(ScimError):
    """The body is declared as something other than JSON in UTF-8."""

    status = 415


class TooManyRequestsError(ScimError):
    """The client has to slow down."""

    status = 429


class InternalError(ScimError):
    """Something failed on this side; the detail gives nothing away."""

    status = 500


class UnavailableError(ScimError):
    """Nothing is wrong with the request; sent again a little later it will do."""

    status = 503


class NotImplementedScimError(ScimError):
    """A part of the protocol that this service does not offer."""

    status = 501
