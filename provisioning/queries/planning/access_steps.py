"""Reads the steps of a planned change of access from words and ids."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from directories.models import Account, Organization, Site
from provisioning.models import ROLES_IN_APPS, App, AppRole, Group
from provisioning.queries.planning.access_plan import Kind, Step

MOST_STEPS = 10
NO_LIMIT = "none"
HIGHEST_LIMIT = 10_000_000
# What a step is about, in the order in which an address says it.
PARTS: dict[Kind, tuple[str, ...]] = {
    Kind.GIVE: ("app", "role", "group"),
    Kind.TAKE: ("app", "role", "group"),
    Kind.DELETE: ("group",),
    Kind.UNASSIGN: ("group",),
    Kind.JOIN: ("group", "account"),
    Kind.LEAVE: ("group", "account"),
    Kind.JOIN_ALL: ("group", "source"),
    Kind.LEAVE_ALL: ("group", "source"),
    Kind.SUSPEND: ("account",),
    Kind.DEACTIVATE: ("account",),
    Kind.RESTORE: ("account",),
    Kind.REMOVE_APP: ("app",),
    Kind.REMOVE_SITE: ("site",),
    Kind.LIMIT: ("app", "limit"),
}


class UnknownError(Exception):
    """A step names something that is not there, or that it cannot be about."""


@dataclass(frozen=True)
class Reader:
    """Reads steps, of the apps that the admin may ask about only."""

    organization: Organization
    apps: Sequence[App]

    def step(self, text: str) -> Step:
        """Return the step that a text describes; raises UnknownError."""
        word, *values = text.split(".")
        if word not in Kind.values:
            raise UnknownError(text)
        return self.step_of(Kind(word), values)

    def step_of(self, kind: Kind, values: Sequence[str]) -> Step:
        """Return the step of a kind about these values; raises UnknownError."""
        words = list(values)
        found: dict[str, object] = {}
        try:
            for part in PARTS[kind]:
                if part == "app":
                    found["app"] = self._app(words.pop(0), words.pop(0))
                else:
                    found[part] = self._reads()[part](words.pop(0))
        except IndexError as error:
            raise UnknownError(kind) from error
        step = Step(kind, **found)  # type: ignore[arg-type]  # by the names of PARTS
        if words or not _fits(step):
            raise UnknownError(kind)
        return step

    def _reads(self) -> dict[str, Callable[[str], object]]:
        return {
            "role": _role,
            "group": self.group,
            "source": self.group,
            "account": self._account,
            "site": self._site,
            "limit": _limit,
        }

    def _app(self, site: str, kind: str) -> App:
        for app in self.apps:
            if str(app.site_id) == site and app.kind == kind:
                return app
        raise UnknownError(kind)

    def group(self, key: str) -> Group:
        """Return a group by its id; raises UnknownError."""
        groups = self.organization.groups.select_related("record__directory")
        group = groups.filter(public_id=_uuid(key)).first()
        if group is None:
            raise UnknownError(key)
        return group

    def _account(self, key: str) -> Account:
        accounts = Account.objects.filter(memberships__organization=self.organization)
        account = accounts.filter(public_id=_uuid(key)).first()
        if account is None:
            raise UnknownError(key)
        return account

    def _site(self, key: str) -> Site:
        for app in self.apps:
            if str(app.site_id) == key:
                return app.site
        raise UnknownError(key)


def _uuid(key: str) -> uuid.UUID:
    try:
        return uuid.UUID(key)
    except ValueError as error:
        raise UnknownError(key) from error


def _role(word: str) -> str:
    if word not in AppRole.values:
        raise UnknownError(word)
    return word


def _limit(word: str) -> int | None:
    if word == NO_LIMIT:
        return None
    if not word.isascii() or not word.isdigit() or len(word) > len(str(HIGHEST_LIMIT)):
        raise UnknownError(word)
    return min(int(word), HIGHEST_LIMIT)


def _fits(step: Step) -> bool:
    """Say whether a step can be about what it names."""
    if step.role and step.app and step.role not in ROLES_IN_APPS[step.app.kind]:
        return False
    return step.group is None or takes(step.kind, step.group, step.app)


def kinds_for(kind: Kind) -> frozenset[str]:
    """Return the kinds of groups that a step can be about."""
    every = frozenset(Group.Kind.values)
    owned = frozenset({Group.Kind.SYNCED.value, Group.Kind.ALL_MEMBERS.value})
    if kind == Kind.DELETE:
        return frozenset({Group.Kind.LOCAL.value})
    if kind == Kind.UNASSIGN:
        return frozenset({Group.Kind.SYNCED.value})
    return every if kind in {Kind.GIVE, Kind.TAKE} else every - owned


def takes(kind: Kind, group: Group, app: App | None) -> bool:
    """Say whether a step can be about a group: Bitbucket takes local ones only."""
    owned = group.kind in {Group.Kind.SYNCED, Group.Kind.ALL_MEMBERS}
    if kind == Kind.GIVE and app and app.kind == App.Kind.BITBUCKET and owned:
        return False
    return group.kind in kinds_for(kind)
