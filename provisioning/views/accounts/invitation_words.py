"""Why somebody was not invited, and what to do, in sentences."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from provisioning.services.inviting.invitations import RefusedError

WORDS: Mapping[str, StrPromise] = MappingProxyType(
    {
        "claimed": _(
            "Another organization has verified the domain of this address and manages "
            "its accounts. Ask that organization, or invite another address."
        ),
        "deletion": _(
            "The account with this address is to be deleted. Cancel the deletion "
            "first, or wait until it is gone."
        ),
        "deactivated": _(
            "The account with this address is deactivated. Reactivate it first; who "
            "belongs to an identity provider is activated there."
        ),
        "suspended": _(
            "The person is here and suspended. Open their page and restore access; "
            "then invite them again."
        ),
        "limit": _(
            "The organization has as many users as its limit allows. Remove somebody, "
            "or raise the limit under Settings, Limits."
        ),
        "meanwhile": _("Somebody else added this person just now. Invite them again."),
        "group_gone": _(
            "One of the groups was deleted meanwhile. Invite them again without it."
        ),
        "group_synced": _(
            "One of the groups belongs to an identity provider, which alone says who "
            "is in it. Invite them again without it."
        ),
        "license": _(
            "No license of {app} ({site}) is free: its user limit is {limit}, and "
            "refuses more people. Raise the limit or suspend somebody."
        ),
    }
)


def refusal_of(error: RefusedError) -> str:
    """Return why nothing was written for a person, and what to do."""
    return str(WORDS[error.reason]).format(**error.values)
