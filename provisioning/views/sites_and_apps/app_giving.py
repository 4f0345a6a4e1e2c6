"""Gives groups a role in an app, and says what that means for its licenses."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directories.permissions import ConsoleRequest
from directories.services.together import all_or_nothing
from provisioning.limit_consequences import needs_words
from provisioning.models import LICENSED_ROLES, App, AppRole, Group
from provisioning.queries.access.licenses import Licenses, licenses, needed
from provisioning.services.access.seats import SeatsError
from provisioning.services.sites_and_apps import app_grants
from provisioning.views.sites_and_apps.license_messages import refusal_words, telling

REFUSED = (app_grants.NoSyncedGroupsError, app_grants.GoneError)


@dataclass(frozen=True)
class Forecast:
    """How many people of chosen groups need a license of an app, and what follows."""

    use: Licenses
    needed: int

    @property
    def may_go_on(self) -> bool:
        """Say whether the app takes them."""
        refuses = self.use.app.at_limit == App.AtLimit.REFUSE
        return not refuses or self.needed <= (self.use.free or 0)

    @property
    def lines(self) -> list[str]:
        """Return what follows, in sentences."""
        return needs_words(self.use, self.needed)


def forecast_of(app: App, role: AppRole, groups: Sequence[Group]) -> Forecast | None:
    """Return what a role for groups means for the licenses, None where nothing."""
    if app.user_limit is None or role != LICENSED_ROLES[app.kind]:
        return None
    taken = [group.pk for group in groups if app_grants.takes(app, group)]
    return Forecast(licenses(app), needed(app, taken))


def give_groups(
    request: ConsoleRequest, app: App, role: AppRole, groups: Sequence[Group]
) -> None:
    """Give groups a role, all or none of them, and say what came of it."""
    if not groups:
        messages.info(request, _("No group was chosen."))
        return
    taken = [group for group in groups if app_grants.takes(app, group)]
    now = timezone.now()

    def give() -> int:
        return sum(
            app_grants.give_access(app, group, role, by=request.actor, now=now)
            for group in taken
        )

    try:
        with telling(request, [app]):
            given = all_or_nothing(give)
    except SeatsError as error:
        messages.error(request, refusal_words(error))
        return
    except REFUSED:
        messages.error(
            request, _("Nothing was changed: a group was deleted meanwhile. Try again.")
        )
        return
    if given or len(taken) == len(groups):
        text = ngettext(
            "{count} group gives access to {app} now.",
            "{count} groups give access to {app} now.",
            given,
        )
        messages.success(request, text.format(count=given, app=app.get_kind_display()))
    if len(taken) < len(groups):
        messages.error(
            request, _("Bitbucket takes no synced groups: those chosen were left out.")
        )
