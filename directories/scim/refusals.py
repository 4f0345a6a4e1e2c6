"""Says refusals twice: to the client as SCIM errors, to admins as advice."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise
from rest_framework import exceptions

from directories import dialect
from directories.consumers import RefusedError
from directories.findings import Refusal
from directories.scim.ids import not_found
from directories.scim.protocol import errors
from directories.scim.protocol.errors import ScimError
from directories.services import limits, memberships, records
from directories.services.opening import ClosedError
from directories.services.site_doors import SiteClosedError
from directories.services.subscriptions import SubscriptionEndedError

_TAKEN: Mapping[str, Refusal] = MappingProxyType(
    {
        "userName": Refusal.USER_NAME_TAKEN,
        "email": Refusal.PERSON_EMAIL_TAKEN,
        "displayName": Refusal.GROUP_NAME_TAKEN,
    }
)
_LIMITS: Mapping[limits.Kind, Refusal] = MappingProxyType(
    {
        "users": Refusal.LIMIT_USERS,
        "groups": Refusal.LIMIT_GROUPS,
        "members": Refusal.LIMIT_MEMBERS,
    }
)
# The first that fits counts: a class stands before the one it is made from.
_KINDS: Sequence[tuple[type[ScimError], Refusal]] = (
    (errors.InvalidFilterError, Refusal.BAD_FILTER),
    (errors.UnknownAttributeError, Refusal.UNKNOWN_ATTRIBUTE),
    (errors.InvalidPathError, Refusal.BAD_PATH),
    (errors.NoTargetError, Refusal.NO_TARGET),
    (errors.InvalidSyntaxError, Refusal.UNREADABLE),
    (errors.InvalidValueError, Refusal.BAD_VALUE),
    (errors.MutabilityError, Refusal.FIXED_VALUE),
    (errors.InvalidCursorError, Refusal.BAD_PAGE),
    (errors.InvalidCountError, Refusal.BAD_PAGE),
    (errors.TooManyError, Refusal.TOO_MANY),
    (errors.PayloadTooLargeError, Refusal.TOO_LARGE),
    (errors.UnsupportedMediaTypeError, Refusal.WRONG_FORMAT),
    (errors.NotImplementedScimError, Refusal.NOT_OFFERED),
    (errors.BrokenReferenceError, Refusal.BROKEN_REFERENCE),
    (errors.TooManyRequestsError, Refusal.THROTTLED),
    (errors.NotFoundError, Refusal.UNKNOWN_ID),
    (errors.UniquenessError, Refusal.TAKEN),
    (errors.InternalError, Refusal.SERVER_ERROR),
    (errors.UnavailableError, Refusal.UNAVAILABLE),
)

ADVICE: Mapping[Refusal, StrPromise] = MappingProxyType(
    {
        Refusal.THROTTLED: gettext_lazy(
            "Nothing is lost if the identity provider sends again, as most do. "
            "Otherwise let it send more slowly, or allow more requests a minute "
            "in the settings of the directory."
        ),
        Refusal.UNKNOWN_ENDPOINT: gettext_lazy(
            "The identity provider asks for something that is not offered. Check "
            "the SCIM base URL in it."
        ),
        Refusal.UNKNOWN_ID: gettext_lazy(
            "The identity provider changes something that is not here, perhaps "
            "deleted before. Unassign and assign it again there."
        ),
        Refusal.SERVER_ERROR: gettext_lazy("See the server's log for the cause."),
        Refusal.UNAVAILABLE: gettext_lazy(
            "Nothing is lost if the identity provider sends again, as most do. See the "
            "server's log, and whether the database runs and its disk has room."
        ),
        Refusal.BAD_FILTER: gettext_lazy(
            "The identity provider looks people or groups up by something that "
            "is not offered. Choose another matching attribute there."
        ),
        Refusal.BAD_VALUE: gettext_lazy(
            "Check the attribute mapping in the identity provider."
        ),
        Refusal.FIXED_VALUE: gettext_lazy(
            "Check the attribute mapping in the identity provider."
        ),
        Refusal.BROKEN_REFERENCE: gettext_lazy(
            "Another operation of the same bulk request failed. See the entry "
            "about that one."
        ),
        Refusal.NOT_OFFERED: gettext_lazy(
            "The identity provider asks for something that is not offered. Turn "
            "it off there. If the directory is in strict mode, compatible mode "
            "offers more."
        ),
        Refusal.TOO_LARGE: gettext_lazy(
            "Raise the limit in the server's settings, or push less at a time."
        ),
    }
)
OTHER_ADVICE = gettext_lazy(
    "The request is not what SCIM asks for. Check the attribute mapping "
    "in the identity provider, and that its application speaks SCIM 2.0. "
    "If the directory is in strict mode, compatible mode accepts more."
)


def scim_error(exc: Exception) -> ScimError:  # noqa: PLR0911 - one line an error
    """Return the SCIM error that tells a client what happened."""
    match exc:
        case ScimError():
            return exc
        case records.TakenError() | RefusedError():
            return errors.UniquenessError(str(exc))
        case records.UnknownRecordError():
            return not_found()
        case limits.LimitReachedError() | SubscriptionEndedError() | SiteClosedError():
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
            return _on_our_side(exc)


def _on_our_side(exc: Exception) -> ScimError:
    """Return the error for what is no fault of the client."""
    if reason := dialect.outage(exc) or dialect.busy(exc):
        return errors.UnavailableError(
            f"{reason} Send the request again in some seconds; what it has done "
            "already is not done twice."
        )
    return errors.InternalError(
        "The request failed on our side and changed nothing. Try again later."
    )


def explain(  # noqa: PLR0911 - one return a cause
    exc: Exception, error: ScimError, *, is_resource: bool
) -> tuple[Refusal, str]:
    """Return why the log says a request was refused, and what an admin can do."""
    match exc:
        case RefusedError():
            return exc.kind, exc.advice
        case records.TakenError():
            return _TAKEN.get(exc.attribute, Refusal.TAKEN), _(
                "Look for a stale person or group in the identity provider and remove "
                "it there."
            )
        case limits.LimitReachedError():
            return _LIMITS[exc.kind], _limit_advice(exc)
        case SiteClosedError():
            return Refusal.SITE_REMOVED, _(
                "Restore the site under Apps, Sites and products, or turn "
                "provisioning off in the identity provider. Nothing changes here "
                "meanwhile."
            )
        case SubscriptionEndedError():
            return Refusal.SUBSCRIPTION_ENDED, _(
                "Renew the subscription under Settings, Subscription. Everything is "
                "kept, and all directories are compared then."
            )
        case memberships.UnknownMembersError():
            return Refusal.UNKNOWN_MEMBER, _(
                "Assign these people and groups to the app in the identity provider, "
                "so that they are pushed before the groups they are in."
            )
        case _:
            kind = _kind_of(error)
            if kind == Refusal.UNKNOWN_ID and not is_resource:
                kind = Refusal.UNKNOWN_ENDPOINT
            return kind, str(ADVICE.get(kind, OTHER_ADVICE))


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


def _kind_of(error: ScimError) -> Refusal:
    for known, kind in _KINDS:
        if isinstance(error, known):
            return kind
    return Refusal.BAD_REQUEST


def subject_name(exc: Exception) -> str:
    """Return the user, group or address that a refusal was about, if known."""
    match exc:
        case records.TakenError():
            return exc.value
        case RefusedError():
            return exc.name
        case _:
            return ""
