"""What the lists of one app can be asked for by their address."""

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from directories.paging import Cut
from provisioning import tables
from provisioning.models import ROLES_IN_APPS, App, AppAccess
from provisioning.queries.access.app_users import PeopleFilter

GROUPS, USERS, LICENSES = "groups", "users", "licenses"
TABS: list[tuple[str, StrOrPromise]] = [
    (GROUPS, _("Groups")),
    (USERS, _("Users")),
    (LICENSES, _("Licenses")),
]
State = AppAccess.State
STATES: dict[str, StrOrPromise] = {
    State.ACTIVE: _("Has access"),
    State.WAITING: _("Waiting for a license"),
    State.REFUSED: _("Refused by the user limit"),
}
# Who has no access because the licenses ran out.
IN_LINE = (State.WAITING, State.REFUSED)
APP_PEOPLE_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("Role"),
    _("State"),
    _("Since"),
    _("Groups"),
    _("Number of groups"),
    _("Source"),
    _("Account ID"),
)
LOSER_COLUMNS = (
    _("Name"),
    _("Email address"),
    _("App"),
    _("Site"),
    _("Role"),
    _("State"),
    _("Source"),
    _("Account ID"),
)
LINE_COLUMNS = (
    _("Place"),
    _("Name"),
    _("Email address"),
    _("State"),
    _("Since"),
    _("Groups"),
    _("Source"),
    _("Account ID"),
)


def tab_of(query: QueryDict) -> str:
    """Return which tab of an app's page is asked for."""
    asked = query.get("tab", "")
    return asked if asked in dict(TABS) else GROUPS


def roles_of(app: App) -> list[tuple[str, str]]:
    """Return the roles of an app with their names."""
    return [(role.value, str(role.label)) for role in ROLES_IN_APPS[app.kind]]


def people_filter(query: QueryDict, app: App) -> PeopleFilter:
    """Return which people of an app are asked for."""
    role, state = query.get("role", ""), query.get("state", "")
    return PeopleFilter(
        text=tables.text_of(query),
        role=role if role in dict(roles_of(app)) else "",
        state=state if state in STATES else "",
        directory=tables.directory_of(query, or_local=True),
    )


def line_state(query: QueryDict, *, waiting: int, refused: int) -> str:
    """Return which line is asked for: of those who wait, or who were refused."""
    asked = query.get("line", "")
    if asked in IN_LINE:
        return asked
    return State.REFUSED if refused and not waiting else State.WAITING


def line_cut(query: QueryDict) -> Cut:
    """Return which page of a line is asked for."""
    before = query.get("before") or None
    after = None if before else query.get("after") or None
    return Cut(field="since", after=after, before=before)
