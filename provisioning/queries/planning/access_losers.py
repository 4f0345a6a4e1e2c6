"""Reads who loses what by a planned change, with their names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from directories.models import Member, Organization, RoleAssignment
from provisioning.models import App, AppRole
from provisioning.queries.planning.access_changes import Change
from provisioning.queries.planning.access_lines import Effect, Line

SHOWN = 20
BATCH = 1_000
LOSSES = (Effect.LOSE, Effect.DROP, Effect.RIGHT_LOSE)


@dataclass(frozen=True)
class Loser:
    """Somebody who loses a role in an app, or an admin right where `app` is None.

    `state` is that of the access before, "" for an admin right.
    """

    member: Member
    app: App | None
    role: str
    state: str


def first_losers(change: Change) -> tuple[list[Loser], bool]:
    """Return the first who lose something, and whether there are more."""
    lines, following = change.page(LOSSES)
    more = len(lines) > SHOWN or following is not None
    return _named(change.plan.organization, lines[:SHOWN]), more


def all_losers(change: Change) -> Iterator[Loser]:
    """Go through everybody who loses something."""
    rest = _lost(change.lines())
    while batch := list(islice(rest, BATCH)):
        yield from _named(change.plan.organization, batch)


def _lost(lines: Iterable[Line]) -> Iterator[Line]:
    return (line for line in lines if line.effect in LOSSES)


def _named(organization: Organization, lines: Sequence[Line]) -> list[Loser]:
    accounts = {line.account for line in lines}
    members = Member.objects.filter(organization=organization, account__in=accounts)
    by_account = {
        each.account_id: each for each in members.select_related("account", "directory")
    }
    apps = App.objects.select_related("site").in_bulk({line.app for line in lines})
    return [
        Loser(
            member=by_account[line.account],
            app=apps.get(line.app),
            role=_role(line),
            state=line.before,
        )
        for line in lines
        if line.account in by_account
    ]


def _role(line: Line) -> str:
    if line.right is not None:
        return str(RoleAssignment.Role(line.right.role).label)
    return str(AppRole(line.role).label)
