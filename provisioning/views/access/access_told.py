"""Puts what a change of access makes of people into words, for pages and as CSV."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directories import dialect
from directories.models import Member, Organization, RoleAssignment, Site
from directories.paging import given_key
from directories.permissions import ConsoleRequest
from provisioning import tables
from provisioning.models import App, AppAccess, AppRole, Group
from provisioning.queries.access.access_why import other_ways
from provisioning.queries.planning.access_changes import COUNTED, Change
from provisioning.queries.planning.access_lines import Effect, Line, Right
from provisioning.queries.planning.access_plan import Plan

BATCH = 500
NAMED = 5
COLUMNS = (
    gettext_lazy("Name"),
    gettext_lazy("Email address"),
    gettext_lazy("Account ID"),
    gettext_lazy("Site"),
    gettext_lazy("App"),
    gettext_lazy("Role"),
    gettext_lazy("Change"),
    gettext_lazy("From"),
    gettext_lazy("To"),
    gettext_lazy("Why"),
)
TONES = {
    Effect.GAIN: "success",
    Effect.ADMIT: "success",
    Effect.WAIT: "warning",
    Effect.REFUSED: "danger",
    Effect.LOSE: "danger",
    Effect.RIGHT_GAIN: "warning",
    Effect.RIGHT_LOSE: "danger",
}


@dataclass(frozen=True)
class Item:
    """One change of one person in words; `app` is "" for all apps of a right."""

    effect: Effect
    site: str
    app: str
    role: str
    before: str
    after: str
    why: str

    @property
    def tone(self) -> str:
        """Return the tone of the effect's lozenge."""
        return TONES.get(self.effect, "")


@dataclass(frozen=True)
class Person:
    """Somebody whom a change concerns, and what it makes of them."""

    member: Member
    items: list[Item]


@dataclass(frozen=True)
class People:
    """One page of those whom a change concerns; `next_url` is "" on the last."""

    rows: list[Person]
    text: str
    next_url: str
    first_url: str


class Telling:
    """Words for the lines of one change; reads names in batches."""

    def __init__(self, change: Change, apps: Iterable[App]) -> None:
        self._change = change
        self._plan: Plan = change.plan
        self._organization: Organization = change.plan.organization
        self._apps = {app.pk: app for app in apps}
        self._sites = {
            site.pk: site.name
            for site in Site.objects.filter(organization=self._organization)
        }
        named = Group.objects.filter(pk__in=self._plan.groups)
        self._groups = dict(named.order_by("pk").values_list("pk", "name"))
        self._removed = set(self._plan.removed_apps())

    def shows(self, line: Line) -> bool:
        """Say whether the admin may see a line: its app is one of theirs."""
        return line.right is not None or line.app in self._apps

    def page(self, request: ConsoleRequest, effects: Collection[str]) -> People:
        """Return the page of people that the address asks for."""
        text = tables.text_of(request.GET)
        after = given_key(request.GET.get("after", ""))
        lines, onward = self._change.page(effects, after, text=text, apps=self._apps)
        return People(
            rows=self.people(lines),
            text=text,
            next_url=_turned(request, onward) if onward else "",
            first_url=_turned(request, None) if after else "",
        )

    def people(self, lines: Sequence[Line]) -> list[Person]:
        """Return lines by person, in their order; who has left since is left out."""
        keys = {line.account for line in lines}
        members = self._organization.members.filter(account__in=keys)
        by_account = {m.account_id: m for m in members.select_related("account")}
        others = self._others(lines)
        found = []
        for account, own in groupby(lines, key=lambda line: line.account):
            items = [self._item(line, others) for line in own if self.shows(line)]
            if account in by_account and items:
                found.append(Person(by_account[account], items))
        return found

    def cells(self, lines: Iterator[Line]) -> Iterator[list[object]]:
        """Return the rows of a CSV file, read a batch of lines at a time."""
        while batch := list(islice(lines, BATCH)):
            for person in self.people(batch):
                account = person.member.account
                about = [person.member.name, account.email, account.public_id]
                for item in person.items:
                    yield [
                        *about,
                        item.site,
                        item.app,
                        item.role,
                        item.effect.label,
                        item.before,
                        item.after,
                        item.why,
                    ]

    def knows(self, app: int) -> bool:
        """Say whether an app is one of the admin's."""
        return app in self._apps

    def app_label(self, key: int) -> tuple[str, str]:
        """Return the names of an app and of its site."""
        app = self._apps[key]
        return str(app.get_kind_display()), app.site.name

    def right_label(self, right: Right) -> tuple[str, str, str]:
        """Return the names of a right's role, its app and its site."""
        apps = dict(App.Kind.choices)
        site = self._sites.get(right.site, "") if right.site else ""
        role = RoleAssignment.Role(right.role).label
        return str(role), str(apps.get(right.app, "")), site

    def _others(self, lines: Sequence[Line]) -> dict[tuple[int, int, str], list[str]]:
        kept = [line for line in lines if line.effect == Effect.KEEP]
        if not kept:
            return {}
        return other_ways(
            sorted({line.account for line in kept}),
            sorted({line.app for line in kept}),
            but=self._plan.groups,
        )

    def _item(self, line: Line, others: dict[tuple[int, int, str], list[str]]) -> Item:
        if line.right is not None:
            role, app, site = self.right_label(line.right)
            before, after = (role, "") if _ends(line) else ("", role)
        else:
            app, site = self.app_label(line.app)
            role = str(AppRole(line.role).label)
            before, after = _state(line.before), _state(line.after)
        names = others.get((line.account, line.app, line.role), [])
        return Item(
            Effect(line.effect), site, app, role, before, after, self._why(line, names)
        )

    def _why(self, line: Line, others: Sequence[str]) -> str:
        by = _listed([self._groups[g] for g in line.groups if g in self._groups])
        if line.effect == Effect.KEEP and others:
            by = _listed(others)
        elif line.app in self._removed:
            return _("The app is removed")
        elif _ends(line):
            return self._why_it_ends(line, by)
        elif line.effect == Effect.ADMIT:
            return _("A license is free then")
        return _("By {groups}").format(groups=by) if by else ""

    def _why_it_ends(self, line: Line, by: str) -> str:
        if line.account in self._plan.ended:
            return _("The person is not active any more")
        return _("Only {groups} gave it").format(groups=by) if by else ""


def cap_of(request: ConsoleRequest) -> int | None:
    """Return how many people to look at for numbers, None where all are asked for."""
    return None if request.GET.get("all") else COUNTED


def _turned(request: ConsoleRequest, after: int | None) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    if after:
        query["after"] = str(after)
    return f"?{query.urlencode()}"


def streamed(change: Change, telling: Telling) -> Iterator[list[object]]:
    """Return the rows of everybody whom a change concerns, as of one moment."""
    with dialect.snapshot():
        yield from telling.cells(line for line in change.lines() if telling.shows(line))


def _ends(line: Line) -> bool:
    return line.effect in {Effect.LOSE, Effect.DROP, Effect.RIGHT_LOSE}


def _state(state: str) -> str:
    return str(AppAccess.State(state).label) if state else _("No access")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return _("{names} and more").format(names=shown) if len(names) > NAMED else shown
