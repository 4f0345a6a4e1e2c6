"""What the tabs of an app's page show: its people, and its licenses."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from directories.permissions import ConsoleRequest
from provisioning import app_tables, tables
from provisioning.app_forms import AppLimitForm
from provisioning.models import App, AppAccess
from provisioning.queries.access import app_access, app_people, app_users
from provisioning.queries.access.deciders import deciders_of
from provisioning.queries.access.licenses import Licenses
from provisioning.queries.accounts.people import LOCAL
from provisioning.queries.organization_groups import groups
from provisioning.queries.review import provider_directories
from provisioning.views.listing import Listing, list_page, turned_round

State = AppAccess.State
PLACES_COUNTED = 10_000
MEMBERS_COUNTED = 10_000


def groups_tab(request: ConsoleRequest, app: App, _use: Licenses) -> dict[str, Any]:
    """Return what the Groups tab of an app shows."""
    text = tables.text_of(request.GET)
    found = app_access.groups_in(app, text)
    listing = list_page(request, found, tables.cut_of(request.GET, "name_key"))
    grants = listing.rows
    counts = groups.member_counts([g.group for g in grants], cap=MEMBERS_COUNTED)
    return {
        "text": text,
        "listing": listing,
        "rows": [(grant, counts[grant.group_id]) for grant in grants],
        "deciders": deciders_of(app),
    }


def users_tab(request: ConsoleRequest, app: App, use: Licenses) -> dict[str, Any]:
    """Return what the Users tab of an app shows."""
    wanted = app_tables.people_filter(request.GET, app)
    cut = tables.cut_of(request.GET, "name")
    fitting = app_people.PeopleFilter(role=wanted.role, state=wanted.state)
    count = app_people.count_of([app], fitting)
    people = app_users.people_in(app, wanted, count=count)
    listing: Listing[Any] = list_page(request, people, cut)
    return {
        "wanted": wanted,
        "listing": listing,
        "rows": app_users.with_roles(app, listing.rows, wanted),
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
        "roles": app_tables.roles_of(app),
        "states": list(app_tables.STATES.items()),
        "sources": [
            (LOCAL, _("Local")),
            *(
                (str(each.pk), each.name)
                for each in provider_directories(request.organization)
            ),
        ],
        "anybody": bool(use.people),
    }


def licenses_tab(request: ConsoleRequest, app: App, use: Licenses) -> dict[str, Any]:
    """Return what the Licenses tab of an app shows."""
    state = app_tables.line_state(request.GET, waiting=use.waiting, refused=use.refused)
    cut = app_tables.line_cut(request.GET)
    line = app_users.line_of(app, state)
    total = use.waiting if state == State.WAITING else use.refused
    listing = list_page(request, line, cut, total=total)
    before: int | None = 0
    if listing.rows and listing.links.previous:
        before = app_users.place_in_line(app, listing.rows[0], PLACES_COUNTED)
    return {
        "form": AppLimitForm(
            initial={"user_limit": app.user_limit, "at_limit": app.at_limit}
        ),
        "line": state,
        "listing": listing,
        "rows": app_users.in_line(app, listing.rows, before),
        "total": total,
    }


Content = Callable[[ConsoleRequest, App, Licenses], dict[str, Any]]
TAB_CONTENT: Mapping[str, Content] = {
    app_tables.GROUPS: groups_tab,
    app_tables.USERS: users_tab,
    app_tables.LICENSES: licenses_tab,
}
