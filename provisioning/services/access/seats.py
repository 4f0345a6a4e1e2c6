"""The rules of user limits: who gets in, who waits, who is refused, who is next.

A limit counts the people who have the licensed role of an app. Who is entitled has a
row whatever the limit says; only the state of the row is decided here, under the lock
of the app, so that two changes never give the same license away.
"""

from datetime import datetime
from typing import NamedTuple

from provisioning.models import App, AppAccess, Group
from provisioning.services.access import folding, rows
from provisioning.services.access.rows import HeldApp, Scope, Use, Uses

State = AppAccess.State
ANY_NUMBER = 2**31 - 1


class SeatsError(Exception):
    """A change needs more licenses of an app than are free; nothing was written."""

    def __init__(self, app: int, *, free: int, needed: int) -> None:
        super().__init__(app, free, needed)
        self.app, self.free, self.needed = app, free, needed


class Overdrawn(NamedTuple):
    """Who did not fit under the limit of an app, and what became of them.

    With the state active they have access all the same, as the app allows it.
    """

    app: HeldApp
    state: str
    accounts: list[int]


def check_group(app: App, group: Group, role: str) -> None:
    """Raise SeatsError when an app would refuse somebody in a group this role."""
    (held,) = rows.held_apps([app.pk])
    if role != held.role or not held.bounded or not held.here:
        return
    if held.at_limit == App.AtLimit.REFUSE:
        free, needed = _free(held, Uses()), rows.needed_by(held, group.pk)
        if needed > free:
            raise SeatsError(app.pk, free=free, needed=needed)


def settle(
    app: HeldApp, scope: Scope, changes: Uses, *, now: datetime, refuses: bool
) -> Overdrawn | None:
    """Give the licenses of an app to who waits and who is new, as far as they go.

    Call it with the app locked. What was changed is added to `changes`. Returns who
    is one too many. Raises SeatsError where it `refuses`.
    """
    free = _free(app, changes)
    if app.bounded and app.here:
        free -= _take_up(app, State.WAITING, free, changes)
    queues = app.at_limit == App.AtLimit.QUEUE
    others = State.WAITING if queues else State.REFUSED
    most = free if app.bounded else ANY_NUMBER
    given: dict[str, list[int]] = {}
    if scope.gains:
        given = rows.give_seats(scope, app, now, free=most, others=others)
    for state, accounts in given.items():
        changes[Use(app.pk, app.role, state)] += len(accounts)
    refused = given.get(State.REFUSED, [])
    if refuses and refused:
        raise SeatsError(app.pk, free=free, needed=sum(map(len, given.values())))
    if app.bounded:
        return Overdrawn(app, others, given[others]) if others in given else None
    over = given.get(State.ACTIVE, [])[free:]
    return Overdrawn(app, State.ACTIVE, over) if over else None


def free(app: HeldApp) -> int:
    """Return how many licenses of an app with a limit are free."""
    return _free(app, Uses())


def _free(app: HeldApp, changes: Uses) -> int:
    use = Use(app.pk, app.role, State.ACTIVE)
    used = folding.counted([app.pk])[use] + changes[use]
    return max(0, (app.limit or 0) - used)


def let_in(app: HeldApp, *, refused: bool, most: int) -> tuple[int, bool]:
    """Let in who stands in line, and with `refused` who was refused, while it fits.

    At most so many by one call, which is made with the app locked; returns how many,
    and whether there are more. Whom a limit goes on keeping out stands in line now
    where the app lets people wait.
    """
    changes = Uses()
    room = _free(app, changes) if app.bounded else ANY_NUMBER
    left = min(room, most)
    for state in (State.WAITING, State.REFUSED) if refused else (State.WAITING,):
        left -= _take_up(app, state, left, changes)
    taken = changes[Use(app.pk, app.role, State.ACTIVE)]
    more = left == 0 and room > most
    if refused and not more and app.bounded and app.at_limit == App.AtLimit.QUEUE:
        waiting = rows.put_in_line(app)
        changes[Use(app.pk, app.role, State.REFUSED)] -= waiting
        changes[Use(app.pk, app.role, State.WAITING)] += waiting
    folding.note(changes)
    return taken, more


def _take_up(app: HeldApp, state: str, most: int, changes: Uses) -> int:
    if most <= 0:
        return 0
    taken = len(rows.take_up(app, state=state, most=most))
    changes[Use(app.pk, app.role, state)] -= taken
    changes[Use(app.pk, app.role, State.ACTIVE)] += taken
    return taken
