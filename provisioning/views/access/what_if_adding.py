"""The form that adds a step to a plan: choose its kind, then what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from directories.models import Member, Site
from directories.permissions import ConsoleRequest
from provisioning.models import ROLES_IN_APPS, App, AppRole, Group
from provisioning.queries.accounts.people import MemberFilter, members_of
from provisioning.queries.organization_groups.groups import GroupFilter, groups_in
from provisioning.queries.planning.access_plan import Kind, Step
from provisioning.queries.planning.access_steps import (
    NO_LIMIT,
    PARTS,
    Reader,
    UnknownError,
    kinds_for,
)

FOUND = 10
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Search:
    """A group or a person to choose: `found` are (id, name, detail)."""

    name: str
    label: str
    text: str
    chosen: str
    found: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Adding:
    """A step that is being put together; `step` is there when it is complete.

    `places` are (value, label) of apps, with their roles where a step has one.
    """

    kinds: list[tuple[str, str]]
    kind: str = ""
    places: list[tuple[str, str]] = field(default_factory=list)
    place: str = ""
    sites: list[tuple[str, str]] = field(default_factory=list)
    site: str = ""
    searches: list[Search] = field(default_factory=list)
    asks_limit: bool = False
    limit: str = ""
    error: str = ""
    step: Step | None = None


def adding_of(request: ConsoleRequest, reader: Reader) -> Adding:
    """Return the form as the address has filled it in."""
    query = request.GET
    kinds = [(kind.value, str(kind.label)) for kind in Kind]
    if query.get("add", "") not in Kind.values:
        return Adding(kinds)
    kind = Kind(query["add"])
    parts = PARTS[kind]
    searches = [_search(request, kind, part) for part in parts if part in SEARCHED]
    asked = "put" in query
    step, error = _step(request, reader, kind) if asked else (None, "")
    return Adding(
        kinds=kinds,
        kind=kind.value,
        places=_places(reader.apps, roles="role" in parts) if "app" in parts else [],
        place=query.get("place", ""),
        sites=_sites(reader.apps) if "site" in parts else [],
        site=query.get("site", ""),
        searches=searches,
        asks_limit="limit" in parts,
        limit=query.get("limit", ""),
        error=error,
        step=step,
    )


SEARCHED = {"group", "source", "account"}


def _step(
    request: ConsoleRequest, reader: Reader, kind: Kind
) -> tuple[Step | None, str]:
    values: list[str] = []
    for part in PARTS[kind]:
        if part == "role":
            continue
        given = request.GET.get("place" if part == "app" else part, "").strip()
        if part == "limit":
            given = given or NO_LIMIT
        values += given.split(".") if part == "app" else [given]
    try:
        return reader.step_of(kind, values), ""
    except UnknownError:
        if kind == Kind.GIVE and f".{App.Kind.BITBUCKET}." in request.GET.get(
            "place", ""
        ):
            return None, _("Bitbucket takes no synced groups. Choose a local one.")
        return None, _("Choose one of each, then add the step.")


def _places(apps: Sequence[App], *, roles: bool) -> list[tuple[str, str]]:
    found = []
    for app in apps:
        place = f"{app.site_id}.{app.kind}"
        name = f"{app.site.name}: {app.get_kind_display()}"
        if not roles:
            found.append((place, name))
            continue
        found += [
            (f"{place}.{role}", f"{name}, {AppRole(role).label}")
            for role in ROLES_IN_APPS[app.kind]
        ]
    return found


def _sites(apps: Sequence[App]) -> list[tuple[str, str]]:
    sites: dict[str, Site] = {str(app.site_id): app.site for app in apps}
    return [(key, site.name) for key, site in sites.items()]


def _search(request: ConsoleRequest, kind: Kind, part: str) -> Search:
    labels = {
        "group": _("Group"),
        "source": _("Everybody of this group"),
        "account": _("Person"),
    }
    text = request.GET.get(f"{part}_q", "").strip()[:LONGEST_SEARCH]
    chosen = request.GET.get(part, "")
    if part == "account":
        found = _people(request, text)
    else:
        kinds = frozenset(Group.Kind.values)
        found = _groups(
            request,
            text,
            kinds if part == "source" else kinds_for(kind),
        )
    return Search(part, labels[part], text, chosen, found)


def _groups(
    request: ConsoleRequest, text: str, kinds: frozenset[str]
) -> list[tuple[str, str, str]]:
    groups = groups_in(request.organization, GroupFilter(text=text))
    found: list[Group] = list(
        groups.filter(kind__in=kinds).order_by("name_key", "pk")[:FOUND]
    )
    return [(str(g.public_id), g.name, str(g.get_kind_display())) for g in found]


def _people(request: ConsoleRequest, text: str) -> list[tuple[str, str, str]]:
    members = members_of(request.organization, MemberFilter(text=text))
    found: list[Member] = list(members.order_by("name", "pk")[:FOUND])
    return [(str(m.account.public_id), m.name, m.account.email) for m in found]
