"""Says refusals twice: to the client as SCIM errors, to admins as advice."""

from http import HTTPStatus

from django.utils.translation import gettext as _
from rest_framework import exceptions

from directories.consumers import RefusedError
from directories.scim.ids import not_found
from directories.scim.protocol import errors
from directories.scim.protocol.errors import ScimError
from directories.services import limits, memberships, records
from directories.services.opening import ClosedError
from directories.services.subscriptions import SubscriptionEndedError


def scim_error(exc: Exception) -> ScimError:  # noqa: PLR0911 - one line an error
    """Return the SCIM error that tells a client what happened."""
    match exc:
        case ScimError():
            return exc
        case records.TakenError() | RefusedError():
            return errors.UniquenessError(str(exc))
        case records.UnknownRecordError():
            return not_found()
        case limits.LimitReachedError() | SubscriptionEndedError():
            return errors.ForbiddenError(str(exc))
        case memberships.UnknownMembersError():
            ids = ", ".join(str(i)[:60] for i in exc.ids)
            return errors.InvalidValueError(
                "Members that are neither users nor groups of this directory: "
                f"{exc.count}, among them {ids}. Push them first."
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


def explain(  # noqa: PLR0911 - one return a cause
    exc: Exception, error: ScimError, *, is_resource: bool
) -> tuple[str, str]:
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
            return "limit", _limit_advice(exc)
        case SubscriptionEndedError():
            return "subscription_ended", _(
                "Renew the subscription under Settings, Subscription. Everything is "
                "kept, and all directories are compared then."
            )
        case memberships.UnknownMembersError():
            return "unknown_member", _(
                "Assign these people and groups to the app in the identity provider, "
                "so that they are pushed before the groups they are in."
            )
        case errors.TooManyRequestsError():
            return "throttled", _(
                "Nothing is lost if the identity provider sends again, as most do. "
                "Otherwise let it send more slowly, or allow more requests a minute "
                "in the settings of the directory."
            )
        case _:
            return _explain_status(error, is_resource=is_resource)


def _limit_advice(error: limits.LimitReachedError) -> str:
    """Say which setting it was and where to raise it."""
    settings = {
        "users": _("Users"),
        "members": _("Users per group"),
        "groups": _("Groups per directory"),
    }
    if error.source == "directory":
        text = _(
            "The directory has a limit of its own. Raise “{setting}” in its "
            "settings, or push fewer."
        )
    elif error.source == "organization":
        text = _("Raise “{setting}” under Settings, Limits, or push fewer.")
    else:
        text = _(
            "This is the limit of the installation. Set a higher one for “{setting}” "
            "under Settings, Limits, or push fewer."
        )
    return text.format(setting=settings[error.kind])


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
    return "bad_request", _advice(error)


def _advice(error: ScimError) -> str:  # noqa: PLR0911 - one return a cause
    match error:
        case errors.InvalidFilterError():
            return _(
                "The identity provider looks people or groups up by something that "
                "is not offered. Choose another matching attribute there."
            )
        case errors.InvalidValueError() | errors.MutabilityError():
            return _("Check the attribute mapping in the identity provider.")
        case errors.BrokenReferenceError():
            return _(
                "Another operation of the same bulk request failed. See the entry "
                "about that one."
            )
        case errors.NotImplementedScimError():
            return _(
                "The identity provider asks for something that is not offered. Turn "
                "it off there. If the directory is in strict mode, compatible mode "
                "offers more."
            )
        case errors.PayloadTooLargeError():
            return _(
                "Raise the limit in the server's settings, or push less at a time."
            )
        case _:
            return _(
                "The request is not what SCIM asks for. Check the attribute mapping "
                "in the identity provider, and that its application speaks SCIM 2.0. "
                "If the directory is in strict mode, compatible mode accepts more."
            )


def subject_name(exc: Exception) -> str:
    """Return the user, group or address that a refusal was about, if known."""
    match exc:
        case records.TakenError():
            return exc.value
        case RefusedError():
            return exc.name
        case _:
            return ""
