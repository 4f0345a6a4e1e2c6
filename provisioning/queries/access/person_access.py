"""The access of one person to apps: state, since when, by which groups, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from directories.models import Member
from provisioning.models import App
from provisioning.queries.access import app_access
from provisioning.queries.access.access_filters import present_apps
from provisioning.queries.access.app_access import Access


@dataclass(frozen=True)
class PersonAccess:
    """What a person has in apps, which apps none of the groups opens, and why."""

    standings: Sequence[Access]
    missing: Sequence[App]
    reason: str


def access_of(member: Member) -> PersonAccess:
    """Return what a member has in each app of the organization; three queries."""
    standings = app_access.access_of(member.organization, member.account)
    opened = {each.app.pk for each in standings}
    apps = present_apps(member.organization)
    return PersonAccess(
        standings=standings,
        missing=[app for app in apps if app.pk not in opened],
        reason=_reason(member),
    )


def _reason(member: Member) -> str:
    """Return why somebody has no access at all, "" where the groups decide."""
    match member.status:
        case Member.Status.SUSPENDED:
            return _("The person is suspended, so nothing of this counts now.")
        case Member.Status.DEACTIVATED:
            return _("The account is deactivated, so nothing of this counts now.")
        case _:
            return ""
