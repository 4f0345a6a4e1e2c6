"""What an app comes to: by which groups people get in, alone or by several."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from directories import dialect
from directories.exports import csv_response
from directories.models import Account, Member
from directories.paging import cut_page
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.tables import neighbours
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.models import App, AppAccess, AppGrant, AppRole
from provisioning.queries.access import access_why, app_access, app_people, app_users
from provisioning.queries.planning import access_overlap
from provisioning.queries.planning.access_overlap import Overlap
from provisioning.views.access.access_choice import access_crumbs, apps_of

GROUPS_SHOWN = 50
CHUNK = 2_000
COLUMNS = (
    gettext_lazy("Name"),
    gettext_lazy("Email address"),
    gettext_lazy("Account ID"),
    gettext_lazy("Role"),
    gettext_lazy("State"),
    gettext_lazy("Since"),
    gettext_lazy("Ways"),
    gettext_lazy("Groups"),
)


@dataclass(frozen=True)
class Bringing:
    """A group that opens the app, and how many people it brings."""

    grant: AppGrant
    alone: int
    shared: int


@dataclass(frozen=True)
class Way:
    """A person, their roles in the app, and the groups that give them."""

    member: Member
    roles: list[AppAccess]
    grants: list[AppGrant]


@require_safe
@requires(Permission.SEE_DIRECTORY)
def access_app(request: ConsoleRequest, site_id: UUID, kind: str) -> HttpResponse:
    """Show by which groups people get into an app, and person by person."""
    app = _find(request, site_id, kind)
    cap = None if request.GET.get("all") else access_overlap.WINDOW
    overlap = access_overlap.overlap_of(app, cap=cap)
    grants = list(
        app_access.groups_in(app).order_by("group__name_key", "pk")[: GROUPS_SHOWN + 1]
    )
    text = tables.text_of(request.GET)
    count = app_people.count_of([app], app_people.PeopleFilter())
    people = app_users.people_in(app, app_users.PeopleFilter(text=text), count=count)
    page = cut_page(people, tables.cut_of(request.GET, "name"))
    context = {
        "crumbs": access_crumbs(f"{app.get_kind_display()} ({app.site.name})"),
        "app": app,
        "overlap": overlap,
        "most": _most(overlap),
        "groups": [
            Bringing(
                grant,
                overlap.alone[grant.group_id, grant.role],
                overlap.shared[grant.group_id, grant.role],
            )
            for grant in grants[:GROUPS_SHOWN]
        ],
        "more_groups": len(grants) > GROUPS_SHOWN,
        "text": text,
        "rows": _ways(app, page.rows),
        "links": neighbours(page, request.GET),
    }
    return render_part(
        request, "provisioning/access_app.html", context, fragment="rows"
    )


def _find(request: ConsoleRequest, site_id: UUID, kind: str) -> App:
    for app in apps_of(request):
        if app.site_id == site_id and app.kind == kind:
            return app
    raise Http404


def _most(overlap: Overlap) -> list[tuple[Account, str, int]]:
    """Return who has the most ways: the account, the role, how many."""
    accounts = Account.objects.in_bulk({who for _ways, (who, _role) in overlap.most})
    return [
        (accounts[who], str(AppRole(role).label), ways)
        for ways, (who, role) in overlap.most
        if who in accounts
    ]


def _ways(app: App, members: list[Member]) -> list[Way]:
    keys = [member.account_id for member in members]
    roles: dict[int, list[AppAccess]] = {}
    rows = AppAccess.objects.filter(app=app, account__in=keys)
    for row in rows.order_by("account_id", "role"):
        roles.setdefault(row.account_id, []).append(row)
    ways = access_why.ways_in(app, keys)
    return [
        Way(m, roles.get(m.account_id, []), ways.get(m.account_id, [])) for m in members
    ]


@require_POST
@requires(Permission.SEE_DIRECTORY)
def access_app_export(
    request: ConsoleRequest, site_id: UUID, kind: str
) -> HttpResponseBase:
    """Answer with everybody who has a role in an app, and by which groups, as CSV."""
    app = _find(request, site_id, kind)
    name = _("{app} on {site}").format(app=app.get_kind_display(), site=app.site.name)
    exports.note_export(
        organization=request.organization,
        target=Target("app", str(app.site_id), name),
        filters={"list": "access"},
        by=request.actor,
        now=timezone.now(),
    )
    return csv_response(f"access-{app.kind}", COLUMNS, _lines(app))


def _lines(app: App) -> Iterator[list[object]]:
    """Return a row for each role of each person, as of one moment."""
    with dialect.snapshot():
        for role in AppRole:
            yield from _lines_of(app, role)


def _lines_of(app: App, role: AppRole) -> Iterator[list[object]]:
    after = 0
    rows = AppAccess.objects.filter(app=app, role=role).select_related("account")
    ordered = rows.order_by("account_id")
    while batch := list(ordered.filter(account__gt=after)[:CHUNK]):
        after = batch[-1].account_id
        ways = access_why.ways_in(app, [row.account_id for row in batch])
        for row in batch:
            grants = [g for g in ways.get(row.account_id, []) if g.role == role]
            yield [
                row.account.get_full_name(),
                row.account.email,
                row.account.public_id,
                role.label,
                row.get_state_display(),
                row.since.isoformat(timespec="seconds"),
                len(grants),
                ", ".join(grant.group.name for grant in grants),
            ]
