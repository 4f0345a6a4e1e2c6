"""The access of one person to apps: state, since when, by which groups, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from directories.models import Member
from provisioning.models import App, AppAccess, Group
from provisioning.queries.access import app_access
from provisioning.queries.access.access_filters import present_apps


@dataclass(frozen=True)
class Standing:
    """A role in an app that the groups of a person give.

    `state` is that of AppAccess, "" while the person is not active or the change is
    still carried on; `since` is when the entitlement began.
    """

    app: App
    label: str
    groups: Sequence[Group]
    state: str
    since: datetime | None

    @property
    def told(self) -> str:
        """Return the state in words."""
        return str(AppAccess.State(self.state).label) if self.state else ""

    @property
    def active(self) -> bool:
        """Say whether the person has access."""
        return self.state == AppAccess.State.ACTIVE


@dataclass(frozen=True)
class PersonAccess:
    """What a person has in apps, which apps none of the groups opens, and why."""

    standings: Sequence[Standing]
    missing: Sequence[App]
    reason: str


def access_of(member: Member) -> PersonAccess:
    """Return what a member has in each app of the organization; three queries."""
    account = member.account
    rows = AppAccess.objects.filter(account=account)
    stored = {(row.app_id, row.role): row for row in rows}
    standings = []
    for given in app_access.access_of(member.organization, account):
        row = stored.get((given.app.pk, given.role))
        standings.append(
            Standing(
                app=given.app,
                label=given.label,
                groups=given.groups,
                state=row.state if row else "",
                since=row.since if row else None,
            )
        )
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
